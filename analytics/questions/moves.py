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
    span = metrics.comparable(base, who, key, period)
    earlier = span.previous() if against is None or span != period else against
    after, before = metrics.over(base, who, [key], [span, earlier], by=[by], filters=filters)
    if metric.kind == "product":
        whole = metrics.over(base, who, [key], [earlier, span], filters=filters)
        values = float(whole[0]["value"].iloc[0]), float(whole[1]["value"].iloc[0])
    else:
        values = _whole(metric, before), _whole(metric, after)
    was, now = (frame.rename(columns={by: "member"}) for frame in (before, after))
    parts = NO_PARTS if any(map(math.isnan, values)) else _parts(metric, was, now)
    sentence = changes.finding(metric, *values, parts, by, currency(base, who))
    change = values[1] - values[0]
    return Moved(metric, by, span, earlier, *values, change, parts, changes.concentration(parts, was, now), sentence)


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
    splits = [moved(base, who, key, period=period, against=against, by=by, filters=filters) for by in usable]
    telling = [split for split in splits if not math.isnan(split.concentration)]
    return max(telling, key=lambda split: split.concentration, default=None)


def _adds_up(metric: Metric, by: str) -> bool:
    return metric.kind not in ("median", "balance") and (metric.kind != "product" or by == metric.step)


def _refuse_splits(metric: Metric, by: str) -> None:
    metrics.refuse_foreign(metric, [by])
    if not _adds_up(metric, by):
        instead = f"split it by {metric.step}" if metric.kind == "product" else "compare its values by group"
        raise Refused(f"contributions by {by} do not add up to a change of {metric.name}: {instead}")


def _whole(metric: Metric, members: pd.DataFrame) -> float:
    above, below = (float(members[name].astype(float).sum(min_count=1)) for name in ("numerator", "denominator"))
    if not metric.is_quotient:
        return above
    return above / below * metric.scale if below > 0 else float("nan")


def _parts(metric: Metric, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    if metric.kind == "product":
        return changes.of_products(before, after, metric.scale)
    return changes.of_ratios(before, after, metric.scale) if metric.is_quotient else changes.of_sums(before, after)
