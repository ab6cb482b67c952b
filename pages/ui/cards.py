"""A key figure: its value, what it is compared with, its target, its last twelve months, and the way to its records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from analytics.charts import difference, shown
from analytics.metric import Metric
from analytics.questions import Card
from analytics.report import Number
from pages.ui import menu, reports
from pages.ui.filters import records_link
from pages.ui.plain import plain

NO_BREAK = "\u00a0"
COLOURS = {"good": "green", "bad": "red"}
GOOD = {
    "up": "Higher is better.", "down": "Lower is better.", "zero": "Best at zero.",
    "band": "Neither more nor less is good.",
}  # fmt: skip
UNITS = {
    "percent": "%",
    "points": "points",
    "ppm": "ppm",
    "per 1000": "per 1,000",
    "days": "days",
    "units": "units",
    "count": "",
}


def explained(metric: Metric) -> str:
    """The text of tooltip and glossary."""
    owners = " and ".join(metric.owners)
    return plain(f"{metric.formula} {GOOD[metric.direction]} Moved by {owners}. Source: {metric.source}.")


def unit_name(metric: Metric, currency: str) -> str:
    """The unit as it stands behind the name; empty for plain counts."""
    return currency if metric.unit == "money" else UNITS[metric.unit]


@dataclass(frozen=True)
class Behind:
    """Where the number of a card leads, if not to its metric's records under the shared filters."""

    label: str
    parameters: Mapping[str, str | list[str]]
    page: str = "records"


def card(shown_card: Card, currency: str, behind: Behind | None = None) -> None:
    """One card. Without data it says so and stays grey."""
    metric = shown_card.metric
    with st.container(border=True, height="stretch", gap="xxsmall"):
        told = f"{explained(metric)} {plain(_sentence(shown_card.note))}"
        st.markdown(_head(shown_card, currency), help=told)
        reports.note(_noted, shown_card, currency)
        if shown_card.reason:
            st.metric(metric.name, None, label_visibility="collapsed")
            st.caption(plain(_sentence(shown_card.reason)))
            return
        st.metric(
            metric.name, _value(shown_card), _delta(shown_card), COLOURS.get(shown_card.status, "off"),
            label_visibility="collapsed", chart_data=_line(shown_card),
        )  # fmt: skip
        way = behind or Behind("Records", records_link(metric.key))
        menu.link(way.page, way.label, way.parameters)


def _head(shown_card: Card, currency: str) -> str:
    """Its name and, small, what it is compared with: one piece, because every piece costs a message at every rerun."""
    name = _label(shown_card.metric, currency)
    below = "" if shown_card.reason else plain(_below(shown_card, currency)).replace(" %", f"{NO_BREAK}%")
    return f"{name}  \n:small[:gray[{below}]]" if below else name


def _noted(shown_card: Card, currency: str) -> Number:
    """The card as it stands in a report, its change beside its value."""
    metric = shown_card.metric
    delta = difference(shown_card.delta, metric.unit) if known(shown_card.delta) else ""
    below = shown_card.reason or _below(shown_card, currency)
    return Number(
        f"{metric.name}", shown(shown_card.value, metric.unit, currency), " ".join(filter(None, [delta, below]))
    )


def _label(metric: Metric, currency: str) -> str:
    unit = unit_name(metric, currency)
    return plain(f"{metric.name}, {unit}" if unit else metric.name)


def _value(shown_card: Card) -> str | None:
    if not known(shown_card.value):
        return None
    return shown(shown_card.value, "units" if shown_card.metric.unit != "money" else "money")


def _delta(shown_card: Card) -> str | int | None:
    if not known(shown_card.delta):
        return None
    if math.isclose(shown_card.delta, 0, abs_tol=1e-9):
        return 0
    return difference(shown_card.delta, shown_card.metric.unit).replace("−", "-")


def _line(shown_card: Card) -> list[float] | None:
    values = [float(value) for value in shown_card.sparkline if known(value)]
    return values if len(values) > 1 else None


def _below(shown_card: Card, currency: str) -> str:
    parts = []
    if known(shown_card.delta):
        # A ship cohort is judged later than the rest: its card names the month it stands for.
        parts.append(f"{shown_card.period.label if shown_card.note else ''} {shown_card.delta_label}".strip())
    if known(shown_card.target):
        parts.append(f"Target {shown(shown_card.target, shown_card.metric.unit, currency)}")
    if not known(shown_card.value):
        parts.append("No data for this filter")
    elif shown_card.is_small:
        parts.append(_interval(shown_card, currency))
    return ". ".join(parts)


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}." if note else ""


def _interval(shown_card: Card, currency: str) -> str:
    low, high, unit = shown_card.low, shown_card.high, shown_card.metric.unit
    if not (known(low) and known(high)):
        return f"Small sample, n = {shown_card.n:,.0f}"
    return f"n = {shown_card.n:,.0f}: {shown(low, unit, currency)} to {shown(high, unit, currency)}"


def known(value: float | None) -> bool:
    """A number, not nothing."""
    return value is not None and not math.isnan(value)
