"""Dates in SQL, where SQLite and PostgreSQL differ."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class month_of(GenericFunction[str]):  # noqa: N801 - a function of SQL
    """The month of a date or time as text, YYYY-MM; it sorts as the dates do."""

    type = String()
    inherit_cache = True


class days_between(GenericFunction[int]):  # noqa: N801 - a function of SQL
    """Whole days from the first date to the second."""

    type = Integer()
    inherit_cache = True


class months_between(GenericFunction[int]):  # noqa: N801 - a function of SQL
    """Whole months from the first date to the second: 31 January to 28 February is none, to 31 March two."""

    type = Integer()
    inherit_cache = True


class real(GenericFunction[float]):  # noqa: N801 - a function of SQL
    """A number as a float, so that no division is one of integers."""

    type = Float()
    inherit_cache = True


@compiles(month_of, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 7)"


@compiles(month_of, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM')"


@compiles(days_between, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _days_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({second} - {first})"


@compiles(months_between, "sqlite")
def _months_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    years, months = (f"(strftime('{part}', {second}) - strftime('{part}', {first}))" for part in ("%Y", "%m"))
    return f"({years} * 12 + {months} - (strftime('%d', {second}) < strftime('%d', {first})))"


@compiles(months_between, "postgresql")
def _months_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    years, months, days = (
        (f"extract({part} FROM {second})", f"extract({part} FROM {first})") for part in ("year", "month", "day")
    )
    whole = f"({years[0]} - {years[1]}) * 12 + {months[0]} - {months[1]}"
    return f"CAST({whole} - CASE WHEN {days[0]} < {days[1]} THEN 1 ELSE 0 END AS INTEGER)"


@compiles(real, "sqlite")
@compiles(real, "postgresql")
def _real(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS DOUBLE PRECISION)"
