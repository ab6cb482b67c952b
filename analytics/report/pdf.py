"""A report as a PDF on A4, numbered pages, text that can be searched."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib
from fpdf import FPDF
from fpdf.fonts import FontFace

from analytics.report.pictures import png
from analytics.report.pieces import Number, Picture, Report, Rows

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_GREY, _BLACK = 90, 30
_CARDS_A_ROW = 3
_MOST_COLUMNS = 9
_LONGEST_CELL = 90


class _Paper(FPDF):
    """A4 with the report's title and age of the data at the foot of each page."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.foot = " · ".join([report.title, *(f"{name}: {value}" for name, value in report.about.items())])
        self.add_font("body", "", _FONTS / "DejaVuSans.ttf")
        self.add_font("body", "B", _FONTS / "DejaVuSans-Bold.ttf")
        self.set_auto_page_break(True, 18)
        self.set_margin(16)
        self.set_title(report.title)
        self.set_lang("en")

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("body", size=7)
        self.set_text_color(_GREY)
        self.cell(self.epw - 15, 4, _cut(self.foot, 130))
        self.cell(15, 4, f"{self.page_no()} of {{nb}}", align="R")


def pdf(report: Report) -> bytes:
    """The report as the content of a PDF file."""
    paper = _Paper(report)
    paper.add_page()
    _line(paper, report.title, 18, "B")
    for name, value in report.about.items():
        _line(paper, f"{name}: {value}", 8, colour=_GREY)
    for section in report.sections():
        paper.ln(4)
        if isinstance(section, Picture):
            _picture(paper, section)
        elif isinstance(section, Rows):
            _rows(paper, section)
        else:
            _numbers(paper, section)
    return bytes(paper.output())


def _line(paper: FPDF, text: str, size: float, style: str = "", colour: int = _BLACK) -> None:
    paper.set_font("body", style, size)
    paper.set_text_color(colour)
    paper.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def _numbers(paper: FPDF, numbers: tuple[Number, ...]) -> None:
    width = paper.epw / _CARDS_A_ROW
    for first in range(0, len(numbers), _CARDS_A_ROW):
        if paper.will_page_break(20):
            paper.add_page()
        top = paper.get_y()
        for place, number in enumerate(numbers[first : first + _CARDS_A_ROW]):
            _card(paper, number, paper.l_margin + place * width, top, width - 3)
        paper.set_xy(paper.l_margin, top + 21)


def _card(paper: FPDF, number: Number, left: float, top: float, width: float) -> None:
    paper.set_draw_color(213, 216, 221)
    paper.rect(left, top, width, 19)
    for text, size, style, down in ((number.name, 7, "", 1.5), (number.value, 12, "B", 6), (number.below, 6, "", 13)):
        paper.set_xy(left + 1, top + down)
        paper.set_font("body", style, size)
        paper.set_text_color(_BLACK if style else _GREY)
        paper.cell(width - 2, 5, _fitting(paper, text, width - 4))


def _fitting(paper: FPDF, text: str, width: float) -> str:
    """The text cut to the width in the font that is set."""
    if paper.get_string_width(text) <= width:
        return text
    while text and paper.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _picture(paper: FPDF, picture: Picture) -> None:
    content, ratio = png(picture.drawing)
    height = paper.epw * ratio
    if paper.will_page_break(min(height + 16, 230)):
        paper.add_page()
    _line(paper, picture.drawing.title, 10, "B")
    paper.image(io.BytesIO(content), w=paper.epw, h=height, alt_text=picture.drawing.alt)
    paper.ln(2)


def _rows(paper: FPDF, rows: Rows) -> None:
    if paper.will_page_break(40):
        paper.add_page()
    _line(paper, rows.title, 10, "B")
    paper.set_font("body", size=6.5)
    paper.set_text_color(_BLACK)
    heading = FontFace(emphasis="BOLD")
    widths = _widths([rows.headers, *rows.cells])
    with paper.table(
        line_height=3.6, borders_layout="HORIZONTAL_LINES", headings_style=heading, col_widths=widths
    ) as table:
        for cells in (rows.headers, *rows.cells):
            row = table.row()
            for cell in cells[:_MOST_COLUMNS]:
                row.cell(_cut(cell, _LONGEST_CELL))
    left_out = ", ".join(rows.headers[_MOST_COLUMNS:])
    note = f"{rows.note} Columns left out: {left_out}." if left_out else rows.note
    if note:
        _line(paper, note.strip(), 7, colour=_GREY)


def _widths(cells: list[list[str]]) -> tuple[int, ...]:
    """Room for each column by its longest text, within reason."""
    columns = zip(*(row[:_MOST_COLUMNS] for row in cells), strict=True)
    return tuple(min(max(6, *map(len, column)), 45) for column in columns)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
