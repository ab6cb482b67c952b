"""Dates in SQL, where SQLite and PostgreSQL differ."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Float, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class month_of(GenericFunction[str]):  # noqa: N801 - a function of SQL
    """The month of a date or time as text, YYYY-MM; it sorts as the dates do."""

    type = String()
    inherit_cache = True


class month_start(GenericFunction[date]):  # noqa: N801 - a function of SQL
    """The first day of the month of a date or time."""

    type = Date()
    inherit_cache = True


class days_between(GenericFunction[int]):  # noqa: N801 - a function of SQL
    """Whole days from the first date to the second."""

    type = Integer()
    inherit_cache = True


class months_between(GenericFunction[int]):  # noqa: N801 - a function of SQL
    """Whole months from the first date to the second: 31 January to 28 February is none, to 31 March two."""

    type = Integer()
    inherit_cache = True


class month_number(GenericFunction[int]):  # noqa: N801 - a function of SQL
    """The month of a date as a number that grows by one from month to month."""

    type = Integer()
    inherit_cache = True


class last_day_of(GenericFunction[date]):  # noqa: N801 - a function of SQL
    """The last day of the month of this number (month_number)."""

    type = Date()
    inherit_cache = True


class day_of(GenericFunction[date]):  # noqa: N801 - a function of SQL
    """The day of a moment."""

    type = Date()
    inherit_cache = True


class days_before(GenericFunction[date]):  # noqa: N801 - a function of SQL
    """The day so many days before a date: days_before(date, days)."""

    type = Date()
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


@compiles(month_start, "sqlite")
def _month_start_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **options)}, 1, 7) || '-01')"


@compiles(month_start, "postgresql")
def _month_start_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(date_trunc('month', {compiler.process(element.clauses, **options)}) AS DATE)"


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
    # dates are text there, YYYY-MM-DD; to read them as dates six times a row takes twice as long
    years, months = (f"(substr({second}, {at}) - substr({first}, {at}))" for at in ("1, 4", "6, 2"))
    return f"({years} * 12 + {months} - (substr({second}, 9, 2) < substr({first}, 9, 2)))"


@compiles(months_between, "postgresql")
def _months_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    years, months, days = (
        (f"extract({part} FROM {second})", f"extract({part} FROM {first})") for part in ("year", "month", "day")
    )
    whole = f"({years[0]} - {years[1]}) * 12 + {months[0]} - {months[1]}"
    return f"CAST({whole} - CASE WHEN {days[0]} < {days[1]} THEN 1 ELSE 0 END AS INTEGER)"


@compiles(month_number, "sqlite")
def _number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"(CAST(strftime('%Y', {day}) AS INTEGER) * 12 + CAST(strftime('%m', {day}) AS INTEGER))"


@compiles(month_number, "postgresql")
def _number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"CAST(extract(year FROM {day}) * 12 + extract(month FROM {day}) AS INTEGER)"


@compiles(last_day_of, "sqlite")
def _last_day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    number = compiler.process(element.clauses, **options)
    first = f"printf('%04d-%02d-01', ({number} - 1) / 12, ({number} - 1) % 12 + 1)"
    return f"date({first}, '+1 month', '-1 day')"


@compiles(last_day_of, "postgresql")
def _last_day_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    number = compiler.process(element.clauses, **options)
    first = f"make_date(({number} - 1) / 12, mod({number} - 1, 12) + 1, 1)"
    return f"CAST({first} + interval '1 month' - interval '1 day' AS DATE)"


@compiles(day_of, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(day_of, "postgresql")
def _day_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS DATE)"


@compiles(days_before, "sqlite")
def _before_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, '-' || {days} || ' days')"


@compiles(days_before, "postgresql")
def _before_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({day} - CAST({days} AS INTEGER))"


@compiles(real, "sqlite")
@compiles(real, "postgresql")
def _real(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS DOUBLE PRECISION)"
