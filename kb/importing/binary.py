"""Staged rows in PostgreSQL's own binary form: half the server's work of the same rows as text, and no pandas.

Rows whose fields are equally wide become one numpy array. Where there are too many different rows, text serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Boolean, Date, Double, Integer, Text

from kb.importing.extract import Coded, Codes, Objects
from kb.models import UtcDateTime

START, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
MOST_SHAPES = 64  # more kinds of rows, by empty cells and lengths of texts, and the arrays become short and slow
_EMPTY = -1
_DAY_ZERO = np.datetime64("2000-01-01")
_DTYPES: dict[type[Any], str] = {
    BigInteger: ">i8", Integer: ">i4", Double: ">f8", Boolean: "u1", Date: ">i4", UtcDateTime: ">i8",
}  # fmt: skip


@dataclass(frozen=True)
class _Field:
    """One column: its distinct values as the database writes them, how wide each is, and which each row holds."""

    codes: Codes
    values: npt.NDArray[Any]
    widths: npt.NDArray[np.int64]


def encoded(columns: Sequence[Coded], types: Sequence[Any]) -> list[bytes] | None:
    """What COPY ... (FORMAT binary) takes, rows in any order; none where the text form must serve."""
    fields = [_field(column, type_) for column, type_ in zip(columns, types, strict=True)]
    known = [field for field in fields if field]
    if len(known) < len(fields):
        return None
    shapes, held = _shapes(known)
    if len(shapes) > MOST_SHAPES:
        return None
    return [START, *(_rows(known, shape, np.flatnonzero(held == i)) for i, shape in enumerate(shapes)), END]


def _field(column: Coded, type_: Any) -> _Field | None:
    """None where a value does not fit the type: the database is to say so in its own words."""
    filled = column.values != None  # noqa: E711 - element by element
    given = column.values[filled]
    written = _texts(given) if isinstance(type_, Text) else _numbers(given, type_)
    if written is None:
        return None
    values, lengths = written
    widths = np.full(len(filled), _EMPTY, dtype=np.int64)
    widths[filled] = lengths
    spread = np.zeros(len(filled), dtype=values.dtype)
    spread[filled] = values
    return _Field(column.codes, spread, widths)


def _texts(given: Objects) -> tuple[npt.NDArray[Any], Codes]:
    texts = [text.encode() for text in given.tolist()]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return np.array(texts, dtype=object), lengths


def _numbers(given: Objects, type_: Any) -> tuple[npt.NDArray[Any], int] | None:
    name = _DTYPES.get(type(type_))
    if name is None:
        return None
    dtype = np.dtype(name)
    if isinstance(type_, Date | UtcDateTime):
        unit = "D" if isinstance(type_, Date) else "us"
        return (given.astype(f"datetime64[{unit}]") - _DAY_ZERO).astype(dtype), dtype.itemsize
    try:
        values = given.astype(np.float64 if isinstance(type_, Double) else np.int64).astype(dtype)
    except OverflowError:
        return None
    return (values, dtype.itemsize) if np.all(values == given) else None  # numpy cuts off what does not fit


def _shapes(fields: Sequence[_Field]) -> tuple[list[tuple[int, ...]], Codes]:
    """The different sequences of widths that rows have, and which each row has."""
    held = np.zeros(len(fields[0].codes), dtype=np.int64)
    shapes: list[tuple[int, ...]] = [()]
    for field in fields:
        if (field.widths == field.widths[0]).all():  # sorting the rows for nothing takes as long as writing them
            shapes = [(*shape, int(field.widths[0])) for shape in shapes]
            continue
        used, which = np.unique(field.widths, return_inverse=True)
        found, held = np.unique(held * len(used) + which[field.codes], return_inverse=True)
        shapes = [(*shapes[number // len(used)], int(used[number % len(used)])) for number in found.tolist()]
    return shapes, held


def _rows(fields: Sequence[_Field], shape: tuple[int, ...], chosen: Codes) -> bytes:
    parts: list[tuple[str, Any]] = [("count", ">i2")]
    for i, (field, width) in enumerate(zip(fields, shape, strict=True)):
        parts.append((f"width{i}", ">i4"))
        if width > 0:
            parts.append((f"value{i}", f"V{width}" if field.values.dtype == object else field.values.dtype))
    table = np.empty(len(chosen), dtype=parts)
    table["count"] = len(fields)
    for i, (field, width) in enumerate(zip(fields, shape, strict=True)):
        table[f"width{i}"] = width
        if width > 0:
            table[f"value{i}"] = _of_width(field, width, field.codes[chosen])
    return table.tobytes()


def _of_width(field: _Field, width: int, codes: Codes) -> npt.NDArray[Any]:
    if field.values.dtype != object:
        return field.values[codes]
    fitting = np.flatnonzero(field.widths == width)
    place = np.empty(len(field.values), dtype=np.int64)
    place[fitting] = np.arange(len(fitting))
    joined = np.frombuffer(b"".join(field.values[fitting].tolist()), dtype=f"V{width}")
    return joined[place[codes]]
