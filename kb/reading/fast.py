"""The fast reader: whole blocks through pyarrow, but only blocks whose quoting has been proved well-formed.

A block it has any doubt about is left to the strict reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy
import numpy.typing
import pyarrow
import pyarrow.csv

from kb.reading.found import CELL_LIMIT
from kb.reading.quotes import Dialect, looks_merged

Positions = numpy.typing.NDArray[numpy.int64]
Mask = numpy.typing.NDArray[numpy.bool_]
_PARSE_BLOCK = 1024 * 1024  # measured the fastest with two threads
_LINE_FEED, _CARRIAGE_RETURN = 10, 13


@dataclass(frozen=True)
class Parsed:
    """Rows of the first `size` bytes of a block, their lines, and how many lines those bytes are."""

    cells: pyarrow.Table
    lines: Positions
    size: int
    used: int


@dataclass(frozen=True)
class _Layout:
    """Where rows end: `size` bytes are whole rows; row i begins in line `starts[i]` of the block (None: each line)."""

    size: int
    used: int
    starts: Positions | None
    has_breaks_in_cells: bool


def read(block: bytes, first_line: int, dialect: Dialect, at_end: bool) -> Parsed | None:
    """Rows of the block, or None when it needs the strict reader. The block begins where a row begins."""
    if dialect.escape or dialect.broken_at or not _is_clean(block, at_end):
        return None
    layout = _layout(block, dialect, at_end)
    if layout is None or layout.size == 0:
        return None
    cells = _parse(block[: layout.size], dialect, layout.has_breaks_in_cells)
    if cells is None:
        return None
    starts = layout.starts
    if starts is None:
        every_line = numpy.arange(layout.used, dtype=numpy.int64)
        starts = every_line if cells.num_rows == layout.used else _not_blank(block[: layout.size])
    if len(starts) != cells.num_rows:
        return None
    return Parsed(cells, starts + first_line, layout.size, layout.used)


def _is_clean(block: bytes, at_end: bool) -> bool:
    """No NUL, no lone carriage return, all of it UTF-8."""
    if b"\0" in block or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n")):
        return False
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_through = error.start > len(block) - 4 and b"\n" not in block[error.start :]
        return cut_through and not at_end
    return True


def _layout(block: bytes, dialect: Dialect, at_end: bool) -> _Layout | None:
    if dialect.quote and dialect.quote.encode() in block:
        return _quoted_layout(block, dialect, at_end)
    size = len(block) if at_end else block.rfind(b"\n") + 1
    if _has_long_line(block, size):
        return None
    # Counting with numpy costs a third of bytes.count where most lines are short.
    used = int(numpy.count_nonzero(numpy.frombuffer(block, numpy.uint8)[:size] == _LINE_FEED))
    return _Layout(size, used + (0 if block.endswith(b"\n", 0, size) else 1), None, False)


def _has_long_line(block: bytes, size: int) -> bool:
    half = CELL_LIMIT // 2
    return any(block.find(b"\n", start, start + half) < 0 for start in range(0, size - half, half))


def _quoted_layout(block: bytes, dialect: Dialect, at_end: bool) -> _Layout | None:
    codes = numpy.frombuffer(block, numpy.uint8)
    quotes = numpy.flatnonzero(codes == ord(dialect.quote)).astype(numpy.int64)
    feeds = numpy.flatnonzero(codes == _LINE_FEED).astype(numpy.int64)
    inside = numpy.searchsorted(quotes, feeds) % 2 == 1
    ends = numpy.flatnonzero(~inside)
    at_end = at_end and len(quotes) % 2 == 0
    size = len(block) if at_end else (int(feeds[ends[-1]]) + 1 if len(ends) else 0)
    if not _quotes_fit(codes[:size], quotes[quotes < size], dialect) or not _rows_fit(feeds[ends], size):
        return None
    used = int(numpy.searchsorted(feeds, size))
    open_end = at_end and size > 0 and codes[size - 1] != _LINE_FEED
    broken = feeds[:used][inside[:used]]
    if _any_merged(block, feeds, ends, broken, dialect):
        return None
    lines = _row_lines(codes, feeds, ends, bool(open_end))
    return _Layout(size, used + int(open_end), lines, len(broken) > 0)


def _quotes_fit(codes: numpy.typing.NDArray[numpy.uint8], quotes: Positions, dialect: Dialect) -> bool:
    """Every opening quote stands at the start of a cell (or doubles the one before), every closing one at its end."""
    opening, closing = quotes[0::2], quotes[1::2]
    allowed = numpy.zeros(256, dtype=bool)
    allowed[[ord(dialect.delimiter), ord(dialect.quote), _LINE_FEED]] = True
    before = codes[opening[opening > 0] - 1]
    if not allowed[before].all():
        return False
    allowed[_CARRIAGE_RETURN] = True  # no lone ones here, so a line feed follows it
    after = codes[closing[closing < len(codes) - 1] + 1]
    return bool(allowed[after].all())


def _rows_fit(row_ends: Positions, size: int) -> bool:
    borders = numpy.concatenate(([0], row_ends, [size]))
    return int(numpy.diff(borders).max()) <= CELL_LIMIT


def _any_merged(block: bytes, feeds: Positions, ends: Positions, broken: Positions, dialect: Dialect) -> bool:
    row_ends = feeds[ends]
    for row in numpy.unique(numpy.searchsorted(row_ends, broken)):
        start = int(row_ends[row - 1]) + 1 if row else 0
        stop = int(row_ends[row]) if row < len(row_ends) else len(block)
        if looks_merged(block[start:stop].decode("utf-8", "replace").split("\n"), dialect):
            return True
    return False


def _row_lines(
    codes: numpy.typing.NDArray[numpy.uint8], feeds: Positions, ends: Positions, open_end: bool
) -> Positions:
    """Line of the block in which each row begins, blank lines left out."""
    row_ends = feeds[ends]
    begins = numpy.concatenate(([0], row_ends + 1))
    lines = numpy.concatenate(([0], ends + 1))
    if not open_end:
        begins, lines = begins[: len(row_ends)], lines[: len(row_ends)]
    stops = numpy.concatenate((row_ends, [len(codes)]))[: len(begins)]
    kept: Positions = lines[~_blank(codes, begins, stops)]
    return kept


def _not_blank(block: bytes) -> Positions:
    codes = numpy.frombuffer(block, numpy.uint8)
    feeds = numpy.flatnonzero(codes == _LINE_FEED).astype(numpy.int64)
    begins = numpy.concatenate(([0], feeds + 1))
    stops = numpy.concatenate((feeds, [len(codes)]))
    return numpy.flatnonzero(~_blank(codes, begins, stops)).astype(numpy.int64)


def _blank(codes: numpy.typing.NDArray[numpy.uint8], begins: Positions, stops: Positions) -> Mask:
    """Lines that hold nothing, or nothing but the carriage return of their end."""
    length = stops - begins
    first: Positions = codes[numpy.minimum(begins, len(codes) - 1)].astype(numpy.int64)
    blank: Mask = (length == 0) | ((length == 1) & (first == _CARRIAGE_RETURN))
    return blank


def _parse(block: bytes, dialect: Dialect, has_breaks: bool) -> pyarrow.Table | None:
    names = list(dialect.headers)
    try:
        return pyarrow.csv.read_csv(
            pyarrow.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, block_size=len(block) if has_breaks else max(_PARSE_BLOCK, CELL_LIMIT * 2)
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=dialect.delimiter, quote_char=dialect.quote or False, newlines_in_values=has_breaks
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pyarrow.ArrowInvalid:
        return None  # ragged rows: the strict reader tells which
