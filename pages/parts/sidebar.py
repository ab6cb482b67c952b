"""Beside every page: filters, who is asking, and which company."""

from __future__ import annotations

import streamlit as st

from pages.ui import bases, door, people
from pages.ui import filters as shared
from pages.ui.door import View
from pages.ui.plain import plain


def filters(view: View) -> None:
    """Period, family and site, kept in the URL and across pages."""
    if view.span.last_month is not None:
        shared.widgets(door.ask(view, "choices"), view.span.last_month)


def identity(view: View) -> None:
    """Who this is; changed here at any time."""
    who = view.who
    known = who is not people.VISITOR
    label = f"I am {plain(who.name)}, {who.department}" if known else "I am ..."
    box = st.popover(label, width="stretch", key="identity", on_change="rerun")
    if box.open:
        with box:
            people.introduction(view.base, "sidebar")


def base(view: View) -> None:
    """Back and forth between the invented company and the own one."""
    default = None if "base" in st.session_state else bases.usual()
    st.segmented_control(
        "Company data", list(bases.LABELS), default=default, required=True, format_func=bases.LABELS.__getitem__,
        key="base", bind="query-params", width="stretch",
    )  # fmt: skip
