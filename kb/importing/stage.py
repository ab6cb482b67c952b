"""A place beside the base where checked rows wait, so that the write lock is held only while they move over."""

from __future__ import annotations

import io
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    NullPool,
    Select,
    Subquery,
    Table,
    create_engine,
    event,
    func,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.exc import DBAPIError

from kb.importing import binary
from kb.importing.extract import Coded
from kb.importing.fields import Target
from kb.models.base import Key
from kb.store import BUSY_SECONDS, KnowledgeBase, hide_values

WAITING = 4  # batches of at most 65,536 rows on their way to the stage; more would only take memory
STATEMENTS = 16  # SQLite keeps so many ready; one that inserts thousands of rows takes a megabyte


class Stage:
    """The waiting rows of one table from one file: those that are new, and those that the base knows already.

    New rows wait in the shape of the base's own table, import included: PostgreSQL moves such rows over as they are
    and makes none of them anew (measured: 0.50 s instead of 0.67 s for a million order lines).
    """

    def __init__(self, number: int, target: Target, columns: Sequence[str], schema: str | None, import_id: int) -> None:
        self.target = target
        self.columns = tuple(columns)
        self.names = (target.id_column.name, *columns)
        self.keep: frozenset[str] = frozenset()
        kind: Any = {"schema": schema, "prefixes": [] if schema else ["TEMPORARY"]}
        own = [target.table.c[name] for name in self.names]
        self.known = Table(f"known_{number}", MetaData(), *(Column(c.name, c.type) for c in own), **kind)
        whole = [column for column in target.table.c if column.name in self.names or _may_be_empty(column)]
        brought = text(str(import_id))
        new = [Column(c.name, c.type, server_default=brought if c.name == "import_id" else None) for c in whole]
        self.new = Table(f"new_{number}", MetaData(), *new, **kind)

    def coming(self, name: str) -> ColumnElement[Any]:
        """The value a base row gets: the staged one, or its own where an empty cell is to leave it as it is."""
        staged, main = self.known.c[name], self.target.table.c[name]
        return func.coalesce(staged, main) if name in self.keep else staged

    def holding(self, name: str) -> Subquery:
        """The distinct values of one column in both tables, as a table with that column."""
        return union(select(self.known.c[name]), select(self.new.c[name])).subquery()

    def differs(self) -> ColumnElement[bool]:
        """Whether a base row joined to its known row would change."""
        main = self.target.table
        return or_(*(main.c[name].is_distinct_from(self.coming(name)) for name in self.columns))


