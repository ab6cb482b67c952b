"""From a chunk of cells to the values of one table: only the distinct texts of a column are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kb.importing.cells import alternatives, holding, picked, without_markup
from kb.importing.columns import Parser, Rules, parser
from kb.importing.presets import ColumnMap
from kb.reading.light import EMPTY, NONE, plain, strings

Objects = npt.NDArray[np.object_]
Codes = npt.NDArray[np.int64]
AMBIGUOUS = "\0"  # no cell holds it
_PLAIN_NUMBER = r"^-?\d{1,15}(\.\d+)?$"


@dataclass(frozen=True)
class Texts:
    """A column as its distinct texts and, for each row, which of them it holds."""

    codes: Codes
    uniques: list[str]
    array: pa.StringArray | None = None
    """The same texts as Arrow has them, where nothing was made of them since they were read."""

    def at(self, row: int) -> str:
        return self.uniques[int(self.codes[row])]


@dataclass(frozen=True)
class Coded:
    """One value for each row, held once for each code."""

    codes: Codes
    values: Objects

    @property
    def rows(self) -> Objects:
        """The value of each row."""
        rows: Objects = self.values[self.codes]
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


def texts(
    cells: pa.Table,
    column: ColumnMap,
    look_ups: Mapping[tuple[str, str, str], Mapping[str, str]],
    empty: frozenset[str],
) -> tuple[Texts, dict[int, str]]:
    """The texts of one mapped column, and reasons for rows whose look-up in another file failed."""
    if column.constant is not None:
        return _only_where(Texts(np.zeros(cells.num_rows, np.int64), [column.constant]), cells, column), {}
    parts = [picked(cells, source) for source in column.sources]
    joined = parts[0] if len(parts) == 1 else _joined(parts, column.join)
    encoded = pc.dictionary_encode(joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    uniques = encoded.dictionary.to_pylist()
    if empty:
        uniques = [("" if text in empty else text) for text in uniques]
    codes = plain(encoded.indices).astype(np.int64)
    if column.markup:
        uniques = [without_markup(text) for text in uniques]
    found = _only_where(Texts(codes, uniques), cells, column)
    if not (empty or column.markup or column.where or column.via or column.values or column.other is not None):
        return Texts(codes, uniques, encoded.dictionary), {}
    uniques, failed = _translate(found.uniques, column, look_ups)
    return Texts(found.codes, uniques), _by_row(found.codes, failed)


def _joined(parts: list[pa.ChunkedArray], mark: str) -> pa.ChunkedArray:
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
    uniques = found.uniques
    fast = _plain_numbers(found, kind, rules) if kind in ("number", "integer") else None
    if fast is not None:
        return fast, {}
    if kind == "text":
        return objects([text or None for text in uniques]), {}
    parse: Parser = parser(kind, rules)
    store = _STORED.get(kind, lambda value: value)
    result = np.empty(len(uniques), dtype=object)
    wrong: dict[int, str] = {}
    for i, text in enumerate(uniques):
        if text:
            try:
                result[i] = store(parse(text))
            except ValueError as error:
                wrong[i] = str(error)
    return result, wrong


def _plain_numbers(found: Texts, kind: str, rules: Rules) -> Objects | None:
    """All texts at once where each is empty or plain digits with a point; none where one needs a closer look."""
    array = strings(found.uniques) if found.array is None else found.array
    filled = pc.if_else(pc.equal(array, EMPTY), NONE, array)
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
