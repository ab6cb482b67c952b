"""Cohorts by age: what came back of each month's units up to each age, only where it was watched that long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.periods import add_months, month_end


@dataclass(frozen=True)
class Triangle:
    """`shares`: the percentage of each month's units (index) that came back up to each age (columns), nan where it
    was not watched that long; `sent`: the units of each month.
    """

    shares: pd.DataFrame
    sent: pd.Series


def triangle(
    returned: pd.DataFrame, shipped: pd.DataFrame, last_on: date, *, first_on: date | None = None, most_ages: int = 24
) -> Triangle:
    """The percentage of units that came back up to each age in whole months, by the month they were shipped.

    `returned` has month, age, units; `shipped` month, units. The columns are the ages 0, 1, ...; values are
    cumulative over the ages. A cell is nan until every unit of the month has been
    watched to the end of that age, which is when `last_on` lies at least age + 1 months after the month's end; months
    shipped more than one before `first_on`, the first day any return was recorded, and those too young for any age are
    left out.
    """
    sent = shipped.dropna(subset=["month"]).set_index("month")["units"]
    sent = sent[sent > 0].sort_index()
    if first_on is not None:
        sent = sent[sent.index >= pd.Timestamp(add_months(first_on, -1))]
    watched = pd.Series({month: _ages_watched(month.date(), last_on) for month in sent.index}, dtype=int)
    ages = range(min(int(watched.max()), most_ages)) if len(watched) else range(0)
    back = returned[returned["month"].isin(sent.index) & (returned["age"] >= 0)]
    counts = back.pivot_table(index="month", columns="age", values="units", aggfunc="sum")
    whole = counts.reindex(index=sent.index, columns=list(ages)).fillna(0.0).cumsum(axis=1)
    shares = whole.div(sent, axis=0)
    for age in ages:
        shares.loc[watched <= age, age] = float("nan")
    kept = shares.rename_axis(index="month", columns="age").dropna(how="all") * 100
    return Triangle(kept, sent.reindex(kept.index))


def _ages_watched(month: date, last_on: date) -> int:
    """How many whole ages the last unit of a month has completed by this day."""
    start = month_end(month)
    months = (last_on.year - start.year) * 12 + last_on.month - start.month
    return max(0, months if month_end(last_on) == last_on else months - 1)
