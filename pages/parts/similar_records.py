"""Paste or pick a text: the records of both sides that are most like it, and what became of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from textwrap import shorten
from typing import Any

import pandas as pd
import streamlit as st

from analytics.questions import SIDES, Similar
from pages.parts import drill
from pages.ui import door, menu, page, show
from pages.ui.door import View
from pages.ui.filters import records_link
from pages.ui.plain import plain

LONGEST, LABEL = 500, 80
RECORD = "record"
METRICS = {"nonconformance": "nonconformances", "return": "returns", "complaint": "complaints"}
HOW = """
Texts are compared by the words they share and by pieces of words of three to five letters, so that slips of the pen
and endings do not part them; what is rare counts more. Likeness goes from 0 to 100; above 50 most words agree. It sees
words, not sense: the factory and the customers seldom use the same ones, so that what they say of one fault is tied by
the links between symptoms and causes, not by likeness.
"""


def search(view: View) -> None:
    """Ask for a text or a record; the most similar records, one of them in full, the files."""
    record = st.query_params.get(RECORD) or ""
    if record:
        st.session_state.pop("like", None)  # else the box of an earlier visit would stand in the link instead
    text = "" if record else _text()
    about = st.container()
    sides = tuple(
        st.multiselect("Sides", list(SIDES), key="similar_sides", bind="query-params", placeholder="Both", width=320)
    )
    if not record and not text:
        page.nothing("Paste a text, or type the number of a nonconformance, return or complaint.")
        return
    with st.spinner("Comparing with every text…"):
        found: Similar = door.ask(view, "similar", text=text, record=record, sides=sides)
    with about:
        _asked_for(found, record)
    if found.reason:
        page.nothing(plain(found.reason))
        return
    _rows(view, found, sides)


def _text() -> str:
    text = st.text_area(
        "Text, or a record's number", key="like", bind="query-params", max_chars=LONGEST, height=80,
        placeholder="won't hold charge",
    )  # fmt: skip
    return (text or "").strip()


def _asked_for(found: Similar, record: str) -> None:
    """What is searched for, and the way back from a record to a text of one's own."""
    if found.number:
        st.markdown(f"Similar to **{plain(found.number)}**: {plain(found.text)}")
    if record and st.button("Search for another text", type="tertiary"):
        st.query_params.pop(RECORD, None)
        st.rerun()


def _rows(view: View, found: Similar, sides: tuple[str, ...]) -> None:
    st.caption(plain(_counts(found, sides)))
    shown = found.rows.drop(columns=[RECORD])
    show.table(shown, "Similar records", key="similar", height=min(520, 70 + 35 * len(shown)))
    _in_full(found.rows)
    with st.popover("How likeness is measured", width="content"):
        st.markdown(HOW)
    told = {
        "similar to": found.number or shorten(found.text, LABEL, placeholder="…"),
        "sides": ", ".join(sides) or "both",
    }
    show.downloads(view, shown, "Similar records", told, "similar-file")


def _counts(found: Similar, sides: tuple[str, ...]) -> str:
    best = found.rows.iloc[0]
    both = "" if len(sides) == 1 else ", half of them from each side where there are as many"
    ungrouped = (
        "" if found.has_groups else " Groups and links are not there yet: an administrator finds them by a refresh."
    )
    return (
        f"The {len(found.rows)} most similar of {found.searched:,} texts of any time{both}; the period and filters "
        f"do not count here. Nearest: {best['number']}, likeness {best['likeness']:.0f} of 100.{ungrouped}"
    )


def _ask_for(number: str) -> None:
    """Search for this record: its number goes into the box, and with it into the link, which a record's key leaves."""
    st.query_params.pop(RECORD, None)
    st.session_state["like"] = number
    st.session_state["similar-one"] = None


def _in_full(rows: pd.DataFrame) -> None:
    named = zip(rows["number"], rows["text"], strict=True)
    texts = [f"{number}: {shorten(str(text), LABEL, placeholder='…')}" for number, text in named]
    chosen = st.selectbox(
        "Read in full", range(len(texts)), index=None, format_func=texts.__getitem__, key="similar-one"
    )
    if chosen is None:
        return
    row = rows.iloc[chosen].to_dict()
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(row["text"]))
        st.caption(plain("; ".join(_told(row))))
        number = str(row["number"])
        st.button(plain(f"Records similar to {number}"), type="tertiary", on_click=_ask_for, args=(number,))
        if link := _records(row):
            menu.link("records", "Records of that day", query_params=link)


def _told(row: Mapping[Hashable, Any]) -> list[str]:
    names = ("product", "lot", "customer", "group", "outcome", "linked_cause", "action")
    day = "" if pd.isna(row["on"]) else f", {row['on']:%Y-%m-%d}"
    return [f"{row['kind']} {row['number']}{day}", *(f"{n.replace('_', ' ')} {row[n]}" for n in names if row[n])]


def _records(row: Mapping[Hashable, Any]) -> drill.Link | None:
    if pd.isna(row["on"]):
        return None
    day: date = row["on"].date()
    narrowed = {"product": str(row["product"])} if row["product"] else {}
    return drill.within(records_link(METRICS[row["kind"]], **narrowed), day, day)
