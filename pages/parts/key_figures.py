"""The six key figures of the quality page."""

from __future__ import annotations

import streamlit as st

from analytics import catalog
from analytics.questions import Card
from pages.ui import door
from pages.ui.cards import card
from pages.ui.door import View
from pages.ui.filters import Scope

# The first six that the data support; what the files cannot answer gives way to the next.
QUALITY = (
    "first_pass_yield", "rolled_throughput_yield", "internal_ppm", "scrap_rate", "cost_of_poor_quality",
    "supplier_reject_rate", "nonconformances", "units_nonconforming", "customer_ppm", "return_rate_calendar",
    "complaints", "capa_cycle_time",
)  # fmt: skip
MOST = 6


def quality(view: View, scope: Scope) -> list[Card]:
    """Draw the cards; returns them."""
    missing = door.ask(view, "unsupported")
    known = [key for key in QUALITY if key in catalog.METRICS]
    keys = sorted(known, key=lambda key: (key in missing, known.index(key)))[:MOST]
    cards: list[Card] = door.ask(view, "cards", keys, scope.period, dict(scope.chosen))
    grid = st.grid(MOST, min_column_width=150, gap="xsmall")
    for one in cards:
        with grid:
            card(one, view.currency)
    return cards
