"""The exact reader: line by line, for whatever the fast reader cannot be trusted with.

A row is read only when nothing about it is in doubt. After a quote that was not closed, lines are refused until one
stands that is clearly a row again: full width, well-formed quotes, a first cell of the same shape as before (or after
so many full lines in a row that they are no text).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kb.reading.found import CELL_LIMIT, ROW_LIMIT, BadRow, shown
from kb.reading.quotes import Dialect, looks_merged, shape, well_formed

_SURELY_ROWS = 20

# The csv module's limit belongs to the whole process and is lower than ours; it is only ever raised.
csv.field_size_limit(max(csv.field_size_limit(), CELL_LIMIT + 1))


@dataclass
class Rows:
    """What one block gave: rows with their lines, refusals, and how many of the block's lines were used."""

    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    used: int = 0


class Unfinished(Exception):
    """A record whose end was not reached."""


class _More(Unfinished):
    """The record goes on behind the end of the block."""


class _TooLong(Unfinished):
    """The record is longer than any row may be."""


def read(block: bytes, first_line: int, dialect: Dialect, at_end: bool) -> Rows:
    """Rows of a block that begins where a row begins and ends where a line ends."""
    lines = _text_lines(block)
    reader = _Block(lines, block, first_line, dialect, at_end)
    while reader.at < len(lines):
        if not reader.step():
            break
    reader.rows.used = reader.at
    return reader.rows


def first_record(lines: list[str], options: dict[str, Any]) -> tuple[list[str], int]:
    """Cells of the record that begins in the first of these lines, and how many lines it takes.

    Raises csv.Error or Unfinished.
    """
    feed = _Feed(list(lines), 0, True)
    return next(csv.reader(feed, **options), []), feed.used


def _text_lines(block: bytes) -> list[str | None]:
    body = block.removesuffix(b"\n")
    try:
        return list(body.decode("utf-8").split("\n"))
    except UnicodeDecodeError:
        return [_decoded(line) for line in body.split(b"\n")]


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


class _Feed:
    """Hands lines to the csv reader and counts how many it took."""

    def __init__(self, lines: list[str] | list[str | None], start: int, at_end: bool) -> None:
        self.lines, self.start, self.at_end = lines, start, at_end
        self.used = self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        position = self.start + self.used
        if position >= len(self.lines):
            if self.at_end:
                raise StopIteration
            raise _More
        line = self.lines[position]
        if line is None:
            raise csv.Error("bytes that cannot be read")
        self.used += 1
        self.size += len(line) + 1
        if self.size > ROW_LIMIT // 2:
            raise _TooLong
        return line + "\n"


