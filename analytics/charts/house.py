"""Tidy frame in, figure out: the house style. Nothing here opens the knowledge base.

Colours are Okabe and Ito's, chosen so that every mark has a contrast of at least 3:1 on the light and on the dark
background. The finding is the title; it stands above the figure as text, so that it wraps on a phone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from analytics.metric import rounded

ACCENT, GOOD, BAD, GREY = "#0072B2", "#009E73", "#D55E00", "#808080"
CONFIG = {"displaylogo": False, "displayModeBar": False, "showSendToCloud": False, "scrollZoom": False}
_SCALES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
_PLAIN_BELOW = 10_000
_UNITS = {"percent": " %", "ppm": " ppm", "per 1000": " per 1,000", "days": " days"}


@dataclass(frozen=True)
class Drawing:
    """A figure, the finding as its title (text with data in it: escape it before markdown), its alternative text."""

    figure: go.Figure
    title: str
    alt: str


def shown(value: float | None, unit: str, currency: str = "") -> str:
    """Three significant digits, thousands separated, with the unit: '96.1 %', '1.23 M EUR', '1,230 ppm'."""
    if value is None or not math.isfinite(value):
        return "no data"
    tail = _UNITS.get(unit, f" {currency}" if unit == "money" and currency else "")
    if unit in ("money", "count", "units") and abs(value) >= _PLAIN_BELOW:
        # 999,999 has three digits as 1 M, not as 1,000 k.
        scale, letter = next(pair for pair in _SCALES if abs(value) >= 0.9995 * pair[0])
        return f"{rounded(value / scale)}{letter}{tail}"
    return f"{rounded(value)}{tail}"


def difference(value: float, unit: str, currency: str = "") -> str:
    """A change with its sign: '+1.2 points', '−3.4 k EUR'."""
    text = shown(abs(value), "points" if unit == "percent" else unit, currency)
    tail = " points" if unit == "percent" else ""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{text}{tail}"


def safe(text: object) -> str:
    """Text from data for a figure: Plotly reads a small HTML, links included, so its signs become entities."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def suffix(unit: str, *, difference: bool = False) -> dict[str, str]:
    """The ticks of an axis in this unit."""
    if unit == "percent":
        return {"ticksuffix": " pt" if difference else " %"}
    return {"tickformat": "~s"} if unit in ("money", "count", "units") else {}


def short(text: object, most: int = 24) -> str:
    """A label that leaves room for the chart."""
    text = str(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def empty(height: int) -> go.Figure:
    """A figure in the house style with nothing drawn yet."""
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, hovermode="closest", dragmode=False,
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}, showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure
