"""The chained record of changes: who, when, what from and to, why. Nothing is ever changed or removed in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, text, update

from kb.access import Person
from kb.models import AuditEntry, Revision
from kb.store import KnowledgeBase

FIRST = "0" * 64
_HASHED = (
    "sequence", "happened_at", "user_name", "department", "verb", "subject_table", "subject",
    "before", "after", "reason",
)  # fmt: skip


def append(
    connection: Connection,
    who: Person,
    verb: str,
    subject_table: str,
    subject: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
    changes_data: bool = True,
) -> int:
    """Record one change inside the transaction that makes it and raise the revision of the data; returns its sequence.

    changes_data is false for what only looks (an export, a backup): caches then keep what they hold.
    """
    head = connection.execute(select(Revision).with_for_update()).one()
    entry = {
        "sequence": head.audit_count + 1,
        "happened_at": datetime.now(UTC),
        "user_name": who.name,
        "department": who.department,
        "verb": verb,
        "subject_table": subject_table,
        "subject": str(subject),
        "before": _json(before),
        "after": _json(after),
        "reason": reason,
    }
    digest = fingerprint(entry, head.audit_head or FIRST)
    connection.execute(insert(AuditEntry).values(**entry, previous_hash=head.audit_head or FIRST, hash=digest))
    connection.execute(
        update(Revision).values(
            data_revision=Revision.data_revision + int(changes_data),
            audit_count=head.audit_count + 1,
            audit_head=digest,
        )
    )
    return int(head.audit_count) + 1


def fingerprint(entry: Mapping[str, Any], previous: str) -> str:
    """SHA-256 over the entry's fields and the hash of the entry before it, as hexadecimal text."""
    fields = [str(plain(entry[name])) if entry[name] is not None else None for name in _HASHED]
    return hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()


def verify(base: KnowledgeBase) -> list[str]:
    """One line for each entry that was altered, is missing or was cut off at the end; empty when the chain is whole."""
    with base.reading() as connection:
        rows = connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.sequence)).mappings()
        entries = [dict(row) for row in rows]
        count, head = connection.execute(select(Revision.audit_count, Revision.audit_head)).one()
    faults, previous, expected = [], FIRST, 1
    for entry in entries:
        if entry["sequence"] != expected:
            faults.append(f"entries {expected} to {entry['sequence'] - 1} are missing")
        elif entry["previous_hash"] != previous:
            faults.append(f"entry {expected} does not follow the one before it")
        if entry["hash"] != fingerprint(entry, entry["previous_hash"]):
            faults.append(f"entry {entry['sequence']} was altered")
        previous, expected = entry["hash"], entry["sequence"] + 1
    if expected - 1 != count or (head or FIRST) != previous:
        faults.append(f"the record ends at entry {expected - 1}, but {count} were written")
    return faults


def create_guards(connection: Connection) -> None:
    """Triggers that refuse to change or delete an entry, and the row that counts revisions."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries "
                    "BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
                )
            )
    else:
        connection.execute(
            text(
                "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
            )
        )
    connection.execute(insert(Revision).values(revision_id=1, data_revision=0, audit_count=0, audit_head=""))


def _json(values: Mapping[str, Any] | None) -> str | None:
    if values is None:
        return None
    return json.dumps({name: plain(value) for name, value in values.items()}, sort_keys=True)


def plain(value: Any) -> Any:
    """The value as the record keeps it in JSON: times in UTC and days as ISO text, numbers as Python's own."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat() if isinstance(value, date) else value
