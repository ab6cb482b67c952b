"""The six key figures: sales' and production's side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from analytics.questions import Card
from pages.ui import door, show
from pages.ui.cards import card, unit_name
from pages.ui.door import View
from pages.ui.filters import Scope

# The first three of each that the data support; what the files cannot answer gives way to the next.
SALES = (
    "revenue", "on_time_to_promise", "return_rate_cohort", "return_rate_calendar", "on_time_to_request", "orders",
    "units_shipped", "complaints", "returns", "nps", "requests",
)  # fmt: skip
PRODUCTION = (
    "first_pass_yield", "scrap_rate", "cost_of_poor_quality", "supplier_reject_rate", "internal_ppm", "forecast_error",
    "nonconformances", "recalls",
)  # fmt: skip
A_SIDE = 3


def sides(view: View, scope: Scope) -> list[Card]:
    """Draw both groups of cards; returns their cards."""
    cards = answers(view, scope)
    groups = {"Sales": cards[:A_SIDE], "Production": cards[A_SIDE:]}
    for half, (name, group) in zip(st.columns(2, gap="small"), groups.items(), strict=True):
        with half:
            st.subheader(name, anchor=False)
            _row(group, view.currency)
    return cards


def answers(view: View, scope: Scope) -> list[Card]:
    """The cards without drawing them: sales' first, then production's."""
    missing = door.ask(view, "unsupported")
    keys = [*_answerable(SALES, missing), *_answerable(PRODUCTION, missing)]
    cards: list[Card] = door.ask(view, "cards", keys, scope.period, dict(scope.chosen))
    return cards


def _answerable(keys: Sequence[str], missing: dict[str, str]) -> list[str]:
    return sorted(keys, key=lambda key: (key in missing, keys.index(key)))[:A_SIDE]


def _row(cards: Sequence[Card], currency: str) -> None:
    grid = st.grid(A_SIDE, min_column_width=150, gap="xsmall")
    for one in cards:
        with grid:
            card(one, currency)


def download(view: View, scope: Scope, cards: Sequence[Card], title: str = "Overview") -> None:
    """The cards as a table for a spreadsheet, with the filters written in."""
    show.downloads(view, partial(_table, cards, view.currency), title, scope.told(), title.lower())


def _table(cards: Sequence[Card], currency: str) -> pd.DataFrame:
    rows = [
        {
            "metric": one.metric.name, "unit": unit_name(one.metric, currency), "period": one.period.label,
            "value": one.value, "previous": one.previous, "change": one.delta, "compared with": one.delta_label,
            "target": one.target, "numerator": one.numerator, "denominator": one.n, "low": one.low, "high": one.high,
            "note": one.reason or one.note, "formula": one.metric.formula,
        }
        for one in cards
    ]  # fmt: skip
    return pd.DataFrame(rows)
