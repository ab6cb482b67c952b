"""Keep a copy of the whole base, and bring one back: all or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url, select, update

from kb import audit, migrations
from kb.access import Person, require
from kb.errors import Refused
from kb.models import Revision
from kb.starting import home
from kb.store import KnowledgeBase, engines


def backup(base: KnowledgeBase, who: Person, file: Path) -> Path:
    """Write the whole base to a new file while others go on working; returns the file.

    SQLite gives a SQLite file, PostgreSQL a dump for pg_restore. Raises Refused where the file exists already, the
    copy is not sound, or PostgreSQL's tools are missing.
    """
    require(who, "administer")
    if file.exists():
        raise Refused(f"{file} exists already: choose another name, backups are never overwritten")
    _write_copy(base, file)
    with base.writing() as connection:
        audit.append(connection, who, "backup", "bases", file.name, after={"file": str(file)}, changes_data=False)
    return file


def restore(base: KnowledgeBase, who: Person, file: Path) -> Path:
    """Put the content of a backup in the place of everything in the base; returns the copy kept of what was there.

    Raises Refused, the base untouched, where the file is no sound backup or was made by a newer version. A base that
    does not open any more is given by store.engines(), which does not look inside.
    """
    require(who, "administer")
    if not file.is_file():
        raise Refused(f"there is no file {file}: name a backup")
    if file.stat().st_size == 0:
        raise Refused(f"{file} is empty: name another backup")
    kept = _kept_name(base)
    if base.is_sqlite:
        with _prepared(base, who, file, kept) as ready:
            if _is_readable(base):
                _write_copy(base, kept)
                _fill(base, ready)
            else:
                _replace(base, ready, kept)
    else:
        _restore_postgresql(base, who, file, kept)
    return kept


def _write_copy(base: KnowledgeBase, file: Path) -> None:
    """Copy beside the target, check, then move there: a broken copy never bears the name of a backup."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        if base.path:
            migrations.copy(base.path, part)
            _check_file(part)
        else:
            _postgresql_tool(base, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
            part.chmod(0o600)
        part.replace(file)
    except sqlite3.Error as error:
        raise Refused(f"the backup to {file} failed: {error}") from error
    finally:
        _remove(part)


@contextmanager
def _prepared(base: KnowledgeBase, who: Person, file: Path, kept: Path) -> Iterator[Path]:
    """A copy of the backup, checked, migrated and with the restore on its record: ready to take the base's place."""
    with tempfile.TemporaryDirectory(dir=file.parent if os.access(file.parent, os.W_OK) else None) as folder:
        ready = Path(folder) / "restored.sqlite"
        shutil.copyfile(file, ready)
        ready.chmod(0o600)
        _check_file(ready)
        copy = engines(f"sqlite:///{ready}")
        try:
            if migrations.current(copy) is None:
                raise Refused(f"{file} holds no knowledge base: name another backup")
            migrations.upgrade(copy)
            _record(copy, who, file, kept, base.revision() if _is_readable(base) else 0)
        finally:
            copy.close()
        yield ready


def _check_file(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise Refused(f"this is no sound base: {error}; name another backup") from error
    if answer != "ok" or orphans:
        raise Refused(f"this is no sound base: {answer if answer != 'ok' else 'references are broken'}")


def _fill(base: KnowledgeBase, ready: Path) -> None:
    """One transaction into the living file, so that everybody who has it open sees the restored rows."""
    assert base.path is not None
    with closing(sqlite3.connect(ready)) as source, closing(sqlite3.connect(base.path, timeout=60)) as target:
        try:
            source.backup(target)
        except sqlite3.Error as error:
            raise Refused(f"the restore failed, nothing was changed: {error}") from error


def _replace(base: KnowledgeBase, ready: Path, kept: Path) -> None:
    """A file that is no base any more cannot be copied into: it goes aside and the restored one takes its place."""
    assert base.path is not None
    base.close()
    if base.path.exists():
        base.path.replace(kept)
    _remove(base.path)
    shutil.copyfile(ready, base.path)
    base.path.chmod(0o600)


def _record(base: KnowledgeBase, who: Person, file: Path, kept: Path, replaced_revision: int) -> None:
    """Put the restore on record; the revision jumps past the replaced one, so that no cache takes old for new."""
    with base.writing() as connection:
        now = connection.scalar(select(Revision.data_revision)) or 0
        connection.execute(update(Revision).values(data_revision=max(now, replaced_revision)))
        audit.append(connection, who, "restore", "bases", file.name, after={"file": str(file), "kept": str(kept)})


def _is_readable(base: KnowledgeBase) -> bool:
    try:
        return migrations.current(base) is not None
    except Refused:
        return False


def _kept_name(base: KnowledgeBase) -> Path:
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    if base.path:
        return base.path.with_name(f"{base.path.stem}.before-restore-{now}.sqlite")
    return home() / f"{make_url(base.url).database}.before-restore-{now}.dump"


def _restore_postgresql(base: KnowledgeBase, who: Person, file: Path, kept: Path) -> None:
    if b"alembic_version" not in _postgresql_tool(base, "pg_restore", "--list", str(file)):
        raise Refused(f"{file} holds no knowledge base: name another backup")
    revision = base.revision() if _is_readable(base) else 0
    _write_copy(base, kept)
    base.close()
    how = ("--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={make_url(base.url).database}")
    _postgresql_tool(base, "pg_restore", *how, str(file))
    migrations.upgrade(base)
    _record(base, who, file, kept, revision)


def _postgresql_tool(base: KnowledgeBase, tool: str, *arguments: str) -> bytes:
    """Run one of PostgreSQL's programs; what it needs to connect goes by the environment, where nobody reads it."""
    program = shutil.which(tool)
    if program is None:
        raise Refused(f"{tool} is not on this machine: install PostgreSQL's client programs")
    url = make_url(base.url)
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    environment = {name: str(value) for name, value in given.items() if value}
    done = subprocess.run([program, *arguments], env=os.environ | environment, capture_output=True, check=False)
    if done.returncode:
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["unknown"])[0]
        raise Refused(f"{tool} failed, nothing was changed: {reason}")
    return done.stdout


def _remove(part: Path) -> None:
    for path in (part, part.with_name(f"{part.name}-wal"), part.with_name(f"{part.name}-shm")):
        path.unlink(missing_ok=True)
