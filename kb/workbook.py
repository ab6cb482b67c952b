"""Excel workbooks, parsed in a child process with limits: a hostile file ends the child, never the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import Refused

_ROOT = Path(__file__).resolve().parent.parent
COMMAND = ("-m", "kb.workbook_child")
SECONDS = 4.0  # start to finish for a small file
_SECONDS_PER_MEGABYTE = 1.5
_MEMORY = 512 * 1024 * 1024
_MEMORY_MOST = 3 * 1024 * 1024 * 1024
_MEMORY_PER_BYTE = 80  # measured: an honest sheet takes up to 50 times its file
_RESULT_LIMIT = 8 * 1024 * 1024
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")  # no secrets to the child


@dataclass(frozen=True)
class Seen:
    """The sheet chosen, its header, what the person should know, and the sheets there are to choose from."""

    sheet: str
    header_row: int
    header: tuple[str, ...]
    notes: tuple[str, ...]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extract:
    """A sheet's rows as a CSV file separated by 0x1F: sheet row, fault ("" for good rows), then the cells."""

    path: Path
    header: tuple[str, ...]


def look(path: Path, sheet: str | None, header_row: int | None, expected: frozenset[str]) -> Seen:
    """Sheet and header of a workbook. Raises Refused when it is dangerous, damaged or empty."""
    job = {"task": "look", "sheet": sheet, "header_row": header_row, "expected": sorted(expected)}
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        result = _run(path, job, Path(folder))
    lists = (tuple(result[name]) for name in ("header", "notes", "sheets"))
    return Seen(result["sheet"], result["header_row"], *lists)


@contextmanager
def as_csv(path: Path, sheet: str, header_row: int) -> Iterator[Extract]:
    """The sheet's rows as a CSV file that lasts as long as the context. Raises Refused as `look` does."""
    job = {"task": "rows", "sheet": sheet, "header_row": header_row}
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        result = _run(path, job, Path(folder))
        yield Extract(Path(folder) / "rows.csv", tuple(result["header"]))


def _run(path: Path, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    size = path.stat().st_size
    seconds = SECONDS + _SECONDS_PER_MEGABYTE * (size >> 20)
    memory = min(_MEMORY_MOST, _MEMORY + _MEMORY_PER_BYTE * size)
    job |= {"path": str(path.resolve()), "memory": memory, "seconds": int(seconds) + 1}
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    in_time = _child(folder, seconds)
    result = _result(folder)
    if not result:
        limit = "memory" if in_time else "time"
        raise Refused(f"{path.name} takes more {limit} than its size allows; save the sheet as CSV and import that.")
    if "refused" in result:
        raise Refused(f"{path.name} {result['refused']}.")
    return result


def _child(folder: Path, seconds: float) -> bool:
    """Runs the child; false when it had to be stopped."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    command = [sys.executable, *COMMAND, str(folder)]
    try:
        subprocess.run(
            command, cwd=_ROOT, env=environment, timeout=seconds, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return True


def _result(folder: Path) -> dict[str, Any]:
    """What the child left, or nothing when it died."""
    file = folder / "result.json"
    if not file.exists() or file.stat().st_size > _RESULT_LIMIT:
        return {}
    try:
        result = json.loads(file.read_text("utf-8"))
    except ValueError:
        return {}
    return result if isinstance(result, dict) else {}
