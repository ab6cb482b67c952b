"""A seller reads what the factory knows of a symptom, asks for the evidence, doubts it and takes the doubt back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from kb import store
from tests import linked_company
from tests.browser.serving import App, serving
from tests.browser.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
_WIDER = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.scrollWidth - main.clientWidth;
}"""


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("linked")
    base = store.open_base(f"sqlite:///{folder / 'home' / 'symbiosis.sqlite'}")
    linked_company.build(base)
    base.close()
    with serving(folder) as running:
        yield running


def address(app: App, **more: str) -> str:
    return f"{app.url}/feedback?{urlencode({**linked_company.VIEW, **more})}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("symptom", ["goes dead", "loud, too"])
def test_the_evidence_is_sound_in_both_themes_and_sizes(
    linked: App, open_page: Open, symptom: str, size: tuple[int, int], scheme: str
) -> None:
    opened = open_page(address(linked, symptom=symptom, evidence="true"), size, scheme)
    expect(opened.page.get_by_role("heading", name="Likely causes in the factory")).to_be_visible()
    assert opened.sideways_pixels() == 0
    assert opened.page.evaluate(_WIDER) <= 0


def test_a_seller_doubts_a_link_and_takes_the_doubt_back(linked: App, open_page: Open) -> None:
    opened = open_page(address(linked), (1440, 3000))
    page, main = opened.page, opened.page.get_by_test_id("stMain")
    opened.take(main.get_by_role("combobox", name="Symptom"), "goes dead")
    expect(main.get_by_text("Very likely it comes from what the factory calls")).to_be_visible()
    expect(main.get_by_text("Rate ratio", exact=True)).to_have_count(0)
    main.get_by_text("Show the evidence").click()
    opened.settle()
    expect(main.get_by_text("Rate ratio", exact=True)).to_be_visible()
    main.get_by_text("Confirm or refuse this link").click()
    opened.settle()
    main.get_by_role("combobox", name="I am").fill("Nora Teller")
    page.keyboard.press("Enter")
    main.get_by_role("button", name="That is me").click()
    opened.settle()
    main.get_by_text("Refuse", exact=True).click()
    main.get_by_role("textbox", name="Why").fill("that lot had other boards")
    main.get_by_role("button", name="Say so").click()
    opened.settle()
    expect(main.get_by_text("that lot had other boards")).to_be_visible()
    expect(main.get_by_text("Nora Teller (sales)")).to_be_visible()
    expect(main.get_by_text("Not known: no counterpart was found")).to_be_visible()
    main.get_by_role("button", name="Take back").click()
    opened.settle()
    expect(main.get_by_text("Taken back by Nora Teller")).to_be_visible()
    expect(main.get_by_text("Very likely it comes from what the factory calls")).to_be_visible()
