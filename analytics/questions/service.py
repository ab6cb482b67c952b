"""What came back of each month's shipments, by months in service."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics import metrics
from analytics.cohorts import triangle
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.sums import first_seen, last_day, sums
from kb.access import Person, require
from kb.store import KnowledgeBase

MONTHS = 24


@dataclass(frozen=True)
class Service:
    """`shares`: percent of the units shipped in a month (index) that came back up to each age in months (columns).

    nan where the month was not yet watched that long; `sent` are its units. `reason` says why there is nothing.
    """

    shares: pd.DataFrame
    sent: pd.Series
    period: Period
    reason: str | None

    @property
    def table(self) -> pd.DataFrame:
        """The same with the months and their units as columns, ages counted as the months they end."""
        ages = self.shares.rename(columns=lambda age: f"within {int(age) + 1} months")
        return ages.assign(units_shipped=self.sent).reset_index().rename(columns={"month": "shipped"})


def months_in_service(base: KnowledgeBase, who: Person, *, end: Period, filters: Filters | None = None) -> Service:
    """Returns by ship cohort and age: the months shipped are the 24 up to the one in which `end` ends."""
    require(who, "read")
    period = Period.months(end.end, MONTHS)
    missing = metrics.unsupported(base, who).get("return_rate_cohort")
    if missing:
        return Service(pd.DataFrame(), pd.Series(dtype=float), period, f"Returns by months in service: {missing}.")
    with base.reading() as connection:
        back = sums(connection, "returned", ["units_returned_any_age"], ["month", "age_months"], period, filters or {})
        sent = sums(connection, "shipments", ["units_shipped"], ["month"], period, filters or {})
        ends = [day for day in (last_day(connection, "shipments"), last_day(connection, "returns")) if day]
        first_on = first_seen(connection, "returned")
    back = back.set_axis(["month", "age", "units"], axis=1).dropna(subset=["month", "age"]).astype({"age": int})
    shipped = sent.set_axis(["month", "units"], axis=1)
    shares = (triangle(back, shipped, max(ends), first_on=first_on) * 100).dropna(how="all") if ends else pd.DataFrame()
    reason = None
    if shares.empty or shares.shape[1] == 0:
        reason = "No month of this filter was shipped long enough ago. Choose a later period or reset the filters."
    return Service(shares, shipped.set_index("month")["units"].reindex(shares.index), period, reason)
