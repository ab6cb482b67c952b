"""A file of a system without a preset, mapped by hand in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.serving import App
from tests.browser.test_stories import introduce
from tests.browser.visiting import PHONE, WIDE, Visit
from tests.layouts import layout

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
PAYLOADS = ("<img src=x onerror=window.ran=1>", "[x](https://elsewhere.invalid)", ":material/bolt: $x^2$")


def begin(opened: Visit, path: Path) -> None:
    introduce(opened, "Nora Quist")
    opened.page.locator("input[type=file]").set_input_files(str(path))
    opened.page.get_by_text("One row of this file is one of our").wait_for()
    opened.settle()


def test_a_german_order_book_is_mapped_saved_and_imported(fresh_app: App, open_page: Open, tmp_path: Path) -> None:
    opened = open_page(f"{fresh_app.url}/data?base=Own&section=Map+by+hand", WIDE)
    page = opened.page
    begin(opened, layout("german_orders").write(tmp_path))
    expect(page.get_by_text("Proposed: 12 of 12 columns")).to_be_visible()
    expect(page.get_by_text("header means 'delivery date promised' in German")).to_be_visible()
    expect(page.get_by_text("Of the first 120 rows 120 would be taken and 0 refused.")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("our_erp")
    page.keyboard.press("Enter")
    opened.settle()
    page.get_by_role("button", name="Save preset").click()
    opened.settle()
    page.get_by_role("button", name="Check without importing").click()
    opened.settle()
    expect(page.get_by_text("Read 120 rows = would take 120 + refused 0.")).to_be_visible()
    page.get_by_role("button", name="Import 120 rows").click()
    opened.settle()
    expect(page.get_by_text(re.compile(r"Import 1 is done"))).to_be_visible()
    page.get_by_role("tab", name="Bring in data").click()
    opened.settle()
    page.get_by_role("combobox", name=re.compile("^Preset")).click()
    expect(page.get_by_role("option", name="our_erp (made here)")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sixty_columns_with_hostile_headers_fit_a_phone(
    app: App, open_page: Open, tmp_path: Path, scheme: str
) -> None:  # fmt: skip
    headers = ["RMA", "Returned", *PAYLOADS, *(f"attribute {n}" for n in range(55))]
    rows = [",".join([f"R{n}", f"0{n}/0{n + 1}/2024", *PAYLOADS, *(["x"] * 55)]) for n in range(1, 9)]
    path = tmp_path / "<b>rma.csv"
    path.write_text("\n".join([",".join(headers), *rows]), encoding="utf-8")
    opened = open_page(f"{app.url}/data?base=Own&section=Map+by+hand", PHONE, scheme)
    begin(opened, path)
    expect(opened.page.get_by_text("Not yet: say above how days in Returned are written")).to_be_visible()
    opened.page.get_by_text("Left out: ").click()
    opened.settle()
    shown = opened.page.get_by_test_id("stMain").inner_text().replace("\u2060", "")
    assert [text for text in PAYLOADS if text not in shown] == []
    assert opened.sideways_pixels() == 0
    assert opened.page.evaluate("() => window.ran") is None
    assert opened.page.locator("a[href*='elsewhere.invalid'], img[src='x']").count() == 0
