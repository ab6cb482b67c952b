"""The browser's ears: what a broken page does is heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.serving import App, serving
from tests.browser.visiting import PHONE, visit

pytestmark = pytest.mark.browser
ENTRY = "from pathlib import Path\nimport streamlit as st\napp = st.App(Path(__file__).with_name('page.py'))\n"
PAGE = """
import time
import streamlit as st
st.title("A page")
if "broken" in st.query_params:
    raise ValueError("a customer's secret")
if "outside" in st.query_params:
    st.markdown("![pixel](https://elsewhere.invalid/pixel.png)")
if st.button("Work"):
    time.sleep(0.5)
    st.text("worked")
"""


@pytest.fixture(scope="module")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("small")
    (folder / "page.py").write_text(PAGE)
    (folder / "entry.py").write_text(ENTRY)
    with serving(folder, folder / "entry.py") as running:
        yield running


def test_a_sound_page_has_no_complaint_even_on_a_deep_link(browser: Browser, small_app: App) -> None:
    opened = visit(browser, f"{small_app.url}/deep", PHONE, "dark")
    assert (opened.complaints(), opened.sideways_pixels()) == ([], 0)


def test_settling_waits_for_what_a_click_started(browser: Browser, small_app: App) -> None:
    opened = visit(browser, small_app.url)
    opened.page.get_by_role("button", name="Work").click()
    opened.settle()
    assert opened.page.get_by_text("worked").is_visible()


def test_a_failing_script_is_heard_and_its_text_stays_in_the_log(browser: Browser, small_app: App) -> None:
    opened = visit(browser, f"{small_app.url}/?broken=1")
    assert opened.complaints()
    assert "secret" not in opened.page.content()
    assert "secret" in small_app.log()


def test_a_request_off_this_host_is_heard(browser: Browser, small_app: App) -> None:
    complaints = visit(browser, f"{small_app.url}/?outside=1").complaints()
    assert "request off this host: https://elsewhere.invalid/pixel.png" in complaints
