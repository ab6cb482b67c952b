"""Which knowledge base is open: the company's own, or the invented company's."""

from __future__ import annotations

import threading
from collections.abc import Callable

import streamlit as st

from kb import history, store
from kb.access import Person
from kb.store import KnowledgeBase, Which

_building = threading.Lock()
_made: set[str] = set()
ANYBODY = Person("Visitor", "executive", "viewer")
LABELS = {"demo": "Demo", "own": "Own"}


def opened(which: Which) -> KnowledgeBase:
    """The base itself, opened once for everybody. Raises Refused where that is not safe."""
    return _open(store.address(which))


@st.cache_resource(max_entries=8, show_spinner=False)
def _open(url: str) -> KnowledgeBase:
    return store.open_base(url)


def chosen() -> Which:
    """The choice in the URL; without one the company's own base if it holds data, else the demo."""
    asked = str(st.session_state.get("base") or st.query_params.get("base") or "").lower()
    return "own" if asked == "own" else "demo" if asked == "demo" else usual()


def usual() -> Which:
    """Where a visitor starts who chose nothing."""
    return "own" if holds_data("own") else "demo"


def holds_data(which: Which) -> bool:
    """Whether files were imported into this base; a file that does not exist is not made by asking."""
    if not _exists(store.address(which)):
        return False
    base = opened(which)
    return _imported(base.url, base.revision(), base)


def is_made(which: Which) -> bool:
    """Whether this base held data at some time: then nobody waits for it. Asked at every rerun, so it is remembered."""
    url = store.address(which)
    if url in _made and _exists(url):
        return True
    if not holds_data(which):
        return False
    _made.add(url)
    return True


@st.cache_resource(max_entries=8, show_spinner=False)
def _imported(url: str, revision: int, _base: KnowledgeBase) -> bool:
    return not history.imports(_base, ANYBODY).query("status == 'done'").empty


def _exists(url: str) -> bool:
    path = store.engines(url).path
    return path is None or path.is_file()


def build_demo(progress: Callable[..., None]) -> None:
    """Make the invented company unless it is there; a second browser waits for the first one's to be finished."""
    from kb import demo  # it needs the importer and word lists that no other page needs

    with _building:
        if not holds_data("demo"):
            demo.build(store.address("demo"), progress=progress)
