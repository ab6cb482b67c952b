"""Cards and trends: a metric now, before, over a year, and against its target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analytics import catalog, metrics
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period, add_months
from analytics.questions.goals import is_reached, target_of, targets
from kb.access import Person, require
from kb.errors import Refused
from kb.store import KnowledgeBase

Status = Literal["good", "bad", "neutral"]
NAN = float("nan")
TREND = ["month", "value", "numerator", "denominator", "low", "high", "is_mature", "target"]


@dataclass(frozen=True)
class Card:
    """One metric at a glance. Numbers are nan where there is no data; `reason` says why there can be none.

    `period` is what the value covers: for a ship cohort the latest mature months, which `note` names.
    `delta` is in the unit of the value (points for percent).
    """

    metric: Metric
    period: Period
    value: float = NAN
    previous: float = NAN
    delta: float = NAN
    delta_label: str = ""
    target: float | None = None
    sparkline: tuple[float, ...] = ()
    numerator: float = NAN
    n: float = NAN
    low: float = NAN
    high: float = NAN
    is_small: bool = False
    is_mature: bool = True
    status: Status = "neutral"
    note: str = ""
    reason: str | None = None


def cards(
    base: KnowledgeBase, who: Person, keys: Sequence[str], period: Period, filters: Filters | None = None
) -> list[Card]:
    """One card for each key, in order; unsupported metrics, and filters a metric does not know, give a reason."""
    require(who, "read")
    reasons = metrics.unsupported(base, who) | _refusals(keys, filters or {})
    spans = {key: metrics.comparable(base, who, key, period) for key in keys if key not in reasons}
    made: dict[str, Card] = {}
    for span in dict.fromkeys(spans.values()):
        made |= _cards(base, who, [key for key in keys if spans.get(key) == span], span, filters or {}, period)
    return [made.get(key) or Card(catalog.get(key), period, reason=reasons[key]) for key in keys]


def trend(
    base: KnowledgeBase,
    who: Person,
    key: str,
    *,
    end: Period | None = None,
    months: int = 12,
    by: str | None = None,
    filters: Filters | None = None,
) -> pd.DataFrame:
    """Columns month (first day), that of `by`, value, numerator, denominator, low, high, is_mature, target.

    One row for each of the months up to the one in which `end` ends, also where nothing was recorded (nan).
    """
    require(who, "read")
    if end is None:
        raise Refused("a trend needs the month it ends with: choose a period")
    whole = Period.months(end.end, months)
    groups = ["month", *([by] if by else [])]
    values = metrics.evaluate(base, who, [key], period=whole, by=groups, filters=filters)
    told = values.set_index(groups).reindex(_grid(whole, by, values)).reset_index()
    told["is_mature"] = told["is_mature"].eq(False).eq(False)
    target = target_of(base, who, key, filters)
    told["target"] = NAN if target is None else target
    return told[[*groups, *TREND[1:]]]


def _grid(whole: Period, by: str | None, values: pd.DataFrame) -> pd.Index:
    months = pd.date_range(whole.start, whole.end, freq="MS", unit="us", name="month")
    return pd.MultiIndex.from_product([months, sorted(values[by].unique())], names=["month", by]) if by else months


def _refusals(keys: Sequence[str], filters: Filters) -> dict[str, str]:
    foreign = {key: [name for name in filters if name not in catalog.get(key).dimensions] for key in keys}
    return {
        key: f"{catalog.get(key).name}: not recorded by {names[0].replace('_', ' ')}; clear this filter to see it"
        for key, names in foreign.items()
        if names
    }


def _cards(
    base: KnowledgeBase, who: Person, keys: list[str], span: Period, filters: Filters, asked: Period
) -> dict[str, Card]:
    year = Period.months(span.end, 12)
    (now, before), monthly = metrics.history(base, who, keys, [span, span.previous()], year, filters=filters)
    months = [f"{add_months(year.start, later):%Y-%m}" for later in range(year.month_count)]
    made, aims = {}, targets(base, who, filters)
    for key in keys:
        line = tuple(monthly[key][month].value if month in monthly[key] else NAN for month in months)
        made[key] = _card(catalog.get(key), span, now[key], before[key].value, line, aims.get(key), asked)
    return made


def _card(
    metric: Metric,
    span: Period,
    now: metrics.Answer,
    previous: float,
    line: tuple[float, ...],
    target: float | None,
    asked: Period,
) -> Card:
    note = f"{metric.cohort} {span.label}, the latest months followed long enough" if span != asked else ""
    if not now.is_mature:
        note = f"{metric.cohort} {span.label}, not yet followed long enough"
    return Card(
        metric, span, now.value, previous, now.value - previous, f"vs {span.previous().label}", target, line,
        now.numerator, now.denominator, now.low, now.high, now.is_small, now.is_mature,
        _status(metric, now, previous, target), note,
    )  # fmt: skip


def _status(metric: Metric, now: metrics.Answer, previous: float, target: float | None) -> Status:
    value = now.value
    if math.isnan(value) or now.is_small or not now.is_mature:
        return "neutral"
    if target is not None:
        return "good" if is_reached(metric, value, target) else "bad"
    if metric.direction == "band" or math.isnan(previous) or math.isclose(value, previous, rel_tol=1e-9):
        return "neutral"
    return "good" if is_reached(metric, value, abs(previous) if metric.direction == "zero" else previous) else "bad"
