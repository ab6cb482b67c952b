"""Rows of a CSV file in chunks of bounded size, each with its physical line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy
import pyarrow

from kb.errors import Refused
from kb.reading import encoding, fast, light, quotes, strict
from kb.reading.found import CHUNK_ROWS, RAW_LIMIT, ROW_LIMIT, BadRow, Chunk, Found, shown, unique_headers

_CHUNK_BYTES = 64 * 1024 * 1024  # rows with long texts come in chunks of fewer rows
_CHUNK_BAD = 10_000


def read(found: Found) -> Iterator[Chunk]:
    """Chunks of about CHUNK_ROWS rows in the order of the file. Raises Refused when the file has changed."""
    return _grouped(_Stream(found).parts())


@dataclass
class _Stream:
    found: Found
    block: bytes = b""
    line: int = 1  # physical line in which the block begins

    def __post_init__(self) -> None:
        found = self.found
        self.dialect = quotes.Dialect(found.headers, found.delimiter, found.quote, found.escape, found.encoding)
        self.pieces = encoding.pieces(found.path, found.encoding, found.line_end)
        self.at_end = False

    def parts(self) -> Iterator[Chunk]:
        """What each block gave, of any size."""
        self._more()
        self._skip_header()
        while True:
            yield from self._rows()
            if self.at_end and not self.block:
                return
            self._more()

    def _more(self) -> None:
        piece = next(self.pieces, None)
        if piece is None:
            self.at_end = True
        else:
            self.block = self.block + piece if self.block else piece

    def _skip_header(self) -> None:
        if not self.found.header_line:
            return
        while self.block.count(b"\n") < self.found.header_line + 1_000 and len(self.block) < ROW_LIMIT:
            if self.at_end:
                break
            self._more()
        for _ in range(self.found.header_line - 1):
            self._drop(self.block.find(b"\n") + 1, 1)
        head = self.block[:ROW_LIMIT].decode("utf-8", "replace").split("\n", 1_000)[:1_000]
        try:
            cells, used = strict.first_record([line.removesuffix("\r") for line in head], self.dialect.options())
        except (csv.Error, strict.Unfinished):
            cells, used = [], 1
        if unique_headers(cells)[0] != self.found.headers:
            raise Refused(f"{self.found.path.name} has changed since it was looked at; look at it again.")
        for _ in range(used):
            end = self.block.find(b"\n") + 1
            self._drop(end or len(self.block), 1)

    def _drop(self, size: int, lines: int) -> None:
        self.block = self.block[size:]
        self.line += lines

    def _rows(self) -> Iterator[Chunk]:
        while self.block:
            parsed = fast.read(self.block, self.line, self.dialect, self.at_end)
            if parsed is not None:
                self._drop(parsed.size, parsed.used)
                if parsed.cells.num_rows:
                    yield Chunk(parsed.cells, parsed.lines, ())
                continue
            chunk, waits = self._strictly()
            if chunk.bad or chunk.cells.num_rows:
                yield chunk
            if waits:
                return

    def _strictly(self) -> tuple[Chunk, bool]:
        """What the strict reader makes of the block, and whether the rest waits for more of the file."""
        size = len(self.block) if self.at_end else self.block.rfind(b"\n") + 1
        if size == 0:
            return self._without_line_end()
        rows = strict.read(self.block[:size], self.line, self.dialect, self.at_end)
        rest = self.block[:size].split(b"\n", rows.used)[rows.used :]
        self.block = (rest[0] if rest else b"") + self.block[size:]
        self.line += rows.used
        lines = numpy.array(rows.lines, numpy.int64)
        return Chunk(_table(rows.cells, self.found.headers), lines, tuple(rows.bad)), True

    def _without_line_end(self) -> tuple[Chunk, bool]:
        """One line longer than any row may be: refused, and passed over without keeping it."""
        bad: tuple[BadRow, ...] = ()
        if len(self.block) > ROW_LIMIT:
            bad = (self._pass_over(),)
        return Chunk(_table([], self.found.headers), numpy.empty(0, numpy.int64), bad), not bad

    def _pass_over(self) -> BadRow:
        raw = shown(self.block[: RAW_LIMIT * 4].decode("utf-8", "replace"))
        first = self.block[: RAW_LIMIT * 4].decode("utf-8", "replace").split(self.dialect.delimiter)[0]
        quote, count = self.dialect.quote.encode() or b"\n", 0
        while b"\n" not in self.block and not self.at_end:
            count += self.block.count(quote)
            self.block = b""
            self._more()
        end = self.block.find(b"\n") + 1 or len(self.block)
        if (count + self.block[: end - 1].count(quote)) % 2:
            self.dialect.broken_at, self.dialect.broken_shape = self.line, quotes.shape(first)
        bad = BadRow(self.line, f"The row is longer than {ROW_LIMIT:,} bytes.", raw)
        self._drop(end, 1)
        return bad


def _table(cells: list[list[str]], headers: tuple[str, ...]) -> pyarrow.Table:
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(headers)
    return pyarrow.table([light.strings(column) for column in columns], names=list(headers))


def _grouped(parts: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same rows in chunks that are neither tiny nor too large for memory."""
    held: list[Chunk] = []
    for part in parts:
        held.append(part)
        while _is_full(held):
            chunk, held = _first(held)
            yield chunk
    if held:
        yield _joined(held)


def _is_full(held: list[Chunk]) -> bool:
    rows = sum(part.cells.num_rows for part in held)
    refused = sum(len(part.bad) for part in held)
    return rows >= CHUNK_ROWS or refused >= _CHUNK_BAD or sum(part.cells.nbytes for part in held) >= _CHUNK_BYTES


def _first(held: list[Chunk]) -> tuple[Chunk, list[Chunk]]:
    whole = _joined(held)
    if whole.cells.num_rows <= CHUNK_ROWS:
        return whole, []
    cut = int(whole.lines[CHUNK_ROWS])
    before = tuple(bad for bad in whole.bad if bad.line < cut)
    after = tuple(bad for bad in whole.bad if bad.line >= cut)
    rest = Chunk(whole.cells.slice(CHUNK_ROWS), whole.lines[CHUNK_ROWS:], after)
    return Chunk(whole.cells.slice(0, CHUNK_ROWS), whole.lines[:CHUNK_ROWS], before), [rest]


def _joined(held: list[Chunk]) -> Chunk:
    if len(held) == 1:
        return held[0]
    cells = pyarrow.concat_tables([part.cells for part in held])
    return Chunk(cells, numpy.concatenate([part.lines for part in held]), tuple(bad for p in held for bad in p.bad))
