"""Tidy frame in, figure out: the house style. Nothing here opens the knowledge base.

Each function returns a Drawing, which pages get through `pages.ui.door.draw`: made once for each state of the data,
shared by everybody, never changed.

A drawing over months uses `house.month_axis`, takes `events: pd.DataFrame | None = None` and ends with
`house.mark_events(figure, events)`; the door hands it what happened, limited by the filters of the question. No page
passes events, and a test fails for a month axis without them.
"""

from __future__ import annotations

from analytics.charts.comparison import comparison
from analytics.charts.hearing import against_before, costs_by_month
from analytics.charts.house import ACCENT, BAD, CONFIG, GOOD, GREY, Drawing, difference, safe, shown
from analytics.charts.movements import MOST_BARS, contributions
from analytics.charts.multiples import highlighted, multiples
from analytics.charts.trends import trend

__all__ = [
    "ACCENT", "BAD", "CONFIG", "GOOD", "GREY", "MOST_BARS", "Drawing", "against_before", "comparison", "contributions",
    "costs_by_month", "difference",
    "highlighted", "multiples", "safe", "shown", "trend",
]  # fmt: skip
