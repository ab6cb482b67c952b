"""Every page leaves as a report with everything it shows: no chart of the house is beyond the pictures."""

from __future__ import annotations

import inspect
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics import charts, refresh
from analytics.charts import Drawing
from analytics.report import Picture, Report, Rows
from analytics.report.html import html
from analytics.report.pdf import pdf
from kb import demo, store
from kb.access import command_line
from kb.store import KnowledgeBase
from pages.ui import door, menu, reports
from tests import linked_company

ROOT = Path(__file__).parents[1]
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("overview.py", {"below": "Twelve months"}),
    ("quality.py", {}),
    ("quality.py", {"look": "Yield by step"}),
    ("quality.py", {"look": "Returns by months in service"}),
    ("causes.py", {}),
    ("causes.py", {"group": "1"}),
    ("quality.py", {"look": "Code doctor", "coded_ever": "true"}),
    ("quality.py", {"look": "No trouble found"}),
    ("similar.py", {"like": "does not keep its charge"}),
    ("feedback.py", {**linked_company.VIEW, "symptom": "goes dead", "evidence": "true"}),
    ("feedback.py", {"part": "Praise and wishes"}),
    ("feedback.py", {"part": "What it costs"}),
    ("feedback.py", {"part": "Reasons and trends"}),
    ("metrics.py", {"figure": "Defective PPM (internal)"}),
    ("metrics.py", {"figure": "Scrap rate", "split": "line", "shape": "Table"}),
    ("metrics.py", {"figure": "Scrap rate", "split": "line", "shape": "Small multiples"}),
    ("metrics.py", {"figure": "Scrap rate", "split": "line", "shape": "Trend"}),
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    address = f"sqlite:///{folder / 'demo.sqlite'}"
    demo.build(address)
    base = store.open_base(address)
    refresh.refresh(base, command_line())
    base.close()
    with sqlite3.connect(folder / "demo.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()
    door.forget()


def test_every_chart_of_the_house_is_drawn_into_the_reports_of_its_pages(
    company: Path, home: Path, sqlite_base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(company / "demo.sqlite", home / "demo.sqlite")
    linked_company.build(sqlite_base)
    made: list[Report] = []
    drawn: set[str] = set()
    draw, offer = door.draw, reports.offer

    def noting(view: door.View, chart: str, *arguments: object, **named: object) -> Drawing:
        drawn.add(chart)
        return draw(view, chart, *arguments, **named)  # type: ignore[arg-type]

    def keeping(view: door.View) -> None:
        noted = reports._noted.get()
        made.append(Report(noted.title, noted.about, tuple(noted.pieces)))
        offer(view)

    monkeypatch.setattr(door, "draw", noting)
    monkeypatch.setattr(reports, "offer", keeping)
    for page, parameters in VIEWS:
        test = AppTest.from_file(str(ROOT / "pages" / "_main.py"), default_timeout=120)
        for name, value in parameters.items():
            test.query_params[name] = value
        if page != "overview.py":
            test.switch_page(str(ROOT / "pages" / page))
        for title in menu.titles():  # a report is made for those who open it
            test.session_state[f"report-{title}"] = True
        test.run()
        assert not test.exception
        assert not test.error
    assert len(made) == len(VIEWS)
    for report in made:
        text = html(report).decode()
        pictures = [piece for piece in report.pieces if isinstance(piece, Picture)]
        assert report.pieces
        assert text.count("<svg") == len(pictures)
        assert text.count("<table") == sum(isinstance(piece, Rows) for piece in report.pieces)
    assert pdf(made[0]).startswith(b"%PDF-")
    assert drawn == _of_the_house()


def _of_the_house() -> set[str]:
    found = {name: getattr(charts, name) for name in charts.__all__}
    return {
        name
        for name, function in found.items()
        if inspect.isfunction(function) and "Drawing" in str(inspect.signature(function).return_annotation)
    }
