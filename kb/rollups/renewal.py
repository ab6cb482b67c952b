"""Make kept sums anew inside the transaction that changes what they are made from: only the months it touches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)

from kb.facts.fact import SINCE, UNTIL, Column, Fact, midnight
from kb.facts.shared import table
from kb.models import ImportChange, RollupState
from kb.rollups.declared import COLUMNS, ROLLUPS, SUMS, columns_of, rollups_of, rows
from kb.rollups.reach import HORIZONS, SWITCHES, Chosen, Reach, key_of_table, reaches
from kb.rollups.reading import in_use, last_rows, state
from kb.rollups.sharing import SHARES, kept_shares, months_of_other_shares

Months = set[date | None]
FIRST_ROW = "first_row"


class Renewal:
    """Watches one import or its undoing: made before anything moves, told of what changes, finished at its end."""

    def __init__(self, connection: Connection, import_id: int, last: Mapping[str, int] | None = None) -> None:
        """`last`: the last row before the import of each table that may get new rows; none for an undoing."""
        self.connection, self.import_id, self.last = connection, import_id, dict(last or {})
        self.touched: dict[str, Months] = {name: set() for name in reaches()}
        self.whole = stale(in_use(connection))
        self.changed: set[str] = set()
        self.removed: set[str] = set()
        self.marks = self._marks()

    def before(self, name: str, *, leaving: bool = False) -> None:
        """Note the months of rows of a table that stand in the import's journal and will change; `leaving`: or go."""
        self.changed.add(name)
        self._note(name, self._changed)
        if leaving:
            self._note(name, self._leaving)

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """Around writing field_allocations anew: the months of shipments whose shares are others afterwards."""
        with kept_shares(self.connection):
            yield
            months = set(self.connection.scalars(months_of_other_shares()))
        for fact, reach in reaches().items():
            if SHARES.name in reach.columns:
                self.touched[fact] |= months

    def everything(self, name: str) -> None:
        """A table was written anew: everything that is summed from it must be, too."""
        self.whole |= {fact for fact, reach in reaches().items() if name in reach.columns}

    def finish(self) -> None:
        """Renew what was touched; everything is renewed whose sums were not in use."""
        for name in self.changed:
            self._note(name, self._changed)
        self._compare_marks()
        fresh = self._fresh()
        for name in fresh:
            self._note_fresh(name)
        for name, reach in reaches().items():
            if name in self.whole:
                renew(self.connection, name)
            elif self.touched[name]:
                months = self.touched[name] | self._months_of_new(reach, fresh)
                renew(self.connection, name, months, self._older(reach))
            elif reach.root is not None and reach.root.name in fresh:
                add(self.connection, name, key_of_table(reach.root) > self.last[reach.root.name])
        write_states(self.connection)

    def _note(self, name: str, chosen: Callable[[str, Collection[str]], Chosen]) -> None:
        for fact, reach in reaches().items():
            columns = reach.columns.get(name)
            if columns and fact not in self.whole:
                self._collect(fact, reach.months(name, chosen(name, columns)))

    def _changed(self, name: str, columns: Collection[str]) -> Chosen:
        ids = select(ImportChange.row_id).where(
            ImportChange.import_id == self.import_id,
            ImportChange.table_name == name,
            ImportChange.column_name.in_(columns),
        )
        return lambda key: key.in_(ids)

    def _leaving(self, name: str, columns: Collection[str]) -> Chosen:
        del columns  # a row that goes takes all of them along
        own = table(name).alias("leaving")
        ids = select(key_of_table(own)).where(own.c.import_id == self.import_id)
        return lambda key: key.in_(ids)

    def _older(self, reach: Reach) -> int | None:
        """The last row of the fact before this import; none where a change may have moved rows between months."""
        if reach.root is None or self.changed & reach.columns.keys():
            return None
        return self.last.get(reach.root.name, last_rows(self.connection)[reach.root.name])

    def _fresh(self) -> set[str]:
        now = last_rows(self.connection)
        return {name for name, last in self.last.items() if now.get(name, 0) > last}

    def _note_fresh(self, name: str) -> None:
        """New rows of a table that a fact looks up bear on older rows of the fact; joined ones cannot."""
        for fact, reach in reaches().items():
            if name in reach.looked_up and fact not in self.whole:
                root = reach.root.name if reach.root is not None else ""
                old = key_of_table(table(root)) <= self.last[root] if root in self.last else None
                self._collect(fact, reach.months(name, lambda key: key > self.last[name], old))

    def _collect(self, fact: str, selects: Iterable[Any] | None) -> None:
        if selects is None:
            self.whole.add(fact)
            return
        for one in selects:
            self.touched[fact] |= set(self.connection.scalars(one.distinct()))

    def _months_of_new(self, reach: Reach, fresh: set[str]) -> Months:
        if reach.root is None or reach.root.name not in fresh:
            return set()
        last = self.last[reach.root.name]
        selects = reach.months(reach.root.name, lambda key: key > last) or []
        return {month for one in selects for month in self.connection.scalars(one)}

    def _marks(self) -> dict[str, tuple[Any, Any]]:
        def ask(place: Mapping[str, Select[Any]], fact: str) -> Any:
            return self.connection.scalar(place[fact]) if fact in place else None

        return {fact: (ask(HORIZONS, fact), ask(SWITCHES, fact)) for fact in {*HORIZONS, *SWITCHES}}

    def _compare_marks(self) -> None:
        for fact, (horizon, switch) in self._marks().items():
            horizon_before, switch_before = self.marks[fact]
            if switch != switch_before or (horizon is None) != (horizon_before is None):
                self.whole.add(fact)
            elif horizon != horizon_before:
                self.touched[fact] |= set(_months_between(*sorted((horizon, horizon_before))))


