"""Cells by the headers a preset names: one of several, those of the record above, texts without markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kb.reading import BadRow, Chunk
from kb.reading.light import EMPTY, numbers, plain, strings

BAR = " | "
Mask = npt.NDArray[np.bool_]
_NEW_LINES = frozenset("br p div li tr h1 h2 h3 h4".split())  # noqa: SIM905


@dataclass(frozen=True)
class Condition:
    """Rows in which a header holds one of some texts (`wanted`), or none of them."""

    source: str
    texts: tuple[str, ...]
    wanted: bool = True


def alternatives(source: str) -> tuple[str, ...]:
    """The headers that `A | B` names, in order; an empty one stands for nothing."""
    return tuple(part.strip() for part in source.split(BAR))


def in_file(source: str, headers: Sequence[str]) -> str | None:
    """The source with only those alternatives that the file has, as the file spells them; none where it has none."""
    if source in headers:
        return source
    alike = {_plain(header): header for header in reversed(headers)}
    names = alternatives(source)
    found = dict.fromkeys(name if name in headers else alike.get(_plain(name), "") for name in names)
    kept = [name for name in found if name] or [""] * ("" in names)
    return BAR.join([*kept, ""] if "" in names else kept) or None


def _plain(header: str) -> str:
    return header.casefold().replace("_", " ")


def picked(cells: pa.Table, source: str) -> pa.ChunkedArray:
    """The trimmed texts of a source: of the first of its headers that holds one in this row."""
    names = (source,) if source in cells.column_names else alternatives(source)
    first, *rest = [name for name in names if name] or [""]
    found = pc.utf8_trim_whitespace(cells[first]) if first else pa.chunked_array([strings([""] * cells.num_rows)])
    for name in rest:
        found = pc.if_else(pc.equal(found, EMPTY), pc.utf8_trim_whitespace(cells[name]), found)
    return found


def holding(cells: pa.Table, conditions: Iterable[Condition]) -> Mask:
    """Which rows fulfil all conditions."""
    mask: Mask = np.ones(cells.num_rows, dtype=bool)
    for condition in conditions:
        held = pc.is_in(picked(cells, condition.source), strings(condition.texts))
        mask &= plain(held) == condition.wanted
    return mask


def without_markup(text: str) -> str:
    """What a reader of the HTML sees: no tags, entities as their characters, a line for each paragraph."""
    if "<" not in text and "&" not in text:
        return text
    seen = _Seen()
    seen.feed(text)
    seen.close()
    lines = (" ".join(line.split()) for line in "".join(seen.pieces).splitlines())
    return "\n".join(line for line in lines if line)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NEW_LINES:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])


def filled_down(chunks: Iterable[Chunk], headers: Sequence[str]) -> Iterator[Chunk]:
    """The chunks with each record's own cells repeated in its further lines, which leave the first header empty.

    A further line whose record may begin in a refused line is refused too: nobody can tell what it belongs to.
    """
    above: list[str] = []
    head_line = bad_line = 0
    for chunk in chunks:
        filled, heads = _filled(chunk.cells, headers, above)
        begins = np.where(heads >= 0, chunk.lines[heads], head_line) if len(heads) else chunk.lines
        bad_lines = np.array([bad_line, *sorted(bad.line for bad in chunk.bad)], dtype=np.int64)
        last_bad = bad_lines[np.searchsorted(bad_lines, chunk.lines, side="left") - 1]
        if len(heads):
            above = [filled[header][-1].as_py() for header in headers]
            head_line = int(begins[-1])
        bad_line = int(bad_lines[-1])
        yield _without_orphans(Chunk(filled, chunk.lines, chunk.bad), last_bad > begins)


def _filled(cells: pa.Table, headers: Sequence[str], above: Sequence[str]) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """The cells, and the row in which each row's record begins; -1 for one that begins in an earlier chunk."""
    own = plain(pc.not_equal(pc.utf8_trim_whitespace(cells[headers[0]]), EMPTY))
    heads = np.maximum.accumulate(np.where(own, np.arange(len(own)), -1)) if len(own) else np.zeros(0, np.int64)
    for i, header in enumerate(headers):
        texts = pa.concat_arrays([strings([above[i] if above else ""]), *cells[header].chunks])
        place = cells.column_names.index(header)
        cells = cells.set_column(place, header, texts.take(numbers(heads + 1)))
    return cells, heads


def _without_orphans(chunk: Chunk, orphans: Mask) -> Chunk:
    if not orphans.any():
        return chunk
    reason = "The row goes on a record whose first line was refused: name the record in it."
    lost = [
        BadRow(int(chunk.lines[row]), reason, ",".join(map(str, chunk.cells.slice(row, 1).to_pylist()[0].values())))
        for row in np.flatnonzero(orphans).tolist()
    ]
    bad = tuple(sorted((*chunk.bad, *lost), key=lambda row: row.line))
    return Chunk(chunk.cells.filter(pa.array(~orphans)), chunk.lines[~orphans], bad)
