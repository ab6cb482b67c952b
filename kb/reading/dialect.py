"""What separates the cells of a CSV file, and in which line its header stands."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import Refused
from kb.reading import encoding, quotes, strict
from kb.reading.found import COLUMN_LIMIT, Found, Hints, unique_headers

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 262_144
_HEADER_LINES = 30  # a header further down is not looked for
_SAMPLE_ROWS = 200


@dataclass(frozen=True)
class _Guess:
    delimiter: str
    line: int
    score: tuple[float, ...]
    notes: tuple[str, ...] = ()


def find(path: Path, hints: Hints) -> Found:
    """Encoding, delimiter and header of a CSV file. Raises Refused when there is no readable header."""
    _check_marks(hints)
    name, line_end, notes = encoding.find(path, hints.encoding)
    lines = sample(path, name, line_end)
    if not any(line.strip() for line in lines):
        raise Refused(f"{path.name} holds no text; export the table again.")
    first = _separator_line(lines)
    mark = _unnamed(lines, hints) if hints.names else None
    if mark:
        said = f"The file has no header line; its {mark[1]} columns are named in order."
        more = tuple(f"column {number + 1}" for number in range(len(hints.names), mark[1]))
        names = (*hints.names[: mark[1]], *more)
        return Found(path, "csv", name, mark[0], "", 0, names, (*notes, said), hints.quote, hints.escape, line_end)
    guess = _guess(lines, hints, first)
    cells = _header(path, lines, guess, hints)
    headers, more = unique_headers(cells)
    return Found(
        path, "csv", name, guess.delimiter, "", guess.line + 1, headers, notes + guess.notes + more,
        hints.quote, hints.escape, line_end,
    )  # fmt: skip


def sample(path: Path, name: str, line_end: str) -> list[str]:
    """The first lines of the file."""
    start = b""
    whole = True
    for piece in encoding.pieces(path, name, line_end):
        start += piece
        if len(start) > _SAMPLE:
            whole = False
            break
    lines = start[:_SAMPLE].decode("utf-8", "replace").split("\n")
    return [line.removesuffix("\r") for line in (lines if whole or len(lines) == 1 else lines[:-1])]


def _check_marks(hints: Hints) -> None:
    marks = {"delimiter": hints.delimiter, "quote": hints.quote, "escape": hints.escape}
    for what, mark in marks.items():
        if mark and (len(mark) != 1 or not mark.isascii() or mark in "\r\n\0"):
            raise Refused(f"The {what} {mark!r} cannot be used; give one plain character.")


def _separator_line(lines: list[str]) -> str | None:
    """The delimiter named by Excel's own first line, such as `sep=;`."""
    first = lines[0].strip().strip('"')
    return first[4:] if first.lower().startswith("sep=") and len(first) == 5 else None


def _guess(lines: list[str], hints: Hints, named: str | None) -> _Guess:
    fixed = hints.delimiter or named
    begin = 1 if named else 0
    expected = {_plain(name) for name in hints.expected}
    guesses = [_for_delimiter(lines, mark, begin, hints, expected) for mark in ([fixed] if fixed else DELIMITERS)]
    best = max(guesses, key=lambda guess: guess.score)
    skipped = [line for line in lines[begin : best.line] if line.strip()]
    if skipped and hints.header_line is None:
        text = f"Skipped {len(skipped)} title line{'s' if len(skipped) > 1 else ''} before the header."
        return _Guess(best.delimiter, best.line, best.score, (text,))
    return best


def _unnamed(lines: list[str], hints: Hints) -> tuple[str, int] | None:
    """Delimiter and width of a file whose columns a preset names; none where it has a header line after all."""
    named = {_plain(name) for name in hints.names}
    best: tuple[float, int, str] = (0, 1, "")
    for mark in [hints.delimiter] if hints.delimiter else DELIMITERS:
        options = quotes.Dialect((), mark, hints.quote, hints.escape).options() | {"strict": False}
        if 2 * _by_names(lines, 0, options, named)[1] >= len(named):
            return None
        widths = Counter(len(row) for row in _rows(lines, options))
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1:
            best = max(best, (count / widths.total(), width, mark))
    return (best[2], best[1]) if best[2] else None


def _for_delimiter(lines: list[str], mark: str, begin: int, hints: Hints, expected: set[str]) -> _Guess:
    options = quotes.Dialect((), mark, hints.quote, hints.escape).options() | {"strict": False}
    widths = [len(row) for row in _rows(lines[begin:], options)]
    width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
    consistency = round(count / max(1, len(widths)), 1)
    if hints.header_line is not None:
        cells = _cells(lines, hints.header_line - 1, options)
        return _Guess(mark, hints.header_line - 1, (_hits(cells, expected), len(cells) > 1, consistency, width))
    line, hits = _by_names(lines, begin, options, expected)
    if hits == 0:
        line = _by_width(lines, begin, options, width)
    fits = len(_cells(lines, line, options)) == width > 1
    return _Guess(mark, line, (hits, fits, consistency if width > 1 else 0, width))


def _by_names(lines: list[str], begin: int, options: dict[str, Any], expected: set[str]) -> tuple[int, int]:
    """The line with the most expected names, the first of equals."""
    best = (begin, 0)
    for line in range(begin, min(len(lines), begin + _HEADER_LINES)) if expected else ():
        hits = _hits(_cells(lines, line, options), expected)
        if hits > best[1]:
            best = (line, hits)
    return best


def _by_width(lines: list[str], begin: int, options: dict[str, Any], width: int) -> int:
    """The first line that is not blank, or behind title lines of one cell the first that is wider."""
    filled = [line for line in range(begin, min(len(lines), begin + _HEADER_LINES)) if lines[line].strip()]
    wider = [line for line in filled if width > 1 and len(_cells(lines, line, options)) > 1]
    return (wider or filled or [begin])[0]


def _header(path: Path, lines: list[str], guess: _Guess, hints: Hints) -> list[str]:
    if not 0 <= guess.line < len(lines):
        raise Refused(f"{path.name} has no line {guess.line + 1} for the header; set another header line.")
    options = quotes.Dialect((), guess.delimiter, hints.quote, hints.escape).options()
    try:
        cells, _ = strict.first_record(lines[guess.line :], options)
    except (csv.Error, strict.Unfinished) as error:
        raise Refused(f"{path.name}, line {guess.line + 1}: the header has a broken quote; mend it.") from error
    if not any(cell.strip() for cell in cells) or "\0" in "".join(cells):
        raise Refused(f"{path.name}, line {guess.line + 1}: this is no header of text; set another header line.")
    if len(cells) > COLUMN_LIMIT:
        raise Refused(f"{path.name} has {len(cells):,} columns, more than {COLUMN_LIMIT:,}; leave some out.")
    return cells


def _rows(lines: list[str], options: dict[str, Any]) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader((line + "\n" for line in lines), **options):
            if row:
                rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def _cells(lines: list[str], line: int, options: dict[str, Any]) -> list[str]:
    try:
        return strict.first_record(lines[line : line + 100], options)[0]
    except (csv.Error, strict.Unfinished):
        return []


def _hits(cells: list[str], expected: set[str]) -> int:
    return len({_plain(cell) for cell in cells} & expected)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
