"""From a table to the records behind its rows: choose one, with the pointer or from a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from analytics.pareto import OTHER
from pages.ui import menu, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

Link = dict[str, str | list[str]]
LinkTo = Callable[[str], Link | None]


def table(
    view: View, scope: Scope, frame: pd.DataFrame, column: str, link_to: LinkTo, *, title: str, key: str,
    hidden: Sequence[str] = (),
) -> None:  # fmt: skip
    """A table whose rows lead to their records by the value of `column`, and its files.

    `link_to` gives the query parameters of a row's records, none for a row that has none.
    """
    event = st.dataframe(
        frame, hide_index=True, key=key, on_select="rerun", selection_mode="single-row", alt=title,
        column_order=[name for name in frame.columns if name not in hidden], column_config=show.columns(frame),
    )  # fmt: skip
    chosen = event["selection"]["rows"]
    values = [str(value) for value in frame[column]]
    picked = values[chosen[0]] if chosen else None
    records_of([value for value in values if link_to(value)], link_to, key, picked)
    show.downloads(view, frame, title, scope.told(), key)


def records_of(values: Sequence[str], link_to: LinkTo, key: str, picked: str | None = None) -> None:
    """A list of values, and the way to the records of the one that is chosen."""
    value = picked or st.selectbox("Records of", list(values), index=None, key=f"{key}-records", width=320)
    link = link_to(value) if value else None
    if link:
        menu.link("records", plain(f"See the records of {value}"), query_params=link)
    elif value:
        st.caption("This row stands for several: choose one of the others.")


def clicked(value: str | None, link: Link | None) -> None:
    """The way to the records of the mark that was clicked, where it has any."""
    if value and link:
        menu.link("records", plain(f"See the records of {value}"), query_params=link)


def within(link: Link, first: date, last: date) -> Link:
    """The link, limited to these days."""
    return {**link, "since": first.isoformat(), "until": last.isoformat()}


def single(names: Sequence[object]) -> list[str]:
    """The names that stand for one member each."""
    return [str(name) for name in names if str(name) != OTHER]
