"""What must never happen: a cell silently wrong, a server brought down by a workbook, a record changed unnoticed."""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kb import audit, importing, store
from kb.access import Person
from kb.errors import Refused
from kb.models import AuditEntry
from kb.reading import Hints, encoding
from kb.store import KnowledgeBase
from tests import killing, postgres, test_audit, test_importing_matrix, test_reading_csv, test_reading_excel
from tests.bench import kills
from tests.bench.figures import Figure, Result, all_of, at_most, none_of
from tests.importing import held

BOMB_SECONDS = 5
ENTRIES, TAMPERED = 110, 100
_NUMBERS = re.compile(r"converged (\d+) of (\d+), partial (\d+) \((\d+) killed")
WHO = Person("Quinn Abel", "quality", "member", None, ("quality",))


def matrix() -> Result:
    """The files of the tests of reading, each judged cell by cell, and those of importing, compared with the base."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder:
        read, kinds = _read(Path(folder))
        kept = _imported(Path(folder))
    figures = [
        Figure("Files read", f"{read['files']:,}"),
        none_of("Cells silently wrong after reading", read["cells silently wrong"], f"of {read['cells read']:,}"),
        none_of("Rows lost: neither kept nor refused", read["rows lost"]),
        none_of("Files in which a broken row was kept or a sound file refused rows", read["files misread"]),
        Figure("Good rows refused beside a broken quote", f"{read['good rows refused beside a broken quote']:,}"),
        Figure("Files imported", f"{kept['files']:,}"),
        none_of("Cells silently wrong in the base", kept["wrong"], f"of {kept['cells']:,}"),
        Figure("Seconds in all", f"{time.perf_counter() - started:.1f} s"),
    ]
    broken = ", ".join(f"{kind} {number:,}" for kind, number in kinds.most_common())
    traps = ", ".join(f"{kind} {kept[kind]:,}" for kind in test_importing_matrix.TRAPS)
    notes = [
        "Read: 7 encodings, 4 separators, 2 line ends, quotes everywhere or where needed, with and without broken "
        "rows, in blocks so small that every border is met. Imported: 5 encodings, 4 separators, 2 decimal marks and "
        "6 forms of dates.",
        f"Broken rows, all refused with their line: {broken}. Refused by the importer with line, column, value and "
        f"reason: {traps}.",
    ]
    return Result("Silently wrong cells over the matrices of bad CSV files", figures, notes)


def _read(folder: Path) -> tuple[Counter[str], Counter[str]]:
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    piece_before = encoding.PIECE
    for seed, (name, delimiter, line_end, quote_all, chosen, piece) in enumerate(test_reading_csv.matrix()):
        encoding.PIECE = piece
        file = test_reading_csv.generated(seed, delimiter, line_end, quote_all, chosen)
        codec, mark = test_reading_csv.ENCODINGS[name]
        path = test_reading_csv.written(folder, mark + file.text.encode(codec))
        kept, refused = test_reading_csv.rows_of(path, Hints(expected=frozenset(test_reading_csv.HEADER)))
        try:
            test_reading_csv.judge(file, kept, refused, counts, kinds, f"file {seed}")
        except AssertionError:
            counts["files misread"] += 1
    encoding.PIECE = piece_before
    return counts, kinds


def _imported(folder: Path) -> Counter[str]:
    tally: Counter[str] = Counter()
    with closing(store.open_base(f"sqlite:///{folder}/base.sqlite")) as base:
        for seed, form in enumerate(test_importing_matrix.forms()):
            test_importing_matrix.judge(base, folder, form, seed, tally)
            importing.undo(base, WHO, held(base, "imports", "import_id")[-1])
    return tally


def killed() -> Result:
    """Imports killed at random moments and run again, on both databases."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder:
        masters, file = killing.prepare(Path(folder) / "files", kills.LINES)
        for name, bases in (("SQLite", kills._sqlite), ("PostgreSQL", kills._postgresql)):
            with bases(Path(folder), masters) as new_base:
                words = kills.series(new_base, file)
            converged, of, partial, hit = map(int, _NUMBERS.search(words).groups())  # type: ignore[union-attr]
            figures += [
                all_of(f"Killed imports that a second run completes, {name}", converged, of),
                none_of(f"Killed imports that left half of something, {name}", partial),
                Figure(f"Of them killed before they were done, {name}", f"{hit}"),
            ]
    notes = [f"An import of {kills.LINES:,} order lines, ended by SIGKILL at a random moment and then run again."]
    return Result("Imports killed at random moments", figures, notes)


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
    if postgres.find_binaries():
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
