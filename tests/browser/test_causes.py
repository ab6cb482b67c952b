"""The causes page in a browser: found from the page itself, opened by a click, shaped, and sound in every size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kb import store
from tests import talking_company
from tests.browser.serving import App, serving
from tests.browser.visiting import PHONE, WIDE, Visit
from tests.importing import load

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
ANALYSIS_SECONDS = 120


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The application on a small company of its own whose texts nobody grouped yet."""
    folder = tmp_path_factory.mktemp("talking")
    (folder / "home").mkdir()
    base = store.open_base(f"sqlite:///{folder / 'home' / 'symbiosis.sqlite'}")
    load(base, talking_company.write(Path(folder / "files")))
    base.close()
    with serving(folder) as running:
        yield running


@pytest.fixture(scope="module")
def address(talking: App) -> str:
    return f"{talking.url}/causes"


def introduce(opened: Visit, name: str) -> None:
    main = opened.page.get_by_test_id("stMain")
    opened.take(main.get_by_role("combobox", name="I am"), name)
    main.get_by_role("button", name="That is me").click()


def test_causes_are_found_from_the_page_named_and_opened_by_a_click(address: str, open_page: Open) -> None:
    opened = open_page(address)
    page = opened.page
    expect(page.get_by_text("No causes were looked for yet")).to_be_visible()
    page.get_by_role("button", name="Find causes now").click()
    opened.settle()
    introduce(opened, "Nora Quist")
    expect(page.get_by_text("The analysis has been running")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("tab", name="All of them")).to_be_visible(timeout=ANALYSIS_SECONDS * 1000)
    opened.settle()
    page.locator("[data-testid=stPlotlyChart] .scatterlayer .points path").first.click(force=True)
    expect(page.get_by_role("button", name="All causes")).to_be_visible()
    opened.settle()
    assert re.search(r"group=\d+", page.url)
    page.get_by_text("Rename, merge or split").click()
    opened.settle()
    page.get_by_role("textbox", name="Call it").fill("Cold joint")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("heading", name="Cold joint")).to_be_visible()
    expect(page.get_by_text("Nora Quist").last).to_be_visible()
    opened.settle()
    second = open_page(page.url)
    expect(second.page.get_by_role("heading", name="Cold joint")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("query", ["", "?group=1", "?side=Symptoms+of+customers&part=Left+over"])
def test_each_view_is_sound_in_both_themes_and_sizes(
    address: str, open_page: Open, query: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(f"{address}{query}", size, scheme)
    assert opened.sideways_pixels() == 0
    assert opened.page.get_by_role("heading", name="Causes", exact=True).is_visible()
