"""Open the knowledge base: where it lives, how it is read and written safely on SQLite and PostgreSQL."""

from __future__ import annotations

import atexit
import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, select
from sqlalchemy.exc import OperationalError

from kb import migrations, rollups
from kb.errors import Refused
from kb.facts.state import KNOWN
from kb.models import Revision
from kb.starting import home

Which = Literal["own", "demo"]
Notice = Callable[[float], None]
BUSY_SECONDS = 5
PATIENCE_SECONDS = 120
STATEMENT_TIMEOUT_MS = 60_000
_log = logging.getLogger(__name__)
_read: ContextVar[Mapping[Engine, Connection]] = ContextVar("read", default=MappingProxyType({}))
"""The states that this thread is reading."""
_REVISIONS = select(Revision.data_revision, Revision.audit_count)  # asked at every rerun, so made once


def _as_python(number: Any) -> int | float:
    return number.item()  # type: ignore[no-any-return]


# Without this SQLite stores a number that comes from a frame as bytes, silently.
for _kind in (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.float32, np.bool_):
    sqlite3.register_adapter(_kind, _as_python)


def address(which: Which = "own") -> str:
    """The URL of the company's own base (DATABASE_URL, else SQLite in the home) or of the demo."""
    if which == "own" and os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    return f"sqlite:///{home() / ('demo.sqlite' if which == 'demo' else 'symbiosis.sqlite')}"


@dataclass(frozen=True)
class KnowledgeBase:
    """One base with a door for reading and a door for writing."""

    url: str
    reader: Engine
    writer: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite base, none for PostgreSQL."""
        name = make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and cannot write.

        Inside another `reading` of the same thread it is the same one: a question sees one state, however many
        others it asks.
        """
        outer = _read.get()
        if self.reader in outer:
            yield outer[self.reader]
            return
        with self.reader.connect().execution_options(**{KNOWN: {}}) as connection, connection.begin():
            token = _read.set({**outer, self.reader: connection})
            try:
                yield connection
            finally:
                _read.reset(token)

    @contextmanager
    def writing(self, notice: Notice | None = None) -> Iterator[Connection]:
        """A transaction; commits at the end, rolls back on any error. On SQLite it holds the write lock from its start.

        While another writer holds the lock it waits, calling notice with the seconds so far (else a log line)
        every BUSY_SECONDS. Raises Refused after PATIENCE_SECONDS.
        """
        with self.writer.connect() as connection:
            connection.execution_options(waiting=notice or _say_waiting)
            with connection.begin():
                yield connection

    def revision(self) -> int:
        """How often the data changed: part of every cache key."""
        with self.reading() as connection:
            return connection.scalar(_REVISIONS) or 0

    def revisions(self) -> tuple[int, int]:
        """How often the data changed, and how often anything was recorded: what people say changes no number."""
        with self.reading() as connection:
            data, recorded = connection.execute(_REVISIONS).one_or_none() or (0, 0)
        return int(data), int(recorded)

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


def open_base(url: str | None = None) -> KnowledgeBase:
    """Open a base, made or brought to today's schema first. Raises Refused where that is not safe."""
    url = url or address()
    base = engines(url)
    migrations.upgrade(base)
    rollups.make_ready(base)
    return base


def engines(url: str) -> KnowledgeBase:
    """The two doors of a base, without looking at what is behind them."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite" and make_url(url).database not in (None, "", ":memory:"):
        return KnowledgeBase(url, _sqlite(url, read_only=True), _sqlite(url, read_only=False))
    if backend == "postgresql":
        return KnowledgeBase(url, _postgresql(url, read_only=True), _postgresql(url, read_only=False))
    raise Refused(f"DATABASE_URL names a base of kind {backend} without a file: use sqlite:///FILE or postgresql://...")


@lru_cache(maxsize=32)
def _sqlite(url: str, *, read_only: bool) -> Engine:
    _make_folder(Path(make_url(url).database or "").parent)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and loses updates
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if read_only:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)

    atexit.register(engine.dispose)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make the folder {folder}: {error.strerror}; choose another SYMBIOSIS_HOME") from error


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL. Two processes that meet at a new file get "locked" at once, without the busy timeout."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def _begin_writing(connection: Connection) -> None:
    """Take the write lock, however long an import holds it, and say so while waiting."""
    notice: Notice = connection.get_execution_options().get("waiting", _say_waiting)
    began = time.monotonic()
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            waited = time.monotonic() - began
            if "locked" not in str(error.orig):
                raise
            if waited > PATIENCE_SECONDS:
                raise Refused(f"somebody else has been writing for {waited:.0f} s: try again later") from error
            notice(waited)


def _say_waiting(seconds: float) -> None:
    _log.warning("waiting for another writer, %.0f s so far", seconds)


@lru_cache(maxsize=32)
def _postgresql(url: str, *, read_only: bool) -> Engine:
    options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"options": options, "application_name": "symbiosis"},
    )
    event.listen(engine, "handle_error", hide_values)
    atexit.register(engine.dispose)  # psycopg complains of connections that the end of the program finds open
    return engine


def hide_values(context: ExceptionContext) -> None:
    """Listens for handle_error: PostgreSQL repeats cell values in its messages, which hide_parameters does not stop."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (_without_values(str(error.args[0])), *error.args[1:])


def _without_values(message: str) -> str:
    first_line = message.strip().splitlines()[0] if message.strip() else message
    return re.sub(r': ".*', ': "..."', re.sub(r"=\(.*\)", "=(...)", first_line))
