"""The quality page in a browser: its first screen, its views as links, and the way to the records."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import App
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
VIEWS = (
    "/quality",
    "/quality?period=Last+12+months&look=Yield+by+step&defects_by=supplier&every=week&watch=nonconformances+%28u%29",
    "/quality?look=Returns+by+months+in+service&process_line=all+together",
)
_WIDER = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.scrollWidth - main.clientWidth;
}"""


def choose(opened: Visit, label: str, option: str) -> None:
    opened.take(opened.page.get_by_test_id("stMain").get_by_role("combobox", name=label).first, option)


def follow(opened: Visit, name: re.Pattern[str]) -> Page:
    opened.page.get_by_test_id("stMain").get_by_role("link", name=name).first.click()
    opened.settle()
    return opened.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("address", VIEWS)
def test_each_view_is_sound_in_both_themes_and_sizes(
    app: App, open_page: Open, address: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{app.url}{address}", size, scheme)
    assert opened.sideways_pixels() == 0
    assert opened.page.evaluate(_WIDER) <= 0
    assert opened.page.get_by_test_id("stPlotlyChart").count() == 3


def test_the_first_screen_holds_six_figures_the_ranking_and_the_control_chart(app: App, open_page: Open) -> None:
    page = open_page(f"{app.url}/quality", WIDE).page
    assert page.get_by_role("heading", name="Quality").is_visible()
    assert page.get_by_text("Data up to").first.is_visible()
    assert page.get_by_test_id("stMetric").count() == 6
    boxes = [chart.bounding_box() for chart in page.get_by_test_id("stPlotlyChart").all()[:2]]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 40
    assert all(box["y"] + box["height"] <= WIDE[1] for box in boxes)
    assert page.locator("[aria-label^='Pareto chart by defect code']").count() == 1
    assert page.locator("[aria-label^='Control chart. Rejected units, line L5: too high in']").count() == 1


def test_a_defect_of_the_ranking_leads_to_its_records_without_the_chart(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/quality")
    opened.page.get_by_text("The whole ranking by defect code").click()
    opened.settle()
    choose(opened, "Records of", "E41")
    page = follow(opened, re.compile("See the records of E41"))
    assert page.locator("h1").inner_text() == "Records of nonconformances"
    expect(page.get_by_text("Only defect code E41.")).to_be_visible()


def test_a_month_of_the_triangle_leads_to_what_came_back_of_it(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/quality?look=Returns+by+months+in+service")
    choose(opened, "Records of", "Jan 2026")
    page = follow(opened, re.compile("See the records of Jan 2026"))
    assert page.locator("h1").inner_text() == "Records of return rate (ship cohort)"
    expect(page.get_by_text("Only Jan 2026.")).to_be_visible()
    expect(page.get_by_text(re.compile("^Jan 2026, compared with"))).to_be_visible()


def test_a_point_of_the_control_chart_leads_to_its_records(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/quality")
    opened.page.get_by_text("Every line and every point as tables").click()
    opened.settle()
    boxes = opened.page.get_by_test_id("stMain").get_by_role("combobox", name="Records of")
    opened.take(boxes.nth(1), "Aug 2026")
    page = follow(opened, re.compile("See the records of Aug 2026"))
    assert page.locator("h1").inner_text() == "Records of defective ppm (internal)"
    expect(page.get_by_text("Only line L5; Aug 2026.")).to_be_visible()


def test_a_bar_and_a_point_can_be_clicked_too(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/quality")
    charts = opened.page.get_by_test_id("stPlotlyChart")
    charts.nth(0).locator(".bars .point").first.click(force=True)
    opened.settle()
    expect(opened.page.get_by_role("link", name=re.compile("See the records of"))).to_have_count(1)
    charts.nth(1).locator(".scatterlayer .trace .points path").nth(20).click(force=True)
    opened.settle()
    expect(opened.page.get_by_role("link", name=re.compile("See the records of"))).to_have_count(2)


def test_a_choice_goes_into_the_link_and_the_link_shows_the_same(app: App, open_page: Open) -> None:
    first = open_page(f"{app.url}/quality")
    choose(first, "Defects by", "disposition")
    choose(first, "Line", "all together")
    first.page.get_by_role("tab", name="Yield by step").click()
    first.settle()
    for part in ("defects_by=disposition", "process_line=all+together", "look=Yield+by+step"):
        assert part in first.page.url
    second = open_page(first.page.url)
    said = second.page.get_by_test_id("stMain").inner_text()
    assert "dispositions make up 80 % of the cost" in said
    assert "Rejected units: too high in" in said
    assert "Most is lost at" in said


def test_a_family_in_the_filter_narrows_every_part(app: App, open_page: Open) -> None:
    page = open_page(f"{app.url}/quality?family=Lights&period=Last+12+months").page
    said = page.get_by_test_id("stMain").inner_text()
    assert "Family Lights" in said
    assert "LUX-120" in page.locator("[aria-label^='Heatmap of cost']").get_attribute("aria-label")
