"""Who is touched by the trouble, and what it costs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts import difference, shown
from analytics.questions import ReturnCosts
from analytics.report import Number
from pages.parts.feedback_focus import where
from pages.ui import door, menu, page, reports, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

MOST_CUSTOMERS = 500
MONEY = {"credited": "Credited", "not_credited": "Not credited, at list price", "cost": "Cost of returns"}
COUNTS = {"returns": "Returns", "units_returned": "Units returned"}


def touched(view: View, scope: Scope) -> None:
    """Customers with the most trouble first, who looks after them, and the way to their records."""
    asked = {"period": scope.period, "filters": dict(scope.chosen), "limit": MOST_CUSTOMERS}
    frame, total = door.ask(view, "touched_customers", **asked)
    if frame.empty:
        page.nothing(
            plain(f"Nobody sent anything back or complained in {scope.period.label} for this filter. Choose a longer "
                  "period on the left, or all products.")
        )  # fmt: skip
        return
    _unnamed(view, scope)
    cut = f", the {MOST_CUSTOMERS} with most trouble shown" if total > len(frame) else ""
    st.caption(plain(f"{total:,} customers sent something back or complained in {scope.period.label}{cut}."))
    show.table(frame, f"Customers touched, {scope.period.label}", key="touched", height=420)
    _records(scope, frame)
    show.downloads(view, frame, "Customers touched", scope.told(), "touched")


def _unnamed(view: View, scope: Scope) -> None:
    """Why customers cannot be told apart, where no record names one."""
    reason = door.ask(view, "touched_card", scope.period, dict(scope.chosen)).reason
    if reason:
        page.nothing(plain(f"Who is touched cannot be told: {reason}."))


def _records(scope: Scope, frame: pd.DataFrame) -> None:
    customer = st.selectbox("Records of customer", list(frame["customer"]), index=None, key="touched-one", width=320)
    if not customer:
        return
    with st.container(horizontal=True, gap="medium"):
        for key, label in (("returns", "Their returns"), ("complaints", "Their complaints")):
            link = records_link(key, customer=customer, **where(scope))
            menu.link("records", label, query_params=link)


def costs(view: View, scope: Scope) -> None:
    """Credits, what was not credited, units; by month and by reason."""
    asked: dict[str, Any] = {"period": scope.period, "filters": dict(scope.chosen)}
    found: ReturnCosts = door.ask(view, "return_costs", **asked)
    if not found.by_month["returns"].sum() and not found.now["returns"]:
        page.nothing(
            plain(f"No return in the twelve months up to {scope.period.label} for this filter. Choose all products.")
        )
        return
    _sums(view, scope, found)
    left, right = st.columns(2, gap="medium")
    with left:
        drawn = door.draw(
            view, "costs_by_month", "return_costs", **asked, part="by_month", style={"currency": view.currency}
        )
        show.drawing(drawn, "costs-by-month")
    with right:
        style = {
            "now": scope.period.label, "before": scope.before.label, "unit": "money", "currency": view.currency,
        }  # fmt: skip
        drawn = door.draw(view, "against_before", "return_costs", **asked, part="bars", style=style)
        show.drawing(drawn, "costs-by-reason")
    show.table(found.by_reason, f"Cost of returns by reason, {scope.period.label}", key="costs-table")
    show.downloads(view, found.by_reason, "Cost of returns by reason", scope.told(), "costs")
    link = records_link("return_cost", **where(scope))
    menu.link("records", "Records of these costs", query_params=link)


def _sums(view: View, scope: Scope, found: ReturnCosts) -> None:
    grid = st.grid(5, min_column_width=150)
    for name, label in (MONEY | COUNTS).items():
        unit = "money" if name in MONEY else "units"
        value = shown(found.now[name], unit, view.currency)
        change = difference(found.now[name] - found.before[name], unit, view.currency).replace("\u2212", "-")
        told = f"{change} vs {scope.before.label}"
        reports.note(Number, label, value, told)
        with grid.cell(), st.container(border=True, gap="xxsmall"):
            st.metric(label, value)
            st.caption(plain(told))
