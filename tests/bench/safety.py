"""What must never happen: a cell silently wrong, a server brought down by a workbook, a record changed unnoticed."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kb import audit, store
from kb.access import Person
from kb.errors import Refused
from kb.models import AuditEntry
from kb.reading import Hints, encoding
from kb.store import KnowledgeBase
from tests import postgres, test_audit, test_reading_csv, test_reading_excel
from tests.bench.figures import Figure, Result, all_of, at_most, none_of

BOMB_SECONDS = 5
ENTRIES, TAMPERED = 110, 100
WHO = Person("Quinn Abel", "quality", "member", None, ("quality",))


def matrix() -> Result:
    """The files of the reading tests, each judged cell by cell."""
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    started, piece_before = time.perf_counter(), encoding.PIECE
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder:
        for seed, (name, delimiter, line_end, quote_all, chosen, piece) in enumerate(test_reading_csv.matrix()):
            encoding.PIECE = piece
            file = test_reading_csv.generated(seed, delimiter, line_end, quote_all, chosen)
            codec, mark = test_reading_csv.ENCODINGS[name]
            path = test_reading_csv.written(Path(folder), mark + file.text.encode(codec))
            kept, refused = test_reading_csv.rows_of(path, Hints(expected=frozenset(test_reading_csv.HEADER)))
            try:
                test_reading_csv.judge(file, kept, refused, counts, kinds, f"file {seed}")
            except AssertionError:
                counts["files misread"] += 1
    encoding.PIECE = piece_before
    figures = [
        Figure("Files of the matrix", f"{counts['files']:,}"),
        Figure("Cells read and compared with what was written", f"{counts['cells read']:,}"),
        none_of("Cells silently wrong", counts["cells silently wrong"]),
        none_of("Rows lost: neither kept nor refused", counts["rows lost"]),
        none_of("Files in which a broken row was kept or a good file refused rows", counts["files misread"]),
        Figure("Good rows refused beside a broken quote", f"{counts['good rows refused beside a broken quote']:,}"),
        Figure("Seconds in all", f"{time.perf_counter() - started:.1f} s"),
    ]
    told = ", ".join(f"{kind} {number:,}" for kind, number in kinds.most_common())
    notes = [
        "Every combination of 7 encodings, 4 separators, 2 line ends, quotes everywhere or where needed, with and "
        f"without broken rows, in blocks so small that every border is met. "
        f"Broken rows, all refused with their line: {told}."
    ]
    return Result("Silently wrong cells over the matrix of bad CSV files", figures, notes)


def bombs() -> Result:
    """Each hostile workbook once; this process is the server that must live on."""
    found: list[Figure] = []
    refused = 0
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder:
        for bomb in test_reading_excel.BOMBS:
            path = Path(folder) / "bomb.xlsx"
            bomb(path)
            was_refused, seconds = _refusal(path)
            refused += was_refused
            name = bomb.__name__.replace("_", " ")
            found.append(at_most(f"{name}, {path.stat().st_size / 1e6:,.2f} MB", seconds, BOMB_SECONDS, "s", 2))
        honest = test_reading_excel.rows_of(test_reading_excel.honest(Path(folder) / "honest.xlsx"))
    figures = [
        all_of("Bombs refused", refused, len(test_reading_excel.BOMBS)),
        *found,
        Figure("Rows of an honest workbook read by the same process afterwards", f"{len(honest[0])}", "", "alive"),
    ]
    return Result("Hostile Excel workbooks, each read in a child process with limits", figures)


def _refusal(path: Path) -> tuple[bool, float]:
    started = time.perf_counter()
    try:
        test_reading_excel.rows_of(path)
        return False, time.perf_counter() - started
    except Refused:
        return True, time.perf_counter() - started


def tamper() -> Result:
    """A hundred entries of the audit record changed by raw SQL, one at a time, on both databases."""
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder:
        figures = _tampered(f"sqlite:///{folder}/base.sqlite", "SQLite")
    if shutil.which("initdb") or postgres.find_binaries():
        with postgres.server() as server, server.database() as url:
            figures += _tampered(url, "PostgreSQL")
    notes = [f"The columns of {ENTRIES} entries in turn, hashes among them; the database's guards are dropped first."]
    return Result("Tampered entries of the audit record", figures, notes)


def _tampered(url: str, database: str) -> list[Figure]:
    choice, found, seconds = random.Random(7), 0, 0.0
    with closing(store.open_base(url)) as base:
        test_audit.write(base, WHO, ENTRIES)
        _with_connection(base, test_audit.without_guards)
        for number in range(TAMPERED):
            sequence = choice.randint(1, ENTRIES)
            column = test_audit.COLUMNS[number % len(test_audit.COLUMNS)]
            kept = _entry(base, sequence)
            _with_connection(base, test_audit.spoil, sequence, column)
            started = time.perf_counter()
            found += any(str(sequence) in fault for fault in audit.verify(base))
            seconds += time.perf_counter() - started
            _with_connection(base, _put_back, sequence, column, kept[column])
        left = len(audit.verify(base))
    return [
        all_of(f"Tampered entries found, {database}", found, TAMPERED),
        none_of(f"Faults named once they are put back, {database}", left),
        Figure(f"Seconds to verify {ENTRIES} entries, {database}", f"{seconds / TAMPERED:.3f} s"),
    ]


def _with_connection(base: KnowledgeBase, work: Callable[..., None], *arguments: Any) -> None:
    with base.writing() as connection:
        work(connection, *arguments)


def _entry(base: KnowledgeBase, sequence: int) -> dict[str, Any]:
    with base.reading() as connection:
        wanted = select(AuditEntry.__table__).where(AuditEntry.sequence == sequence)
        return dict(connection.execute(wanted).mappings().one())


def _put_back(connection: Any, sequence: int, column: str, value: Any) -> None:
    connection.execute(AuditEntry.__table__.update().where(AuditEntry.sequence == sequence).values({column: value}))
