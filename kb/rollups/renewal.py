"""Make kept sums anew inside the transaction that changes what they are made from: only the months it touches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from kb.facts.selling import DUE_ON
from kb.facts.shared import table
from kb.models import ImportChange
from kb.rollups.gaining import Gained
from kb.rollups.reach import HORIZONS, LAST_SHIPPED, SWITCHES, Chosen, Reach, key_of_table, reaches
from kb.rollups.reading import in_use, last_rows, stale
from kb.rollups.sharing import OWNER, SHARES, kept_shares, months_of_other_shares
from kb.rollups.writing import Added, Months, add, forget_states, next_month, renew, write_states

FIRST_LOAD = 50_000
"""So many new rows, and at least as many as were there: their sums are made after the import (see make_ready)."""


class Renewal:
    """Watches one import or its undoing: made before anything moves, told of what changes, finished at its end."""

    def __init__(self, connection: Connection, import_id: int, last: Mapping[str, int] | None = None) -> None:
        """`last`: the last row before the import of each table that may get new rows; none for an undoing."""
        self.connection, self.import_id, self.last = connection, import_id, dict(last or {})
        self.touched: dict[str, Months] = {name: set() for name in reaches()}
        self.whole = stale(in_use(connection))
        self.changed: set[str] = set()
        self.spans: dict[str, tuple[int, int]] = {}
        self.gaining: set[str] = set()
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
            found = self.connection.execute(months_of_other_shares()).all()
        for fact, reach in reaches().items():
            if SHARES.name in reach.columns:
                self.touched[fact] |= {month for month, of_complaint in found if OWNER[of_complaint] in reach.columns}

    def everything(self, name: str) -> None:
        """A table was written anew: everything that is summed from it must be, too."""
        self.whole |= {fact for fact, reach in reaches().items() if name in reach.columns}

    def finish(self) -> None:
        """Renew what was touched, and all that was not in use; after a first load say that its sums are lacking."""
        for name in self.changed:
            self._note(name, self._changed)
        fresh = self._fresh()
        self.gaining = self._gaining(fresh)
        self._compare_marks()
        for name in fresh:
            self._note_fresh(name)
        left = {name for name, reach in reaches().items() if self._is_first_load(reach, fresh)}
        gaining = self.gaining - self.whole - left
        for name, reach in reaches().items():
            if name in left | gaining:
                continue
            if name in self.whole:
                renew(self.connection, name)
            elif self.touched[name]:
                months = self.touched[name] | self._months_of_new(reach, fresh)
                renew(self.connection, name, months, self._older(reach))
            elif reach.root is not None and reach.root.name in fresh:
                add(self.connection, name, Added(key_of_table(reach.root) > self.last[reach.root.name]))
        if gaining:
            self._gained().write(self.connection, sorted(gaining))
        forget_states(self.connection, left)
        write_states(self.connection, reaches().keys() - left)

    def _is_first_load(self, reach: Reach, fresh: set[str]) -> bool:
        """Whether so many rows come that making the sums would hold the lock longer than moving the rows over."""
        if reach.root is None or reach.root.name not in fresh:
            return False
        last = self.last[reach.root.name]
        return last_rows(self.connection)[reach.root.name] - last >= max(FIRST_LOAD, last)

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
        key = key_of_table(own)
        # an import gives numbers one after the other: where they begin and end is looked for once, not for each fact
        if name not in self.spans:
            ends = select(func.min(key), func.max(key)).where(own.c.import_id == self.import_id)
            first, last = self.connection.execute(ends).one()
            self.spans[name] = (first or 0, last or 0)
        ids = select(key).where(key.between(*self.spans[name]), own.c.import_id == self.import_id)
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
            if name in reach.looked_up and fact not in self.whole and fact not in self.gaining:
                older = self.last.get(reach.root.name) if reach.root is not None else None
                self._collect(fact, reach.months(name, lambda key: key > self.last[name], older))

    def _gaining(self, fresh: set[str]) -> set[str]:
        """The facts of lines that were due, where rows were added to what they read and nothing else was done."""
        read = {fact: reaches()[fact].columns.keys() for fact in DUE_ON if self.marks[fact][0]}
        return {fact for fact, names in read.items() if fresh & names and self.changed.isdisjoint(names)} - self.whole

    def _gained(self) -> Gained:
        """What was there before."""
        known_until = next(self.marks[fact][0] for fact in DUE_ON)
        months = _months_between(known_until, self.connection.scalar(LAST_SHIPPED) or known_until)
        return Gained(last_rows(self.connection) | self.last, known_until, set(months))

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
            elif horizon != horizon_before and fact not in self.gaining:
                self.touched[fact] |= set(_months_between(*sorted((horizon, horizon_before))))


def _months_between(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)
