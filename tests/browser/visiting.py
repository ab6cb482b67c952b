"""Open a page in Chromium, wait until it is done, and hear every complaint it makes."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = (1440, 900), (390, 844)
PAGE_SECONDS = 60
QUIET_MS = 250
THIS_HOST = {"localhost", "127.0.0.1"}
LOCAL_SCHEMES = {"data", "blob", "about"}
# On a deep link Streamlit's client first asks beside the page whether the server's root is there, and then at the root.
_PROBE = re.compile(r"://[^/]+/.+/_stcore/(health|host-config)$")

# Done means: the script rests, nothing still loads, and both stay so for a moment (a click takes a moment to arrive).
_RESTS = """quiet => {
  const app = document.querySelector('[data-testid=stApp]');
  const rests = app && app.getAttribute('data-test-script-state') === 'notRunning'
    && app.getAttribute('data-test-connection-state') !== 'CONNECTING'
    && !document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]');
  if (!rests) { window.restsSince = undefined; return false; }
  window.restsSince = window.restsSince ?? performance.now();
  return performance.now() - window.restsSince >= quiet;
}"""
# A scroll is told to the page with the next picture; two pictures later it has been heard.
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_ICONS = "() => [...document.querySelectorAll('link[rel~=icon]')].map(link => link.href)"
_OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


def chromium() -> str | None:
    """The path of Chromium on this machine, none where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@dataclass
class Visit:
    """One page in a browser context of its own (a new visitor), with everything it complained about."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the page is done after opening it or acting on it."""
        self.page.evaluate("() => { window.restsSince = undefined; }")
        self.page.wait_for_function(_RESTS, arg=QUIET_MS, timeout=PAGE_SECONDS * 1000)

    def take(self, box: Locator, option: str) -> None:
        """Take an option of a list, typed, as somebody without a pointer would.

        A scroll closes the list, and taking the focus scrolls to the box: the page first comes to rest there. Enter
        waits for the list: it opens a moment after the first letter, and before that the key takes nothing.
        """
        box.scroll_into_view_if_needed()
        self.page.evaluate(_DRAWN)
        box.focus()
        self.page.keyboard.type(option)
        expect(self.page.get_by_role("option").first).to_contain_text(option, ignore_case=True)
        self.page.keyboard.press("Enter")
        self.settle()

    def sideways_pixels(self) -> int:
        """How far the page can be scrolled sideways; 0 where it fits."""
        return max(0, int(self.page.evaluate(_OVERFLOW)))

    def complaints(self) -> list[str]:
        """Console errors, failed scripts, shown tracebacks and requests off this host: none on a sound page."""
        shown = [box.inner_text()[:300] for box in self.page.locator("[data-testid=stException]").all()]
        icons = [url for url in self.page.evaluate(_ICONS) if _is_outside(url)]
        return [*self.errors, *shown, *(f"request off this host: {url}" for url in [*self.outside, *icons])]

    def _hear(self, message: ConsoleMessage) -> None:
        source = str(message.location.get("url", ""))
        if message.type == "error" and not ("404" in message.text and _PROBE.search(source)):
            self.errors.append(f"console: {message.text} ({source})")

    def _watch(self, url: str) -> None:
        if _is_outside(url):
            self.outside.append(url)


def visit(
    browser: Browser, url: str, size: tuple[int, int] = WIDE, scheme: Literal["light", "dark"] = "light"
) -> Visit:
    """Open the address as a new visitor and wait until the page is done."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB")
    opened = Visit(context.new_page())
    opened.page.on("console", opened._hear)
    opened.page.on("pageerror", lambda error: opened.errors.append(f"script: {error}"))
    opened.page.on("websocket", lambda socket: opened._watch(socket.url))
    context.on("request", lambda request: opened._watch(request.url))
    opened.page.goto(url)
    opened.settle()
    return opened


def _is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in LOCAL_SCHEMES and parts.hostname not in THIS_HOST
