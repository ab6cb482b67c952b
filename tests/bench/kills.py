"""Kill an import at 50 random moments: python -m tests.bench.kills."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb import store
from tests import killing, postgres

KILLS, LINES = 50, 30_000


def main() -> None:
    """Print how many of the killed imports converged and how many left half of something, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        masters, file = killing.prepare(Path(folder) / "files", LINES)
        for name, bases in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
            with bases(Path(folder), masters) as new_base:
                print(f"{name}: {series(new_base, file)}", flush=True)


def series(new_base: Callable[[int], str], file: Path) -> str:
    """50 kills in words."""
    whole = new_base(0)
    seconds = killing.measure(whole, file)
    base = store.open_base(whole)
    expected = killing.content(base)
    base.close()
    chance = random.Random(1)
    outcomes = [
        killing.kill_once(new_base(number), file, LINES, seconds, expected, chance) for number in range(1, KILLS + 1)
    ]
    converged, partial = sum(o.converged for o in outcomes), sum(o.partial for o in outcomes)
    return (
        f"converged {converged} of {KILLS}, partial {partial} "
        f"({sum(o.killed for o in outcomes)} killed before they were done, import of {LINES:,} rows in {seconds:.1f} s)"
    )


def _begin(url: str, masters: Path) -> None:
    base = store.open_base(url)
    killing.begin(base, masters)
    base.close()


@contextmanager
def _sqlite(folder: Path, masters: Path) -> Iterator[Callable[[int], str]]:
    first = folder / "first.sqlite"
    _begin(f"sqlite:///{first}", masters)

    def copied(number: int) -> str:
        return f"sqlite:///{shutil.copyfile(first, folder / f'{number}.sqlite')}"

    yield copied


@contextmanager
def _postgresql(_folder: Path, masters: Path) -> Iterator[Callable[[int], str]]:
    with postgres.server() as server, server.database() as url:
        _begin(url, masters)
        template = url.rsplit("/", 1)[1].split("?")[0]

        def cloned(number: int) -> str:
            server.run(f"CREATE DATABASE kill_{number} TEMPLATE {template}")
            return server.url(f"kill_{number}")

        yield cloned


if __name__ == "__main__":
    sys.exit(main())
