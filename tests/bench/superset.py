"""The first render and a change of filter of our overview, against the same dashboard in Apache Superset."""

from __future__ import annotations

import math
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from analytics import questions
from analytics.periods import Period
from kb import demo, store
from pages.ui import people
from tests.bench.environments import Missing
from tests.bench.figures import Figure, Result, all_of, at_most
from tests.bench.processes import megabytes
from tests.bench.superset_dashboard import CHOSEN, SPLIT, Interface, build, values
from tests.bench.superset_facts import NUMBERS
from tests.bench.superset_screens import CHARTS, Board, Ours, Round, Screen, visit
from tests.bench.superset_server import GUNICORN, Superset, superset
from tests.browser.serving import serving
from tests.browser.visiting import FLAGS, chromium

FIRST, CHANGE = 0.5, 0.25
ROUNDS, WARM_UP = 5, 1
# A family nobody looked at yet for each round; the last one, which one line makes without scrap, warms both up.
FAMILIES, WARMING = ("Batteries", "Chargers", "Displays", "Drive units", "Lights"), "Trailers"
TITLE = "The overview of the demo company against the same dashboard in Apache Superset, in the same Chromium"


def run() -> Result:
    """Both servers on the same base, both browsers' visits in turn."""
    with tempfile.TemporaryDirectory(prefix="symbiosis-superset-") as name:
        folder = Path(name)
        try:
            with superset(folder / "superset") as theirs:
                return _against(folder, theirs)
        except Missing as why:
            return Result(TITLE, [Figure("First render and change of filter", f"not measured: {why}")])


def _against(folder: Path, theirs: Superset) -> Result:
    base = folder / "ours" / "home" / "demo.sqlite"
    base.parent.mkdir(parents=True)
    demo.build(f"sqlite:///{base}")
    expected, periods = _expected(base)
    path = chromium()
    if path is None:
        raise RuntimeError("there is no Chromium on this machine (Debian's package chromium)")
    with sync_playwright() as playwright, serving(folder / "ours") as app:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        entered = browser.new_context(locale="en-GB")
        interface = Interface(entered, theirs.url)
        board = build(interface, base, periods)
        same = _alike(values(interface, board, periods), expected)
        screens = [Board(theirs.url + board.path, theirs.pid, entered), Ours(app.url, app.pid, CHOSEN, SPLIT)]
        rounds = _rounds(browser, screens)
        memory = [megabytes(screen.pid) for screen in screens]
        browser.close()
    return Result(TITLE, [*_figures(*rounds, memory), same], _notes(theirs))


def _expected(base: Path) -> tuple[dict[str, float], dict[str, Period]]:
    """Our six numbers, and the period each of them covers."""
    opened = store.open_base(f"sqlite:///{base}")
    month = questions.span(opened, people.VISITOR).last_month
    if month is None:
        raise RuntimeError("the demo company has no data")
    cards = questions.cards(opened, people.VISITOR, [number.key for number in NUMBERS], month)
    return {card.metric.key: card.value for card in cards}, {card.metric.key: card.period for card in cards}


def _alike(theirs: dict[str, float], ours: dict[str, float]) -> Figure:
    equal = sum(math.isclose(theirs[key], ours[key], rel_tol=1e-9) for key in ours)
    return all_of("Numbers that are the same in both, to nine digits", equal, len(ours))


def _rounds(browser: Browser, screens: Sequence[Screen]) -> list[list[Round]]:
    """Each screen once per round, in turn; before that a visitor each, so that both servers are warm."""
    for _ in range(WARM_UP):
        for screen in screens:
            visit(browser, screen, WARMING, _picture(screen))
    return [list(rounds) for rounds in zip(*_in_turn(browser, screens), strict=True)]


def _in_turn(browser: Browser, screens: Sequence[Screen]) -> Iterator[list[Round]]:
    for family in FAMILIES[:ROUNDS]:
        yield [visit(browser, screen, family) for screen in screens]


def _picture(screen: Screen) -> str | None:
    folder = os.environ.get("SYMBIOSIS_BENCH_PICTURES")
    return str(Path(folder) / f"{screen.name}.png") if folder else None


def _figures(theirs: list[Round], ours: list[Round], memory: Sequence[float]) -> list[Figure]:
    def both(name: str, what: str) -> tuple[float, float]:
        return tuple(  # type: ignore[return-value]
            statistics.median(getattr(getattr(one, name), what) for one in rounds) for rounds in (ours, theirs)
        )

    def share(what: str, name: str, limit: float) -> list[Figure]:
        (mine, other), (used, used_there) = both(name, "seconds"), both(name, "cpu")
        clock = at_most(f"{what}, against Superset's", mine / other, limit, "times", 2)
        spent = f"{mine:.2f} s against {other:.2f} s; the server's processor {used:.2f} s against {used_there:.2f} s"
        return [clock, Figure(f"{what}: medians", spent), Figure(f"{what}: rounds of ours, s", _each(ours, name)),
                Figure(f"{what}: rounds of Superset, s", _each(theirs, name))]  # fmt: skip

    loaded = [statistics.median(one.kilobytes for one in rounds) / 1000 for rounds in (ours, theirs)]
    return [
        *share("First render in a new browser", "first", FIRST),
        *share("Change to a family that nobody looked at yet", "new", CHANGE),
        *share("Change to a family seen before", "known", CHANGE),
        *share("Back to all families", "back", CHANGE),
        *share("Second opening in the same browser", "again", FIRST),
        Figure("Loaded by a new browser", f"{loaded[0]:.1f} MB against {loaded[1]:.1f} MB"),
        Figure("Memory of the servers afterwards", f"{memory[1]:.0f} MB against {memory[0]:.0f} MB"),
    ]


def _each(rounds: Sequence[Round], name: str) -> str:
    return ", ".join(f"{getattr(one, name).seconds:.2f}" for one in rounds)


def _notes(theirs: Superset) -> list[str]:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return [
        f"Superset {theirs.version} from requirements-bench.txt in an environment of its own, run by the command of "
        f"its container image: gunicorn with {theirs.workers} workers (its image starts 1), {' '.join(GUNICORN)}. Its "
        "own tables are in SQLite, its four caches (metadata, data, filter state, explore) in files that all workers "
        "read, for a day; the rest is its default. The company's base is the same SQLite file, opened read-only. Its "
        "six datasets are queries over the tables with our definitions; it does not get our monthly sums.",
        f"Shown by Superset: six plain numbers, {CHARTS} charts, a table of four columns. Shown by ours: six cards "
        "with change, target and course, eight charts with targets, events and findings as titles, a table of eight "
        "columns; so ours draws more. A "
        "change of filter counts from the mouse going down (ours: on the family; Superset: on Apply filters, after the "
        "family was chosen) until all numbers, charts and the table are others and nothing loads, looked at 25 times a "
        "second. A family that nobody looked at yet differs in each round. Both servers are warm: a visitor came "
        "before. Logging in to Superset is not counted. A first render has an empty browser cache, both servers send "
        "their scripts themselves.",
        f"Both servers and the browser share {os.cpu_count()} cores. Load averages at the end, this bench included: "
        f"{load}; where other work runs on the machine, the processor times of the servers say more than the clock.",
    ]
