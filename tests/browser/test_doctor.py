"""Code doctor, no trouble found and similar records in a browser: both themes and sizes, and links that are shared."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.serving import App
from tests.browser.test_quality import choose
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
VIEWS = (
    "/quality?period=Last+12+months&look=Code+doctor",
    "/quality?period=Last+12+months&look=No+trouble+found",
    "/similar?like=does+not+keep+its+charge",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("address", VIEWS)
def test_each_view_is_sound_in_both_themes_and_sizes(
    app: App, open_page: Open, address: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{app.url}{address}", size, scheme)
    assert opened.sideways_pixels() == 0


def test_a_similar_record_leads_to_those_like_it_by_a_link_that_can_be_shared(app: App, open_page: Open) -> None:
    opened = open_page(f"{app.url}{VIEWS[2]}")
    choose(opened, "Read in full", "K1")
    page = opened.page
    page.get_by_role("button", name=re.compile("Records similar to K1")).click()
    opened.settle()
    assert "like=K1" in page.url
    page.get_by_text("Similar to").first.wait_for()
    shared = open_page(page.url).page
    assert shared.get_by_text("Similar to").first.is_visible()
    assert shared.get_by_role("heading", name="Similar records").is_visible()
