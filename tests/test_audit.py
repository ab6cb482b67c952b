"""The chained record of changes: append-only, and every tampering is found."""

from __future__ import annotations

import ast
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

import kb
from kb import audit
from kb.access import Person
from kb.models import AuditEntry, Revision
from kb.store import KnowledgeBase

COLUMNS = [
    "happened_at", "user_name", "department", "verb", "subject_table", "subject", "before", "after", "reason",
    "previous_hash", "hash",
]  # fmt: skip


def write(base: KnowledgeBase, who: Person, count: int) -> None:
    for number in range(count):
        with base.writing() as connection:
            after = {"value": number, "at": datetime.now(UTC)}
            audit.append(
                connection, who, "set", "settings", f"s{number}", before={"value": "ä"}, after=after, reason="r"
            )


def without_guards(connection: Connection) -> None:
    """What somebody with the database's own tools would do first."""
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_entries_no_{verb}"))
    else:
        connection.execute(text("DROP TRIGGER audit_entries_append_only ON audit_entries"))


def spoil(connection: Connection, sequence: int, column: str) -> None:
    shown = select(AuditEntry.__table__.c[column]).where(AuditEntry.sequence == sequence)
    now: Any = connection.scalar(shown)
    other = now + timedelta(microseconds=1) if isinstance(now, datetime) else f"{now}x"
    statement = AuditEntry.__table__.update().where(AuditEntry.sequence == sequence)
    connection.execute(statement.values({column: other}))


def test_an_untouched_record_is_whole(base: KnowledgeBase, who: Person) -> None:
    assert audit.verify(base) == []
    write(base, who, 20)
    assert audit.verify(base) == []
    with base.reading() as connection:
        assert connection.scalar(select(Revision.audit_count)) == 20
        assert connection.scalars(select(AuditEntry.sequence).order_by(AuditEntry.sequence)).all() == [*range(1, 21)]


def test_of_100_tampered_entries_100_are_found(base: KnowledgeBase, who: Person) -> None:
    write(base, who, 110)
    choice, found = random.Random(7), 0
    with base.writing() as connection:
        without_guards(connection)
    for number in range(100):
        sequence, column = choice.randint(1, 110), COLUMNS[number % len(COLUMNS)]
        with base.writing() as connection:
            kept = connection.execute(select(AuditEntry.__table__).where(AuditEntry.sequence == sequence)).one()
            spoil(connection, sequence, column)
        found += any(str(sequence) in fault for fault in audit.verify(base))
        with base.writing() as connection:
            back = AuditEntry.__table__.update().where(AuditEntry.sequence == sequence)
            connection.execute(back.values({column: kept._mapping[column]}))
    assert found == 100
    assert audit.verify(base) == []


def test_100_entries_tampered_at_once_are_each_named(base: KnowledgeBase, who: Person) -> None:
    write(base, who, 110)
    tampered = random.Random(7).sample(range(1, 111), 100)
    with base.writing() as connection:
        without_guards(connection)
        for number, sequence in enumerate(tampered):
            spoil(connection, sequence, COLUMNS[number % 9])
    assert {f"entry {sequence} was altered" for sequence in tampered} <= set(audit.verify(base))


@pytest.mark.parametrize(
    "statement, said",
    [
        ("DELETE FROM audit_entries WHERE sequence = 5", "entries 5 to 5 are missing"),
        ("DELETE FROM audit_entries WHERE sequence BETWEEN 3 AND 6", "entries 3 to 6 are missing"),
        ("DELETE FROM audit_entries WHERE sequence = 1", "entries 1 to 1 are missing"),
        ("DELETE FROM audit_entries WHERE sequence > 8", "the record ends at entry 8, but 10 were written"),
        ("DELETE FROM audit_entries", "the record ends at entry 0, but 10 were written"),
        ("UPDATE audit_entries SET sequence = 99 WHERE sequence = 4", "entry 99 was altered"),
        ("UPDATE revision SET audit_count = 9", "the record ends at entry 10, but 9 were written"),
    ],
)
def test_entries_that_were_removed_or_moved_are_found(
    base: KnowledgeBase, who: Person, statement: str, said: str
) -> None:
    write(base, who, 10)
    with base.writing() as connection:
        without_guards(connection)
        connection.execute(text(statement))
    assert said in audit.verify(base)


def test_a_forged_entry_with_a_right_hash_breaks_the_chain_behind_it(base: KnowledgeBase, who: Person) -> None:
    write(base, who, 10)
    for sequence, said in ((5, "entry 6 does not follow the one before it"), (10, "the record ends at entry 10")):
        with base.writing() as connection:
            if sequence == 5:
                without_guards(connection)
            wanted = select(AuditEntry.__table__).where(AuditEntry.sequence == sequence)
            entry = dict(connection.execute(wanted).mappings().one()) | {"user_name": "Somebody Else"}
            forged = {"user_name": "Somebody Else", "hash": audit.fingerprint(entry, entry["previous_hash"])}
            change = AuditEntry.__table__.update().where(AuditEntry.sequence == sequence)
            connection.execute(change.values(forged))
        assert [fault for fault in audit.verify(base) if fault.startswith(said)]


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"])
def test_the_database_itself_refuses_to_change_the_record(base: KnowledgeBase, who: Person, statement: str) -> None:
    write(base, who, 1)
    with pytest.raises(DBAPIError, match="append-only"), base.writing() as connection:
        connection.execute(text(statement))
    replace = "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries"
    if base.is_sqlite:
        with pytest.raises(DBAPIError, match="append-only"), base.writing() as connection:
            connection.execute(text(replace))


@pytest.mark.postgres
def test_the_record_cannot_be_emptied_at_once(postgres_base: KnowledgeBase, who: Person) -> None:
    write(postgres_base, who, 1)
    with pytest.raises(DBAPIError, match="append-only"), postgres_base.writing() as connection:
        connection.execute(text("TRUNCATE audit_entries"))


def test_what_was_rolled_back_leaves_no_entry_and_no_gap(base: KnowledgeBase, who: Person) -> None:
    write(base, who, 1)
    with pytest.raises(RuntimeError), base.writing() as connection:
        audit.append(connection, who, "set", "settings", "x")
        raise RuntimeError
    write(base, who, 1)
    assert audit.verify(base) == []


def test_what_only_looks_raises_no_revision(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        audit.append(connection, who, "export", "exports", "x", changes_data=False)
    assert base.revision() == 0
    assert audit.verify(base) == []


def test_every_module_that_writes_also_records() -> None:
    exempt = {"store.py", "__init__.py"}
    silent = [
        path.name
        for path in Path(kb.__file__).parent.glob("*.py")
        if path.name not in exempt and {"writing"} <= called(path) and "append" not in called(path)
    ]
    assert silent == []


def called(path: Path) -> set[str]:
    """The methods and module functions that a file calls."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
