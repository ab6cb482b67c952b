"""What an import did or would do, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd


class RefusedCell(NamedTuple):
    """Why a row was not taken; `raw` holds the row's cells as a JSON list."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    raw: str


class ChangedCell(NamedTuple):
    table: str
    key: str
    column: str
    before: str
    after: str


@dataclass
class TableCount:
    """Rows of one file for one table: read = new + changed + same + skipped + refused."""

    table: str
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    skipped: int = 0
    refused: int = 0


@dataclass
class FileReport:
    """One file: read = kept + refused; each row counts once, however many tables it fills."""

    file_name: str
    path: str
    sha256: str
    found: str
    headers: tuple[str, ...] = ()
    read: int = 0
    refused: int = 0
    tables: list[TableCount] = field(default_factory=list)

    @property
    def kept(self) -> int:
        return self.read - self.refused


@dataclass
class Report:
    """The whole import. `refused` and `changes` list every cell concerned; phases are seconds."""

    preset: str
    dry_run: bool
    import_id: int | None = None
    files: list[FileReport] = field(default_factory=list)
    skipped_files: list[str] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    refused_cells: list[RefusedCell] = field(default_factory=list)
    changed_cells: list[ChangedCell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def refused(self) -> pd.DataFrame:
        """Columns file, line, column, value, reason, raw."""
        return pd.DataFrame(self.refused_cells, columns=list(RefusedCell._fields))

    @property
    def changes(self) -> pd.DataFrame:
        """Columns table, key, column, before, after."""
        return pd.DataFrame(self.changed_cells, columns=list(ChangedCell._fields))

    def total(self, what: str) -> int:
        """Sum of new, changed, same, skipped or refused over all tables, or of read over all files."""
        if what in ("read", "refused"):
            return sum(int(getattr(file, what)) for file in self.files)
        return sum(int(getattr(count, what)) for file in self.files for count in file.tables)

    @property
    def changes_nothing(self) -> bool:
        return not self.total("new") and not self.total("changed") and not self.created
