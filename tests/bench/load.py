"""What a rerun of the overview costs, and what a crowd of people waits for; raw websocket sessions, no browser."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from kb import demo
from tests.bench.figures import Figure, Result, at_most, none_of
from tests.bench.visitors import SPREAD, THINK_SECONDS, Choice, Crowd, Visitor, crowd
from tests.browser.serving import ROOT, App, free_port, serving

ROUNDS, RERUNS, WARM_UP = 5, 60, 15
CROWD_SECONDS = 40
MANY = 5_000
TICKS = os.sysconf("SC_CLK_TCK")
FAMILIES = ("Batteries", "Chargers", "Displays", "Drive units", "Lights", "Trailers")
SITES = ("BRQ", "GRZ")
PERIODS = ("Last complete month", "Last 3 months", "Last 12 months")
ALMOST_EMPTY = """
import plotly.graph_objects as go
import streamlit as st


@st.cache_resource
def figure():
    return go.Figure(go.Scatter(x=list(range(12)), y=list(range(12))))


st.title("Almost empty")
st.plotly_chart(figure())
"""


def run() -> Result:
    """Costs, crowds on one process, a crowd on two behind the proxy, and memory over many reruns."""
    with tempfile.TemporaryDirectory(prefix="symbiosis-load-") as name:
        folder = Path(name)
        (folder / "empty.py").write_text(ALMOST_EMPTY)
        demo.build(f"sqlite:///{folder / 'demo.sqlite'}")
        figures = [*_costs(folder), *_crowds(folder), *_two_processes(folder), *_memory(folder)]
    return Result("Reruns of the overview on the demo", figures, _notes())


@contextmanager
def _application(folder: Path, name: str, environment: Mapping[str, str] | None = None) -> Iterator[App]:
    place = folder / name
    (place / "home").mkdir(parents=True)
    shutil.copyfile(folder / "demo.sqlite", place / "home" / "demo.sqlite")
    with serving(place, environment=environment) as app:
        yield app


def _cpu(pid: int) -> float:
    """Seconds of processor time of the server so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _costs(folder: Path) -> list[Figure]:
    (folder / "nothing").mkdir()
    with serving(folder / "nothing", folder / "empty.py") as empty, _application(folder, "cost") as ours:
        pairs = asyncio.run(_alternating(empty, ours))
    base, own = (statistics.median(column) for column in zip(*pairs, strict=True))
    rounds = ", ".join(f"{a:.1f} and {b:.1f}" for a, b in pairs)
    return [
        at_most("Processor time of a warm rerun, against an almost empty page with one chart", own / base, 4, "times"),
        at_most("The same in milliseconds", own, 20, "ms"),
        Figure("Rounds of the almost empty page and of ours, ms", rounds),
    ]


async def _alternating(empty: App, ours: App) -> list[tuple[float, float]]:
    visitors = [Visitor(app.url) for app in (empty, ours)]
    for visitor in visitors:
        await visitor.open()
        for _ in range(WARM_UP):
            await visitor.rerun()
    costs = []
    for _ in range(ROUNDS):
        pair = [await _cost(visitor, app.pid) for visitor, app in zip(visitors, (empty, ours), strict=True)]
        costs.append((pair[0], pair[1]))
    for visitor in visitors:
        await visitor.close()
    return costs


async def _cost(visitor: Visitor, pid: int) -> float:
    before = _cpu(pid)
    for _ in range(RERUNS):
        await visitor.rerun()
    return 1000 * (_cpu(pid) - before) / RERUNS


def usual(chance: random.Random) -> dict[str, str | tuple[str, ...]]:
    """One of the three periods: views that somebody looked at before."""
    return {"Period": chance.choice(PERIODS)}


def narrowed(chance: random.Random) -> dict[str, str | tuple[str, ...]]:
    """Families and months, chosen so that hardly two people ever see the same."""
    families = tuple(sorted(chance.sample(FAMILIES, chance.randint(1, len(FAMILIES) - 1))))
    return {"Period": chance.choice(PERIODS), "Family": families, "Site": tuple(chance.sample(SITES, 1))}


