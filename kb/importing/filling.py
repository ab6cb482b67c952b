"""One table filled by one file: what stays the same from chunk to chunk, and what must be remembered between them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kb.importing.columns import Rules
from kb.importing.fields import Reference, Target
from kb.importing.presets import ColumnMap, TableMap
from kb.importing.stage import Stage

LookUps = dict[tuple[str, str, str], Mapping[str, str]]


@dataclass
class Filling:
    """One table filled by one file: what stays the same from chunk to chunk."""

    table_map: TableMap
    columns: tuple[ColumnMap, ...]
    target: Target
    stage: Stage
    rules: Mapping[tuple[str, str], Rules]
    look_ups: LookUps
    empty: frozenset[str]
    currency: str
    first_new: int
    same_file: frozenset[str]
    seen: dict[int, int] = field(default_factory=dict)
    first_lines: array[int] = field(default_factory=lambda: array("q"))
    signatures: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    known_signatures: dict[int, int] = field(default_factory=dict)
    contents: Counter[str] = field(default_factory=Counter)

    @property
    def lacking(self) -> list[str]:
        """Headers of parents that every row needs and the file does not have."""
        given = {column.header for column in self.columns}
        needed = [header for reference in self.target.references if reference.required for header in reference.headers]
        return [header for header in needed if header not in given]

    def source_of(self, header: str) -> str:
        """What the column is called in the file, where it is to be mended; our own name where no column gives it."""
        found = next((column for column in self.columns if column.header == header), None)
        return " + ".join((*found.sources, *found.times)) or header if found else header

    @property
    def references(self) -> list[Reference]:
        given = {column.header for column in self.columns}
        return [reference for reference in self.target.references if set(reference.headers) <= given]
