"""Business keys -> surrogate keys, of rows in the base and of rows this import brings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from kb.importing.extract import stored_date, stored_time
from kb.importing.fields import Target

LOAD_ALL = 300_000
BATCH = 10_000
Name = Hashable  # a text, or a tuple of the key's values in the order of Target.key


class Keys:
    """The rows of one table by business key. Ids of new rows are given out here, before the write lock is taken."""

    def __init__(self, connect: Callable[[], Connection], target: Target) -> None:
        self.target = target
        self._connect = connect
        connection = connect()
        columns = [target.table.c[name] for name in target.key]
        self._select = select(*columns, target.id_column)
        self._first = columns[0]
        count, last = connection.execute(select(func.count(), func.max(target.id_column))).one()
        self.start: int = last or 0
        self.next = self.start + 1
        self.fresh: dict[Name, int] = {}
        self.created: dict[Name, int] = {}
        self._known: dict[Name, int] = {}
        self._is_whole = count <= LOAD_ALL
        if count and self._is_whole:
            self._remember(connection.execute(self._select))

    def find(self, names: Sequence[Name]) -> list[int | None]:
        """The id of each name, none where neither the base nor this import has it."""
        fresh, known = self.fresh, self._known
        if not self._is_whole:
            self._ask([name for name in names if name not in fresh and name not in known])
        if not known:
            return [fresh.get(name) for name in names]
        return [fresh.get(name) or known.get(name) for name in names]

    def numbers(self, names: Sequence[Name]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The id of each of these different names, and which were given out now because nobody had them."""
        if self._is_whole and not self._known and self.fresh.keys().isdisjoint(names):
            found = np.zeros(len(names), dtype=np.int64)
        else:
            found = np.array([number or 0 for number in self.find(names)], dtype=np.int64)
        fresh = found == 0
        count = int(fresh.sum())
        found[fresh] = np.arange(self.next, self.next + count)
        new = names if count == len(names) else [names[i] for i in np.flatnonzero(fresh).tolist()]
        self.fresh.update(zip(new, range(self.next, self.next + count), strict=True))
        self.next += count
        return found, fresh

    def create(self, name: Name) -> int:
        """A new row that has nothing but its name, because another row names it."""
        self.created[name] = self.fresh[name] = number = self.next
        self.next += 1
        return number

    def _ask(self, names: list[Name]) -> None:
        firsts = [name[0] if isinstance(name, tuple) else name for name in names]
        wanted = [first for first in dict.fromkeys(firsts) if not self._is_new_parent(first)]
        for at in range(0, len(wanted), BATCH):
            batch = [_loaded(value, self._first.type) for value in wanted[at : at + BATCH]]
            self._remember(self._connect().execute(self._select.where(self._first.in_(batch))))

    def _is_new_parent(self, first: Any) -> bool:
        # a line of an order that this import created cannot be in the base
        return isinstance(first, int) and self.parent is not None and first > self.parent.start

    parent: Keys | None = None

    def _remember(self, rows: Iterable[Any]) -> None:
        if len(self.target.key) == 1:
            self._known.update((_stored(row[0]), row[1]) for row in rows)
        else:
            self._known.update((tuple(map(_stored, row[:-1])), row[-1]) for row in rows)


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored_time(value)
    return stored_date(value) if isinstance(value, date) else value


def _loaded(value: Any, type_: Any) -> Any:
    return date.fromisoformat(value) if type_.python_type is date and isinstance(value, str) else value
