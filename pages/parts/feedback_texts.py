"""Customers' own words: all four kinds together, the newest first, searched."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from textwrap import shorten
from typing import Any

import pandas as pd
import streamlit as st

from analytics.questions import KINDS
from pages.parts import drill
from pages.parts.feedback_focus import where
from pages.ui import door, menu, page, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

MOST_TEXTS = 200
LABEL = 80
METRICS = {"Returns": "returns", "Complaints": "complaints", "Requests": "requests"}
SCORES = {"nps": "nps", "csat": "csat"}


def newest(view: View, scope: Scope) -> None:
    """Search, kinds, the texts, and one of them in full with the way to its records."""
    search, kinds, ever = _asked(scope)
    period = None if ever else scope.period
    asked = {"filters": dict(scope.chosen), "kinds": kinds, "search": search, "limit": MOST_TEXTS}
    frame, total = door.ask(view, "newest_texts", period=period, **asked)
    span = "at any time" if ever else f"in {scope.period.label}"
    if frame.empty:
        _none(view, search, ever, span, asked)
        return
    cut = f", the newest {MOST_TEXTS} shown" if total > len(frame) else ""
    st.caption(plain(f"{total:,} texts {span}{cut}. These are the customers' own words."))
    show.table(frame, f"Customers' words, {span}", key="texts", height=440)
    _in_full(view, scope, frame)
    told = scope.told() | {"period": span, "kinds": ", ".join(kinds) or "all", "search": search or "none"}
    if cut:
        told |= {"rows": f"the newest {len(frame):,} of {total:,}"}
    show.downloads(view, frame, "Customers' words", told, "texts-file")


def _asked(scope: Scope) -> tuple[str, tuple[str, ...], bool]:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        search = st.text_input(
            "Search the texts", key="say", bind="query-params", placeholder="cable broke", width=320, max_chars=200,
            help="Every word must occur, anywhere in the text. Case and accents do not count.",
        )  # fmt: skip
        kinds = st.multiselect("Kinds", list(KINDS), key="voices", bind="query-params", placeholder="All", width=320)
        ever = st.checkbox(plain(f"At any time, not only in {scope.period.label}"), key="ever", bind="query-params")
    return (search or "").strip(), tuple(kinds), ever


def _none(view: View, search: str, ever: bool, span: str, asked: dict[str, object]) -> None:
    """Nothing found: whether there is something at another time, and the way there."""
    what = f"No text holds all of the words {search!r}" if search else "No text was recorded"
    _, total = (None, 0) if ever else door.ask(view, "newest_texts", period=None, **asked)
    if total:
        page.nothing(plain(f"{what} {span}. {total:,} were written at other times: tick At any time to read them."))
    else:
        way = "Search for fewer words, or for part of one" if search else "Choose other kinds, or all products"
        page.nothing(plain(f"{what} {span} for this filter. {way}."))


def _in_full(view: View, scope: Scope, frame: pd.DataFrame) -> None:
    named = zip(frame["number"], frame["text"], strict=True)
    texts = [f"{number}: {shorten(text, LABEL, placeholder='…')}" for number, text in named]
    chosen = st.selectbox("Read in full", range(len(texts)), index=None, format_func=texts.__getitem__, key="full")
    if chosen is None:
        return
    row = frame.iloc[chosen].to_dict()
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(row["text"]))
        st.caption(plain(", ".join(_told(row))))
        link = _records(row, where(scope))
        if link:
            menu.link("records", "Records of that day", query_params=link)


def _told(row: Mapping[Hashable, Any]) -> list[str]:
    day = [] if pd.isna(row["on"]) else [f"{row['on']:%Y-%m-%d}"]
    names = ("said", "product", "product_name", "customer", "customer_name", "lot")
    return [f"{row['kind']} {row['number']}", *day, *(str(row[name]) for name in names if not pd.isna(row[name]))]


def _records(row: Mapping[Hashable, Any], narrowed: dict[str, str]) -> dict[str, str | list[str]] | None:
    kind = str(row["kind"])
    key = METRICS.get(kind) or SCORES.get(str(row["said"]).split(" ")[0].lower())
    day = row["on"]
    if key is None or pd.isna(day):
        return None
    known = {name: str(row[name]) for name in ("product", "customer") if not pd.isna(row[name])}
    return drill.within(records_link(key, **(narrowed | known)), day.date(), day.date())
