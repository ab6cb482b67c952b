"""Quotes that do not do their job: told apart from line breaks that belong into a cell."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_WIDE = 8  # columns from which lines of equal width are no accident


@dataclass
class Dialect:
    """How cells are separated, and what is remembered between blocks: the quote that broke, if any."""

    headers: tuple[str, ...]
    delimiter: str
    quote: str
    escape: str | None
    encoding: str = "utf-8"
    broken_at: int = 0
    broken_shape: str = ""
    full_lines: int = 0

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.headers)

    def options(self) -> dict[str, Any]:
        """The same dialect in the words of the csv module."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        return {
            "delimiter": self.delimiter, "quotechar": self.quote or None, "escapechar": self.escape,
            "doublequote": self.escape is None, "strict": True, "quoting": quoting,
        }  # fmt: skip


def shape(cell: str) -> str:
    """A first cell's pattern: digits as 9, letters as a. Rows of one file share it, running text seldom has it."""
    pattern = re.sub(r"\d+", "9", cell.strip(' "'))
    return re.sub(r"[^\W\d_]+", "a", pattern)


def looks_merged(lines: list[str], dialect: Dialect) -> bool:
    """Whether lines held together by a quote are rather rows of their own: the quote was opened by mistake.

    They are when, taken without that quote, the first line is a full row and a later one looks like its sister.
    """
    before, opened = _before_open_quote(lines[0], dialect)
    if dialect.width < 2 or before + opened.count(dialect.delimiter) + 1 != dialect.width:
        return False
    first = shape(lines[0].split(dialect.delimiter)[0])
    inner = [line.split(dialect.delimiter) for line in lines[1:-1]]
    if any(len(cells) == dialect.width and shape(cells[0]) == first for cells in inner):
        return True
    closed = _pattern("text", dialect)[0].match(lines[-1])
    if closed is None or closed[0].count(dialect.delimiter) != before:
        return False
    alike = shape(lines[-1].split(dialect.delimiter)[0]) == first
    return all(len(cells) == dialect.width for cells in inner) and (alike or dialect.width > _WIDE)


def well_formed(line: str, dialect: Dialect) -> bool:
    """Whether every quote of a line opens or closes a cell."""
    if not dialect.quote or dialect.quote not in line:
        return True
    cell, stop = _pattern("cell", dialect)
    place = 0
    while match := cell.match(line, place):
        place = match.end()
        if place == len(line):
            return True
        if line[place] != stop:
            return False
        place += 1
    return False


def _before_open_quote(line: str, dialect: Dialect) -> tuple[int, str]:
    """How many whole cells stand before the cell whose quote is still open at the line's end, and that cell's text."""
    cell, stop = _pattern("cell", dialect)
    count = place = 0
    while match := cell.match(line, place):
        if match.end() >= len(line) or line[match.end()] != stop:
            break
        count, place = count + 1, match.end() + 1
    return count, line[place:]


@lru_cache
def _compiled(what: str, quote: str, delimiter: str) -> re.Pattern[str]:
    mark, stop = re.escape(quote), re.escape(delimiter)
    text = rf"(?:[^{mark}]|{mark}{mark})*"
    return re.compile(text if what == "text" else rf"{mark}{text}{mark}|[^{mark}{stop}]*")


def _pattern(what: str, dialect: Dialect) -> tuple[re.Pattern[str], str]:
    return _compiled(what, dialect.quote or "\0", dialect.delimiter), dialect.delimiter
