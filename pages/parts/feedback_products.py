"""All products side by side, each row leading to its product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from analytics.report import Rows
from pages.ui import door, page, reports, show
from pages.ui.door import View
from pages.ui.filters import Scope

NOBODY = "not recorded"
EXPLAINED = {
    "trend": "Returns and complaints against the period before; only a clear change counts (95 %)",
    "return_rate": "Percent of the latest ship cohorts followed long enough; by calendar where returns name no origin",
    "cost": "Credits of the returns, list price where no credit is given",
    "customers": "Customers who sent something back or complained, each once",
    "score": "NPS, or CSAT where only that is recorded, of the twelve months up to the end of the period",
    "answers": "How many answers the score is of: under 30 it is hardly more than a hint",
    "months": "Returns and complaints of the last twelve months",
}


def table(view: View, scope: Scope) -> None:
    """One row a product; choosing a row chooses the product above."""
    filters = {name: values for name, values in scope.chosen.items() if name != "product"}
    found = door.ask(view, "heard_by_product", period=scope.period, filters=filters)
    if found.empty:
        page.nothing("No return, complaint or request of any product for this filter. Choose a longer period.")
        return
    st.caption("Choose a row to see its product above; by keyboard, choose it in the box Product at the top.")
    title = f"What was heard of each product, {scope.period.label}"
    kept = found.drop(columns="months")
    reports.note(Rows, kept, title)
    st.dataframe(
        found, hide_index=True, key="products", selection_mode="single-row", alt=title, placeholder="",
        on_select=partial(_choose, tuple(found["product"])), column_config=show.columns(kept) | _columns(view),
        height="content" if len(found) <= show.MOST_AT_ONCE else "auto",
    )  # fmt: skip
    told = {name: value for name, value in scope.told().items() if name != "product"}
    show.downloads(view, kept, "Product feedback", told, "products")


def _columns(view: View) -> dict[str, object]:
    number, plain_column = st.column_config.NumberColumn, st.column_config.Column
    return {
        "trend": plain_column("trend", help=EXPLAINED["trend"]),
        "return_rate": number("return rate, %", format="%.2f", help=EXPLAINED["return_rate"]),
        "cost": number(f"cost, {view.currency}", format="localized", step=1, help=EXPLAINED["cost"]),
        "customers": number("customers touched", help=EXPLAINED["customers"]),
        "score": number("score", format="%.0f", help=EXPLAINED["score"]),
        "answers": number("answers", help=EXPLAINED["answers"]),
        "before": number("before", help="Returns and complaints in the period before"),
        "months": st.column_config.BarChartColumn("twelve months", help=EXPLAINED["months"], y_min=0),
    }


def _choose(products: Sequence[str]) -> None:
    rows = st.session_state["products"]["selection"]["rows"]
    if rows and products[rows[0]] != NOBODY:
        st.session_state["product"] = products[rows[0]]
