"""A million order lines through the import door, against the database's bare loader, and beside eight people."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from sqlalchemy import make_url, text

from kb import audit, editing, store
from kb.access import Person
from tests import postgres
from tests.bench import orders, writer
from tests.bench.figures import ROOT, Figure, Result, all_of, at_most, none_of
from tests.bench.timing import ROUNDS, Spent, alternating, child, each, middle, ratios

ROWS = int(os.environ.get("SYMBIOSIS_BENCH_ROWS", "1000000"))
WRITERS = 8
TIMES, MEGABYTES, LOCK_SHARE = 5, 800, 1 / 3
IMPORT = [sys.executable, "-m", "tests.bench.import_once"]
BARE_TABLE = """CREATE TABLE bare (order_number text, customer_number text, ordered_on date, line_number integer,
    sku text, quantity double precision, amount double precision, requested_on date, promised_on date)"""


@dataclass(frozen=True)
class Place:
    """Makes a fresh base that holds products and customers; loads the file without anything of ours."""

    fresh: Callable[[], str]
    bare: Callable[[], Spent]
    loader: str
    server_cpu: Callable[[], float] = lambda: 0.0


def sqlite() -> Result:
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name:
        folder = Path(name)
        _write_files(folder)
        with _sqlite_place(folder) as place:
            return _measured(place, folder)


def postgresql() -> Result:
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name, postgres.server() as server:
        folder = Path(name)
        _write_files(folder)
        with _postgresql_place(server, folder) as place:
            return _measured(place, folder)


def base_with_order_lines(folder: Path) -> str:
    """The URL of a SQLite base with a million order lines of known products and customers."""
    _write_files(folder)
    with _sqlite_place(folder) as place:
        url = place.fresh()
        child([*IMPORT, url, folder / "order_lines.csv"])
        return url


def _write_files(folder: Path) -> None:
    orders.write_masters(folder)
    orders.write_order_lines(folder / "order_lines.csv", ROWS)


@contextmanager
def _sqlite_place(folder: Path) -> Iterator[Place]:
    template, numbers = folder / "template.sqlite", iter(range(1000))
    child([*IMPORT, f"sqlite:///{template}", folder / "products.csv", folder / "customers.csv"])

    def fresh() -> str:
        path = folder / f"base{next(numbers)}.sqlite"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def bare() -> Spent:
        path = folder / f"bare{next(numbers)}.sqlite"
        spent = child(["sqlite3", path, ".mode csv", f".import {folder / 'order_lines.csv'} bare"])
        path.unlink()
        return spent

    yield Place(fresh, bare, "the sqlite3 shell's .import into a table of its own")


@contextmanager
def _postgresql_place(server: postgres.Server, folder: Path) -> Iterator[Place]:
    with ExitStack() as opened:
        known = opened.enter_context(server.database())
        child([*IMPORT, known, folder / "products.csv", folder / "customers.csv"])
        template = str(make_url(known).database)

        def bare() -> Spent:
            copy = f"\\copy bare FROM '{folder / 'order_lines.csv'}' WITH (FORMAT csv, HEADER)"
            with server.database() as url:
                before = _cpu_of_ended_backends(server)
                spent = child(["psql", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", BARE_TABLE, "-c", copy])
                used = _cpu_of_ended_backends(server) - before
            return replace(spent, cpu=spent.cpu + used)

        yield Place(
            lambda: opened.enter_context(server.database(template)),
            bare,
            "psql's \\copy into a bare table of the same types, without keys",
            lambda: _cpu_of_ended_backends(server),
        )


def _cpu_of_ended_backends(server: postgres.Server) -> float:
    """Processor seconds of the server's processes that have ended; 0 where the machine does not tell."""
    if server.process is None or not Path("/proc/self/stat").exists():
        return 0.0
    time.sleep(0.3)  # the backend of a client that has just left ends a moment later
    parts = Path(f"/proc/{server.process.running.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[13]) + int(parts[14])) / os.sysconf("SC_CLK_TCK")


def _measured(place: Place, folder: Path) -> Result:
    file = folder / "order_lines.csv"

    def ours() -> Spent:
        url, before = place.fresh(), place.server_cpu()
        spent = child([*IMPORT, url, file])
        used = place.server_cpu() - before
        return replace(spent, cpu=spent.cpu + used, output=f"{spent.output.strip()}\n{url}")

    bare, done = alternating(ROUNDS, place.bare, ours)
    told = [json.loads(spent.output.splitlines()[0]) for spent in done]
    counted = [_rows(spent.output.splitlines()[1]) for spent in done]
    clock, cpu, fastest = ratios(done, bare)
    itself = median(one["seconds"] for one in told) / median(spent.seconds for spent in bare)
    held = [one["phases"]["merge (write lock held)"] for one in told]
    shares = [
        100 * median(lock / seconds for lock, seconds in zip(held, of, strict=True))
        for of in ([spent.seconds for spent in done], [one["seconds"] for one in told])
    ]
    best = json.loads(middle(done).output.splitlines()[0])
    figures = [
        at_most(f"Import of {ROWS:,} order lines against {place.loader}", clock, TIMES, "times"),
        at_most("Of that the import itself, without the start of Python", itself, TIMES, "times"),
        Figure("The same by processor time", f"{cpu:.1f} times"),
        Figure("The same by the fastest round of each", f"{fastest:.1f} times"),
        Figure(f"Rounds of ours, s ({_processor(place)})", each(done)),
        Figure(f"Rounds of the bare loader, s ({_processor(place)})", each(bare)),
        at_most("Peak memory of the importing process", max(s.megabytes for s in done), MEGABYTES, "MB", 0),
        at_most("Share of the import that holds the write lock", shares[0], round(100 * LOCK_SHARE, 1), "%"),
        at_most("Of the import itself, without the start of Python", shares[1], round(100 * LOCK_SHARE, 1), "%"),
        all_of("Rows in the base afterwards, least of all rounds", min(counted), ROWS),
        *_beside_writers(place, folder),
    ]
    phases = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in best["phases"].items())
    notes = [
        f"A file of {len(_header(file))} columns and {file.stat().st_size / 1e6:.0f} MB, new orders of known products "
        "and customers, by the preset symbiosis. Ours is the whole process from its start: reading, checking, looking "
        "up keys, the move into both tables, the ledger and the audit record. "
        f"The middle round: {phases}; the rest is Python's start."
    ]
    return Result("One import of a large file", figures, notes)


