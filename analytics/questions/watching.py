"""What control charts watch, from when to when it is known, and its counts over sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection

from analytics.control import Kind
from analytics.grains import Every, back, end_of, last_whole, named
from analytics.metric import Term
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.sums import days_of, sums
from kb import facts
from kb.access import Person, require
from kb.errors import Refused
from kb.store import KnowledgeBase

LENGTHS = {"month": 36, "week": 104}
"""How many months or weeks back a chart reaches: at least two years."""
JUDGED = {"month": 12, "week": 52}
"""The last of them are judged against limits from what was before, where that is long enough."""
QUIET_DAYS = 7
"""So long before the end of making's records those of one kind may end: no lot began in the last days."""
SCALES: dict[Kind, float] = {"p": 100.0, "u": 1000.0}


@dataclass(frozen=True)
class Watched:
    """Counts over sizes. `metric` is the one whose records lie behind them."""

    name: str
    kind: Kind
    count: Term
    size: Term
    metric: str

    @property
    def unit(self) -> str:
        return "percent" if self.kind == "p" else "per 1000"

    @property
    def splits(self) -> tuple[str, ...]:
        """The dimensions that counts and sizes share."""
        first, second = facts.get(self.count.fact).dimensions, facts.get(self.size.fact).dimensions
        return tuple(name for name in first if name in second)


WATCHED = {
    "rejected": Watched(
        "Rejected units", "p", Term("inspections", "units_rejected"), Term("inspections", "units_inspected"),
        "internal_ppm",
    ),
    "scrapped": Watched(
        "Scrapped units", "p", Term("production", "units_scrapped"), Term("production", "units_produced"), "scrap_rate"
    ),
    "nonconformances": Watched(
        "Nonconformances", "u", Term("nonconformances", "nonconformances"), Term("production", "units_produced"),
        "nonconformances",
    ),
}  # fmt: skip
SOURCES = {
    "inspections": "There are no inspections with a day: import inspections.",
    "production": "There are no lots or work orders with a day: import lots or work_orders.",
    "nonconformances": "There are no nonconformances with a day: import nonconformances.",
}


def watchable(base: KnowledgeBase, who: Person) -> dict[str, str | None]:
    """For each subject of WATCHED what is missing for it, none where it can be watched."""
    require(who, "read")
    with base.reading() as connection:
        days = _last_days(connection)
    return {key: lacking(one, days) for key, one in WATCHED.items()}


def subject_of(key: str, dimensions: Iterable[str]) -> Watched:
    """What is watched under this key. Raises Refused for another key, or a dimension it is not recorded by."""
    if key not in WATCHED:
        raise Refused(f"there is no control chart of {key}: choose one of {', '.join(WATCHED)}")
    for name in dimensions:
        if name not in WATCHED[key].splits:
            word = name.replace("_", " ")
            raise Refused(f"{WATCHED[key].name}: not recorded by {word}; choose another split or clear this filter")
    return WATCHED[key]


def lacking(watched: Watched, days: dict[str, date | None]) -> str | None:
    """What is missing for it, none where nothing is."""
    return next((SOURCES[term.fact] for term in (watched.size, watched.count) if days[term.fact] is None), None)


def known_span(connection: Connection, watched: Watched, end: Period, every: Every) -> tuple[Period | None, str]:
    """The span of a chart, whose last month (week) is complete in the filter and in the data; and what is left out.

    No span, and the reason, where nothing was recorded.
    """
    days = _last_days(connection)
    if missing := lacking(watched, days):
        return None, missing
    last = min(end.end, _known_until(watched, days, every))
    finish = last_whole(last, every)
    told = f"{named(last, every)} is left out: it is not complete." if finish < last else ""
    if not told and end_of(last, every) < end.end:
        told = f"Nothing was recorded after {last:%Y-%m-%d}."
    return Period(back(finish, every, LENGTHS[every]), finish), told


def _known_until(watched: Watched, days: dict[str, date | None], every: Every) -> date:
    """Until the last size was recorded, and the month (week) of the last count; quiet last days count as recorded."""
    latest = max(day for day in days.values() if day)
    size, count = (days[term.fact] or latest for term in (watched.size, watched.count))
    quiet = timedelta(days=QUIET_DAYS)
    return min(latest if latest - size <= quiet else size, latest if latest - count <= quiet else end_of(count, every))


def counts_and_sizes(
    connection: Connection, watched: Watched, groups: Sequence[str], period: Period, filters: Filters
) -> pd.DataFrame:
    """Columns of `groups`, count and size. Units made without a record of anything wrong count zero."""
    count, size = (
        sums(connection, term.fact, [term.measure], groups, period, filters).rename(columns={term.measure: name})
        for name, term in (("count", watched.count), ("size", watched.size))
    )
    both = count.merge(size, on=list(groups), how="right")
    return both.assign(count=both["count"].fillna(0.0)) if watched.count.fact != watched.size.fact else both


def _last_days(connection: Connection) -> dict[str, date | None]:
    return {name: days_of(connection, name)[1] for name in SOURCES}
