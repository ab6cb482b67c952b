"""Sums of facts, tidy: by month or week and dimensions, made in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from analytics.metrics import Filters
from analytics.periods import Period
from kb import facts
from kb.facts import Fact


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
    statement = _weekly(source, measures, groups, within) if weekly else source.totals(measures, groups, **within)
    result = connection.execute(statement)
    frame = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    dimensions = [name for name in groups if name in source.dimensions]
    frame[dimensions] = frame[dimensions].astype(object).where(frame[dimensions].notna(), facts.UNKNOWN)
    frame[list(measures)] = frame[list(measures)].astype(float)
    if "month" in groups:
        frame["month"] = pd.to_datetime(frame["month"], format="%Y-%m").astype("datetime64[us]")
    return _into_weeks(frame, measures, groups) if weekly else frame


def last_day(connection: Connection, fact: str) -> date | None:
    """The last day on which such an event was recorded."""
    source = facts.get(fact)
    column = facts.Column(func.max(source.on.expression), source.on.needs)
    found = connection.scalar(source.select({"last": column}))
    return found.date() if isinstance(found, datetime) else found


def first_seen(connection: Connection, fact: str) -> date | None:
    """The first day on which such an event was recorded, by the day people saw it."""
    source = facts.get(fact)
    seen = source.seen or source.on
    found = connection.scalar(source.select({"first": facts.Column(func.min(seen.expression), seen.needs)}))
    return found.date() if isinstance(found, datetime) else found


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
    weeks = frame.assign(week=days - pd.to_timedelta(days.dt.weekday, unit="D"))
    return weeks.groupby(list(groups), dropna=False)[list(measures)].sum(min_count=1).reset_index()