def unseen(days: Iterator[date]) -> Choice:
    """Dates of one's own that nobody used before, so that no answer is kept yet."""

    def choose(chance: random.Random) -> dict[str, str | tuple[str, ...]]:
        first = next(days)
        last = first + timedelta(days=chance.randint(20, 200))
        return {"Period": "Own dates", "From": (f"{first:%Y/%m/%d}",), "To": (f"{last:%Y/%m/%d}",)}

    return choose


def _crowds(folder: Path) -> list[Figure]:
    with _application(folder, "crowd") as app:
        crowd(app.url, 3, 8, usual)  # the three views are known before the crowd comes
        few, more = (crowd(app.url, people, CROWD_SECONDS, usual) for people in (25, 50))
        chosen = crowd(app.url, 25, CROWD_SECONDS, narrowed)
        days = iter(date(2024, 1, 1) + timedelta(hours=3 * n) for n in range(100_000))
        new = crowd(app.url, 25, CROWD_SECONDS, unseen(days))
    return [
        *_waits("25 people, one process", few, 0.1),
        *_waits("50 people, one process", more, 0.25),
        *_waits("25 people, families and sites that hardly anybody chose before", chosen, 1.0),
        *_waits("25 people, dates that nobody used before", new, 1.0),
    ]


def _waits(who: str, met: Crowd, limit: float) -> list[Figure]:
    reruns = f"{len(met.seconds):,} reruns, median {1000 * met.percentile(0.5):.0f} ms"
    return [
        at_most(f"{who}: 95 % wait at most", 1000 * met.percentile(0.95), 1000 * limit, "ms", 0),
        Figure(f"{who}: measured", reruns),
        none_of(f"{who}: faults on their pages", met.faults),
    ]


def _two_processes(folder: Path) -> list[Figure]:
    if shutil.which("haproxy") is None:
        return [Figure("100 people over two processes behind the proxy", "not measured: haproxy is not installed")]
    vouched = {"SYMBIOSIS_BEHIND_PROXY": "1"}
    with _application(folder, "first", vouched) as first, _application(folder, "second", vouched) as second:
        for app in (first, second):
            crowd(app.url, 3, 8, usual)
        with _proxy(first, second) as url:
            met = crowd(url, 100, CROWD_SECONDS, usual)
    return _waits("100 people over two processes behind a sticky proxy", met, 0.25)


@contextmanager
def _proxy(first: App, second: App) -> Iterator[str]:
    """HAProxy as compose.yaml starts it, with the addresses of this run."""
    port = free_port()
    addresses = {
        "SYMBIOSIS_BIND": f"127.0.0.1:{port}",
        "SYMBIOSIS_FIRST": first.url.replace("http://localhost", "127.0.0.1"),
        "SYMBIOSIS_SECOND": second.url.replace("http://localhost", "127.0.0.1"),
    }
    command = ["haproxy", "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")]
    process = subprocess.Popen(command, env={**os.environ, **addresses}, stderr=subprocess.DEVNULL)
    try:
        time.sleep(5)  # until both processes passed their health checks
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def _memory(folder: Path) -> list[Figure]:
    with _application(folder, "memory") as app:
        sizes = asyncio.run(_sizes(app))
    growth = 100 * (sizes[-1] / sizes[1] - 1)
    told = ", ".join(f"{size:.0f}" for size in sizes)
    return [
        at_most(f"Growth of memory from the {MANY // 5:,}th to the {MANY:,}th rerun", growth, 5, "%"),
        Figure(f"Memory at the start and after each {MANY // 5:,} reruns, MB", told),
    ]


async def _sizes(app: App) -> list[float]:
    visitor, chance = Visitor(app.url), random.Random(1)
    await visitor.open()
    sizes = [_resident(app.pid)]
    for number in range(1, MANY + 1):
        visitor.values |= usual(chance)
        await visitor.rerun()
        if number % (MANY // 5) == 0:
            sizes.append(_resident(app.pid))
    await visitor.close()
    return sizes


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _notes() -> list[str]:
    return [
        f"Reruns change the period; people think {THINK_SECONDS:.0f} s +-{SPREAD:.0%} between them. The visitors share "
        "the machine's cores with the server, so that waits hold their own work too. Both pages of the comparison run "
        "under the same server options.",
    ]
