"""What happened to the base, for people to read: imports, the rows they refused, and who changed what."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Executable, func, select

from kb.access import Person, require
from kb.models import AuditEntry, Import, ImportFile, RefusedRow
from kb.store import KnowledgeBase

MOST_ROWS = 2000
SHARED = frozenset({"objectives", "imports", "events"})


def imports(base: KnowledgeBase, who: Person) -> pd.DataFrame:
    """The ledger, latest first: import_id, imported_at, user_name, preset, files, rows_read, rows_new, rows_changed,
    rows_same, rows_refused, status (done or undone), undone_at, undone_by."""
    require(who, "read")
    files = (
        select(ImportFile.import_id, func.count(ImportFile.file_name.distinct()).label("files"))
        .group_by(ImportFile.import_id)
        .subquery()
    )
    wanted = (
        select(
            Import.import_id, Import.imported_at, Import.user_name, Import.preset,
            func.coalesce(files.c.files, 0).label("files"), Import.rows_read, Import.rows_new,
            Import.rows_changed, Import.rows_same, Import.rows_refused,
            Import.status, Import.undone_at, Import.undone_by,
        )
        .outerjoin(files, files.c.import_id == Import.import_id)
        .order_by(Import.import_id.desc())
    )  # fmt: skip
    return _frame(base, wanted)


def refused(base: KnowledgeBase, who: Person, import_id: int, limit: int = MOST_ROWS) -> pd.DataFrame:
    """Rows one import did not take, at most `limit`: file, line, column, value, reason, raw."""
    require(who, "read")
    row = RefusedRow
    wanted = select(
        row.file_name.label("file"), row.line, row.column_name.label("column"), row.value, row.reason, row.raw
    )
    return _frame(base, wanted.where(row.import_id == int(import_id)).order_by(row.refused_row_id).limit(limit))


def changes(
    base: KnowledgeBase,
    who: Person,
    *,
    table: str | None = None,
    subject: object = None,
    user_name: str | None = None,
    limit: int = MOST_ROWS,
) -> pd.DataFrame:
    """Entries of the record, latest first: sequence, happened_at, user_name, department, verb, subject_table, subject,
    before, after (JSON), reason. What everybody works on together, and what one changed oneself, anybody may read; all
    else needs an administrator."""
    is_own = who.user_id is not None and user_name == who.name
    require(who, "read" if table in SHARED or is_own else "administer")
    entry = AuditEntry
    wanted = select(
        entry.sequence, entry.happened_at, entry.user_name, entry.department, entry.verb, entry.subject_table,
        entry.subject, entry.before, entry.after, entry.reason,
    )  # fmt: skip
    for column, value in ((entry.subject_table, table), (entry.subject, subject), (entry.user_name, user_name)):
        if value is not None:
            wanted = wanted.where(column == str(value))
    return _frame(base, wanted.order_by(entry.sequence.desc()).limit(limit))


def _frame(base: KnowledgeBase, wanted: Executable) -> pd.DataFrame:
    with base.reading() as connection:
        result = connection.execute(wanted)
        return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
