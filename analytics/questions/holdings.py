"""What there is: the span and age of the data, the choices of each filter, and what its gaps cost in answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from analytics.periods import Period, add_months, month_end
from analytics.questions.gaps import GAPS, Gap
from kb.access import Person, require
from kb.facts.holdings import row_counts
from kb.facts.shared import table
from kb.facts.state import once
from kb.models import Import, ImportFile, Setting
from kb.store import KnowledgeBase

TITLES: Mapping[str, tuple[str, str | None]] = {
    "sites": ("Sites", None), "products": ("Products", None), "materials": ("Materials", None),
    "bom_lines": ("Bills of materials", None), "suppliers": ("Suppliers", None),
    "work_centers": ("Lines and work centers", None), "customers": ("Customers", None),
    "work_orders": ("Work orders", "started_on"), "lots": ("Lots", "started_on"),
    "lot_materials": ("Materials in lots", None), "inspections": ("Inspections", "inspected_on"),
    "nonconformances": ("Nonconformances", "detected_at"), "purchase_receipts": ("Purchase receipts", "received_on"),
    "sales_orders": ("Sales orders", "ordered_on"), "order_lines": ("Order lines", None),
    "shipments": ("Shipments", "shipped_on"), "returns": ("Returns", "returned_on"),
    "complaints": ("Complaints", "received_on"), "feedback": ("Feedback", "received_on"),
    "requests": ("Requests", "received_on"), "recalls": ("Recalls", "started_on"),
    "forecasts": ("Forecasts", "month_on"), "stock_levels": ("Stock levels", "counted_on"),
    "capacities": ("Capacity", "month_on"), "actions": ("Corrective actions", "opened_on"),
}  # fmt: skip
PLANNED = ("forecasts", "capacities", "stock_levels")
SALES = ("sales_orders", "shipments")
CHOICES = {
    "family": ("products", "family"), "site": ("sites", "site_number"), "category": ("products", "category"),
    "line": ("work_centers", "line"), "segment": ("customers", "segment"), "region": ("customers", "region"),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """From when to when there is data. `last_month` is the last complete month of selling (of anything without it)."""

    first_on: date | None
    last_on: date | None
    last_month: Period | None
    imported_at: datetime | None
    currency: str
    is_demo: bool


def span(base: KnowledgeBase, who: Person) -> Span:
    """The span of dated records, plans left out; everything none on an empty base."""
    require(who, "read")
    with base.reading() as connection:
        dated = [name for name, (_, column) in TITLES.items() if column and name not in PLANNED]
        dates = {name: _dates(connection, name) for name in dated}
        imported = connection.scalar(select(func.max(Import.imported_at)).where(Import.undone_at.is_(None)))
        demo = connection.scalar(select(Setting.value).where(Setting.name == "is_demo"))
    first, last = _outer(dates, dates)
    _, sold_until = _outer(dates, SALES)
    return Span(first, last, _last_complete(sold_until or last), imported, currency(base, who), demo == "yes")


def currency(base: KnowledgeBase, who: Person) -> str:
    """The base's one currency, '' where none is set."""
    require(who, "read")
    with base.reading() as connection:
        return once(connection, "currency", lambda: _currency(connection))


def _currency(connection: Connection) -> str:
    return connection.scalar(select(Setting.value).where(Setting.name == "currency")) or ""


def choices(base: KnowledgeBase, who: Person) -> dict[str, list[str]]:
    """For each filter (family, site, category, line, segment, region) the values there are, sorted."""
    require(who, "read")
    with base.reading() as connection:
        return {name: _values(connection, *place) for name, place in CHOICES.items()}


def freshness(base: KnowledgeBase, who: Person) -> pd.DataFrame:
    """One row for each importable table: table, title, rows, first_on, last_on, last_import_at (UTC)."""
    require(who, "read")
    with base.reading() as connection:
        counts, imports = row_counts(connection, TITLES), _last_imports(connection)
        rows = [
            (name, title, counts[name], *(_dates(connection, name) if column else (None, None)), imports.get(name))
            for name, (title, column) in TITLES.items()
        ]
    frame = pd.DataFrame(rows, columns=["table", "title", "rows", "first_on", "last_on", "last_import_at"])
    return frame.assign(
        first_on=pd.to_datetime(frame["first_on"]),
        last_on=pd.to_datetime(frame["last_on"]),
        last_import_at=pd.to_datetime(frame["last_import_at"], utc=True),
    )


def completeness(base: KnowledgeBase, who: Person) -> pd.DataFrame:
    """What analyses need: what, numerator, denominator, share (0 to 1, nan without rows), costs (in answers), table."""
    require(who, "read")
    with base.reading() as connection:
        rows = [(gap.what, *_filled(connection, gap), gap.costs, gap.table) for gap in GAPS]
    frame = pd.DataFrame(rows, columns=["what", "numerator", "denominator", "costs", "table"])
    frame.insert(3, "share", frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0))
    return frame


def _filled(connection: Connection, gap: Gap) -> tuple[int, int]:
    rows = table(gap.table)
    conditions: list[ColumnElement[bool]] = [rows.c[column].is_not(None) for column in gap.columns]
    if gap.via:
        other, column = table(gap.via), next(iter(rows.primary_key))
        conditions.append(exists().where(other.c[column.name] == column))
    held = or_(*conditions) if gap.any_of else and_(*conditions)
    filled, whole = connection.execute(select(func.count().filter(held), func.count()).select_from(rows)).one()
    return filled, whole


def _values(connection: Connection, name: str, column: str) -> list[str]:
    values = table(name).c[column]
    return list(connection.scalars(select(values).where(values.is_not(None)).distinct().order_by(values)))


def _dates(connection: Connection, name: str) -> tuple[date | None, date | None]:
    column = table(name).c[str(TITLES[name][1])]
    # two statements, because SQLite answers each from the index but both together from the whole table
    ends = [connection.scalar(select(end(column))) for end in (func.min, func.max)]
    first, last = (end.date() if isinstance(end, datetime) else end for end in ends)
    return first, last


def _last_imports(connection: Connection) -> dict[str, datetime]:
    statement = (
        select(ImportFile.table_name, func.max(Import.imported_at))
        .join(Import, Import.import_id == ImportFile.import_id)
        .where(Import.undone_at.is_(None))
        .group_by(ImportFile.table_name)
    )
    return {name: at for name, at in connection.execute(statement)}


def _outer(
    dates: Mapping[str, tuple[date | None, date | None]], names: Sequence[str] | Mapping[str, object]
) -> tuple[date | None, date | None]:
    firsts = [first for first, _ in (dates[name] for name in names) if first]
    lasts = [last for _, last in (dates[name] for name in names) if last]
    return min(firsts, default=None), max(lasts, default=None)


def _last_complete(last: date | None) -> Period | None:
    if last is None:
        return None
    rest = [last + timedelta(days=n) for n in range(1, (month_end(last) - last).days + 1)]
    is_over = all(day.weekday() >= 5 for day in rest)
    return Period.months(last if is_over else add_months(last, -1))
