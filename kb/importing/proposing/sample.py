"""The first rows of a file, kept in memory while a person decides what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy
import numpy.typing
import pyarrow

from kb.importing.proposing.profile import Profile, profile
from kb.reading import BadRow, Chunk, Found, Hints, chunks, look

ROWS = 5_000


@dataclass(frozen=True)
class Sample:
    """How the file is read, and its first rows as text: at most ROWS of them."""

    found: Found
    cells: pyarrow.Table
    lines: numpy.typing.NDArray[numpy.int64]
    bad: tuple[BadRow, ...]
    is_whole: bool

    @property
    def path(self) -> Path:
        return self.found.path

    @property
    def place(self) -> str:
        """File and sheet in one word, to tell samples apart."""
        return f"{self.path.name} {self.found.sheet}".strip()

    @property
    def headers(self) -> tuple[str, ...]:
        return self.found.headers

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """What the cells of each column look like, by header."""
        return {header: profile(header, self.cells.column(header).to_pylist()) for header in self.headers}

    def chunk(self, rows: int | None = None) -> Chunk:
        """The rows as the importer reads them."""
        return Chunk(self.cells.slice(0, rows), self.lines[:rows], self.bad if rows is None else ())


def take(path: Path, sheet: str | None = None) -> Sample:
    """Look at a file and read its first rows. Raises Refused for what is no readable table, as kb.reading does."""
    found = look(path, Hints(sheet=sheet))
    first, is_whole = _first(chunks(found))
    if first is None:
        return Sample(found, _nothing(found), numpy.zeros(0, numpy.int64), (), True)
    bad = tuple(row for row in first.bad if first.cells.num_rows <= ROWS or row.line <= first.lines[ROWS - 1])
    return Sample(found, first.cells.slice(0, ROWS), first.lines[:ROWS], bad, is_whole and first.cells.num_rows <= ROWS)


@lru_cache(256)
def _sheet_by(path: Path, headers: frozenset[str]) -> str:
    return look(path, Hints(expected=headers)).sheet


def default_sheet(sample: Sample, headers: Iterable[str]) -> str:
    """The sheet that an import finds by itself when it looks for these headers."""
    return _sheet_by(sample.path, frozenset(headers))


def _first(found: Iterator[Chunk]) -> tuple[Chunk | None, bool]:
    first = next(found, None)
    return first, first is None or next(found, None) is None


def _nothing(found: Found) -> pyarrow.Table:
    return pyarrow.table({header: pyarrow.array([], pyarrow.string()) for header in found.headers})
