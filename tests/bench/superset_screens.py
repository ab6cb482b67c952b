"""Both screens as a browser sees them: when they are whole, and when a change of filter has reached everything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page

from analytics import catalog
from tests.bench.processes import cpu
from tests.browser.visiting import PAGE_SECONDS

# High enough that both show everything without scrolling: Superset draws a chart only once it is on the screen.
SIZE = {"width": 1440, "height": 2400}
NUMBERS, CHARTS = 6, 4
# Not at every frame: looking costs the page time, the more the more it shows.
LOOKS_MS = 40
# The clock starts in the page when the mouse goes down, so that no time of the program that clicks is counted.
_WATCH = """
  performance.setResourceTimingBufferSize(5000);
  window.addEventListener('pointerdown', () => { window.clickedAt = performance.now(); }, true);
"""
_SEEN = "const seen = box => box.getBoundingClientRect().height > 0;"
# What a person reads from the screen: the numbers' words, what the charts draw, the table's words.
_OURS = f"""() => {{ {_SEEN}
  const app = document.querySelector('[data-testid=stApp]');
  const all = selector => [...document.querySelectorAll(selector)].filter(seen);
  const rests = app && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton], [data-testid=stSpinner]');
  if (!rests) return {{ rests: false }};
  return {{
    rests: true,
    numbers: all('[data-testid=stMetric]').map(box => box.innerText),
    charts: all('.js-plotly-plot').filter(box => box.querySelector('.main-svg'))
      .map(box => JSON.stringify(box.data.map(trace => [trace.x, trace.y].map(one => one?.bdata ?? one)))),
    table: all('[data-testid=stDataFrame] canvas').length
      ? [...document.querySelectorAll('[data-testid=stDataFrame] [role=gridcell]')].map(cell => cell.innerText) : [],
  }};
}}"""
# Superset's charts are pictures: one is done when it has its picture and its answer came after the click.
_THEIRS = f"""() => {{ {_SEEN}
  const all = selector => [...document.querySelectorAll(selector)].filter(seen);
  const charts = all('[data-test=slice-container]').length;
  const answers = performance.getEntriesByType('resource').filter(one => one.name.includes('/api/v1/chart/data')
    && one.startTime >= (window.clickedAt || 0) && one.responseEnd > 0).length;
  const rests = !document.querySelector('.loading, [data-test=loading-indicator]')
    && charts === {NUMBERS + CHARTS + 1} && answers >= {NUMBERS + CHARTS + 1};
  if (!rests) return {{ rests: false }};
  return {{
    rests: true,
    numbers: all('[data-test=slice-container] .header-line').map(box => box.innerText),
    charts: all('[data-test=slice-container] canvas').map((box, place) => (window.clickedAt || 0) + '/' + place),
    table: all('[data-test=slice-container] table td').map(cell => cell.innerText),
  }};
}}"""
_WHOLE = """([before, numbers, charts]) => {
  const now = window.looked();
  if (!now.rests) return false;
  const differs = (name) => now[name].length && (!before || (name === 'table'
    ? now.table.join('|') !== before.table.join('|')
    : now[name].length === before[name].length && now[name].every((one, place) => one !== before[name][place])));
  if (now.numbers.length !== numbers || now.charts.length < charts) return false;
  return differs('numbers') && differs('charts') && differs('table') && performance.now();
}"""


@dataclass(frozen=True)
class Spent:
    """One wait: seconds on the clock, and processor seconds of the server."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Round:
    """One visitor: the first view, a family nobody saw, back to all, the same family again, a second opening."""

    first: Spent
    new: Spent
    back: Spent
    known: Spent
    again: Spent
    kilobytes: float


class Screen(Protocol):
    """A dashboard in a browser: its address, its server, what it shows, and how a person changes its filter."""

    name: str
    pid: int
    address: str
    look: str
    charts: int

    def visitor(self, browser: Browser) -> BrowserContext: ...

    def choose(self, page: Page, family: str) -> Callable[[], None]: ...

    def clear(self, page: Page) -> Callable[[], None]: ...


