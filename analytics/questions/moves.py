"""What moved and why: the change of a metric, and who carries it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics import catalog, changes, metrics
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.holdings import currency
from kb.access import Person, require
from kb.errors import Refused
from kb.store import KnowledgeBase

CANDIDATES = (
    "family", "product", "line", "shift", "station", "segment", "region", "customer", "supplier", "material",
    "channel", "department", "site",
)  # fmt: skip
NO_PARTS = pd.DataFrame(columns=list(changes.PARTS))


@dataclass(frozen=True)
class Moved:
    """A change and its parts, whose contributions add up to it. For ship cohorts the periods are mature ones.

    `parts`: member, before, after, rate_effect, mix_effect, contribution (in the metric's unit), numerator and
    denominator (after). `concentration` is 0 when members carry what their size suggests, towards 1 when a small one
    carries it all.
    """

    metric: Metric
    by: str
    period: Period
    against: Period
    before: float
    after: float
    change: float
    parts: pd.DataFrame
    concentration: float
    finding: str


def moved(
    base: KnowledgeBase,
    who: Person,
    key: str,
    *,
    period: Period,
    against: Period | None = None,
    by: str,
    filters: Filters | None = None,
) -> Moved:
    """The change of a metric between two periods (by default the one before), split by a dimension.

    Raises Refused for a dimension the metric does not have, and for kinds that no split adds up for (a median; a
    balance; a product by anything but its steps).
    """
    require(who, "read")
    metric = catalog.get(key)
    _refuse_splits(metric, by)
    with base.reading():
        return _told(base, who, _split(base, who, metric, period, against, by, filters or {}))


def moved_by(
    base: KnowledgeBase,
    who: Person,
    key: str,
    *,
    period: Period,
    against: Period | None = None,
    filters: Filters | None = None,
    dimensions: Sequence[str] = CANDIDATES,
) -> Moved | None:
    """The split that concentrates the change most; none where no dimension has two members."""
    require(who, "read")
    metric = catalog.get(key)
    usable = [name for name in dimensions if name in metric.dimensions and _adds_up(metric, name)]
    with base.reading():
        splits = [_split(base, who, metric, period, against, by, filters or {}) for by in usable]
        telling = [one for one in splits if one.parts is not None and not math.isnan(one.parts.concentration)]
        best = max(telling, key=lambda one: one.parts.concentration if one.parts else 0.0, default=None)
        return _told(base, who, best) if best else None


@dataclass(frozen=True)
class _Found:
    """A change by one dimension; no parts where one of the two periods has no value."""

    metric: Metric
    by: str
    period: Period
    against: Period
    totals: tuple[float, float]
    parts: changes.Split | None


def _split(
    base: KnowledgeBase, who: Person, metric: Metric, period: Period, against: Period | None, by: str, filters: Filters
) -> _Found:
    span = metrics.comparable(base, who, metric.key, period)
    earlier = span.previous() if against is None or span != period else against
    sides = changes.Sides.of(*metrics.members(base, who, metric.key, [earlier, span], by, filters))
    if metric.kind == "product":
        whole = metrics.over(base, who, [metric.key], [earlier, span], filters=filters)
        totals = float(whole[0]["value"].iloc[0]), float(whole[1]["value"].iloc[0])
    else:
        totals = _whole(metric, *sides.totals(0)), _whole(metric, *sides.totals(1))
    parts = None if any(map(math.isnan, totals)) else _parts(metric, sides)
    return _Found(metric, by, span, earlier, totals, parts)


def _told(base: KnowledgeBase, who: Person, found: _Found) -> Moved:
    parts = NO_PARTS if found.parts is None else found.parts.parts
    sentence = changes.finding(found.metric, *found.totals, parts, found.by, currency(base, who))
    return Moved(
        found.metric, found.by, found.period, found.against, *found.totals, found.totals[1] - found.totals[0], parts,
        float("nan") if found.parts is None else found.parts.concentration, sentence,
    )  # fmt: skip


def _adds_up(metric: Metric, by: str) -> bool:
    return metric.kind not in ("median", "balance") and (metric.kind != "product" or by == metric.step)


def _refuse_splits(metric: Metric, by: str) -> None:
    metrics.refuse_foreign(metric, [by])
    if not _adds_up(metric, by):
        instead = f"split it by {metric.step}" if metric.kind == "product" else "compare its values by group"
        raise Refused(f"contributions by {by} do not add up to a change of {metric.name}: {instead}")


def _whole(metric: Metric, above: float, below: float) -> float:
    if not metric.is_quotient:
        return above
    return above / below * metric.scale if below > 0 else float("nan")


def _parts(metric: Metric, sides: changes.Sides) -> changes.Split:
    if metric.kind == "product":
        return changes.of_products(sides, metric.scale)
    return changes.of_ratios(sides, metric.scale) if metric.is_quotient else changes.of_sums(sides)
