"""What pages ask beyond the value of a metric. Everything here takes who is asking and checks their right to read."""

from __future__ import annotations

from analytics.questions.cards import Card, cards, trend
from analytics.questions.drilldown import records
from analytics.questions.events import events
from analytics.questions.goals import ObjectiveStatus, check_objective, objectives
from analytics.questions.holdings import Span, choices, completeness, freshness, span
from analytics.questions.moves import Moved, moved, moved_by

__all__ = [
    "Card", "Moved", "ObjectiveStatus", "Span", "cards", "check_objective", "choices", "completeness", "events",
    "freshness", "moved", "moved_by", "objectives", "records", "span", "trend",
]  # fmt: skip
