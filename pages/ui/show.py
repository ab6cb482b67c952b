"""How figures, tables and downloads stand on a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from analytics.charts import CONFIG, Drawing
from kb import exporting
from pages.ui.door import View
from pages.ui.page import age
from pages.ui.plain import plain

MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def drawing(drawn: Drawing, key: str) -> None:
    """The finding as text, which wraps on a phone, then the figure with its alternative text."""
    st.markdown(f"**{plain(drawn.title)}**")
    st.plotly_chart(drawn.figure, config=CONFIG, key=key, alt=drawn.alt)


def table(frame: pd.DataFrame, alt: str, *, key: str | None = None, height: int | None = None) -> None:
    """Rows as they are, without the index; cells are drawn as text and never read as markup."""
    st.dataframe(frame, hide_index=True, key=key, height=height or "auto", alt=alt)


def downloads(
    view: View, frame: pd.DataFrame, title: str, filters: Mapping[str, str], key: str, cap: int | None = None
) -> None:
    """What is seen, as CSV and as Excel, with its filters written in. Made, checked and recorded on the click."""
    with st.container(horizontal=True, gap="small"):
        for form, label in (("csv", "Download CSV"), ("xlsx", "Download Excel")):
            st.download_button(
                label, partial(content, view, frame, title, dict(filters), form, cap), f"{_file(title)}.{form}", MIME[form],
                key=f"{key}-{form}", on_click="ignore", type="tertiary", disabled=not view.who.may("export"),
            )  # fmt: skip


def content(
    view: View, frame: pd.DataFrame, title: str, filters: Mapping[str, str], form: Literal["csv", "xlsx"], cap: int | None
) -> bytes:
    """The file itself, through the one door for exports."""
    return exporting.export_frame(
        frame, title=title, filters=filters, data_time=age(view), format=form, who=view.who, base=view.base, cap=cap
    )


def _file(title: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in title.lower())
    return "-".join(filter(None, kept.split("-"))) or "download"