def renew(connection: Connection, fact: str, months: Months | None = None, older: int | None = None) -> None:
    """Write all sums of a fact anew, or those of these months (first days; none: the undated).

    Where no row moved to another month, `older` is the last row that was there before: then a month is looked for
    from its own first row on, which matters where no index knows the day.
    """
    reach, names = reaches()[fact], [*(rollup.name for rollup in rollups_of(fact)), _first_rows(fact)]
    gone = delete(SUMS).where(SUMS.c.rollup.in_(names))
    if months is None:
        connection.execute(gone)
        _write(connection, reach, None)
        return
    here = or_(false(), SUMS.c.month_on.in_(months - {None}), *_undated(SUMS.c.month_on, months))
    which = _within(reach.fact, months)
    if older is not None and reach.root is not None and reach.keeps_first_rows:
        first = connection.scalar(select(func.min(SUMS.c.sum_1)).where(SUMS.c.rollup == _first_rows(fact), here))
        which = and_(which, key_of_table(reach.root) >= (older + 1 if first is None else int(first)))
    connection.execute(gone.where(here))
    _write(connection, reach, which, months)


def add(connection: Connection, fact: str, new: ColumnElement[bool]) -> None:
    """Add the sums of new rows of the fact, which change nothing about its older rows."""
    last = connection.scalar(select(func.max(SUMS.c.monthly_sum_id))) or 0
    names = [rollup.name for rollup in rollups_of(fact)]
    had = connection.execute(select(SUMS.c.monthly_sum_id).where(SUMS.c.rollup.in_(names)).limit(1)).first()
    _write(connection, reaches()[fact], new)
    if had:
        _put_together(connection, names, last)


def renew_all(connection: Connection) -> None:
    """Write every sum anew."""
    connection.execute(delete(SUMS))
    for name in reaches():
        renew(connection, name)
    write_states(connection)


def write_states(connection: Connection) -> None:
    """Say that every rollup holds what the facts hold now."""
    last = last_rows(connection)
    connection.execute(delete(RollupState))
    connection.execute(
        insert(RollupState), [{"rollup": rollup.name, "signature": state(rollup, last)} for rollup in ROLLUPS]
    )


