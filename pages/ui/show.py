"""How figures, tables and downloads stand on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from analytics.charts import CONFIG, Drawing
from analytics.report import Picture, Rows
from kb import exporting
from pages.ui import comments, reports
from pages.ui.door import View
from pages.ui.page import age
from pages.ui.plain import plain

MOST_AT_ONCE, MOST_CHOOSABLE = 40, 9
Table = pd.DataFrame | Callable[[], pd.DataFrame]
"""A table, or what makes it when somebody wants it: a frame for every rerun costs more than the numbers in it."""
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def drawing(drawn: Drawing, key: str) -> None:
    """The finding as text, which wraps on a phone, the figure with its alternative text, and what people say of it."""
    _above(drawn)
    st.plotly_chart(drawn.sent, config=CONFIG, key=key, alt=drawn.alt)
    comments.under(drawn.about, key)


def clickable(drawn: Drawing, key: str) -> Mapping[str, Any] | None:
    """The same with marks that can be clicked: returns the one that is chosen (its x, y, customdata), none without."""
    _above(drawn)
    event = st.plotly_chart(
        drawn.sent, config=CONFIG, key=key, alt=drawn.alt, on_select="rerun", selection_mode="points"
    )
    comments.under(drawn.about, key)
    points = event["selection"]["points"]
    return points[0] if points else None


def _above(drawn: Drawing) -> None:
    reports.note(Picture, drawn)
    st.markdown(f"**{plain(drawn.title)}**")


def table(frame: pd.DataFrame, alt: str, *, key: str | None = None, height: int | None = None, grey: str = "") -> None:
    """Rows as they are, without the index; cells are drawn as text and never read as markup.

    `grey` names a column of yes and no: the rows that say yes are greyed.
    """
    reports.note(Rows, frame, alt)
    st.dataframe(
        _greyed(frame, grey) if grey and frame[grey].any() else frame,
        hide_index=True,
        key=key,
        height=height or ("content" if len(frame) <= MOST_AT_ONCE else "auto"),
        alt=alt,
        placeholder="",
        column_config=columns(frame),
    )


def choosable(
    frame: pd.DataFrame, alt: str, key: str, height: int = 380, config: Mapping[str, Any] | None = None
) -> int | None:
    """The same with rows that can be chosen: the position of the one that is, none without.

    `config` holds what columns are called and how wide they are, where that differs.
    """
    reports.note(Rows, frame, alt)
    event = st.dataframe(
        frame, hide_index=True, key=key, on_select="rerun", selection_mode="single-row", alt=alt, placeholder="",
        height="content" if len(frame) <= MOST_CHOOSABLE else height,
        column_config=columns(frame) | dict(config or {}),
    )  # fmt: skip
    rows = event["selection"]["rows"]
    return int(rows[0]) if rows and rows[0] < len(frame) else None


def _greyed(frame: pd.DataFrame, flag: str) -> Any:
    """Readable in the theme the person has, but set back."""
    colour = "#A0A0A0" if st.context.theme.type == "dark" else "#6B6B6B"
    return frame.style.apply(lambda row: [f"color: {colour}" if row[flag] else ""] * len(row), axis=1)


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Headers in words, days without a time of day, numbers with separators."""
    return {name: _column(name, frame[name]) for name in frame.columns}


def _column(name: str, values: pd.Series) -> Any:
    label = name.replace("_", " ")
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values.dropna().dt.normalize() == values.dropna()).all()
        return st.column_config.DatetimeColumn(
            label, format="YYYY-MM-DD" if days else "YYYY-MM-DD HH:mm", timezone="UTC"
        )
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        whole = (values.dropna() % 1 == 0).all()
        return st.column_config.NumberColumn(label, format="%d" if whole and name.endswith("_id") else "localized")
    return st.column_config.Column(label)


def downloads(
    view: View, frame: Table, title: str, filters: Mapping[str, str], key: str, cap: int | None = None
) -> None:
    """What is seen, as CSV and as Excel, with its filters written in. Made, checked and recorded on the click."""
    box = st.popover(
        plain(f"Download {title[:1].lower()}{title[1:]}"), type="tertiary", key=f"{key}-download", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        for form, label in (("csv", "CSV"), ("xlsx", "Excel")):
            made = partial(content, view, frame, title, dict(filters), form, cap)
            st.download_button(
                label, made, f"{reports.file_name(title)}.{form}", MIME[form], key=f"{key}-{form}", on_click="ignore",
                type="tertiary", disabled=not view.who.may("export"), help=f"{title} as {label} file",
            )  # fmt: skip


def content(
    view: View,
    frame: Table,
    title: str,
    filters: Mapping[str, str],
    form: Literal["csv", "xlsx"],
    cap: int | None,
) -> bytes:
    """The file itself, through the one door for exports."""
    whole = frame if isinstance(frame, pd.DataFrame) else frame()
    return exporting.export_frame(
        whole, title=title, filters=filters, data_time=age(view), format=form, who=view.who, base=view.base, cap=cap
    )
