"""From starting the server on the demo to a usable first page, against an almost empty Streamlit app."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from kb import demo
from tests.bench.figures import Figure, Result, at_most
from tests.bench.timing import ROUNDS
from tests.browser.serving import ROOT, serving
from tests.browser.visiting import FLAGS, PAGE_SECONDS, chromium

TIMES = 3
EMPTY = 'import streamlit as st\n\nst.title("Almost empty")\nst.write("Nothing else.")\n'
# Seen: on the screen, not only in the document. Done: Streamlit's script rests and nothing is still loading.
_SEEN = """wanted => Object.entries(wanted).every(([selector, number]) =>
  [...document.querySelectorAll(selector)].filter(box => box.getBoundingClientRect().height > 0).length >= number)"""
_DONE = f"""wanted => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]') && ({_SEEN})(wanted)"""
OVERVIEW = {"[data-testid=stMetric]": 6, ".js-plotly-plot .main-svg": 2}
ALMOST_EMPTY = {"[data-testid=stMarkdown]": 1, "h1": 1}


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the server's process, and its processor time until the page was done."""

    up: float
    seen: float
    done: float
    cpu: float


def run() -> Result:
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY)
        demo.build(f"sqlite:///{folder / 'home' / 'demo.sqlite'}")
        path = chromium()
        if path is None:
            raise RuntimeError("there is no Chromium on this machine (Debian's package chromium)")

        def fresh() -> Browser:
            return playwright.chromium.launch(executable_path=path, args=list(FLAGS))

        ours, empty = [], []
        for _ in range(ROUNDS):
            empty.append(_start(fresh(), folder, folder / "empty.py", ALMOST_EMPTY))
            ours.append(_start(fresh(), folder, ROOT / "app.py", OVERVIEW))
    title = "From server start on the demo to the first page in a fresh Chromium"
    return Result(title, _figures(ours, empty), _notes())


def _start(browser: Browser, folder: Path, script: Path, wanted: dict[str, int]) -> Start:
    """One server and one browser, both new; the browser is there before the clock runs."""
    page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PAGE_SECONDS * 1000)
    used, started = _cpu(), time.perf_counter()
    with serving(folder, script) as app:
        up = time.perf_counter() - started
        page.goto(app.url, wait_until="commit")
        page.wait_for_function(_SEEN, arg=wanted)
        seen = time.perf_counter() - started
        page.wait_for_function(_DONE, arg=wanted)
        done = time.perf_counter() - started
    cpu = _cpu() - used
    browser.close()
    return Start(up, seen, done, cpu)


def _cpu() -> float:
    """Processor time of the servers that have ended; browsers end after it is read."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _figures(ours: list[Start], empty: list[Start]) -> list[Figure]:
    def both(name: str) -> tuple[float, float]:
        return tuple(statistics.median(getattr(start, name) for start in starts) for starts in (ours, empty))  # type: ignore[return-value]

    def line(what: str, name: str) -> Figure:
        mine, bare = both(name)
        return Figure(what, f"{mine:.2f} s against {bare:.2f} s, {mine / bare:.1f} times")

    mine, bare = both("done")
    return [
        at_most("First page usable, against an almost empty app", mine / bare, TIMES, "times"),
        line("Server answers", "up"),
        line("Cards and both charts on the screen", "seen"),
        line("Page done", "done"),
        line("Processor time of the server", "cpu"),
        Figure("Rounds of ours, s", ", ".join(f"{start.done:.2f}" for start in ours)),
        Figure("Rounds of the almost empty app, s", ", ".join(f"{start.done:.2f}" for start in empty)),
    ]


def _notes() -> list[str]:
    return [
        "The almost empty app is a title and one sentence, under the same .streamlit/config.toml. Usable: six cards "
        "and two charts are on the screen, the script rests and nothing still loads. Each round has a new server and "
        "a browser without a cache; Python's byte code is there, as after the first start. "
        f"Server and browser share {os.cpu_count()} cores."
    ]
