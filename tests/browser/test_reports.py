"""A page is taken away as a report, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download

from tests.browser.serving import App
from tests.browser.visiting import Visit

pytestmark = pytest.mark.browser


def _report(opened: Visit, form: str) -> Download:
    opened.page.get_by_role("button", name="Report").click()
    opened.settle()
    with opened.page.expect_download() as taken:
        opened.page.get_by_role("button", name=form).click()
    return taken.value


def test_the_overview_leaves_as_one_file_that_opens_without_the_application(
    app: App, open_page: Callable[..., Visit], tmp_path: Path
) -> None:
    opened = open_page(f"{app.url}/?period=Last+12+months")
    taken = _report(opened, "As HTML")
    file = tmp_path / "overview.html"
    taken.save_as(file)
    report = opened.page.context.browser.new_page()
    report.goto(file.as_uri())
    assert report.get_by_role("heading", name="Overview").is_visible()
    assert report.locator("svg[role=img]").count() == 2
    assert report.locator(".number").count() == 6
    assert report.get_by_text("the invented company").is_visible()
    report.close()


def test_the_overview_leaves_as_pdf(app: App, open_page: Callable[..., Visit]) -> None:
    opened = open_page(app.url)
    assert Path(_report(opened, "As PDF").path()).read_bytes().startswith(b"%PDF-")
