"""Rival definitions of the same thing side by side, and two witnesses of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analytics import catalog
from analytics.catalog import Witnesses
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.cards import Card, cards, trend
from kb.access import Person, require
from kb.store import KnowledgeBase

UNITS = {"percent": "points", "money": "money"}


@dataclass(frozen=True)
class Variants:
    """All definitions of one thing. `cards` holds each, what cannot be answered with its reason.

    `months`: month, key, name, value, is_mature of those in the unit of the chosen one. `spread` is the largest minus
    the smallest value of these now, in their unit (points for percent), nan where fewer than two are known; `lowest`
    and `highest` say which. Each stands for its own period: a ship cohort is judged later than the rest.
    """

    metric: Metric
    cards: tuple[Card, ...]
    months: pd.DataFrame
    spread: float
    lowest: Card | None
    highest: Card | None


@dataclass(frozen=True)
class Testimony:
    """What two witnesses say now, and why it may differ."""

    witnesses: Witnesses
    production: Card
    customers: Card


def variants(
    base: KnowledgeBase, who: Person, key: str, *, period: Period, filters: Filters | None = None
) -> Variants | None:
    """The metric beside its rivals; none where it has no rival."""
    require(who, "read")
    rivals = catalog.rivals(key)
    if not rivals:
        return None
    metric = catalog.get(key)
    found = cards(base, who, [one.key for one in rivals], period, filters)
    alike = [one for one in found if one.reason is None and one.metric.unit == metric.unit]
    known = sorted((one for one in alike if not math.isnan(one.value)), key=lambda one: one.value)
    lines = [
        trend(base, who, one.metric.key, end=period, filters=filters).assign(key=one.metric.key, name=one.metric.name)
        for one in alike
    ]
    columns = ["month", "key", "name", "value", "is_mature"]
    months = pd.concat(lines, ignore_index=True)[columns] if lines else pd.DataFrame(columns=columns)
    spread = known[-1].value - known[0].value if len(known) > 1 else float("nan")
    ends = (known[0], known[-1]) if known else (None, None)
    return Variants(metric, tuple(found), months, spread, *ends)


def testimonies(
    base: KnowledgeBase, who: Person, key: str, *, period: Period, filters: Filters | None = None
) -> list[Testimony]:
    """Each pair of witnesses that this metric belongs to, with what both say now."""
    require(who, "read")
    pairs = [pair for pair in catalog.WITNESSES if key in (pair.production, pair.customers)]
    return [Testimony(pair, *cards(base, who, [pair.production, pair.customers], period, filters)) for pair in pairs]
