"""Tidy frame in, figure out: the house style. Nothing here opens the knowledge base.

Each function returns a Drawing, which pages get through `pages.ui.door.draw`: made once for each state of the data,
shared by everybody, never changed.

A drawing over months uses `house.month_axis`, takes `events: pd.DataFrame | None = None` and ends with
`house.mark_events(figure, events)`; the door hands it what happened, limited by the filters of the question. No page
passes events, and a test fails for a month axis without them.
"""

from __future__ import annotations

from analytics.charts.codes import disagreements
from analytics.charts.comparison import comparison
from analytics.charts.control import control
from analytics.charts.groups import group_map, group_shares
from analytics.charts.hearing import against_before, costs_by_month
from analytics.charts.heatmap import heatmap
from analytics.charts.house import ACCENT, BAD, CONFIG, GOOD, GREY, Drawing, difference, safe, shown
from analytics.charts.movements import MOST_BARS, contributions
from analytics.charts.multiples import highlighted, multiples
from analytics.charts.pareto import UNITS as PARETO_UNITS
from analytics.charts.pareto import WORDS as PARETO_WORDS
from analytics.charts.pareto import pareto
from analytics.charts.rate_ratios import rate_ratios
from analytics.charts.steps import steps
from analytics.charts.trends import definitions, trend
from analytics.charts.triangle import triangle

__all__ = [
    "ACCENT", "BAD", "CONFIG", "Drawing", "GOOD", "GREY", "MOST_BARS", "PARETO_UNITS", "PARETO_WORDS",
    "against_before", "comparison", "contributions", "control", "costs_by_month", "definitions", "difference",
    "disagreements", "group_map", "group_shares", "heatmap", "highlighted", "multiples", "pareto", "rate_ratios",
    "safe", "shown", "steps", "trend", "triangle",
]  # fmt: skip
