"""What goes into and comes out of reading a file: hints, findings, chunks of text cells, refused rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pyarrow

CELL_LIMIT = 1_048_576  # characters in one cell; a longer one is refused with its row
ROW_LIMIT = 4 * CELL_LIMIT  # bytes of one row; keeps memory bounded whatever the file holds
RAW_LIMIT = 1_000  # characters of a refused row that are shown
COLUMN_LIMIT = 2_000
CHUNK_ROWS = 65_536

_ENCODINGS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 with byte order mark", "utf-16-le": "UTF-16 (LE)",
    "utf-16-be": "UTF-16 (BE)", "cp1252": "Windows-1252",
}  # fmt: skip


@dataclass(frozen=True)
class Hints:
    """What a preset or a person fixes; None means: find it."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    escape: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    expected: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # of the columns, where a CSV file has no header line


@dataclass(frozen=True)
class Found:
    """How a file is read, shown to the person before anything is imported.

    `header_line` is 0 where a file has none. `line_end` is a lone carriage return for files of old Macs, else a line
    feed (with or without one before it). `sheets` are those of a workbook that can be chosen.
    """

    path: Path
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    header_line: int
    headers: tuple[str, ...]
    notes: tuple[str, ...]
    quote: str = '"'
    escape: str | None = None
    line_end: str = "\n"
    sheets: tuple[str, ...] = ()

    def describe(self) -> str:
        """One line for people: "CSV, UTF-8, separated by ';', header in line 1"."""
        if self.kind == "xlsx":
            return f"Excel, sheet '{self.sheet}', header in row {self.header_line}"
        separator = "tabs" if self.delimiter == "\t" else f"'{self.delimiter}'"
        encoding = _ENCODINGS.get(self.encoding, self.encoding)
        header = f"header in line {self.header_line}" if self.header_line else "no header line"
        return f"CSV, {encoding}, separated by {separator}, {header}"


@dataclass(frozen=True)
class BadRow:
    """A row that was refused whole; `raw` is its text, cut to RAW_LIMIT characters."""

    line: int
    reason: str
    raw: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Rows as text: one string column per header, the physical line of each row, and the rows refused."""

    cells: pyarrow.Table
    lines: numpy.typing.NDArray[numpy.int64]
    bad: tuple[BadRow, ...]
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was made of a column, so that all who need it make it once; it goes with the chunk."""


def shown(text: str) -> str:
    """Text of a refused row, cut and without NUL, which a PostgreSQL text column cannot hold."""
    return text[:RAW_LIMIT].replace("\0", "\u2400")


def unique_headers(cells: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column names that differ from each other, and a note for every name that had to be changed or made up."""
    names: list[str] = []
    notes: list[str] = []
    for number, cell in enumerate(cells, 1):
        wanted = " ".join(cell.split())
        if not wanted:
            wanted = f"column {number}"
            notes.append(f"Column {number} has no name in the header; it is called '{wanted}'.")
        name = _free_name(wanted, names)
        if name != wanted:
            notes.append(f"The header '{wanted}' occurs more than once; column {number} is called '{name}'.")
        names.append(name)
    if names and all(name.replace(".", "").replace("-", "").isdigit() for name in names):
        notes.append("The header holds only numbers; does this file have a header line?")
    return tuple(names), tuple(notes)


def _free_name(wanted: str, taken: list[str]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted} ({count})"
    return name
