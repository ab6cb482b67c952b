"""The pages there are, as the menu shows them, and the links between them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st

PAGES = Path(__file__).parents[1]
_SECTIONS = {
    "": {
        "overview": ("Overview", "dashboard"),
        "quality": ("Quality", "monitoring"),
        "causes": ("Causes", "hub"),
        "feedback": ("Product feedback", "forum"),
        "metrics": ("Metrics", "query_stats"),
        "similar": ("Similar records", "manage_search"),
        "start": ("My page", "push_pin"),
        "records": ("Records", "table_rows"),
    },
    "Keeping": {
        "data": ("Data", "database"),
        "glossary": ("Glossary", "menu_book"),
        "admin": ("People and record", "group"),
    },
}
FIRST = next(iter(_SECTIONS[""]))
# Within the page itself: a file would be read, hashed and registered anew at every rerun.
ICON = f"data:image/png;base64,{b64encode((Path(__file__).parent / 'icon.png').read_bytes()).decode()}"


def sections() -> dict[str, list[st.Page]]:
    """What st.navigation takes. Copies, because a page carries whether this run may call it."""
    return {section: [copy(_page(name)) for name in names] for section, names in _SECTIONS.items()}


def titles() -> list[str]:
    """What the pages are called, in their order."""
    return [title for names in _SECTIONS.values() for title, _ in names.values()]


def is_page(name: str) -> bool:
    """Whether there is a page of that name."""
    return any(name in names for names in _SECTIONS.values())


def link(name: str, label: str, query_params: Mapping[str, str | list[str]] | None = None) -> None:
    """A link to the page of that name, in the same session; without `query_params` it shows what it showed last."""
    st.page_link(_page(name), label=label, icon="", query_params=query_params)


@cache
def _page(name: str) -> st.Page:
    # Made once: each rerun takes all of them and links to some, and to look for a file costs a third of a link.
    title, icon = next(names[name] for names in _SECTIONS.values() if name in names)
    return st.Page(PAGES / f"{name}.py", title=title, icon=f":material/{icon}:", default=name == FIRST)
