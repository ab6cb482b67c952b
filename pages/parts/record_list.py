"""The list of records of one metric, and what a link said about it."""

from __future__ import annotations

import streamlit as st

from analytics import catalog
from analytics.charts import shown
from kb.errors import Refused
from pages.ui import door, filters, page, show
from pages.ui.cards import explained
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

MOST_ROWS = 2000
DEFAULT = "revenue"


def asked_metric() -> str:
    """The metric a link or the box named; revenue for a key nobody knows."""
    key = st.session_state.get("metric") or st.query_params.get("metric") or DEFAULT
    return key if key in catalog.METRICS else DEFAULT


def asked_dimensions(key: str) -> dict[str, tuple[str, ...]]:
    """Values of further dimensions in the URL, such as product=DRV-T85; what the metric is not recorded by is left out."""
    known = [name for name in catalog.get(key).dimensions if name not in filters.SHARED]
    asked = {name: tuple(st.query_params.get_all(name)) for name in known}
    return {name: values for name, values in asked.items() if values}


def choose(view: View, key: str) -> str:
    """The box that chooses the metric, bound to the URL."""
    keys = list(catalog.METRICS)
    chosen = st.selectbox(
        "Metric", keys, keys.index(DEFAULT), format_func=lambda one: catalog.get(one).name, key="metric",
        bind="query-params", help="The records that its value was summed from", width=320,
    )  # fmt: skip
    return chosen or key


def dimension_notes(key: str) -> None:
    """What a link narrowed the list to beyond the shared filters, and the way back."""
    asked = asked_dimensions(key)
    if not asked:
        return
    told = "; ".join(f"{name.replace('_', ' ')} {', '.join(values)}" for name, values in asked.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(f"Only {told}."), width="content")
        if st.button("Show all", type="tertiary"):
            for name in asked:
                del st.query_params[name]
            st.rerun()


def rows(view: View, scope: Scope, key: str) -> None:
    """Value, how many records, the records, and the files to take away."""
    metric = catalog.get(key)
    try:
        frame, total = door.ask(
            view, "records", key, period=scope.period, filters=dict(scope.chosen), limit=MOST_ROWS
        )
        one = door.ask(view, "cards", [key], scope.period, dict(scope.chosen))[0]
    except Refused as refused:
        page.nothing(plain(refused))
        return
    st.markdown(plain(f"{metric.name} {shown(one.value, metric.unit, view.currency)} ({one.period.label}). {one.note}"))
    st.caption(explained(metric))
    if frame.empty:
        page.nothing(plain(one.reason or "No records for this filter. Choose another period or reset the filters."))
        return
    cut = f", the latest {MOST_ROWS:,} of them shown" if total > len(frame) else ""
    st.caption(f"{total:,} records{cut}. Times are UTC.")
    show.table(frame, f"Records of {metric.name}", key="records", height=520)
    show.downloads(view, frame, f"Records of {metric.name}", scope.told() | _cut(total, len(frame)), "records")


def _cut(total: int, kept: int) -> dict[str, str]:
    return {"rows": f"the latest {kept:,} of {total:,}"} if total > kept else {}
