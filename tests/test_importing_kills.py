"""Kill an import, run two at once, write beside one: all or nothing, and nobody loses anything."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from kb import audit, importing, store
from kb.importing import Report, presets
from kb.models import Import, OrderLine, Setting
from kb.store import KnowledgeBase
from tests import killing
from tests.importing import WHO, count
from tests.test_store import raise_by_one

pytestmark = pytest.mark.slow
KILLS, LINES = 5, 6_000


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Makes bases that hold products and customers, each the same."""
    made: list[str] = []
    with _first(request, tmp_path) as (first, copy):

        def make(masters: Path) -> str:
            if not made:
                base = store.open_base(first)
                killing.begin(base, masters)
                base.close()
            made.append(copy(len(made)))
            return made[-1]

        yield make


@contextmanager
def _first(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, Callable[[int], str]]]:
    if request.param == "sqlite":
        file = folder / "first.sqlite"

        def copied(number: int) -> str:
            shutil.copyfile(file, folder / f"{number}.sqlite")
            return f"sqlite:///{folder / f'{number}.sqlite'}"

        yield f"sqlite:///{file}", copied
        return
    server = request.getfixturevalue("postgres_server")
    with server.database(server.template) as url:
        names: list[str] = []

        def cloned(number: int) -> str:
            names.append(f"kill_{number}_{threading.get_native_id()}")
            server.run(f"CREATE DATABASE {names[-1]} TEMPLATE {url.rsplit('/', 1)[1].split('?')[0]}")
            return str(server.url(names[-1]))

        yield url, cloned
        for name in names:
            server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_killed_import_leaves_all_or_nothing_and_the_next_one_converges(
    new_base: Callable[[Path], str], tmp_path: Path
) -> None:
    masters, file = killing.prepare(tmp_path / "files", LINES)
    whole = new_base(masters)
    seconds = killing.measure(whole, file)
    base = store.open_base(whole)
    expected = killing.content(base)
    base.close()
    chance = random.Random(7)
    outcomes = [killing.kill_once(new_base(masters), file, LINES, seconds, expected, chance) for _ in range(KILLS)]
    assert [outcome.partial for outcome in outcomes] == [False] * KILLS
    assert [outcome.converged for outcome in outcomes] == [True] * KILLS
    assert any(outcome.killed for outcome in outcomes)


def test_of_two_importers_of_one_file_one_imports_and_one_finds_nothing_to_do(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    masters, file = killing.prepare(tmp_path / "files", 3_000)
    killing.begin(base, masters)
    together = threading.Barrier(2)

    def load() -> Report:
        together.wait()
        return importing.run(base, WHO, [file], presets.load("symbiosis"))

    with ThreadPoolExecutor(2) as pool:
        reports = [done.result() for done in [pool.submit(load) for _ in range(2)]]
    assert sorted(report.import_id or 0 for report in reports)[0] == 0
    assert sum(report.import_id is not None for report in reports) == 1
    assert sorted(report.total("new") for report in reports) == [0, 4_000]
    assert (count(base, "imports"), count(base, "order_lines")) == (2, 3_000)
    assert audit.verify(base) == []


def test_two_importers_of_different_files_both_succeed(base: KnowledgeBase, tmp_path: Path) -> None:
    masters, file = killing.prepare(tmp_path / "files", 900)
    killing.begin(base, masters)
    other = tmp_path / "other"
    other.mkdir()
    killing.write_order_lines(other / "order_lines.csv", 900, first_order=5_000)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(importing.run, base, WHO, [path], presets.load("symbiosis")) for path in (file, other)]
        assert all(done.result().import_id for done in running)
    assert count(base, "order_lines") == 1_800


def test_eight_writers_beside_a_large_import_lose_nothing_and_never_fail(base: KnowledgeBase, tmp_path: Path) -> None:
    rows = 100_000
    masters, file = killing.prepare(tmp_path / "files", rows)
    killing.begin(base, masters)
    with base.writing() as connection:
        connection.execute(insert(Setting).values(name="count", value="0", version=1))
    finished = threading.Event()

    def write() -> int:
        number = 0
        while not finished.wait(0.02):
            raise_by_one(base)
            number += 1
        return number

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write) for _ in range(8)]
        try:
            report = importing.run(base, WHO, [file], presets.load("symbiosis"))
        finally:
            finished.set()
        written = sum(writer.result() for writer in writers)
    with base.reading() as connection:
        assert connection.scalar(select(Setting.value).where(Setting.name == "count")) == str(written)
        assert connection.scalar(select(func.count()).select_from(OrderLine)) == rows == report.files[0].kept
        assert connection.scalar(select(func.count(Import.import_id))) == 2
        if not base.is_sqlite:
            loose = text("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
            assert connection.scalar(loose) == 0
    assert written > 8
    print(f"\n8 writers beside an import of {rows:,} rows: {written:,} writes, lost 0, errors 0")
