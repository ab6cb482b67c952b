"""What a report is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from analytics.charts import Drawing

MOST_ROWS = 100


@dataclass(frozen=True)
class Number:
    """A key figure as its card words it."""

    name: str
    value: str
    below: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart with its finding."""

    drawing: Drawing


@dataclass(frozen=True)
class Rows:
    """A table; a report holds its first MOST_ROWS rows and says how many there are."""

    frame: pd.DataFrame
    title: str

    @property
    def headers(self) -> list[str]:
        return [str(name).replace("_", " ") for name in self.frame.columns]

    @property
    def cells(self) -> list[list[str]]:
        """The rows as text: empty for nothing, days without a time, numbers with separators."""
        few = self.frame.head(MOST_ROWS).astype(object)
        return [[written(value) for value in row] for row in few.itertuples(index=False)]

    @property
    def note(self) -> str:
        """What a report leaves out; empty where that is nothing."""
        total = len(self.frame)
        return f"The first {MOST_ROWS:,} of {total:,} rows; the page has them all." if total > MOST_ROWS else ""


Piece = Number | Picture | Rows


@dataclass(frozen=True)
class Report:
    """A page: its title, what is to be known about it (filters, age of the data), and what it shows, in order."""

    title: str
    about: Mapping[str, str]
    pieces: tuple[Piece, ...]

    def sections(self) -> Iterator[tuple[Number, ...] | Picture | Rows]:
        """The pieces in order, numbers that follow each other together."""
        numbers: list[Number] = []
        for piece in self.pieces:
            if isinstance(piece, Number):
                numbers.append(piece)
                continue
            if numbers:
                yield tuple(numbers)
                numbers = []
            yield piece
        if numbers:
            yield tuple(numbers)


def written(value: object) -> str:
    """One cell as people read it."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if (value.hour, value.minute) == (0, 0) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return str(value)
