"""Entries of the glossary, from the catalogue."""

from __future__ import annotations

import streamlit as st

from analytics import catalog
from analytics.metric import Metric
from pages.ui import door, menu
from pages.ui.cards import explained, unit_name
from pages.ui.door import View
from pages.ui.filters import records_link
from pages.ui.plain import plain

KINDS = {
    "sum": "a sum", "ratio": "a ratio of sums", "product": "a product of ratios", "median": "a median",
    "mean": "a mean", "snapshot": "a state at the end of the period", "balance": "a comparison of two sums",
}  # fmt: skip


def search() -> list[Metric]:
    """The metrics whose name or formula holds every word typed."""
    words = (
        (st.text_input("Search", key="search", bind="query-params", placeholder="yield, late, return") or "")
        .lower()
        .split()
    )
    texts = {metric: f"{metric.name} {metric.formula} {metric.source}".lower() for metric in catalog.METRICS.values()}
    return [metric for metric, text in texts.items() if all(word in text for word in words)]


def entry(view: View, metric: Metric) -> None:
    """Name, text, what it can be split by, and what is missing for it."""
    with st.container(border=True, gap="xsmall"):
        unit = unit_name(metric, view.currency)
        st.subheader(plain(f"{metric.name}, {unit}" if unit else metric.name), anchor=False)
        st.markdown(explained(metric))
        splits = ", ".join(name.replace("_", " ") for name in metric.dimensions)
        kind = KINDS.get(metric.kind, f"a ratio by the month {metric.cohort}")
        st.caption(plain(f"It is {kind}. It can be split by {splits or 'nothing'}."))
        rivals = [rival.name for rival in catalog.rivals(metric.key) if rival != metric]
        if rivals:
            st.caption(plain(f"Other definitions of the same: {', '.join(rivals)}."))
        missing = door.ask(view, "unsupported").get(metric.key)
        if missing:
            st.caption(plain(f"Not answerable yet: {missing}"))
        else:
            menu.link("records", "Records", query_params=records_link(metric.key))
