"""Imports in a process of their own that is killed at a random moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from kb import importing, store
from kb.importing import presets
from kb.models import Base, Import, OrderLine
from kb.store import KnowledgeBase
from tests.bench.orders import write_masters, write_order_lines
from tests.importing import LEDGER, WHO

ROOT = Path(__file__).parents[1]
SCRIPT = """
import sys
from pathlib import Path
from kb import importing, store
from kb.importing import presets
from tests.importing import WHO
base = store.engines(sys.argv[1])
preset = presets.load("symbiosis")
print("ready", flush=True)
importing.run(base, WHO, [Path(sys.argv[2])], preset)
print("done", flush=True)
"""


def prepare(folder: Path, rows: int) -> tuple[Path, Path]:
    """A folder with products and customers, and a file with so many order lines of theirs."""
    masters = folder / "masters"
    masters.mkdir(parents=True)
    write_masters(masters)
    write_order_lines(folder / "order_lines.csv", rows)
    return masters, folder / "order_lines.csv"


def begin(base: KnowledgeBase, masters: Path) -> None:
    """Bring the products and customers that the order lines name."""
    importing.run(base, WHO, [masters], presets.load("symbiosis"))


def start(url: str, file: Path) -> subprocess.Popen[str]:
    """An importing process that is about to begin."""
    command = [sys.executable, "-c", SCRIPT, url, str(file)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout and child.stdout.readline() == "ready\n"
    return child


def measure(url: str, file: Path) -> float:
    """Seconds of an import that nobody kills."""
    child, began = start(url, file), time.perf_counter()
    assert child.stdout and child.stdout.readline() == "done\n"
    seconds = time.perf_counter() - began
    child.wait()
    child.stdout.close()
    return seconds


@dataclass
class Outcome:
    """What one kill left behind."""

    killed: bool
    partial: bool
    converged: bool


def kill_once(url: str, file: Path, rows: int, seconds: float, expected: Any, chance: random.Random) -> Outcome:
    """Kill an import somewhere in its course, look at the base, import again and compare with what was expected."""
    child = start(url, file)
    time.sleep(chance.uniform(0, seconds))
    child.send_signal(signal.SIGKILL)
    killed = child.wait() == -signal.SIGKILL
    if child.stdout:
        child.stdout.close()
    base = store.open_base(url)
    with base.reading() as connection:
        held = (
            connection.scalar(select(func.count()).select_from(OrderLine)),
            connection.scalar(select(func.count(Import.import_id))),
        )
    partial = held not in ((0, 1), (rows, 2))
    importing.run(base, WHO, [file], presets.load("symbiosis"))
    converged = content(base) == expected
    base.close()
    return Outcome(killed, partial, converged)


def content(base: KnowledgeBase) -> dict[str, int]:
    """A number for the rows of each table, without import ids (a killed attempt may use one up on PostgreSQL)."""
    result = {}
    with base.reading() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in LEDGER:
                columns = [column for column in table.columns if column.name not in ("import_id", "version")]
                result[table.name] = hash(frozenset(map(tuple, connection.execute(select(*columns)))))
    return result
