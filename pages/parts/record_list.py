"""The list of records of one metric, and what a link said about it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from analytics import catalog
from analytics.charts import shown
from analytics.periods import Period
from kb.errors import Refused
from pages.ui import door, page, show
from pages.ui.cards import explained
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

MOST_ROWS = 2000
DEFAULT = "revenue"
DAYS = ("since", "until")


def asked_metric() -> str:
    """The key of the metric a link named; revenue for one nobody knows."""
    asked = st.query_params.get("of") or ""
    return asked if asked in catalog.METRICS else DEFAULT


def asked_dimensions(key: str) -> dict[str, tuple[str, ...]]:
    """What a link narrowed to, written where=product:DRV-T85; what the metric is not recorded by is left out."""
    asked: dict[str, tuple[str, ...]] = {}
    for pair in st.query_params.get_all("where"):
        name, _, value = pair.partition(":")
        if value and name in catalog.get(key).dimensions:
            asked[name] = (*asked.get(name, ()), value)
    return asked


def asked_period() -> Period | None:
    """The days a link narrowed to, written since=2026-01-01&until=2026-01-31; none where it did not, or not rightly.

    It counts before the period chosen beside the page, which a link cannot change.
    """
    try:
        since, until = (date.fromisoformat(st.query_params.get(name) or "") for name in DAYS)
    except ValueError:
        return None
    return Period(since, until) if since <= until else None


def choose(key: str) -> None:
    """The box that chooses the metric; the choice goes to the URL."""
    keys = list(catalog.METRICS)
    chosen = st.selectbox(
        "Metric", keys, keys.index(key), format_func=lambda one: catalog.get(one).name, key=f"of-{key}",
        help="The records that its value was summed from", width=320,
    )  # fmt: skip
    if chosen and chosen != key:
        st.query_params["of"] = chosen
        st.rerun()


def dimension_notes(key: str) -> None:
    """What a link narrowed the list to beyond the shared filters, and the way back."""
    asked, days = asked_dimensions(key), asked_period()
    if not asked and not days:
        return
    parts = [f"{name.replace('_', ' ')} {', '.join(values)}" for name, values in asked.items()]
    told = "; ".join([*parts, *([days.label] if days else [])])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(f"Only {told}."), width="content")
        if st.button("Show all", type="tertiary"):
            for name in ("where", *DAYS):
                st.query_params.pop(name, None)
            st.rerun()


def rows(view: View, scope: Scope, key: str) -> None:
    """Value, how many records, the records, and the files to take away."""
    metric = catalog.get(key)
    try:
        frame, total = door.ask(view, "records", key, period=scope.period, filters=dict(scope.chosen), limit=MOST_ROWS)
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
