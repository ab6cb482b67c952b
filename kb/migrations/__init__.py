"""Bring a base to today's schema: all or nothing, with a backup first."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from kb.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config

    from kb.store import KnowledgeBase


SMALLEST_PAGE = 512
VERSIONS = (Path(__file__).parent / "versions",)


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings; there is no alembic.ini, the connection is handed over."""
    from alembic.config import Config  # a base that is up to date opens without it

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, VERSIONS)))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision of the schema this program expects: migrations are numbered, the last one counts."""
    return known()[-1]


def known() -> list[str]:
    """The revisions this program has, the oldest first."""
    return sorted(path.name.split("_")[0] for folder in VERSIONS for path in folder.glob("[0-9]*.py"))


def current(base: KnowledgeBase) -> str | None:
    """The revision of the base's schema, none where it is empty. Raises Refused where it is no sound base."""
    name = base.path or "the database"
    if base.path and _is_cut_off(base.path):
        raise Refused(f"{name} is an empty file, a base lost or cut off: restore a backup, or delete it to start anew")
    try:
        with base.reader.connect() as connection:
            tables = inspect(connection).get_table_names()
            revision = None
            if "alembic_version" in tables:
                revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
            if revision is None and tables:
                raise Refused(f"{name} holds tables of another program: choose another database")
            return revision
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Refused(f"cannot open {name}: {reason}; restore a backup or correct DATABASE_URL") from error


def check(base: KnowledgeBase) -> None:
    """Raise Refused where the pages of a SQLite file are damaged; PostgreSQL looks after its own."""
    if not base.is_sqlite:
        return
    try:
        with base.reading() as connection:
            answer = connection.scalar(text("PRAGMA quick_check(1)"))
    except DBAPIError as error:
        answer = str(error.orig)
    if answer != "ok":
        raise Refused(f"{base.path} is damaged ({answer}): restore a backup with python -m kb restore FILE")


_check_once = lru_cache(maxsize=32)(check)


def upgrade(base: KnowledgeBase) -> None:
    """Check the base and migrate it to the head in one transaction; an existing SQLite base is copied first."""
    now = current(base)
    if now is not None:
        _check_once(base)
    if now == head():
        return
    if now is not None and now not in known():
        raise Refused(f"the base was made by a newer version (schema {now}): update the program")
    if now is not None and base.path:
        copy(base.path, base.path.with_suffix(f".before-{head()}.sqlite"))
    from alembic import command

    with _altering(base) as connection:
        command.upgrade(configuration(connection), "head")
    if now is None and base.path:
        _keep_private(base.path)


@contextmanager
def _altering(base: KnowledgeBase) -> Iterator[Connection]:
    """One transaction for the whole migration; of two processes that start together the second finds it done."""
    with base.writer.connect() as connection:
        # SQLite changes a column by making its table anew, and counts the old one's end as lost references.
        # The pragma has no effect inside a transaction.
        _switch_references(connection, "OFF")
        try:
            with connection.begin():
                if not base.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(7305)"))
                yield connection
                if base.is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise Refused("the migration would leave rows that point to nothing: nothing was changed")
        finally:
            _switch_references(connection, "ON")


def _switch_references(connection: Connection, state: str) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys={state}")


def copy(source: Path, target: Path) -> None:
    """Copy a SQLite base while others use it, by the database's own backup, readable by its owner only."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    _keep_private(target)


def _is_cut_off(path: Path) -> bool:
    """A file without a whole page opens as a sound, empty base; another process may be just making it: look again."""
    for _attempt in range(10):
        if not path.exists() or path.stat().st_size >= SMALLEST_PAGE:
            return False
        time.sleep(0.1)
    return True


def _keep_private(path: Path) -> None:
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if file.exists():
            file.chmod(0o600)
