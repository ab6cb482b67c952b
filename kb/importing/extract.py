"""From a chunk of cells to the values of one table: only the distinct texts of a column are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kb.importing.cells import alternatives, holding, picked, without_markup
from kb.importing.columns import Parser, Rules, parser
from kb.importing.presets import ColumnMap
from kb.reading import Chunk
from kb.reading.light import EMPTY, NONE, plain, strings

Objects = npt.NDArray[np.object_]
Codes = npt.NDArray[np.int64]
AMBIGUOUS = "\0"  # no cell holds it
_PLAIN_NUMBER = r"^-?\d{1,15}(\.\d+)?$"


class Texts:
    """A column as its distinct texts and, for each row, which of them it holds."""

    def __init__(self, codes: Codes, texts: list[str] | pa.StringArray) -> None:
        self.codes = codes
        self._texts = texts

    @cached_property
    def uniques(self) -> list[str]:
        """The distinct texts; not to be changed, others hold them too."""
        return self._texts if isinstance(self._texts, list) else self._texts.to_pylist()

    @cached_property
    def array(self) -> pa.StringArray:
        """The same as Arrow has them."""
        return strings(self._texts) if isinstance(self._texts, list) else self._texts

    @cached_property
    def filled(self) -> Objects:
        """The same as objects, None for the empty text."""
        return objects([text or None for text in self.uniques])

    def at(self, row: int) -> str:
        return self.uniques[int(self.codes[row])]


@dataclass(frozen=True)
class Coded:
    """One value for each row, held once for each code."""

    codes: Codes
    values: npt.NDArray[Any]

    @property
    def rows(self) -> npt.NDArray[Any]:
        """The value of each row."""
        rows: npt.NDArray[Any] = self.values[self.codes]
        return rows

    def only(self, kept: npt.NDArray[np.bool_]) -> Coded:
        """The same for some rows."""
        return Coded(self.codes[kept], self.values)


@dataclass(frozen=True)
class Values(Coded):
    """One value for each distinct text (None: empty or wrong), and why texts are wrong."""

    reasons: dict[int, str]

    @property
    def wrong(self) -> dict[int, str]:
        """The reason for each row whose text could not be read."""
        return _by_row(self.codes, self.reasons)


def texts_of(chunk: Chunk, source: str) -> Texts:
    """The trimmed texts of a source, read once for all tables and columns that need them."""
    found: Texts | None = chunk.known.get(source)
    if found is None:
        whole = source in chunk.cells.column_names
        found = _trimmed(_encoded(chunk.cells[source])) if whole else _encoded(picked(chunk.cells, source))
        chunk.known[source] = found
    return found


def _encoded(column: pa.ChunkedArray | pa.Array) -> Texts:
    encoded = pc.dictionary_encode(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return Texts(plain(encoded.indices).astype(np.int64), encoded.dictionary)


def _trimmed(found: Texts) -> Texts:
    """Trimming the distinct texts instead of all of them; two may be one afterwards."""
    trimmed = pc.utf8_trim_whitespace(found.array)
    if trimmed.equals(found.array):
        return found
    again = _encoded(trimmed)
    return Texts(again.codes[found.codes], again.array)


def texts(
    chunk: Chunk,
    column: ColumnMap,
    look_ups: Mapping[tuple[str, str, str], Mapping[str, str]],
    empty: frozenset[str],
) -> tuple[Texts, dict[int, str]]:
    """The texts of one mapped column, and reasons for rows whose look-up in another file failed."""
    if column.constant is not None:
        codes = np.zeros(chunk.cells.num_rows, np.int64)
        return _only_where(Texts(codes, [column.constant]), chunk.cells, column), {}
    read = texts_of(chunk, column.sources[0]) if len(column.sources) == 1 else _encoded(_joined(chunk, column))
    if not (empty or column.markup or column.where or column.via or column.values or column.other is not None):
        return read, {}
    uniques = [("" if text in empty else text) for text in read.uniques]
    if column.markup:
        uniques = [without_markup(text) for text in uniques]
    found = _only_where(Texts(read.codes, uniques), chunk.cells, column)
    uniques, failed = _translate(found.uniques, column, look_ups)
    return Texts(found.codes, uniques), _by_row(found.codes, failed)


def _joined(chunk: Chunk, column: ColumnMap) -> pa.ChunkedArray:
    parts = [picked(chunk.cells, source) for source in column.sources]
    mark = column.join
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts, strings([mark])[0]))


def _only_where(found: Texts, cells: pa.Table, column: ColumnMap) -> Texts:
    """The texts, empty in rows that do not fulfil the column's own conditions."""
    if not column.where:
        return found
    codes = np.where(holding(cells, column.where), found.codes, len(found.uniques))
    return Texts(codes, [*found.uniques, ""])


