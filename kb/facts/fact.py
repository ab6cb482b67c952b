"""What a fact is, and the selects it gives: rows, or totals by any of its dimensions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Hashable, Iterable, Mapping, Sequence
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
class Limits:
    """From when, until before when, and for each filter the values and whether missing ones count; none: no limit."""

    first: Any
    past: Any
    among: Mapping[str, tuple[Any, bool]]

    def values(self) -> dict[str, Any]:
        """What the placeholders stand for."""
        days = {"first_moment": self.first, "past_moment": self.past}
        given = {name: value for name, value in days.items() if value is not None}
        return given | {f"among_{name}": allowed for name, (allowed, _) in self.among.items()}

    def as_placeholders(self, at: ColumnElement[Any]) -> Limits:
        """The same limits with names in the place of their values."""
        first = None if self.first is None else bindparam("first_moment", type_=at.type)
        past = None if self.past is None else bindparam("past_moment", type_=at.type)
        among: dict[str, tuple[Any, bool]] = {
            name: (bindparam(f"among_{name}", expanding=True), is_unknown)
            for name, (_, is_unknown) in self.among.items()
        }
        return Limits(first, past, among)


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
    made: dict[Hashable, Select[Any]] = field(default_factory=dict, compare=False, repr=False)
    """Statements made so far, by the kind of question."""

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
    ) -> tuple[Select[Any], dict[str, Any]]:
        """Sums of measures by 'month' (text, YYYY-MM), dimensions and counted numbers; null where nothing is known.

        The statement and the values to execute it with. Questions that differ in days and values only share the
        statement: to make one takes as long as to answer it.
        """
        limits = self._limits(since, until, filters or {})
        held = {name: is_unknown for name, (_, is_unknown) in limits.among.items()}
        shape = (tuple(measures), tuple(groups), since is None, until is None, tuple(held.items()))
        statement = self.made.get(shape)
        if statement is None:
            statement = self.made[shape] = self._totals(measures, groups, limits.as_placeholders(self.on.expression))
        return statement, {**limits.values(), **_narrowed(since, until)}

    def _totals(self, measures: Sequence[str], groups: Sequence[str], limits: Limits) -> Select[Any]:
        by = {name: self._group(name) for name in groups}
        sums = {name: self._sum(name) for name in measures}
        return self._within({**by, **sums}, limits).group_by(*(column.expression for column in by.values()))

    def restricted(
        self,
        columns: Mapping[str, Column],
        *,
        since: date | None = None,
        until: date | None = None,
        filters: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Select[Any]:
        """`select` limited to days (inclusive; with neither, undated events stay) and to values of dimensions."""
        statement = self._within(columns, self._limits(since, until, filters or {}))
        return statement.params(_narrowed(since, until))

    def _limits(self, since: date | None, until: date | None, filters: Mapping[str, tuple[str, ...]]) -> Limits:
        at = self.on.expression
        among = {
            name: ([value for value in allowed if value != UNKNOWN], UNKNOWN in allowed)
            for name, allowed in filters.items()
        }
        past = midnight(at, until + timedelta(days=1)) if until else None
        return Limits(midnight(at, since) if since else None, past, among)

    def _within(self, columns: Mapping[str, Column], limits: Limits) -> Select[Any]:
        chosen = {name: self.dimensions[name] for name in limits.among}
        is_dated = limits.first is not None or limits.past is not None
        statement = self.select(columns, [*chosen.values(), *([self.on] if is_dated else [])])
        at, conditions = self.on.expression, []
        if limits.first is not None:
            conditions.append(at >= limits.first)
        if limits.past is not None:
            conditions.append(at < limits.past)
        conditions += [_among(column.expression, *limits.among[name]) for name, column in chosen.items()]
        return statement.where(and_(True, *conditions))

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


def _narrowed(since: date | None, until: date | None) -> dict[str, date | None]:
    first = since.replace(day=1) if since else SINCE.value
    last = until.replace(day=monthrange(until.year, until.month)[1]) if until else UNTIL.value
    return {SINCE.key: first, UNTIL.key: last}


def midnight(column: ColumnElement[Any], day: date) -> date | datetime:
    """The beginning of a day, to be compared with this column of dates or times."""
    return datetime.combine(day, time(), UTC) if isinstance(column.type, UtcDateTime) else day


def _among(column: ColumnElement[Any], allowed: Any, is_unknown_too: bool) -> ColumnElement[bool]:
    known = column.in_(allowed)
    return or_(known, column.is_(None)) if is_unknown_too else known