def _processor(place: Place) -> str:
    return "processor time in brackets" if "sqlite3" in place.loader else "processor time with the server's in brackets"


def _header(file: Path) -> list[str]:
    with file.open(newline="") as opened:
        return next(csv.reader(opened))


def _rows(url: str) -> int:
    """Order lines that name one import of the ledger, counted apart from the importer."""
    with closing(store.engines(url)) as base, base.reading() as connection:
        wanted = text("SELECT count(*) FROM order_lines JOIN imports USING (import_id) WHERE status = 'done'")
        return int(connection.scalar(wanted) or 0)


def _beside_writers(place: Place, folder: Path) -> list[Figure]:
    """One more import while eight processes edit; what they saved must all be there."""
    url = place.fresh()
    with closing(store.open_base(url)) as base:
        _first_value(base)
        with _editing(url, folder) as people:
            spent = child([*IMPORT, url, folder / "order_lines.csv"])
        told = [json.loads(process.communicate()[0]) for process in people]
        edits, errors = sum(one["edits"] for one in told), [error for one in told for error in one["errors"]]
        with base.reading() as connection:
            values = dict(connection.execute(text("SELECT name, value FROM settings WHERE name LIKE 'bench%'")).all())
        saved = sum(int(values[f"bench {one['name']}"]) for one in told)
        faults = audit.verify(base)
    lost = abs(edits - int(values[writer.SHARED])) + abs(edits - saved)
    return [
        none_of(f"Edits lost by {WRITERS} people beside the import", lost, f"of {2 * edits:,}"),
        none_of("Their edits that failed", len(errors), f"({errors[0]})" if errors else ""),
        none_of("Faults in the audit chain afterwards", len(faults)),
        all_of("Rows of the import beside them", _rows(url), ROWS),
        Figure("Longest that one of them waited for an edit", f"{max(one['longest'] for one in told):.1f} s"),
        Figure("That import with eight editing beside it", f"{spent.seconds:.1f} s"),
    ]


def _first_value(base: store.KnowledgeBase) -> None:
    editing.set_setting(base, Person("Bench", "sales", "member"), writer.SHARED, "0")


@contextmanager
def _editing(url: str, folder: Path) -> Iterator[Sequence[subprocess.Popen[str]]]:
    """Eight people who all edit before the import starts and until it has ended."""
    names = [f"P{number}" for number in range(WRITERS)]
    command = [sys.executable, "-m", "tests.bench.writer", url]
    people = [
        subprocess.Popen([*command, name, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True) for name in names
    ]
    while not all((folder / f"ready {name}").exists() for name in names):
        if any(process.poll() for process in people):
            raise RuntimeError("a writer did not start")
        time.sleep(0.1)
    yield people
    (folder / "stop").touch()
