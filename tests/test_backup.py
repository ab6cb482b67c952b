"""Backup and restore: the whole base or nothing, on record, and what was there is kept."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from kb import audit, backup, editing, store
from kb.access import Person
from kb.errors import Refused
from kb.models import AuditEntry, Product, Setting
from kb.store import KnowledgeBase


def content(base: KnowledgeBase) -> dict[str, str]:
    with base.reading() as connection:
        return {row.name: row.value for row in connection.execute(select(Setting.name, Setting.value))}


def verbs(base: KnowledgeBase) -> list[str]:
    with base.reading() as connection:
        return list(connection.scalars(select(AuditEntry.verb).order_by(AuditEntry.sequence)))


def test_a_restored_base_is_the_one_that_was_backed_up(base: KnowledgeBase, admin: Person, tmp_path: Path) -> None:
    editing.set_setting(base, admin, "currency", "EUR")
    file = backup.backup(base, admin, tmp_path / "sunday.backup")
    editing.set_setting(base, admin, "currency", "USD")
    revision = base.revision()
    kept = backup.restore(base, admin, file)
    assert content(base) == {"currency": "EUR"}
    assert verbs(base) == ["set", "restore"]
    assert audit.verify(base) == []
    assert base.revision() > revision
    backup.restore(base, admin, kept)
    assert content(base) == {"currency": "USD"}


def test_who_has_the_base_open_sees_the_restored_rows(base: KnowledgeBase, admin: Person, tmp_path: Path) -> None:
    file = backup.backup(base, admin, tmp_path / "empty.backup")
    editing.set_setting(base, admin, "currency", "EUR")
    other = store.engines(base.url + ("?timeout=9" if base.is_sqlite else "&connect_timeout=9"))
    assert content(other) == {"currency": "EUR"}
    backup.restore(base, admin, file)
    assert content(other) == {}
    editing.set_setting(other, admin, "currency", "CHF")
    assert content(base) == {"currency": "CHF"}
    other.close()


def test_a_backup_leaves_an_entry_and_never_overwrites(base: KnowledgeBase, admin: Person, tmp_path: Path) -> None:
    file = backup.backup(base, admin, tmp_path / "a.backup")
    assert verbs(base) == ["backup"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Refused, match="exists already"):
        backup.backup(base, admin, file)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.backup"]


def test_only_an_administrator_backs_up_and_restores(base: KnowledgeBase, who: Person, tmp_path: Path) -> None:
    for function in (backup.backup, backup.restore):
        with pytest.raises(Refused, match="may not administer"):
            function(base, who, tmp_path / "a.backup")


def broken(kind: str, path: Path, base: KnowledgeBase) -> Path:
    if kind == "empty":
        path.touch()
    elif kind == "garbage":
        path.write_bytes(b"no base at all " * 1000)
    elif kind == "another program's":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE songs (title)")
        connection.close()
    elif kind == "newer" or kind == "cut off":
        assert base.path is not None
        with sqlite3.connect(base.path) as old, sqlite3.connect(path) as new:
            old.backup(new)
            new.execute("UPDATE alembic_version SET version_num = '9999'")
            new.commit()
        old.close()
        new.close()
        if kind == "cut off":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "another program's", "newer", "cut off"])
def test_what_is_no_sound_backup_changes_nothing(
    sqlite_base: KnowledgeBase, admin: Person, tmp_path: Path, kind: str
) -> None:
    editing.set_setting(sqlite_base, admin, "currency", "EUR")
    file = broken(kind, tmp_path / "bad.backup", sqlite_base)
    with pytest.raises(Refused):
        backup.restore(sqlite_base, admin, file)
    assert content(sqlite_base) == {"currency": "EUR"}
    assert verbs(sqlite_base) == ["set"]
    assert not list(tmp_path.glob("**/*before-restore*"))


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "another program's"])
def test_what_is_no_dump_changes_nothing_on_postgresql(
    postgres_base: KnowledgeBase, admin: Person, tmp_path: Path, kind: str
) -> None:
    editing.set_setting(postgres_base, admin, "currency", "EUR")
    with pytest.raises(Refused):
        backup.restore(postgres_base, admin, broken(kind, tmp_path / "bad.backup", postgres_base))
    assert content(postgres_base) == {"currency": "EUR"}


@pytest.mark.postgres
def test_without_postgresqls_tools_the_reason_is_said(
    postgres_base: KnowledgeBase, admin: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="install PostgreSQL's client programs"):
        backup.backup(postgres_base, admin, tmp_path / "a.backup")


def test_a_restore_that_breaks_half_way_changes_nothing(
    sqlite_base: KnowledgeBase, admin: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backup.backup(sqlite_base, admin, tmp_path / "a.backup")
    editing.set_setting(sqlite_base, admin, "currency", "EUR")

    def fails(*_args: Any) -> None:
        raise Refused("no room")

    monkeypatch.setattr(backup, "_fill", fails)
    with pytest.raises(Refused, match="no room"):
        backup.restore(sqlite_base, admin, file)
    assert content(sqlite_base) == {"currency": "EUR"}


def test_a_backup_during_writes_is_whole(sqlite_base: KnowledgeBase, admin: Person, tmp_path: Path) -> None:
    with sqlite_base.writing() as connection:
        connection.execute(insert(Product), [{"sku": f"P{number}"} for number in range(5000)])
        sqlite_copy = tmp_path / "during.backup"
        backup._write_copy(sqlite_base, sqlite_copy)
    with sqlite3.connect(sqlite_copy) as copied:
        assert copied.execute("SELECT count(*) FROM products").fetchone() == (0,)
    copied.close()


@pytest.mark.parametrize("damage", [b"", b"no base at all " * 1000, None])
def test_a_destroyed_base_is_brought_back_and_what_was_there_is_kept(
    sqlite_base: KnowledgeBase, admin: Person, tmp_path: Path, damage: bytes | None
) -> None:
    editing.set_setting(sqlite_base, admin, "currency", "EUR")
    file = backup.backup(sqlite_base, admin, tmp_path / "a.backup")
    assert sqlite_base.path is not None
    sqlite_base.close()
    sqlite_base.path.unlink()
    if damage is not None:
        sqlite_base.path.write_bytes(damage)
    kept = backup.restore(sqlite_base, admin, file)
    assert content(sqlite_base) == {"currency": "EUR"}
    assert damage is None or kept.read_bytes() == damage
    assert verbs(sqlite_base)[-1] == "restore"
