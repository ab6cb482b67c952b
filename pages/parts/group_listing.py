"""Records with the group they are in: the list, one of them in full, and the way into another group."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from textwrap import shorten
from typing import Any

import pandas as pd
import streamlit as st

from analytics.questions import GROUP_NOUNS
from kb import editing
from pages.ui import door, page, people, show
from pages.ui.door import View
from pages.ui.plain import plain
from pages.ui.saving import saved

SHOWN = ["number", "on", "text", "sureness", "kind", "product", "lot", "line", "shift", "customer_name"]
WITH_GROUP = ["number", "on", "text", "group_name", *SHOWN[3:]]
LABEL = 90
NO_GROUP = 0
Row = Mapping[Hashable, Any]


def listing(
    view: View, frame: pd.DataFrame, total: int, title: str, told_filters: Mapping[str, str], key: str, side: str,
    columns: list[str] = SHOWN,
) -> None:  # fmt: skip
    """The records as a table; a row, or the box below it, opens one in full."""
    if frame.empty:
        page.nothing("No record for this filter. Reset the filters or choose another one.")
        return
    cut = f", the newest {len(frame):,} shown" if total > len(frame) else ""
    st.caption(f"{total:,} records of all time{cut}. Choose a row, or one in the box below, to read and to move it.")
    kept = frame[columns]
    config = {
        "text": st.column_config.Column("text", width=440),
        "sureness": st.column_config.Column("how sure", width=110, help="Empty: the analysis is sure of its group"),
        "group_name": st.column_config.Column("group", width=170),
        "customer_name": st.column_config.Column("customer"),
    }
    picked = show.choosable(kept, title, key, config=config)
    texts = [
        f"{number}: {shorten(text, LABEL, placeholder='…')}"
        for number, text in zip(frame["number"], frame["text"], strict=True)
    ]
    chosen = st.selectbox(
        "Read in full", range(len(texts)), picked, format_func=texts.__getitem__, key=f"{key}-full-{picked}"
    )
    if chosen is not None:
        _in_full(view, frame.iloc[chosen].to_dict(), side, key)
    rows = {"rows": f"the newest {len(frame):,} of {total:,}"} if cut else {}
    show.downloads(view, kept, title, {**told_filters, **rows}, f"{key}-file")


def _in_full(view: View, row: Row, side: str, key: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(row["text"]))
        st.caption(plain(told(row)))
        box = st.expander("Put it into another group, or pin it here", key=f"{key}-move", on_change="rerun")
        if box.open:
            with box:
                _move(view, row, side, key)


def told(row: Row) -> str:
    """What is known of a record besides its text."""
    day = [] if pd.isna(row["on"]) else [f"{row['on']:%Y-%m-%d}"]
    known = [str(row[name]) for name in ("product", "lot", "customer_name", "sureness") if _known(row[name])]
    return ", ".join([f"{row['kind']} {row['number']}", *day, *known])


def _known(value: Any) -> bool:
    return not pd.isna(value) and value != ""


def _move(view: View, row: Row, side: str, key: str) -> None:
    if not people.asked(view.base, view.who, f"{key}-move"):
        return
    noun = GROUP_NOUNS[side]
    names = {NO_GROUP: f"no {noun} at all", **door.ask(view, "group_names", side)}
    now = NO_GROUP if pd.isna(row["group_id"]) else int(row["group_id"])
    ids = list(names)
    place = f"{key}-{row['record_type']}-{row['record_id']}"
    with st.form(place, border=False):
        into = st.selectbox(
            "Where it belongs", ids, ids.index(now) if now in names else 0, key=f"{place}-into",
            format_func=lambda one: f"{names[one]} (where it is: pin it)" if one == now else names[one],
        )  # fmt: skip
        reason = st.text_input("Why", key=f"{place}-why") or None
        sent = st.form_submit_button("Put it there for good")
    if sent:
        kind, number = str(row["record_type"]), int(row["record_id"])
        group_id = None if into in (None, NO_GROUP) else int(into)
        saved(
            lambda: editing.pin_record(view.base, view.who, kind, number, group_id, reason),
            "It stays there, also after the next refresh.",
        )
