"""A running application and a browser to visit it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import App, serving
from tests.browser.visiting import FLAGS, Visit, chromium, visit
from tests.needs import missing


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The application on an empty home, shared by the tests of one worker: they read, they do not change it."""
    with serving(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture
def fresh_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application of this test's own, on an empty home, that has not answered any request for a page."""
    with serving(tmp_path_factory.mktemp("fresh")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For one file only: Playwright keeps an event loop running, in which other tests could start none.
    path = chromium()
    if path is None:
        missing("Chromium (for instance Debian's package chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`open_page(url, size=PHONE, scheme="dark")` gives a Visit; at the end no page may have had a complaint."""
    visits: list[Visit] = []

    def opener(*arguments: object, **options: object) -> Visit:
        visits.append(visit(browser, *arguments, **options))  # type: ignore[arg-type]
        return visits[-1]

    yield opener
    complaints = [complaint for opened in visits for complaint in opened.complaints()]
    for opened in visits:
        opened.page.context.close()
    assert not complaints, "\n".join(complaints)
