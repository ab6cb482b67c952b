"""Time and memory of a process of its own, and the middle of several rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import ROOT

ROUNDS = 5


@dataclass(frozen=True)
class Spent:
    """What a process cost: seconds on the clock, seconds of processor, most memory at once, and what it printed."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def child(command: Sequence[str | Path]) -> Spent:
    """Run a process to its end and measure it. Raises RuntimeError with its words where it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=out, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {errors.read()[-2000:]}")
        return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read())


def alternating(rounds: int, *runs: Callable[[], Spent]) -> list[list[Spent]]:
    """Each run once per round, in turn, so that whatever else the machine does meets all of them."""
    done: list[list[Spent]] = [[] for _ in runs]
    for _ in range(rounds):
        for spent, run in zip(done, runs, strict=True):
            spent.append(run())
    return done


def middle(rounds: Sequence[Spent]) -> Spent:
    """The round whose time on the clock is the median (the upper one of an even number)."""
    return sorted(rounds, key=lambda spent: spent.seconds)[len(rounds) // 2]


def ratios(ours: Sequence[Spent], baseline: Sequence[Spent]) -> tuple[float, float, float]:
    """How many times the baseline ours takes: by medians of the clock and of processor time, by the fastest rounds."""
    clock = statistics.median(s.seconds for s in ours) / statistics.median(s.seconds for s in baseline)
    cpu = statistics.median(s.cpu for s in ours) / max(0.001, statistics.median(s.cpu for s in baseline))
    return clock, cpu, min(s.seconds for s in ours) / min(s.seconds for s in baseline)


def each(rounds: Sequence[Spent]) -> str:
    """All rounds for people: clock seconds, in brackets processor seconds."""
    return ", ".join(f"{spent.seconds:.2f} ({spent.cpu:.2f})" for spent in rounds)
