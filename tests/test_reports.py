"""Reports: what a page showed as one file, with its filters and the age of its data, harmless and complete."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analytics import charts
from analytics.charts import Drawing
from analytics.report import Number, Picture, Report, Rows
from analytics.report.html import html
from analytics.report.pdf import pdf
from analytics.report.pictures import _drawn, png, svg
from analytics.report.pieces import MOST_ROWS, written
from kb import exporting, history
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase

PAYLOAD = '<img src="https://elsewhere.invalid/x" onerror="alert(1)">'


def trend(**columns: object) -> Drawing:
    month = pd.date_range("2026-01-01", periods=6, freq="MS")
    values = {
        "month": month,
        "value": [90.0, 91, 92, np.nan, 94, 95],
        "is_mature": [True] * 5 + [False],
        "target": 96.0,
    }
    frame = pd.DataFrame(values | columns)
    return charts.trend(frame, name="First pass yield", unit="percent", direction="up")


def report(*pieces: Number | Picture | Rows, title: str = "Overview") -> Report:
    return Report(title, {"Period": "Oct 2026", "Data": "up to 2026-10-31"}, pieces)


def marks(drawing: Drawing) -> list[Axes]:
    drawn: Figure = _drawn(drawing)
    return list(drawn.axes)


def test_a_report_says_what_it_covers_and_how_old_its_data_are() -> None:
    text = html(report(Number("Revenue", "1.2 M EUR", "vs Sep +3 %"), Picture(trend()))).decode()
    for part in ("Overview", "Oct 2026", "up to 2026-10-31", "Revenue", "1.2 M EUR", "vs Sep +3 %", trend().title):
        assert part in text


def test_a_report_in_html_fetches_nothing_and_runs_nothing() -> None:
    rows = Rows(pd.DataFrame({PAYLOAD: [PAYLOAD]}), PAYLOAD)
    text = html(report(Number(PAYLOAD, PAYLOAD, PAYLOAD), rows, Picture(trend()), title=PAYLOAD)).decode()
    assert "<script" not in text
    assert "<img" not in text
    assert "default-src 'none'" in text
    assert not re.findall(r'(?:src|href)="(?!#)', text)


def test_text_from_data_stands_in_a_picture_as_text() -> None:
    frame = pd.DataFrame([(PAYLOAD, 1.0, 0.0, 1.0)], columns=["member", "rate_effect", "mix_effect", "contribution"])
    element = svg(charts.contributions(frame, finding="x", unit="money"))
    assert "<img" not in element
    assert "&lt;img" in element


def test_a_report_as_pdf_is_one_file_with_numbered_pages() -> None:
    content = pdf(report(Number("Revenue", "1.2 M"), *[Picture(trend())] * 4))
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") >= 2


def test_a_long_table_says_how_much_of_it_a_report_holds() -> None:
    rows = Rows(pd.DataFrame({"number": range(MOST_ROWS + 5)}), "Records")
    text = html(report(rows)).decode()
    assert text.count("<tr>") == MOST_ROWS + 1
    assert f"first {MOST_ROWS} of {MOST_ROWS + 5}" in text


def test_words_of_any_language_get_into_a_pdf() -> None:
    assert pdf(report(Number("Größe", "€ 5 µm", "naïve żółć Ελλ"), Rows(pd.DataFrame({"t": ["漢字 🚲"]}), "Wörter")))


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (float("nan"), ""), (True, "yes"), (1234567, "1,234,567"), (3.14159, "3.142"), (2000.0, "2,000"),
     (date(2026, 1, 2), "2026-01-02"), (pd.Timestamp("2026-01-02 14:05"), "2026-01-02 14:05"), (pd.NaT, "")],
)  # fmt: skip
def test_cells_are_written_as_people_read_them(value: object, text: str) -> None:
    assert written(value) == text


def test_a_line_keeps_its_points_and_its_gap() -> None:
    (panel,) = marks(trend())
    line = next(line for line in panel.lines if line.get_label() == "First pass yield")
    assert np.array_equal(line.get_ydata(), [90.0, 91, 92, np.nan, 94], equal_nan=True)
    assert any(np.allclose(np.asarray(line.get_ydata(), dtype=float), 96.0) for line in panel.lines[-1:])


def test_stacked_bars_begin_where_the_last_one_of_their_sign_ended() -> None:
    frame = pd.DataFrame([("A", 1.0, 2.0, 3.0), ("B", -1.0, 4.0, 3.0)],
                         columns=["member", "rate_effect", "mix_effect", "contribution"])  # fmt: skip
    (panel,) = marks(charts.contributions(frame, finding="x", unit="percent"))
    ends = sorted((round(bar.get_x(), 6), round(bar.get_width(), 6)) for bar in panel.patches)
    assert ends == [(0.0, -1.0), (0.0, 1.0), (0.0, 4.0), (1.0, 2.0)]


def test_a_second_axis_shares_the_panel_of_the_first() -> None:
    figure = go.Figure([go.Bar(x=["a", "b"], y=[3, 1]), go.Scatter(x=["a", "b"], y=[75, 100], yaxis="y2")])
    figure.update_layout(yaxis2={"overlaying": "y", "side": "right", "range": [0, 100], "ticksuffix": " %"})
    first, second = marks(Drawing(figure, "x", "x"))
    assert first.get_position().bounds == second.get_position().bounds
    assert second.get_ylim() == (0, 100)


def test_a_heatmap_keeps_its_cells_and_their_gaps() -> None:
    figure = go.Figure(
        go.Heatmap(z=[[1.0, None], [3.0, 4.0]], x=["a", "b"], y=["c", "d"], text=[["1", ""], ["3", "4"]])
    )
    (panel,) = marks(Drawing(figure, "x", "x"))
    assert panel.images[0].get_array().filled(-1).tolist() == [[1.0, -1.0], [3.0, 4.0]]
    assert {text.get_text() for text in panel.texts} == {"1", "3", "4"}


def test_a_picture_for_print_has_its_shape() -> None:
    content, ratio = png(trend())
    assert content.startswith(b"\x89PNG")
    assert 0.3 < ratio < 0.5


def test_a_mark_the_house_does_not_use_is_noticed() -> None:
    with pytest.raises(KeyError, match="pie"):
        svg(Drawing(go.Figure(go.Pie(values=[1])), "x", "x"))


def test_a_report_is_recorded_and_needs_the_permission(base: KnowledgeBase, who: Person) -> None:
    nobody = Person("Nobody", "sales", "none")
    make: Callable[[], bytes] = lambda: b"x"  # noqa: E731
    asked = {"title": "Report: Overview", "filters": {"period": "Oct"}, "data_time": "now", "format": "html"}
    assert exporting.export_document(make, who=who, base=base, **asked) == b"x"
    last = history.changes(base, Person("Ada", "executive", "admin")).iloc[0]
    assert (last["verb"], last["subject"]) == ("export", "Report: Overview")
    with pytest.raises(Refused):
        exporting.export_document(make, who=nobody, base=base, **asked)
