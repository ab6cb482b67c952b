"""What a fact is, and the selects it gives: rows, or totals by any of its dimensions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Select, and_, bindparam, func, or_, select

from kb.facts.expressions import month_of
from kb.models import UtcDateTime

UNKNOWN = "not recorded"
"""The name of a dimension's missing value, in answers and in filters."""


SINCE: BindParameter[date] = bindparam("since", date(1, 1, 1))
UNTIL: BindParameter[date] = bindparam("until", date(9999, 12, 31))
"""The whole months around the days asked for, where a fact looks something up that it can narrow by them."""


@dataclass(frozen=True)
class Join:
    """A table that some columns of a fact need: at most one row of it for each row of the fact."""

    target: FromClause
    on: ColumnElement[bool]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """An expression and the joins it needs."""

    expression: ColumnElement[Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One grain of events: its date, its dimensions and measures that may be added up.

    `table` and `key` name the record behind each row, `details` what else a person wants to see of it.
    `counted` are numbers to be counted, not summed (days). `seen` is the date that tells since when and until
    when such events were recorded at all, where it differs from `on`.
    """

    name: str
    title: str
    grain: str
    table: str
    root: FromClause
    key: Column
    on: Column
    joins: Mapping[str, Join]
    dimensions: Mapping[str, Column]
    measures: Mapping[str, Column]
    counted: Mapping[str, Column] = field(default_factory=dict)
    details: Mapping[str, Column] = field(default_factory=dict)
    seen: Column | None = None

    def select(self, columns: Mapping[str, Column], also: Iterable[Column] = ()) -> Select[Any]:
        """One row for each event with these columns; only the joins that they (and `also`) need."""
        wanted = self.needed([*columns.values(), *also])
        source = self.root
        for name, join in self.joins.items():
            if name in wanted:
                source = source.outerjoin(join.target, join.on)
        return select(*(column.expression.label(name) for name, column in columns.items())).select_from(source)

    def totals(
        self,
        measures: Sequence[str],
        groups: Sequence[str] = (),
        *,
        since: date | None = None,
        until: date | None = None,
        filters: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Select[Any]:
        """Sums of measures by 'month' (text, YYYY-MM), dimensions and counted numbers; null where nothing is known."""
        by = {name: self._group(name) for name in groups}
        sums = {name: self._sum(name) for name in measures}
        statement = self._within({**by, **sums}, since, until, filters or {})
        return _narrowed(statement.group_by(*(column.expression for column in by.values())), since, until)

    def restricted(
        self,
        columns: Mapping[str, Column],
        *,
        since: date | None = None,
        until: date | None = None,
        filters: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Select[Any]:
        """`select` limited to days (inclusive; with neither, undated events stay) and to values of dimensions."""
        return _narrowed(self._within(columns, since, until, filters or {}), since, until)

    def _within(
        self,
        columns: Mapping[str, Column],
        since: date | None,
        until: date | None,
        filters: Mapping[str, tuple[str, ...]],
    ) -> Select[Any]:
        chosen = [self.dimensions[name] for name in filters]
        dated = [self.on] if since or until else []
        statement = self.select(columns, [*chosen, *dated])
        conditions = [_among(column.expression, filters[name]) for name, column in zip(filters, chosen, strict=True)]
        return statement.where(and_(True, *self._days(since, until), *conditions))

    def _days(self, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
        at, days = self.on.expression, []
        if since:
            days.append(at >= midnight(at, since))
        if until:
            days.append(at < midnight(at, until + timedelta(days=1)))
        return days

    def _group(self, name: str) -> Column:
        if name == "month":
            return Column(month_of(self.on.expression), self.on.needs)
        return self.dimensions[name] if name in self.dimensions else self.counted[name]

    def _sum(self, name: str) -> Column:
        return Column(func.sum(self.measures[name].expression), self.measures[name].needs)

    def needed(self, columns: Iterable[Column]) -> set[str]:
        """The names of the joins that these columns need."""
        found: set[str] = set()
        waiting = [name for column in columns for name in column.needs]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.joins[name].needs)
        return found


def _narrowed(statement: Select[Any], since: date | None, until: date | None) -> Select[Any]:
    first = since.replace(day=1) if since else SINCE.value
    last = until.replace(day=monthrange(until.year, until.month)[1]) if until else UNTIL.value
    return statement.params(since=first, until=last)


def midnight(column: ColumnElement[Any], day: date) -> date | datetime:
    """The beginning of a day, to be compared with this column of dates or times."""
    return datetime.combine(day, time(), UTC) if isinstance(column.type, UtcDateTime) else day


def _among(column: ColumnElement[Any], allowed: tuple[str, ...]) -> ColumnElement[bool]:
    known = column.in_([value for value in allowed if value != UNKNOWN])
    return or_(known, column.is_(None)) if UNKNOWN in allowed else known
