"""Sums of facts, tidy: by month or week and dimensions, made in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from analytics.metrics import Filters
from analytics.periods import Period
from kb import facts, rollups
from kb.facts import Fact
from kb.facts.shared import table

# Where the days of a fact stand under an index.
DAYS = {
    "inspections": (("inspections", "inspected_on"),),
    "production": (("lots", "started_on"), ("work_orders", "started_on")),
    "nonconformances": (("nonconformances", "detected_at"),),
    "shipments": (("shipments", "shipped_on"),),
    "returns": (("returns", "returned_on"),),
}


def sums(
    connection: Connection, fact: str, measures: Sequence[str], groups: Sequence[str], period: Period | None,
    filters: Filters,
) -> pd.DataFrame:  # fmt: skip
    """Columns of `groups` ('month' and 'week' as their first day, what is not recorded named so), then the measures."""
    source = facts.get(fact)
    within: dict[str, Any] = {
        "since": period.start if period else None,
        "until": period.end if period else None,
        "filters": filters,
    }
    weekly = "week" in groups
    if weekly:
        frame = _read(connection, _weekly(source, measures, groups, within), {})
    else:
        frame = _totals(connection, fact, measures, groups, within)
    dimensions = [name for name in groups if name in source.dimensions]
    frame[dimensions] = frame[dimensions].astype(object).where(frame[dimensions].notna(), facts.UNKNOWN)
    frame[list(measures)] = frame[list(measures)].astype(float)
    if "month" in groups:
        frame["month"] = pd.to_datetime(frame["month"], format="%Y-%m").astype("datetime64[us]")
    return _into_weeks(frame, measures, groups) if weekly else frame


def _totals(
    connection: Connection, fact: str, measures: Sequence[str], groups: Sequence[str], within: dict[str, Any]
) -> pd.DataFrame:
    """From the kept monthly sums where they give the same answer."""
    days = within["since"], within["until"]
    parts = [
        _read(connection, *source.totals(held, groups, **within))
        for source, held in rollups.sources(
            rollups.in_use(connection), fact, measures, groups, within["filters"], *days
        )
    ]
    first, *others = parts
    for other in others:
        first = first.merge(other, on=list(groups), how="outer")
    return first


def _read(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> pd.DataFrame:
    result = connection.execute(statement, values)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))


def days_of(connection: Connection, fact: str) -> tuple[date | None, date | None]:
    """The first and the last day on which such an event was recorded; none where there is none."""
    ends = [_end(connection, place, end) for place in DAYS[fact] for end in (func.min, func.max)]
    if not any(ends):  # only what has no day in its indexed column
        source = facts.get(fact)
        ends = [_day(connection.scalar(source.select({"day": _of(source, end)}))) for end in (func.min, func.max)]
    known = [day for day in ends if day]
    return (min(known), max(known)) if known else (None, None)


def _end(connection: Connection, place: tuple[str, str], end: Any) -> date | None:
    # one statement for each end, because SQLite answers it from the index but both together from the whole table
    return _day(connection.scalar(select(end(table(place[0]).c[place[1]]))))


def _of(source: Fact, end: Any) -> facts.Column:
    return facts.Column(end(source.on.expression), source.on.needs)


def _day(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _weekly(source: Fact, measures: Sequence[str], groups: Sequence[str], within: dict[str, Any]) -> Select[Any]:
    # by day in the database, then by week: the two databases number weeks differently
    dimensions = {name: source.dimensions[name] for name in groups if name != "week"}
    columns = {"week": source.on, **dimensions, **{name: source.measures[name] for name in measures}}
    rows = source.restricted(columns, **within).subquery()
    day = func.date(rows.c.week)
    keys = [rows.c[name] for name in dimensions]
    totals = [func.sum(rows.c[name]).label(name) for name in measures]
    return select(day.label("week"), *keys, *totals).group_by(day, *keys)


def _into_weeks(frame: pd.DataFrame, measures: Sequence[str], groups: Sequence[str]) -> pd.DataFrame:
    days = pd.to_datetime(frame["week"]).astype("datetime64[us]")
    weeks = frame.assign(week=days - pd.to_timedelta(days.dt.day_of_week, unit="D"))
    return weeks.groupby(list(groups), dropna=False)[list(measures)].sum(min_count=1).reset_index()
