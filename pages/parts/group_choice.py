"""Which side, and which group is open: both stand in the URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.questions import SIDE_NAMES, OneGroup
from pages.ui import door
from pages.ui.door import View

OPEN = "group"


def opened(view: View) -> OneGroup | None:
    """The group that the link names; none where it names none, or one that never was."""
    asked = st.query_params.get(OPEN) or ""
    found: OneGroup | None = door.ask(view, "group", int(asked)) if asked.isdecimal() and len(asked) < 16 else None
    return found


def side(group: OneGroup | None) -> str:
    """The side that is looked at; an open group brings its own."""
    words = list(SIDE_NAMES.values())
    if group is not None:
        st.session_state["side"] = SIDE_NAMES[group.side]
    chosen = st.radio(
        "Side", words, key="side", bind="query-params", horizontal=True, on_change=close, label_visibility="collapsed"
    )
    return next(name for name, word in SIDE_NAMES.items() if word == (chosen or words[0]))


def box(view: View, side: str, group: OneGroup | None) -> None:
    """Open a group by its name, without a pointer; the cross of the box goes back to all."""
    names = door.ask(view, "group_names", side)
    now = group.group_id if group and group.group_id in names else None
    ids = list(names)
    chosen = st.selectbox(
        "Open one", ids, ids.index(now) if now in names else None, format_func=names.__getitem__, width=420,
        key=f"open-{side}-{now}", placeholder="Open one by its name, or choose a row below",
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen != now:
        open_group(chosen)
        st.rerun()


def open_group(group_id: int | None) -> None:
    """Put the group into the URL, none takes it out."""
    if group_id is None:
        close()
    else:
        st.query_params[OPEN] = str(int(group_id))


def close() -> None:
    st.query_params.pop(OPEN, None)


def from_row(ids: Sequence[int], key: str) -> None:
    """A row of a table was chosen: open its group."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        open_group(ids[rows[0]])
