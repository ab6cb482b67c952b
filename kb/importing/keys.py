"""Business keys -> surrogate keys, of rows in the base and of rows this import brings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from kb.importing.extract import Objects, stored_date, stored_time
from kb.importing.fields import Target
from kb.importing.pairs import UNFIT, Numbers, Pairs, Runs, firsts, packed, unpacked

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
        self._fresh: dict[Name, int] = {}
        self._pairs = Pairs() if _is_pair(target) else None
        self.created: dict[Name, int] = {}
        self._held: tuple[Objects, Numbers] | None = None
        self._known: dict[Name, int] = {}
        self._is_whole = count <= LOAD_ALL
        if count and self._is_whole:
            self._remember(connection.execute(self._select))

    @property
    def has_fresh(self) -> bool:
        """Whether ids were given out."""
        return self.next > self.start + 1

    def find(self, names: Sequence[Name]) -> list[int | None]:
        """The id of each name, none where neither the base nor this import has it."""
        fresh, known = self._new_ids(names), self._known
        if not self._is_whole:
            self._ask([name for name, number in zip(names, fresh, strict=True) if not number and name not in known])
        return [number or known.get(name) for name, number in zip(names, fresh, strict=True)] if known else fresh

    def _new_ids(self, names: Sequence[Any]) -> list[int | None]:
        if self._pairs is None or not names:
            return [self._fresh.get(name) for name in names]
        return [number or None for number in self._pairs.find(packed(*zip(*names, strict=True))).tolist()]

    def pairs(self, columns: Sequence[npt.ArrayLike]) -> Numbers | None:
        """The key's columns packed, where they are two numbers; none where they are not or one does not fit."""
        if self._pairs is None:
            return None
        names = packed(*columns)
        if not (names == UNFIT).any():
            return names
        self._unpack(self._pairs.runs)
        self._pairs = None
        return None

    def _unpack(self, runs: Runs) -> None:
        for known, ids in runs:
            self._fresh.update(zip(unpacked(known), ids.tolist(), strict=True))

    def numbers(self, names: Sequence[Name] | Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """The id of each of these different names, and which were given out now because nobody had them."""
        found = self._found_pairs(names) if isinstance(names, np.ndarray) else self._found(names)
        fresh = found == 0
        count = int(fresh.sum())
        found[fresh] = np.arange(self.next, self.next + count)
        if isinstance(names, np.ndarray) and self._pairs:
            self._pairs.add(names[fresh], found[fresh])
        else:
            new = names if count == len(names) else [names[i] for i in np.flatnonzero(fresh).tolist()]
            self._fresh.update(zip(new, range(self.next, self.next + count), strict=True))
        self.next += count
        return found, fresh

    def _found(self, names: Sequence[Name]) -> Numbers:
        if self._is_whole and not self._known and self._fresh.keys().isdisjoint(names):
            return np.zeros(len(names), dtype=np.int64)
        return np.array([number or 0 for number in self.find(names)], dtype=np.int64)

    def _found_pairs(self, names: Numbers) -> Numbers:
        assert self._pairs is not None
        found = self._pairs.find(names)
        if self._is_whole and not self._known:
            return found
        new_parent = firsts(names) > self.parent.start if self.parent else np.zeros(len(names), dtype=bool)
        asked = (found == 0) & ~new_parent  # a line of an order that this import created cannot be in the base
        found[asked] = [number or 0 for number in self.find(unpacked(names[asked]))]
        return found

    def hold(self, names: Objects, ids: Numbers) -> None:
        """Remember the ids (0 none) of this very array of names until the next, for those who ask with the same one."""
        self._held = names, ids

    def held(self, names: Objects) -> Numbers | None:
        """The ids of these names where hold() was told them; none for any other array, whatever is in it."""
        return self._held[1] if self._held is not None and self._held[0] is names else None

    def given(self) -> tuple[int, int, Runs]:
        """What take_back needs to forget all ids given out from now on."""
        return self.next, len(self._fresh), self._pairs.runs if self._pairs else ()

    def take_back(self, state: tuple[int, int, Runs]) -> None:
        """Forget the ids given out since."""
        self.next, count, runs = state
        self._held = None
        while len(self._fresh) > count:
            self._fresh.popitem()
        if self._pairs:
            self._pairs.runs = runs
        else:
            self._unpack(runs)

    def create(self, name: Name) -> int:
        """A new row that has nothing but its name, because another row names it; the same one if asked again."""
        if name in self._fresh:
            return self._fresh[name]
        self.created[name] = self._fresh[name] = number = self.next
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


def _is_pair(target: Target) -> bool:
    """Whether the key is a parent that every row needs and a whole number."""
    parents = {reference.column for reference in target.references if reference.required}
    own = target.fields.get(target.key[-1])
    return len(target.key) == 2 and target.key[0] in parents and own is not None and own.kind == "integer"


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored_time(value)
    return stored_date(value) if isinstance(value, date) else value


def _loaded(value: Any, type_: Any) -> Any:
    return date.fromisoformat(value) if type_.python_type is date and isinstance(value, str) else value