@dataclass
class _Block:
    lines: list[str | None]
    block: bytes
    first_line: int
    dialect: Dialect
    at_end: bool
    at: int = 0
    rows: Rows = field(default_factory=Rows)

    def step(self) -> bool:
        """Reads one row or refuses one line; false when the rest has to wait for more of the file."""
        line = self.lines[self.at]
        if line is None:
            return self._refuse_undecoded()
        if self.dialect.broken_at and not self._is_row_again(line):
            return self._refuse(line, f"belongs to the quote opened in line {self.dialect.broken_at:,} and not closed")
        special = (self.dialect.quote, self.dialect.escape, "\0", "\r")
        if any(mark and mark in line.rstrip("\r") for mark in special):
            return self._record(line)
        return self._plain(line.rstrip("\r"))

    def _plain(self, line: str) -> bool:
        width = self.dialect.width
        if not line.strip(" ") and (width > 1 or not line):
            self.at += 1
            return True
        return self._check(line.split(self.dialect.delimiter), 1, line, sure=len(line) <= CELL_LIMIT)

    def _record(self, line: str) -> bool:
        feed = _Feed(self.lines, self.at, self.at_end)
        try:
            cells = next(csv.reader(feed, **self.dialect.options()))
        except _More:
            return self._wait(line)
        except _TooLong:
            return self._too_long(line, feed.used)
        except (csv.Error, StopIteration) as error:
            return self._broken(line, feed.used, str(error))
        raw = [text for text in self.lines[self.at : self.at + feed.used] if text is not None]
        if feed.used > 1 and self.dialect.escape is None and looks_merged(raw, self.dialect):
            return self._broken(line, feed.used, "the lines after it are rows of their own")
        return self._check(cells, feed.used, "\n".join(raw))

    def _check(self, cells: list[str], used: int, raw: str, *, sure: bool = False) -> bool:
        width = self.dialect.width
        if len(cells) != width:
            held = f" (lines {self._line():,} to {self._line() + used - 1:,} are held together by quotes)"
            return self._refuse(raw, f"has {len(cells)} cells instead of {width}{held if used > 1 else ''}", used)
        for name, cell in () if sure else zip(self.dialect.headers, cells, strict=True):
            if reason := self._doubt(cell, raw):
                return self._refuse(raw, reason, used, name, cell)
        self.rows.cells.append(cells)
        self.rows.lines.append(self._line())
        self.at += used
        return True

    def _doubt(self, cell: str, raw: str) -> str:
        if len(cell) > CELL_LIMIT:
            return f"has a cell longer than {CELL_LIMIT:,} characters"
        quote = self.dialect.quote
        if quote and cell.startswith(" ") and cell.lstrip(" ").startswith(quote) and self.dialect.escape is None:
            written = quote + cell.replace(quote, quote * 2) + quote
            if written not in raw:
                return "has a space before a quote; remove it, or the cell cannot be told from the next"
        return "holds a NUL character" if "\0" in cell else ""

    def _refuse_undecoded(self) -> bool:
        raw = self.block.split(b"\n")[self.at].decode("utf-8", "backslashreplace")
        return self._refuse(raw, f"has bytes that are not {self.dialect.encoding}; save the file as UTF-8")

    def _is_row_again(self, line: str) -> bool:
        first = self._first_cell(line.rstrip("\r"))
        if first is None:
            self.dialect.full_lines = 0
            return False
        self.dialect.full_lines += 1
        if shape(first) != self.dialect.broken_shape and self.dialect.full_lines <= _SURELY_ROWS:
            return False
        self.dialect.broken_at = 0
        return True

    def _first_cell(self, line: str) -> str | None:
        """The first cell of a line that is a full row without a doubt about its quotes."""
        if "\0" in line or not well_formed(line, self.dialect):
            return None
        try:
            cells, _ = first_record([line], self.dialect.options())
        except (csv.Error, Unfinished):
            return None
        return cells[0] if len(cells) == self.dialect.width else None

    def _wait(self, line: str) -> bool:
        rest = sum(len(text) + 1 for text in self.lines[self.at :] if text is not None)
        if rest > ROW_LIMIT // 2:
            return self._too_long(line, 2)
        return False

    def _too_long(self, line: str, used: int) -> bool:
        if used > 1:
            return self._broken(line, used, "no end within the longest row allowed")
        self._mark_broken(line, only_if_odd=True)
        return self._refuse(line, f"is longer than {ROW_LIMIT // 2:,} characters")

    def _broken(self, line: str, used: int, why: str) -> bool:
        if "new-line character" in why or "\r" in line.rstrip("\r") and self.dialect.quote not in line:
            return self._refuse(line, "has a lone carriage return outside quotes")
        self._mark_broken(line, only_if_odd=used <= 1)
        reason = f"has a quote that is not closed or not doubled ({why}); mend it, or set no quote in the preset"
        return self._refuse(line, reason)

    def _mark_broken(self, line: str, *, only_if_odd: bool) -> None:
        if only_if_odd and line.count(self.dialect.quote or "\n") % 2 == 0:
            return
        self.dialect.broken_at, self.dialect.full_lines = self._line(), 0
        self.dialect.broken_shape = shape(line.split(self.dialect.delimiter)[0])

    def _refuse(
        self, raw: str, reason: str, used: int = 1, column: str | None = None, value: str | None = None
    ) -> bool:
        value = None if value is None else shown(value)
        self.rows.bad.append(BadRow(self._line(), f"The row {reason}.", shown(raw), column, value))
        self.at += used
        return True

    def _line(self) -> int:
        return self.first_line + self.at
