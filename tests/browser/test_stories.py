"""What people do, from end to end, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import App
from tests.browser.visiting import Visit

pytestmark = pytest.mark.browser
FOCUSED = "() => (document.activeElement.closest('[data-testid=stMain]') && document.activeElement.href) || ''"
Open = Callable[..., Visit]


def introduce(opened: Visit, name: str, place: Page | None = None) -> None:
    """Answer "who are you?" on the page itself."""
    main = (place or opened.page).get_by_test_id("stMain")
    opened.take(main.get_by_role("combobox", name="I am").first, name)
    main.get_by_role("button", name="That is me").first.click()
    opened.settle()


def own_files(folder: Path) -> list[str]:
    """A year of orders; one has a day that does not exist."""
    (folder / "products.csv").write_text("sku,name,family\nA-1,Drill,Drills\nA-2,Saw,Saws\n")
    (folder / "customers.csv").write_text("customer_number,name\nK1,North\n")
    lines = ["order_number,customer_number,ordered_on,line_number,sku,quantity,amount"]
    lines += [f"SO-{month},K1,2025-{month:02d}-05,1,A-{month % 2 + 1},{month},{month * 100}" for month in range(1, 13)]
    lines.append("SO-99,K1,2025-13-45,1,A-1,1,100")
    (folder / "order_lines.csv").write_text("\n".join(lines) + "\n")
    return [str(path) for path in sorted(folder.glob("*.csv"))]


def test_own_data_from_template_to_overview_and_back(fresh_app: App, open_page: Open, tmp_path: Path) -> None:
    opened = open_page(f"{fresh_app.url}/data")
    page = opened.page
    page.get_by_role("tab", name="Templates").click()
    opened.settle()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Template as CSV").click()
    assert "," in Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    page.get_by_role("tab", name="Bring in data").click()
    opened.settle()
    page.get_by_role("button", name="Use my own data").click()
    opened.settle()
    introduce(opened, "Nora Quist")
    page.locator("input[type=file]").set_input_files(own_files(tmp_path))
    expect(page.get_by_role("button", name="Check without importing")).to_be_enabled()
    page.get_by_role("button", name="Check without importing").click()
    opened.settle()
    expect(page.get_by_text("Read 16 rows = would take 15 + refused 1.")).to_be_visible()
    page.get_by_role("button", name="Download refused rows").click()
    opened.settle()
    with page.expect_download() as refused:
        page.get_by_role("button", name="CSV", exact=True).click()
    told = Path(refused.value.path()).read_text(encoding="utf-8-sig")
    assert re.search(r"order_lines\.csv,14,ordered_on,2025-13-45,", told)
    page.keyboard.press("Escape")
    opened.settle()
    with page.expect_download() as to_mend:
        page.get_by_role("button", name="order_lines.csv: 1").click()
    rows = Path(to_mend.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert to_mend.value.suggested_filename == "order_lines.csv"
    assert [row.split(",")[0] for row in rows] == ["order_number", "SO-99"]
    page.get_by_role("button", name="Import 15 rows").click()
    opened.settle()
    page.get_by_role("link", name="See the overview").click()
    opened.settle()
    expect(page.get_by_text("1,100", exact=True).first).to_be_visible()
    expect(page.get_by_text("Demo data", exact=True)).to_have_count(0)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data").click()
    opened.settle()
    page.get_by_role("tab", name="Imports").click()
    opened.settle()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Undo import 1").click()
    opened.settle()
    expect(page.get_by_text("It was undone already.")).to_be_visible()
    expect(page.get_by_text("No data yet.")).to_be_visible()


def test_an_objective_is_set_seen_changed_and_taken_back(fresh_app: App, open_page: Open) -> None:
    opened = open_page(fresh_app.url)
    page = opened.page
    page.get_by_text("Set a common objective").click()
    opened.settle()
    introduce(opened, "Nora Quist")
    if not page.get_by_role("combobox", name="Metric of the objective").is_visible():
        page.get_by_text("Set a common objective").click()
    page.get_by_role("spinbutton", name="Target in EUR").fill("2000000")
    page.get_by_role("button", name="Set objective").click()
    opened.settle()
    expect(page.get_by_text("target 2 M EUR by")).to_be_visible()
    page.get_by_text("Last changes of objectives").click()
    page.get_by_role("button", name="Take back").first.click()
    opened.settle()
    expect(page.get_by_text("target 2 M EUR by")).to_have_count(0)


def test_every_card_reaches_its_records_by_keyboard_alone(app: App, open_page: Open) -> None:
    opened = open_page(app.url)
    page = opened.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if "/records?" in page.evaluate(FOCUSED):
            break
    page.keyboard.press("Enter")
    opened.settle()
    assert page.locator("h1").inner_text().startswith("Records of")
    expect(page.get_by_text(re.compile(r"[\d,]+ records"))).to_be_visible()


def test_a_filter_goes_along_to_other_pages_and_into_a_link(app: App, open_page: Open) -> None:
    first = open_page(f"{app.url}/?family=Lights&period=Last+3+months")
    first.page.get_by_role("link", name="Records").nth(1).click()
    first.settle()
    assert "family=Lights" in first.page.url
    second = open_page(first.page.url)
    assert "Family Lights" in second.page.get_by_test_id("stMain").inner_text()
    assert "Aug to Oct" in second.page.get_by_test_id("stMain").inner_text()


def test_headers_forbid_frames_sniffing_and_foreign_sources(app: App, open_page: Open) -> None:
    answer = open_page(app.url).page.request.get(app.url)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "http:" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
