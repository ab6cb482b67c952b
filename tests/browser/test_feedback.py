"""The product feedback page in a browser: its first screen, the ways to a product, and from a text to its records."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.serving import App
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
PARTS = (
    "Symptoms",
    "All+products",
    "Texts",
    "Praise+and+wishes",
    "Who+is+touched",
    "What+it+costs",
    "Reasons+and+trends",
)
_WIDER = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.scrollWidth - main.clientWidth;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_sound_in_both_themes_and_sizes(
    app: App, open_page: Open, part: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{app.url}/feedback?part={part}", size, scheme)
    assert opened.sideways_pixels() == 0
    assert opened.page.evaluate(_WIDER) <= 0
    assert opened.page.locator("h1").count() == 1


def test_the_first_screen_holds_title_age_six_figures_and_two_charts(app: App, open_page: Open) -> None:
    page = open_page(f"{app.url}/feedback", WIDE).page
    assert page.get_by_role("heading", name="Product feedback").is_visible()
    assert page.get_by_text("Data up to").first.is_visible()
    assert page.get_by_test_id("stMetric").count() == 6
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(2)
    boxes = [chart.bounding_box() for chart in page.get_by_test_id("stPlotlyChart").all()[:2]]
    bars, course = (box or {} for box in boxes)
    assert bars["y"] + bars["height"] < WIDE[1]
    assert course["y"] < 640  # labels of events make it taller


def test_a_product_is_chosen_by_keyboard_and_stays_in_the_link(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/feedback")
    opened.take(opened.page.get_by_role("combobox", name="Product"), "fast charger")
    assert "product=CHG-4A" in opened.page.url
    again = open_page(opened.page.url)
    assert "Product CHG-4A" in again.page.get_by_test_id("stMain").inner_text()


def test_a_row_of_the_table_leads_to_its_product(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/feedback?part=All+products", (1440, 2000))
    table = opened.page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for()
    table.click(position={"x": 18, "y": 52})  # the box that chooses the first row
    opened.settle()
    assert "product=" in opened.page.url
    assert "Product " in opened.page.get_by_test_id("stMain").inner_text()


def test_a_number_leads_to_the_records_of_its_product(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/feedback?product=CHG-4A+Fast+charger+4+A")
    opened.page.get_by_test_id("stMain").get_by_role("link", name="Records", exact=True).nth(2).click()
    opened.settle()
    assert opened.page.locator("h1").inner_text() == "Records of returns"
    expect(opened.page.get_by_text("Only product CHG-4A.")).to_be_visible()
    expect(opened.page.get_by_text("12 records.")).to_be_visible()


def test_a_text_leads_to_its_record(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/feedback?part=Texts&voices=Requests&say=camper&ever=true")
    opened.take(opened.page.get_by_role("combobox", name="Read in full"), "camper")
    opened.page.get_by_role("link", name="Records of that day").click()
    opened.settle()
    assert opened.page.locator("h1").inner_text() == "Records of requests"
    expect(opened.page.get_by_text("1 records.")).to_be_visible()
