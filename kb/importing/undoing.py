"""Take an import back: its rows go, changed cells get their earlier values; refused where others stand on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Date, Table, Text, cast, delete, func, or_, select, update

from kb import allocation, audit, rollups
from kb.access import Person, require
from kb.errors import Refused
from kb.importing.fields import importable
from kb.importing.stage import staging
from kb.models import AuditEntry, Base, FieldAllocation, Import, ImportChange, Setting, UtcDateTime
from kb.store import KnowledgeBase


@dataclass(frozen=True)
class UndoReport:
    """What was taken back: rows removed by table, cells given back."""

    import_id: int
    removed: dict[str, int]
    cells_given_back: int


def undo(base: KnowledgeBase, who: Person, import_id: int) -> UndoReport:
    """Take one import back in one transaction. Raises Refused, with all reasons, where something stands on it."""
    require(who, "undo")
    tables = _filled()
    with staging(base) as area, area.locked([*tables, Base.metadata.tables["field_allocations"]]) as connection:
        _refuse_unknown(connection, import_id)
        reasons = [
            *_later_changes(connection, import_id),
            *_children(connection, import_id),
            *_peoples_work(connection, import_id),
        ]
        if reasons:
            raise Refused(f"import {import_id} cannot be undone: {'; '.join(reasons)}; undo or change these first")
        renewal = rollups.Renewal(connection, import_id)
        for table in tables:
            renewal.before(table.name, leaving=True)
        renewal.everything("field_allocations")
        connection.execute(delete(FieldAllocation))
        given_back = _give_back(connection, import_id)
        removed = {table.name: _remove(connection, table, import_id) for table in reversed(tables)}
        allocation.renew(connection)
        renewal.finish()
        connection.execute(
            update(Import)
            .where(Import.import_id == import_id)
            .values(status="undone", undone_at=datetime.now(UTC), undone_by=who.name)
        )
        _forget_currency(connection)
        kept = {name: count for name, count in removed.items() if count}
        audit.append(connection, who, "undo", "imports", import_id, before=kept, after={"cells given back": given_back})
    return UndoReport(import_id, kept, given_back)


def _filled() -> list[Table]:
    return [Base.metadata.tables[name] for name in importable()]


def _refuse_unknown(connection: Connection, import_id: int) -> None:
    status = connection.scalar(select(Import.status).where(Import.import_id == import_id))
    if status is None:
        raise Refused(f"there is no import {import_id}: the Data page and 'kb export imports' list them")
    if status == "undone":
        raise Refused(f"import {import_id} was undone already")


def _later_changes(connection: Connection, import_id: int) -> list[str]:
    """Later imports that changed rows this one brought or cells it changed."""
    reasons = []
    later = select(Import.import_id).where(Import.import_id > import_id, Import.status == "done")
    mine = select(ImportChange.row_id).where(ImportChange.import_id == import_id)
    for table in _filled():
        own = next(iter(table.primary_key.columns))
        created = select(own).where(table.c.import_id == import_id)
        same_table = ImportChange.table_name == table.name
        count, first = connection.execute(
            select(func.count(func.distinct(ImportChange.row_id)), func.min(ImportChange.import_id)).where(
                ImportChange.import_id.in_(later),
                same_table,
                or_(ImportChange.row_id.in_(created), ImportChange.row_id.in_(mine.where(same_table))),
            )
        ).one()
        if count:
            reasons.append(f"import {first} changed {count:,} rows of {table.name} since")
    return reasons


def _children(connection: Connection, import_id: int) -> list[str]:
    """Rows that others brought and that name rows of this import."""
    reasons = []
    for child in Base.metadata.sorted_tables:
        for column in child.columns:
            for foreign in column.foreign_keys:
                parent = foreign.column.table
                if "import_id" not in parent.c or parent.name == "imports" or child.name == "field_allocations":
                    continue
                query = select(func.count()).select_from(child.join(parent, column == foreign.column))
                query = query.where(parent.c.import_id == import_id, ~_given_back(child, column, import_id))
                if "import_id" in child.c:
                    query = query.where(or_(child.c.import_id != import_id, child.c.import_id.is_(None)))
                count = connection.scalar(query)
                if count:
                    reasons.append(f"{count:,} rows of {child.name} name its {parent.name}")
    return reasons


def _given_back(child: Table, column: Column[Any], import_id: int) -> ColumnElement[bool]:
    """Whether this import itself let the row name its parent: undo gives it back its earlier one."""
    own = next(iter(child.primary_key.columns))
    change = select(ImportChange.import_change_id).where(
        ImportChange.import_id == import_id,
        ImportChange.table_name == child.name,
        ImportChange.column_name == column.name,
        ImportChange.row_id == own,
    )
    return change.exists()


def _peoples_work(connection: Connection, import_id: int) -> list[str]:
    """Rows that this import brought or changed and that people changed since: the audit record names them."""
    reasons = []
    imported = select(AuditEntry.sequence).where(AuditEntry.verb == "import", AuditEntry.subject == str(import_id))
    since = AuditEntry.sequence > imported.scalar_subquery()
    for table in _filled():
        if "version" not in table.c:
            continue
        own = next(iter(table.primary_key.columns))
        named = select(AuditEntry.subject).where(AuditEntry.subject_table == table.name, since)
        changed = select(ImportChange.row_id).where(
            ImportChange.import_id == import_id, ImportChange.table_name == table.name
        )
        query = select(func.count()).select_from(table).where(
            or_(table.c.import_id == import_id, own.in_(changed)), cast(own, Text).in_(named)
        )  # fmt: skip
        count = connection.scalar(query)
        if count:
            reasons.append(f"people changed {count:,} of its {table.name} since")
    return reasons


def _give_back(connection: Connection, import_id: int) -> int:
    # the last change first: two files of one import may have changed the same cell
    newest = ImportChange.import_change_id.desc()
    changes = connection.execute(
        select(ImportChange.__table__).where(ImportChange.import_id == import_id).order_by(newest)
    ).all()
    for change in changes:
        table = Base.metadata.tables[change.table_name]
        own = next(iter(table.primary_key.columns))
        value = _python(table.c[change.column_name].type, json.loads(change.before))
        values = {change.column_name: value}
        if "version" in table.c:
            values["version"] = table.c.version + 1  # a person who has the row open must see that it changed
        connection.execute(update(table).where(own == change.row_id).values(values))
    return len(changes)


def _forget_currency(connection: Connection) -> None:
    """The first import settles the currency; when none is left another may, unless a person chose it."""
    left = select(Import.import_id).where(Import.status == "done")
    chosen = select(AuditEntry.sequence).where(AuditEntry.subject_table == "settings", AuditEntry.subject == "currency")
    connection.execute(delete(Setting).where(Setting.name == "currency", ~left.exists(), ~chosen.exists()))


def _remove(connection: Connection, table: Table, import_id: int) -> int:
    return connection.execute(delete(table).where(table.c.import_id == import_id)).rowcount


def _python(type_: Any, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if isinstance(type_, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(type_, Date) else value
