"""Any metric by any of its dimensions: each member now and before, beside the whole."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics import catalog, metrics
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period
from kb.access import Person, require
from kb.store import KnowledgeBase

SPLIT = ["value", "numerator", "denominator", "low", "high", "is_small"]


@dataclass(frozen=True)
class Split:
    """The members of one dimension, the weightiest first. For ship cohorts the periods are mature ones.

    `members`: member, value, before, change (in the unit of the value), numerator, denominator, low, high, is_small.
    `whole` is the value of all of them together; nan where nothing was recorded.
    """

    metric: Metric
    by: str
    period: Period
    against: Period
    members: pd.DataFrame
    whole: float


def split(
    base: KnowledgeBase, who: Person, key: str, *, by: str, period: Period, filters: Filters | None = None
) -> Split:
    """The metric by one dimension in the period and in the one before. Raises Refused for a dimension it lacks."""
    require(who, "read")
    span = metrics.comparable(base, who, key, period)
    earlier = span.previous()
    now, before = metrics.over(base, who, [key], [span, earlier], by=[by], filters=filters)
    whole = metrics.evaluate(base, who, [key], period=span, filters=filters)
    members = now[[by, *SPLIT]].merge(before[[by, "value"]].rename(columns={"value": "before"}), on=by, how="left")
    members["change"] = members["value"] - members["before"]
    members["is_small"] = members["is_small"].astype(bool)
    weight = members["denominator"].fillna(members["numerator"].abs())
    order = weight.sort_values(ascending=False, kind="stable").index
    columns = ["member", "value", "before", "change", "numerator", "denominator", "low", "high", "is_small"]
    tidy = members.loc[order].rename(columns={by: "member"})[columns].reset_index(drop=True)
    return Split(catalog.get(key), by, span, earlier, tidy, float(whole["value"].iloc[0]))
