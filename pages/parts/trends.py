"""Twelve months of every key figure, with its target; ship cohorts too young to judge are grey."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.questions import Card
from pages.parts import focus
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope


def twelve_months(view: View, scope: Scope, cards: Sequence[Card]) -> None:
    """One small chart for each card that has data."""
    asked = {"end": scope.period, "filters": dict(scope.chosen)}
    drawn = [(one, door.ask(view, "trend", one.metric.key, **asked)) for one in cards if one.reason is None]
    if not drawn:
        st.info("None of the key figures has data for this filter. Reset the filters to see them.")
        return
    grid = st.grid(3, min_column_width=280)
    for one, _ in drawn:
        with grid.cell():
            show.drawing(focus.trend_of(view, scope, one.metric.key, height=200), f"trend-{one.metric.key}")
    rows = [{"metric": one.metric.name, **row} for one, frame in drawn for row in frame.to_dict("records")]
    show.downloads(view, pd.DataFrame(rows), "Twelve months", scope.told(), "trends")
