"""From a list of records to one of them in full and to the records like it."""

from __future__ import annotations

from textwrap import shorten

import pandas as pd
import streamlit as st

from pages.ui import menu
from pages.ui.plain import plain

LABEL = 80
MOST = 500


def ways(frame: pd.DataFrame, key: str) -> None:
    """Choose one of the records (number, text, record as its key): its whole text, and the way to similar ones."""
    some = frame.head(MOST)
    named = zip(some["number"], some["text"], strict=True)
    labels = [f"{number}: {shorten(str(text), LABEL, placeholder='…')}" for number, text in named]
    chosen = st.selectbox(
        "Read in full, and find similar records", range(len(labels)), index=None, format_func=labels.__getitem__,
        key=f"{key}-one",
    )  # fmt: skip
    if chosen is None:
        return
    row = some.iloc[chosen]
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(row["text"]))
        link(str(row["record"]), str(row["number"]))


def link(record: str, number: str) -> None:
    """The way to the records like this one, given by its key."""
    menu.link("similar", plain(f"Records similar to {number}"), query_params={"record": record})
