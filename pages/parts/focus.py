"""What moved and why: one metric over twelve months, and who carries its last change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analytics import catalog
from analytics.charts import Drawing
from analytics.questions import Card, Moved
from pages.ui import door, menu, page, show
from pages.ui.cards import known
from pages.ui.door import View
from pages.ui.filters import Scope, records_link

TELLING = "most telling"


def what_moved(view: View, scope: Scope, cards: Sequence[Card]) -> None:
    """Choose a metric and a split; the trend and the contributions stand side by side, the table below."""
    missing = door.ask(view, "unsupported")
    keys = [key for key in catalog.METRICS if key not in missing]
    if not keys:
        page.nothing("No figure can be worked out from the files so far; the Data page says what each would need.")
        return
    key, by = _chosen(keys, cards)
    left, right = st.columns(2, gap="medium")
    with left:
        _trend(view, scope, key)
    with right:
        found = answer(view, scope, key, by)
        if found is None or found.parts.empty:
            st.info(_nothing(found))
            return
        show.drawing(_contributions(view, scope, key, by, found), "contributions")
    _table(view, scope, found)


def _chosen(keys: Sequence[str], cards: Sequence[Card]) -> tuple[str, str]:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.subheader("What moved and why", anchor=False, width="stretch")
        key = st.selectbox(
            "Metric", keys, keys.index(worst(cards)) if worst(cards) in keys else 0, key="metric", bind="query-params",
            format_func=lambda one: catalog.get(one).name, width=320,
        ) or keys[0]  # fmt: skip
        splits = [TELLING, *catalog.get(key).dimensions]
        by = st.selectbox(
            "Split by", splits, key="by", bind="query-params", format_func=lambda one: one.replace("_", " "), width=220
        )
    return key, by or TELLING


def worst(cards: Sequence[Card]) -> str | None:
    """The metric that most wants looking at: of the bad ones (else of all) the one that moved most for its size."""
    moved = [one for one in cards if known(one.delta) and known(one.previous) and one.previous]
    bad = [one for one in moved if one.status == "bad"] or moved
    return (
        max(bad, key=lambda one: abs(one.delta / one.previous), default=None)
        and max(bad, key=lambda one: abs(one.delta / one.previous)).metric.key
    )


def _trend(view: View, scope: Scope, key: str) -> None:
    show.drawing(trend_of(view, scope, key), "trend")


def trend_of(view: View, scope: Scope, key: str, height: int = 300) -> Drawing:
    """Twelve months of one metric."""
    metric = catalog.get(key)
    style = {"name": metric.name, "unit": metric.unit, "direction": metric.direction, "currency": view.currency}
    asked = {"end": scope.period, "filters": dict(scope.chosen)}
    return door.draw(view, "trend", "trend", key, **asked, style={**style, "height": height})


def answer(view: View, scope: Scope, key: str, by: str = TELLING) -> Moved | None:
    """What carries the change of one metric, without drawing it."""
    question, asked = _asked(scope, by)
    found: Moved | None = door.ask(view, question, key, **asked)
    return found


def _asked(scope: Scope, by: str) -> tuple[str, dict[str, Any]]:
    asked: dict[str, Any] = {"period": scope.period, "filters": dict(scope.chosen)}
    return ("moved_by", asked) if by == TELLING else ("moved", {**asked, "by": by})


def _contributions(view: View, scope: Scope, key: str, by: str, found: Moved) -> Drawing:
    style = {"finding": found.finding, "unit": found.metric.unit, "currency": view.currency}
    question, asked = _asked(scope, by)
    return door.draw(view, "contributions", question, key, **asked, part="parts", style=style)


def _nothing(found: Moved | None) -> str:
    why = "no split of it has two members" if found is None else "one of the two periods has no records"
    return f"There is no change to explain for this filter: {why}. Choose another period or split."


def _table(view: View, scope: Scope, found: Moved) -> None:
    label = f"Contributions by {found.by.replace('_', ' ')} as a table, with their records"
    box = st.expander(label, key="contributions-table", on_change="rerun", bind="query-params")
    if not box.open:  # the browser loads what draws tables only when somebody wants one
        return
    with box:
        st.caption(
            f"{found.against.label} to {found.period.label}. Rate: members did better or worse. "
            "Mix: better or worse members grew. Both sum to the change."
        )
        event = st.dataframe(
            found.parts, hide_index=True, key="parts", on_select="rerun", selection_mode="single-row",
            alt=f"Contributions to the change of {found.metric.name}", column_config=show.columns(found.parts),
        )  # fmt: skip
        chosen = event["selection"]["rows"]
        member = None
        if chosen:
            member = str(found.parts["member"].iloc[chosen[0]])
        else:
            member = st.selectbox("Records of", found.parts["member"].astype(str), index=None, key="member")
        if member:
            link = records_link(found.metric.key, **{found.by: member})
            menu.link("records", "See its records", query_params=link)
        show.downloads(view, found.parts, f"{found.metric.name} by {found.by}", scope.told(), "parts")
