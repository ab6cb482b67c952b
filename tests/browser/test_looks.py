"""Every page in both themes and on both sizes: nothing complained, nothing off this host, no sideways scroll."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.serving import App
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
ADDRESSES = (
    "/",
    "/records?of=complaints&period=Last+12+months",
    "/data",
    "/data?section=Map+by+hand",
    "/data?section=Templates",
    "/data?section=Imports",
    "/data?section=State+of+the+data",
    "/glossary",
    "/admin",
)
_HEADINGS = "() => [...document.querySelectorAll('h1')].filter(heading => heading.offsetParent).length"
_WIDER = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.scrollWidth - main.clientWidth;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_each_page_is_sound_in_both_themes_and_sizes(
    app: App, open_page: Callable[..., Visit], address: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{app.url}{address}", size, scheme)
    assert opened.sideways_pixels() == 0
    assert opened.page.evaluate(_WIDER) <= 0
    assert opened.page.evaluate(_HEADINGS) == 1
    assert opened.page.get_by_text("Demo data", exact=True).locator("visible=true").count() >= 1


def test_the_first_screen_holds_title_age_six_figures_and_two_charts(app: App, open_page: Callable[..., Visit]) -> None:
    page = open_page(app.url, WIDE).page
    assert page.get_by_role("heading", name="Overview").is_visible()
    assert page.get_by_text("Data up to").first.is_visible()
    assert page.get_by_test_id("stMetric").count() == 6
    tops = [chart.bounding_box()["y"] for chart in page.get_by_test_id("stPlotlyChart").all()[:2]]
    assert all(top < 650 for top in tops)


def test_figures_have_alternative_text(app: App, open_page: Callable[..., Visit]) -> None:
    page = open_page(app.url, WIDE).page
    assert page.locator("[aria-label^='Line chart by month']").count() >= 1
    assert page.locator("[aria-label^='Bar chart of contributions']").count() == 1


@pytest.mark.parametrize(
    "address", ["/records?of=scrap_rate&where=line:L3", "/glossary?search=yield", "/data", "/admin"]
)
def test_a_fresh_server_whose_first_request_is_a_deep_link_answers_it(
    fresh_app: App, open_page: Callable[..., Visit], address: str
) -> None:
    opened = open_page(f"{fresh_app.url}{address}")
    opened.page.get_by_test_id("stSidebarNav").wait_for()
    assert opened.page.get_by_text("Demo data", exact=True).locator("visible=true").count() >= 1
    title = opened.page.locator("h1").inner_text()
    assert title.split()[0].lower() in ("records", "glossary", "data", "people")


def test_two_visitors_at_once_get_one_company(fresh_app: App, open_page: Callable[..., Visit]) -> None:
    first = open_page(f"{fresh_app.url}/")
    second = open_page(f"{fresh_app.url}/glossary")
    assert first.page.locator("h1").inner_text() == "Overview"
    assert second.page.locator("h1").inner_text() == "Glossary"