class Ours:
    """The overview with the trend, the split, its table and the six trends of twelve months."""

    name, look, charts = "ours", _OURS, 8

    def __init__(self, url: str, pid: int, key: str, split: str) -> None:
        self.pid = pid
        shown = {"metric": catalog.get(key).name, "by": split, "below": "Twelve months", "contributions-table": "true"}
        self.address = f"{url}/?{urlencode(shown)}"

    def visitor(self, browser: Browser) -> BrowserContext:
        return browser.new_context(viewport=SIZE, locale="en-GB")

    def choose(self, page: Page, family: str) -> Callable[[], None]:
        page.locator(".st-key-family input").click()
        option = page.get_by_role("option", name=family, exact=True)
        option.wait_for()
        return option.click

    def clear(self, page: Page) -> Callable[[], None]:
        page.keyboard.press("Escape")  # the list of families is still open
        return page.locator(".st-key-family button[aria-label^='Remove']").click


class Board:
    """The dashboard in Superset, as somebody who logged in before."""

    name, look, charts = "Superset", _THEIRS, CHARTS

    def __init__(self, address: str, pid: int, entered: BrowserContext) -> None:
        self.address, self.pid, self.entered = address, pid, entered

    def visitor(self, browser: Browser) -> BrowserContext:
        return browser.new_context(viewport=SIZE, locale="en-GB", storage_state=self.entered.storage_state())

    def choose(self, page: Page, family: str) -> Callable[[], None]:
        page.locator("[data-test=form-item-value] .ant-select").click()
        page.locator(".ant-select-item-option", has_text=family).click()
        return self._apply(page)

    def clear(self, page: Page) -> Callable[[], None]:
        page.locator("[data-test=form-item-value] .ant-select").hover()
        page.locator("[data-test=form-item-value] .ant-select-clear").click()
        return self._apply(page)

    @staticmethod
    def _apply(page: Page) -> Callable[[], None]:
        button = page.locator("[data-test=filter-bar__apply-button]:enabled")
        button.wait_for()
        return button.click


def visit(browser: Browser, screen: Screen, family: str, picture: str | None = None) -> Round:
    """A new visitor with an empty browser cache does everything once; `picture` is where the first view is painted."""
    context = screen.visitor(browser)
    context.set_default_timeout(PAGE_SECONDS * 1000)
    context.add_init_script(f"window.looked = {screen.look};{_WATCH}")
    page = context.new_page()
    first = _opened(page, screen)
    kilobytes = page.evaluate("() => performance.getEntriesByType('resource').reduce((a, b) => a + b.transferSize, 0)")
    if picture:
        page.screenshot(path=picture)
    new = _changed(page, screen, lambda: screen.choose(page, family))
    back = _changed(page, screen, lambda: screen.clear(page))
    known = _changed(page, screen, lambda: screen.choose(page, family))
    page.close()
    again = _opened(context.new_page(), screen)
    context.close()
    return Round(first, new, back, known, again, kilobytes / 1000)


def _opened(page: Page, screen: Screen) -> Spent:
    used, started = cpu(screen.pid), time.perf_counter()
    page.goto(screen.address, wait_until="commit")
    page.wait_for_function(_WHOLE, arg=[None, NUMBERS, screen.charts], polling=LOOKS_MS)
    return Spent(time.perf_counter() - started, cpu(screen.pid) - used)


def _changed(page: Page, screen: Screen, prepared: Callable[[], Callable[[], Any]]) -> Spent:
    """Act on the filter; done when all numbers, all charts and the table are others than before."""
    before = page.evaluate("() => window.looked()")
    act = prepared()
    used = cpu(screen.pid)
    act()
    found = page.wait_for_function(_WHOLE, arg=[before, NUMBERS, screen.charts], polling=LOOKS_MS)
    milliseconds = float(found.json_value()) - float(page.evaluate("() => window.clickedAt"))
    return Spent(milliseconds / 1000, cpu(screen.pid) - used)
