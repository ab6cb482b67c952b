"""What a bench found: each figure with the limit that was promised, printed or written into docs/bench.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAPER = ROOT / "docs" / "bench.md"
TITLE = """# Benches

Measured by `python -m tests.bench all --publish`; one bench by its name, without `--publish` it only prints. Times are
compared with a baseline that is measured in the same run, alternating with ours, and the middle of all rounds is taken:
seconds depend on the machine and on what else runs on it, ratios much less. Nothing here is asserted by the tests.
"""


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, what came out, what was promised (empty where nothing was) and whether it holds."""

    what: str
    value: str
    limit: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Result:
    """All figures of one bench, with sentences on how they were measured and what they mean."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = field(default=())


def at_most(what: str, value: float, limit: float, unit: str, digits: int = 1) -> Figure:
    """A figure that must not exceed its limit; a miss says by how much."""
    verdict = "reached" if value <= limit else f"missed: {100 * (value / limit - 1):.0f} % over"
    return Figure(what, f"{value:,.{digits}f} {unit}".strip(), f"at most {limit:,g} {unit}".strip(), verdict)


def all_of(what: str, found: int, of: int) -> Figure:
    """A figure that must be complete."""
    verdict = "reached" if found == of and of else f"missed: {of - found} not"
    return Figure(what, f"{found:,} of {of:,}", "all", verdict)


def none_of(what: str, found: int, among: str = "") -> Figure:
    """A figure that must be zero."""
    return Figure(what, f"{found:,} {among}".strip(), "0", "reached" if not found else f"missed: {found:,} too many")


def shown(name: str, result: Result) -> str:
    """The result for the terminal."""
    rows = [("figure", "measured", "promised", ""), *((f.what, f.value, f.limit, f.verdict) for f in result.figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", f"{name}: {result.title}", provenance(), "", *lines, "", *result.notes])


def publish(name: str, result: Result, paper: Path = PAPER) -> None:
    """Write the result into its own section of the paper; every other section stays as it is."""
    table = ["| Figure | Measured | Promised | |", "|---|---|---|---|"]
    table += [f"| {f.what} | {f.value} | {f.limit} | {f.verdict} |" for f in result.figures]
    body = [f"## {name}", "", f"{result.title}. {provenance()}.", "", *table, ""]
    for note in result.notes:
        body += [note, ""]
    text = paper.read_text("utf-8") if paper.exists() else TITLE
    before, _, rest = text.partition(f"## {name}\n")
    after = re.search(r"^## ", rest, re.MULTILINE)
    kept = rest[after.start() :] if after else ""
    paper.parent.mkdir(exist_ok=True)
    paper.write_text(f"{before.rstrip()}\n\n" + "\n".join(body) + (f"\n{kept}" if kept else ""), "utf-8")


def provenance() -> str:
    """Which state of the project, when, on what machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    return f"Commit {_commit()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}"


def _commit() -> str:
    head = _git("rev-parse", "--short=10", "HEAD")
    changed = [line for line in _git("status", "--porcelain").splitlines() if not line.endswith("docs/bench.md")]
    return f"{head or 'unknown'}{' with changes not committed' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
