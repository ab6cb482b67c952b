"""The part of an import that holds the write lock: rows move over, the ledger and the audit record are written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, func, insert, select, text, update

from kb import allocation, audit, rollups
from kb.access import Person
from kb.importing import bulk
from kb.importing.prepare import Preparation, changed_cells
from kb.importing.report import Report
from kb.importing.stage import Stage
from kb.models import Base, Import, ImportChange, ImportFile, RefusedRow, Setting


class Overtaken(Exception):
    """Somebody else added rows since the import was prepared: prepare again."""


def touched(preparation: Preparation) -> list[Table]:
    """The tables that get or change rows, parents first."""
    names = {stage.target.name for stage, _ in preparation.stages}
    names |= {name for name, keys in preparation.keys.items() if keys.has_fresh}
    return [table for table in Base.metadata.sorted_tables if table.name in names]


def merge(connection: Connection, preparation: Preparation, who: Person, seen_import: int) -> None:
    """Move everything over. Raises Overtaken when the base moved on since `seen_import` or the ids are taken."""
    _refuse_overtaken(connection, preparation, seen_import)
    report = preparation.report
    import_id = preparation.import_id
    _ledger(connection, report, import_id, preparation.preset.version, who)
    last = {table.name: preparation.keys[table.name].start for table in touched(preparation)}
    renewal = rollups.Renewal(connection, import_id, last)
    _create_parents(connection, preparation, import_id)
    for stage, count in preparation.stages:
        if count.changed or _touches_fresh(preparation, stage):
            _journal(connection, preparation, stage, import_id)
            renewal.before(stage.target.name)
            _update(connection, preparation, stage)
        if count.new >= bulk.MANY:
            bulk.suspend_references(connection, stage.target.table)
            bulk.suspend_leaning(connection, stage.target.table, count.new)
            bulk.suspend_indexes(connection, stage.target.table, count.new)
        if count.new:
            _insert(connection, stage)
    bulk.restore_indexes(connection)
    bulk.restore_references(connection)
    tables = touched(preparation)
    if {table.name for table in tables} & bulk.NEEDED:
        with renewal.sharing():
            allocation.renew(connection)
    renewal.finish()
    _advance_sequences(connection, [*tables, Base.metadata.tables["imports"]])
    _keep_currency(connection, preparation.currency)
    summary = {name: report.total(name) for name in ("read", "new", "changed", "same", "refused")}
    audit.append(connection, who, "import", "imports", import_id, after={"preset": report.preset, **summary})
    report.import_id = import_id


def last_import(connection: Connection) -> int:
    """A number that moves with every import and undo."""
    return connection.scalar(select(func.count(Import.import_id) + func.count(Import.undone_at))) or 0


def next_id(connection: Connection) -> int:
    """The id of the import that is being prepared, its own as long as last_import does not move."""
    return (connection.scalar(select(func.max(Import.import_id))) or 0) + 1


def _refuse_overtaken(connection: Connection, preparation: Preparation, seen_import: int) -> None:
    if last_import(connection) != seen_import:
        raise Overtaken
    for name, keys in preparation.keys.items():
        if keys.has_fresh and (connection.scalar(select(func.max(keys.target.id_column))) or 0) != keys.start:
            raise Overtaken(name)


def _create_parents(connection: Connection, preparation: Preparation, import_id: int) -> None:
    """Rows that exist only because others name them (a line, a person)."""
    for table in Base.metadata.sorted_tables:
        keys = preparation.keys.get(table.name)
        if keys is None or not keys.created:
            continue
        source = {"import_id": import_id} if "import_id" in table.c else {}
        own, key = keys.target.id_column.name, keys.target.key[0]
        connection.execute(insert(table), [{own: number, key: name, **source} for name, number in keys.created.items()])


def _touches_fresh(preparation: Preparation, stage: Stage) -> bool:
    """Whether a later file adds columns to rows that an earlier file of this import brings."""
    return sum(other.target.name == stage.target.name for other, _ in preparation.stages) > 1


def _journal(connection: Connection, preparation: Preparation, stage: Stage, import_id: int) -> None:
    start = preparation.keys[stage.target.name].start
    cells = [cell for cell in changed_cells(preparation.staging, stage) if cell[0] <= start]
    rows = [
        {"import_id": import_id, "table_name": stage.target.name, "row_id": row_id, "column_name": column,
         "before": _json(before), "after": _json(after)}
        for row_id, _, column, before, after in cells
    ]  # fmt: skip
    if rows:
        connection.execute(insert(ImportChange), rows)


def _update(connection: Connection, preparation: Preparation, stage: Stage) -> None:
    main, known, own = stage.target.table, stage.known, stage.target.id_column
    ids = preparation.changed_ids(stage)
    values = {name: stage.coming(name) for name in stage.columns if name not in stage.target.key}
    if values and "version" in main.c:
        values["version"] = main.c.version + 1  # a person who has the row open must see that it changed
    if values:
        connection.execute(update(main).values(values).where(own == known.c[own.name], own.in_(ids)))


def _insert(connection: Connection, stage: Stage) -> None:
    connection.execute(insert(stage.target.table).from_select(stage.new.columns.keys(), select(stage.new)))


def _advance_sequences(connection: Connection, tables: Sequence[Table]) -> None:
    """Ids were given out by hand; PostgreSQL's own counter must not give them out again."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        own = next(iter(table.primary_key.columns))
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{own.name}'), "
                f"(SELECT max({own.name}) FROM {table.name}))"
            )
        )


def _ledger(connection: Connection, report: Report, import_id: int, preset_version: str, who: Person) -> None:
    counts = {f"rows_{name}": report.total(name) for name in ("read", "new", "changed", "same", "refused")}
    connection.execute(
        insert(Import).values(
            import_id=import_id, imported_at=datetime.now(UTC), user_name=who.name, preset=report.preset,
            preset_version=preset_version, status="done", **counts,
        )
    )  # fmt: skip
    for file in report.files:
        connection.execute(
            insert(ImportFile),
            [
                {"import_id": import_id, "file_name": file.file_name, "sha256": file.sha256, "found": file.found,
                 "table_name": count.table, "rows_read": count.read, "rows_new": count.new,
                 "rows_changed": count.changed, "rows_same": count.same, "rows_skipped": count.skipped,
                 "rows_refused": count.refused}
                for count in file.tables
            ],
        )  # fmt: skip
    if report.refused_cells:
        connection.execute(
            insert(RefusedRow),
            [
                {"import_id": import_id, "file_name": cell.file, "line": cell.line, "column_name": cell.column,
                 "value": cell.value[:1000], "reason": cell.reason, "raw": cell.raw[:100_000]}
                for cell in report.refused_cells
            ],
        )  # fmt: skip


def _keep_currency(connection: Connection, currency: str) -> None:
    kept = connection.scalar(select(Setting.value).where(Setting.name == "currency"))
    if kept is None:
        connection.execute(insert(Setting).values(name="currency", value=currency))


def _json(value: object) -> str:
    return json.dumps(value, default=str)