def stale(usable: Collection[str]) -> set[str]:
    """The facts of which some rollup is not among the usable ones."""
    return {rollup.fact for rollup in ROLLUPS if rollup.name not in usable}


def _write(
    connection: Connection, reach: Reach, which: ColumnElement[bool] | None, months: Collection[date | None] = ()
) -> None:
    """One pass over the fact's rows, by all keys and labels of its rollups; each rollup adds up from there."""
    fact, rollups = reach.fact, rollups_of(reach.fact.name)
    groups, measures = columns_of(rollups)
    sums = {name: Column(func.sum(column.expression), column.needs) for name, column in measures.items()}
    if reach.keeps_first_rows and reach.root is not None:
        sums[FIRST_ROW] = Column(func.min(key_of_table(reach.root)))
    fine = fact.select({**groups, **sums}, [fact.on]).group_by(*(column.expression for column in groups.values()))
    if which is not None:
        fine = fine.where(which)
    dated = sorted(month for month in months if month)
    if dated:
        fine = fine.params({SINCE.key: dated[0], UNTIL.key: _month_end(dated[-1])})
    source = fine.cte("fine")
    selects = [rows(rollup, source) for rollup in rollups]
    if FIRST_ROW in sums:
        selects.append(_rows_of_months(fact.name, source))
    connection.execute(insert(SUMS).from_select(COLUMNS, union_all(*selects)))


def _first_rows(fact: str) -> str:
    """What the rows of monthly_sums are called that hold the first row of each month of a fact."""
    return f"{fact} first rows"


def _rows_of_months(fact: str, source: Any) -> Select[Any]:
    given = {
        "rollup": literal(_first_rows(fact)),
        "month_on": source.c.month_on,
        "sum_1": func.min(source.c[FIRST_ROW]),
    }
    columns = [given.get(name, cast(null(), SUMS.c[name].type)).label(name) for name in COLUMNS]
    return select(*columns).group_by(source.c.month_on)


def _within(fact: Fact, months: Months) -> ColumnElement[bool]:
    """Whether a row's day lies in these months, as few spans of days, so that an index on the day helps."""
    at = fact.on.expression
    dated = sorted(month for month in months if month)
    spans: list[tuple[date, date]] = []
    for month in dated:
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], _next(month))
        else:
            spans.append((month, _next(month)))
    inside = [and_(at >= midnight(at, first), at < midnight(at, after)) for first, after in spans]
    return or_(false(), *inside, *_undated(at, months))


def _undated(column: ColumnElement[Any], months: Months) -> list[ColumnElement[bool]]:
    return [column.is_(None)] if None in months else []


def _put_together(connection: Connection, names: list[str], last: int) -> None:
    """One row again for each combination: the added ones together with those that were there."""
    months = set(
        connection.scalars(
            select(SUMS.c.month_on).where(SUMS.c.rollup.in_(names), SUMS.c.monthly_sum_id > last).distinct()
        )
    )
    newest = connection.scalar(select(func.max(SUMS.c.monthly_sum_id))) or 0
    touched = and_(
        SUMS.c.rollup.in_(names),
        SUMS.c.monthly_sum_id <= newest,
        or_(false(), SUMS.c.month_on.in_(months - {None}), *_undated(SUMS.c.month_on, months)),
    )
    groups = [SUMS.c[name] for name in COLUMNS if not name.startswith("sum_")]
    sums = [func.sum(SUMS.c[name]) for name in COLUMNS if name.startswith("sum_")]
    together = select(*groups, *sums).where(touched).group_by(*groups)
    connection.execute(insert(SUMS).from_select(COLUMNS, together))
    connection.execute(delete(SUMS).where(touched))


def _months_between(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month_end(month: date) -> date:
    return date.fromordinal(_next(month).toordinal() - 1)
