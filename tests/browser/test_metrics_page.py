"""The stories of the metrics page clicked through: an event, a comment, a pin, and what others see of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.serving import App
from tests.browser.test_stories import introduce
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
EVENT = "New oven <i>"


def choose(opened: Visit, box: str, value: str) -> None:
    opened.take(opened.page.get_by_role("combobox", name=box).first, value)


def marks(opened: Visit) -> list[str]:
    """The labels of events on the charts of the page."""
    return opened.page.locator("[data-testid=stPlotlyChart] .annotation-text").all_text_contents()


def test_an_event_entered_once_stands_on_every_chart_and_is_taken_back(fresh_app: App, open_page: Open) -> None:
    opened = open_page(f"{fresh_app.url}/metrics?part=Events")
    page = opened.page
    page.get_by_text("Enter an event", exact=True).click()
    opened.settle()
    introduce(opened, "Nora Quist")
    page.get_by_role("textbox", name="What happened").fill(EVENT)
    day = page.get_by_test_id("stDateInput").filter(has_text="Day").locator("input").first
    day.fill("2026-07-06")
    day.press("Enter")
    page.get_by_role("button", name="Enter event").click()
    opened.settle()
    for address in ("/metrics?figure=Scrap+rate", "/?metric=Scrap+rate", "/metrics?figure=Revenue&split=family"):
        other = open_page(f"{fresh_app.url}{address}", PHONE)
        assert EVENT in marks(other), address
        assert other.sideways_pixels() == 0
    page.get_by_text("Last changes of events").click()
    opened.settle()
    page.get_by_role("button", name="Take back").first.click()
    opened.settle()
    assert EVENT not in marks(open_page(f"{fresh_app.url}/metrics?figure=Scrap+rate"))


def test_a_comment_is_written_under_a_chart_seen_by_others_and_leads_back(fresh_app: App, open_page: Open) -> None:
    opened = open_page(f"{fresh_app.url}/?metric=Complaints")
    page = opened.page
    page.get_by_role("button", name="Comment", exact=True).first.click()
    opened.settle()
    popover = page.get_by_test_id("stPopoverBody")
    opened.take(popover.get_by_role("combobox", name="I am"), "Nora Quist")
    popover.get_by_role("button", name="That is me").click()
    opened.settle()
    if not popover.is_visible():
        page.get_by_role("button", name="Comment", exact=True).first.click()
        opened.settle()
    popover.get_by_role("textbox", name="Your comment").fill("Since the <b>spring</b>.")
    popover.get_by_role("button", name="Comment", exact=True).click()
    opened.settle()
    expect(page.get_by_role("button", name="Comments (1)")).to_have_count(1)
    other = open_page(f"{fresh_app.url}/metrics?part=Comments")
    expect(other.page.get_by_text("Since the <b>spring</b>.")).to_be_visible()
    other.page.get_by_role("link", name="What they saw").first.click()
    other.settle()
    assert "metric=Complaints" in other.page.url
    expect(other.page.get_by_role("button", name="Comments (1)")).to_have_count(1)


def test_a_view_is_pinned_ordered_and_removed(fresh_app: App, open_page: Open) -> None:
    opened = open_page(f"{fresh_app.url}/start")
    introduce(opened, "Nora Quist")
    page = opened.page
    expect(page.get_by_text("You pinned nothing yet.")).to_be_visible()
    for query in ("figure=Revenue", "figure=Scrap+rate&split=line&shape=Small+multiples"):
        page.goto(f"{fresh_app.url}/metrics?{query}")
        opened.settle()
        page.get_by_role("button", name="Pin to my page").click()
        opened.settle()
        expect(page.get_by_role("button", name="Pinned to my page")).to_be_disabled()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="My page").click()
    opened.settle()
    titles = page.get_by_test_id("stMain").get_by_role("heading", level=3)
    assert titles.all_inner_texts() == ["Revenue", "Scrap rate by line"]
    page.get_by_role("button", name="Move down").first.click()
    opened.settle()
    assert titles.all_inner_texts() == ["Scrap rate by line", "Revenue"]
    page.get_by_role("link", name="Open").first.click()
    opened.settle()
    assert re.search(r"/metrics\?.*split=line", page.url)
    page.go_back()
    opened.settle()
    page.get_by_role("button", name="Remove").first.click()
    opened.settle()
    assert titles.all_inner_texts() == ["Revenue"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    "address",
    ["/metrics", "/metrics?figure=Scrap+rate&split=line&shape=Small+multiples", "/start", "/metrics?part=Events",
     "/metrics?figure=Customer+PPM&split=product&shape=Table", "/metrics?part=Comments"],
)  # fmt: skip
def test_each_view_is_sound_in_both_themes_and_sizes(
    app: App, open_page: Open, address: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{app.url}{address}", size, scheme)
    assert opened.sideways_pixels() == 0
    assert opened.page.locator("h1").count() == 1


def test_the_labels_of_events_stand_inside_the_chart_on_a_phone(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}/metrics?figure=Scrap+rate", PHONE)
    chart = opened.page.get_by_test_id("stPlotlyChart").first
    frame = chart.bounding_box()
    boxes = [one.bounding_box() for one in chart.locator(".annotation-text").all()]
    assert len(boxes) >= 2
    for box in boxes:
        assert box["x"] >= frame["x"] - 2
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 2
