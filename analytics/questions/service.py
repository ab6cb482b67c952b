"""What came back of each month's shipments, by months in service."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analytics import metrics
from analytics.cohorts import Triangle, triangle
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.sums import days_of, sums
from kb.access import Person, require
from kb.facts.hearing import WINDOW_DAYS
from kb.store import KnowledgeBase

MONTHS = 24
MATURE_AGES = math.ceil(WINDOW_DAYS / 30.4)
NOTHING = Triangle(pd.DataFrame(), pd.Series(dtype=float))


@dataclass(frozen=True)
class Service:
    """Months shipped by age, in percent; `reason` says why there is nothing."""

    triangle: Triangle
    period: Period
    reason: str | None

    @property
    def mature(self) -> list[pd.Timestamp]:
        """The months that count in the return rate by ship cohort, and whose records it therefore lists."""
        ages = self.triangle.shares.notna().sum(axis=1)
        return [month for month in self.triangle.shares.index if ages[month] >= MATURE_AGES]

    @property
    def table(self) -> pd.DataFrame:
        """The same with the months and their units as columns, ages counted as the months they end."""
        ages = self.triangle.shares.rename(columns=lambda age: f"within {int(age) + 1} months")
        return ages.assign(units_shipped=self.triangle.sent).reset_index().rename(columns={"month": "shipped"})


def months_in_service(base: KnowledgeBase, who: Person, *, end: Period, filters: Filters | None = None) -> Service:
    """Returns by ship cohort and age: the months shipped are the 24 up to the one in which `end` ends."""
    require(who, "read")
    period = Period.months(end.end, MONTHS)
    missing = metrics.unsupported(base, who).get("return_rate_cohort")
    if missing:
        return Service(NOTHING, period, f"Returns by months in service: {missing}.")
    with base.reading() as connection:
        back = sums(connection, "returned", ["units_returned_any_age"], ["month", "age_months"], period, filters or {})
        sent = sums(connection, "shipments", ["units_shipped"], ["month"], period, filters or {})
        days = {name: days_of(connection, name) for name in ("shipments", "returns")}
    back = back.set_axis(["month", "age", "units"], axis=1).dropna(subset=["month", "age"]).astype({"age": int})
    shipped = sent.set_axis(["month", "units"], axis=1)
    last_on = max((last for _, last in days.values() if last), default=period.end)
    found = triangle(back, shipped, last_on, first_on=days["returns"][0])
    reason = None
    if found.shares.empty:
        reason = "No month of this filter was shipped long enough ago. Choose a later period or reset the filters."
    return Service(found, period, reason)