def _translate(
    uniques: list[str], column: ColumnMap, look_ups: Mapping[tuple[str, str, str], Mapping[str, str]]
) -> tuple[list[str], dict[int, str]]:
    failed: dict[int, str] = {}
    for via in column.via:
        table = look_ups[(via.file, via.key, via.value)]
        for i, text in enumerate(uniques):
            if text and i not in failed:
                value = table.get(text)
                if value is not None and value != AMBIGUOUS:
                    uniques[i] = value
                elif column.unknown is not None:
                    uniques[i] = column.unknown
                else:
                    key, told, file = (alternatives(part)[0] for part in (via.key, via.value, via.file))
                    failed[i] = f"stands for more than one {told} in {file}" if value else f"is no {key} in {file}"
    if column.values or column.other is not None:
        other = column.other
        uniques = [column.values.get(text, other if other is not None and text else text) for text in uniques]
    return uniques, failed


def values(found: Texts, kind: str, rules: Rules) -> Values:
    """Parse the distinct texts, in the form the databases store."""
    parsed, reasons = _parse(found, kind, rules)
    return Values(found.codes, parsed, reasons)


def product(columns: list[Texts], rules: Rules) -> Values:
    """The product of several number columns, row by row; empty where one of them is."""
    parts = [values(column, "number", rules) for column in columns]
    numbers = [np.array([np.nan if v is None else v for v in part.rows], dtype=float) for part in parts]
    result = np.round(np.prod(numbers, axis=0), 6)
    filled: Objects = result.astype(object)
    filled[np.isnan(result)] = None
    reasons = {row: reason for part in parts for row, reason in part.wrong.items()}
    return Values(np.arange(len(filled), dtype=np.int64), filled, reasons)


def _parse(found: Texts, kind: str, rules: Rules) -> tuple[Objects, dict[int, str]]:
    fast = _plain_numbers(found, kind, rules) if kind in ("number", "integer") else None
    if fast is not None:
        return fast, {}
    if kind == "text":
        return found.filled, {}
    parse: Parser = parser(kind, rules)
    store = _STORED.get(kind, lambda value: value)
    result = np.empty(len(found.uniques), dtype=object)
    wrong: dict[int, str] = {}
    for i, text in enumerate(found.uniques):
        if text:
            try:
                result[i] = store(parse(text))
            except ValueError as error:
                wrong[i] = str(error)
    return result, wrong


def _plain_numbers(found: Texts, kind: str, rules: Rules) -> Objects | None:
    """All texts at once where each is empty or plain digits with a point; none where one needs a closer look."""
    filled = pc.if_else(pc.equal(found.array, EMPTY), NONE, found.array)
    if rules.decimal != "." or not pc.all(pc.match_substring_regex(filled, _PLAIN_NUMBER)).as_py():
        return None
    numbers = plain(pc.cast(filled, pa.float64())).copy()
    numbers[plain(pc.is_null(filled))] = np.nan
    if not rules.negative and np.nanmin(numbers, initial=0) < 0:
        return None
    if kind == "integer" and not np.all(np.isnan(numbers) | (numbers == np.floor(numbers))):
        return None
    result: Objects = numbers.astype(object)
    result[np.isnan(numbers)] = None
    return result


def objects(values: Sequence[object]) -> Objects:
    """A one-dimensional array of Python objects, also where the values are lists or all numbers."""
    array: Objects = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def stored_date(value: date) -> str:
    return value.isoformat()


def stored_time(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f")


_STORED: dict[str, Callable[[Any], Any]] = {"date": stored_date, "time": stored_time}


def _by_row(codes: Codes, wrong: Mapping[int, str]) -> dict[int, str]:
    if not wrong:
        return {}
    rows = np.flatnonzero(np.isin(codes, list(wrong)))
    return {int(row): wrong[int(codes[row])] for row in rows}