class Staging:
    """One connection to the base with the stages beside it; on SQLite in a file of its own, so nobody is locked out."""

    def __init__(self, base: KnowledgeBase, connection: Connection) -> None:
        self.base = base
        self._connection = connection
        self._count = 0
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stage")
        self._sent: deque[Future[None]] = deque()
        self.released = 0.0
        """When the write lock was let go, by time.perf_counter()."""

    @property
    def connection(self) -> Connection:
        """The connection, once all rows that are on their way have arrived. Raises what stopped one of them."""
        self._settle(0)
        return self._connection

    def _settle(self, most: int) -> None:
        while len(self._sent) > most:
            self._sent.popleft().result()

    def close(self) -> None:
        """Forget what is not sent yet and wait for what is."""
        self._sender.shutdown(cancel_futures=True)

    def add(self, target: Target, columns: Sequence[str], import_id: int) -> Stage:
        """A new empty stage."""
        self._count += 1
        stage = Stage(self._count, target, columns, "stage" if self.base.is_sqlite else None, import_id)
        self._settle(0)
        self._begin()
        stage.known.create(self.connection)
        stage.new.create(self.connection)
        self.connection.commit()
        return stage

    def write(self, table: Table, names: Sequence[str], columns: Sequence[Coded]) -> None:
        """Append rows to one table of a stage, given column by column.

        They travel while the next rows are read; whoever asks for the connection waits for them. On SQLite they stay
        in the open transaction, which locks nobody out: the stage is a file of its own.
        """
        if not len(columns[0].codes):
            return
        self._settle(WAITING - 1)
        send = self._insert if self.base.is_sqlite else self._copy
        self._sent.append(self._sender.submit(send, table, names, columns))

    def _insert(self, table: Table, names: Sequence[str], columns: Sequence[Coded]) -> None:
        """Many rows by one statement: the driver lets go of Python for each statement, not usefully for each row."""
        self._begin()
        driver: Any = self._connection.connection.driver_connection
        count, width = len(columns[0].codes), len(columns)
        cells = np.empty((count, width), dtype=object)
        for i, column in enumerate(columns):
            cells[:, i] = column.rows
        flat = cells.ravel().tolist()
        most = driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width
        row, named = f"({', '.join('?' * width)})", _listed(names)
        for at in range(0, count, most):
            values = ", ".join([row] * min(most, count - at))
            statement = f"INSERT INTO stage.{table.name} ({named}) VALUES {values}"
            self._connection.exec_driver_sql(statement, tuple(flat[at * width : (at + most) * width]))

    def _copy(self, table: Table, names: Sequence[str], columns: Sequence[Coded]) -> None:
        pieces = binary.encoded(columns, [table.c[name].type for name in names])
        form = "csv" if pieces is None else "binary"
        self._begin()
        cursor: Any = self._connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({_listed(names)}) FROM STDIN (FORMAT {form})") as copy:
            for piece in [_as_text(columns)] if pieces is None else pieces:
                copy.write(piece)
        self._connection.commit()

    def _begin(self) -> None:
        if not self._connection.in_transaction():
            self._connection.begin()
        if self.base.is_sqlite and not _in_transaction(self._connection):
            self._connection.exec_driver_sql("BEGIN")

    def keep(self, query: Select[int]) -> Table:
        """One more table beside the stages, with what the query finds in its one column, `id`; on SQLite only."""
        self._count += 1
        kept = Table(f"kept_{self._count}", MetaData(), Column("id", Key), schema="stage")
        self._settle(0)
        self._begin()
        kept.create(self.connection)
        self.connection.execute(kept.insert().from_select(["id"], query))
        self.connection.commit()
        return kept

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read the base and the stages; ends the transaction afterwards so that none stays open."""
        self.connection.commit()
        self._begin()
        try:
            yield self.connection
        finally:
            self.connection.rollback()

    @contextmanager
    def locked(self, tables: Sequence[Table], *, checks_rows: bool = True) -> Iterator[Connection]:
        """The write transaction: other writers of these tables wait until it ends.

        On SQLite foreign keys are not checked with `checks_rows=False`: they must be proved by who asks for it.
        """
        self.connection.commit()
        if self.base.is_sqlite:
            self.connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if checks_rows else 'OFF'}")
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Sorting a million rows on disk, as with the usual 4 MB, makes the others wait half as long again.
            self.connection.execute(text("SET LOCAL work_mem = '256MB'"))
            self.connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('symbiosis import'))"))
            names = ", ".join(sorted(f'"{table.name}"' for table in tables))
            self.connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        try:
            yield self.connection
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()
        self.released = time.perf_counter()
        if self.base.is_sqlite:
            self._write_back()

    def _write_back(self) -> None:
        """From the log into the base's file: a commit does it by itself, behind its end, when others write already.

        What cannot be copied now stays in the log, as after a commit: the next one copies it.
        """
        with suppress(DBAPIError):
            self.connection.exec_driver_sql("PRAGMA main.wal_checkpoint(PASSIVE)").close()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _may_be_empty(column: Column[Any]) -> bool:
    return bool(column.nullable) and column.default is None and column.server_default is None


def _as_text(columns: Sequence[Coded]) -> bytes:
    arrays = [pa.array(column.values, from_pandas=True).take(pa.array(column.codes)) for column in columns]
    arrays = [array.cast(pa.string()) if pa.types.is_null(array.type) else array for array in arrays]
    buffer = io.BytesIO()
    table = pa.table(arrays, names=[str(i) for i in range(len(arrays))])
    pacsv.write_csv(table, buffer, pacsv.WriteOptions(include_header=False))
    return buffer.getvalue()


def _in_transaction(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


@contextmanager
def staging(base: KnowledgeBase) -> Iterator[Staging]:
    """Open a staging area; it is gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="symbiosis-") as folder:
        engine = _engine(base, Path(folder) / "stage.sqlite")
        with engine.connect() as connection, closing(Staging(base, connection)) as area:
            yield area
        engine.dispose()


def _engine(base: KnowledgeBase, file: Path) -> Any:
    if not base.is_sqlite:
        # Staged times are texts in UTC, whatever the zone of the server; a stage that fits into memory stays there.
        session = {"options": "-c timezone=UTC -c temp_buffers=128MB", "application_name": "symbiosis"}
        engine = create_engine(base.writer.url, poolclass=NullPool, hide_parameters=True, connect_args=session)
        event.listen(engine, "handle_error", hide_values)
        return engine
    options = {"timeout": 60, "cached_statements": STATEMENTS}
    engine = create_engine(base.url, poolclass=NullPool, hide_parameters=True, connect_args=options)
    event.listen(engine, "handle_error", hide_values)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for command in (
            f"PRAGMA busy_timeout={max(60, BUSY_SECONDS) * 1000}",
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            "PRAGMA recursive_triggers=ON",
            "PRAGMA cache_size=-65536",
            "PRAGMA wal_autocheckpoint=0",
            f"ATTACH DATABASE '{str(file).replace(chr(39), chr(39) * 2)}' AS stage",
            "PRAGMA stage.journal_mode=OFF",
            "PRAGMA stage.synchronous=OFF",
        ):
            connection.execute(command)

    return engine
