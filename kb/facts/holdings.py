"""What the base holds at all: which tables have rows, and which of their columns anything is written in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from kb.facts.shared import table

Source = tuple[str, tuple[str, ...]]
"""A table and columns of it of which at least one should be filled; no columns: any row will do."""


def holdings(connection: Connection, sources: Iterable[Source]) -> dict[Source, bool]:
    """For each source, whether at least one row fills it; stops at the first such row."""
    asked = sorted(set(sources))
    if not asked:
        return {}
    found = connection.execute(select(*(exists().where(_filled(*source)) for source in asked))).one()
    return {source: bool(held) for source, held in zip(asked, found, strict=True)}


def row_counts(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The number of rows of each of these tables."""
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in set(names)}


def _filled(name: str, columns: tuple[str, ...]) -> ColumnElement[bool]:
    rows = table(name)
    any_row = list(rows.primary_key)[0].is_not(None)
    return and_(any_row, or_(*(rows.c[column].is_not(None) for column in columns))) if columns else any_row
