"""Rival definitions of one figure with their spread, and two witnesses with why they may differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts import difference, shown
from analytics.questions import Card, Testimony, Variants
from pages.ui import door, show
from pages.ui.cards import known
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain


def others(view: View, scope: Scope, key: str) -> None:
    """Both sections, for the metric that is looked at; nothing where it has neither rival nor witness."""
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    found: Variants | None = door.ask(view, "variants", key, **asked)
    if found is not None:
        st.subheader("Other definitions", anchor=False)
        _definitions(view, scope, found, asked)
    for one in door.ask(view, "testimonies", key, **asked):
        st.subheader(plain(f"Two witnesses: {one.witnesses.what.lower()}"), anchor=False)
        _witnesses(view, one)


def _definitions(view: View, scope: Scope, found: Variants, asked: dict[str, Any]) -> None:
    finding, unit = _finding(view, found), found.metric.unit
    if len(found.months):
        style = {"chosen": found.metric.key, "finding": finding, "unit": unit, "currency": view.currency}
        show.drawing(
            door.draw(view, "definitions", "variants", found.metric.key, **asked, part="months", style=style),
            "definitions",
        )
    else:
        st.markdown(plain(finding))
    frame = pd.DataFrame([_row(one, view.currency) for one in found.cards])
    show.table(frame, f"Definitions of {found.metric.name}", key="definitions-table")
    show.downloads(view, frame, f"Definitions of {found.metric.name}", scope.told(), "definitions")


def _finding(view: View, found: Variants) -> str:
    if found.lowest is None or found.highest is None or not known(found.spread):
        return f"{found.metric.name}: the other definitions have no value for this filter"
    unit, currency = found.metric.unit, view.currency
    low, high = (f"{shown(one.value, unit, currency)} ({one.metric.name})" for one in (found.lowest, found.highest))
    spread = difference(found.spread, unit, currency).removeprefix("+")
    return f"The definition makes {spread} of difference: {low} to {high}"


def _row(one: Card, currency: str) -> dict[str, str]:
    unit = one.metric.unit
    return {
        "definition": one.metric.name,
        "now": one.reason or shown(one.value, unit, currency),
        "before": "" if one.reason else shown(one.previous, unit, currency),
        "change": difference(one.delta, unit, currency) if known(one.delta) else "",
        "period": one.period.label,
        "formula": one.metric.formula,
        "source": one.metric.source,
    }


def _known(card: Card) -> str:
    """How long after it happened this can be known."""
    days = card.metric.matures_after_days
    return f"known {days:,} days after it was {card.metric.cohort}" if days else "known at the end of the month"


def _witnesses(view: View, one: Testimony) -> None:
    left, right = st.columns(2, gap="medium")
    for place, whose, card in ((left, "The factory says", one.production), (right, "Customers say", one.customers)):
        with place, st.container(border=True, height="stretch"):
            st.caption(whose)
            value = shown(card.value, card.metric.unit, view.currency)
            st.markdown(f"**{plain(f'{card.metric.name}: {value}')}**")
            st.markdown(plain(card.reason or f"{card.period.label}, {_known(card)}. {card.metric.formula}"))
    st.markdown(plain(one.witnesses.why))
