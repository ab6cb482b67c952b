"""What the base holds at all: which tables have rows, and which of their columns anything is written in.

Remembered for as long as the data stay: where a column is empty, only reading every row can tell so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, exists, func, or_, select

from kb.facts.shared import table
from kb.facts.state import once
from kb.models import Revision

Source = tuple[str, tuple[str, ...]]
"""A table and columns of it of which at least one should be filled (with this word, where one is written
column=word in small letters); no columns: any row will do."""
Question = TypeVar("Question", bound=Hashable)
MOST_REMEMBERED = 5_000
ABSENT = object()
_remembered: dict[tuple[Any, ...], Any] = {}


def holdings(connection: Connection, sources: Iterable[Source]) -> dict[Source, bool]:
    """For each source, whether at least one row fills it; stops at the first such row."""
    asked = sorted(set(sources))
    found = _known(connection, asked, lambda source: source[0], _filled)
    return {source: bool(held) for source, held in found.items()}


def row_counts(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The number of rows of each of these tables."""
    return _known(connection, sorted(set(names)), lambda name: name, _count)


def _known(
    connection: Connection,
    asked: list[Question],
    table_of: Callable[[Question], str],
    expression: Callable[[Question], ColumnElement[Any]],
) -> dict[Question, Any]:
    """Answers from memory, or from the base: while neither its data nor the end of the table moved, they hold."""
    if not asked:
        return {}
    tables = tuple(sorted({table_of(one) for one in asked}))
    state = once(connection, ("ends", tables), lambda: _ends(connection, tables))
    keys = {one: (*state[table_of(one)], expression.__name__, one) for one in asked}
    # what is known is taken out before room is made for more, because many threads share the memory
    known = {one: _remembered.get(keys[one], ABSENT) for one in asked}
    missing = [one for one in asked if known[one] is ABSENT]
    if missing:
        found = connection.execute(select(*(expression(one).label(f"a{i}") for i, one in enumerate(missing)))).one()
        known.update(zip(missing, found, strict=True))
        if len(_remembered) > MOST_REMEMBERED:
            _remembered.clear()
        _remembered.update((keys[one], known[one]) for one in missing)
    return known


def _ends(connection: Connection, tables: tuple[str, ...]) -> dict[str, tuple[Hashable, ...]]:
    marks = [select(Revision.data_revision).scalar_subquery(), *(_last(name) for name in tables)]
    now = tuple(connection.execute(select(*marks)).one())
    return {name: (connection.engine.url, now[0], last) for name, last in zip(tables, now[1:], strict=True)}


@cache
def _last(name: str) -> ColumnElement[Any]:
    rows = table(name)
    return select(func.max(next(iter(rows.primary_key)))).scalar_subquery()


def _count(name: str) -> ColumnElement[Any]:
    return select(func.count()).select_from(table(name)).scalar_subquery()


def _filled(source: Source) -> ColumnElement[bool]:
    name, columns = source
    rows = table(name)
    if not columns:
        return exists().where(next(iter(rows.primary_key)).is_not(None))
    return or_(*(_says(rows, *column.partition("=")[::2]) for column in columns))


def _says(rows: Table, column: str, word: str) -> ColumnElement[bool]:
    return exists().where(func.lower(rows.c[column]) == word) if word else _any(rows.c[column])


def _any(column: Any) -> ColumnElement[bool]:
    if any(index.columns[0] is column for index in column.table.indexes):
        # an index knows its greatest value at once, and where there is none, too
        return select(func.max(column)).scalar_subquery().is_not(None)
    return exists().where(column.is_not(None))
