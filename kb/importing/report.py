"""What an import did or would do, in numbers that add up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kb.errors import Refused

if TYPE_CHECKING:  # an import itself needs no frames, and pandas takes a quarter of a second to load
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
    delimiter: str = ","
    quote: str = '"'
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
        import pandas as pd

        return pd.DataFrame(self.refused_cells, columns=list(RefusedCell._fields))

    @property
    def changes(self) -> pd.DataFrame:
        """Columns table, key, column, before, after."""
        import pandas as pd

        return pd.DataFrame(self.changed_cells, columns=list(ChangedCell._fields))

    def total(self, what: str) -> int:
        """Sum of new, changed, same, skipped or refused over all tables, or of read over all files."""
        if what in ("read", "refused"):
            return sum(int(getattr(file, what)) for file in self.files)
        return sum(int(getattr(count, what)) for file in self.files for count in file.tables)

    @property
    def changes_nothing(self) -> bool:
        return not self.total("new") and not self.total("changed") and not self.created


def refused_csv(report: Report) -> bytes:
    """Every refused cell as CSV (UTF-8 with BOM): file, line, column, value, reason; no cell is a formula."""
    return _csv(("file", "line", "column", "value", "reason"), (cell[:5] for cell in report.refused_cells))


def mendable(report: Report, file_name: str) -> bytes:
    """The refused rows of one file as CSV, to be mended and imported with the same preset.

    The file's own headers plus `reason` (numbered where the file has one itself); each row once, with its original
    cells. Rows that could not be told into cells keep a wrong width on purpose: unmended they are refused again.
    Raises Refused for a file that this import did not read.
    """
    file = next((file for file in report.files if file.file_name == file_name), None)
    if file is None:
        raise Refused(
            f"this import read no file {file_name}: choose one of {', '.join(f.file_name for f in report.files)}"
        )
    reasons: dict[tuple[int, str], list[str]] = {}
    for cell in report.refused_cells:
        if cell.file == file_name:
            place = f"{cell.column} {cell.reason}".strip()
            reasons.setdefault((cell.line, cell.raw), []).append(place)
    number = 2 + sum(header.startswith("reason (") for header in file.headers)
    added = f"reason ({number})" if "reason" in file.headers else "reason"
    rows = ([*_original(raw, file), "; ".join(found)] for (_, raw), found in reasons.items())
    return _csv([*file.headers, added], rows)


def _original(raw: str, file: FileReport) -> list[str]:
    cells: list[str] = json.loads(raw)
    if len(cells) == 1 and (len(file.headers) > 1 or file.delimiter in cells[0]):
        line = " ".join(cells[0].splitlines())
        if file.quote:
            cells = next(csv.reader([line], delimiter=file.delimiter, quotechar=file.quote), [])
        else:
            cells = line.split(file.delimiter)
        cells += [""] * (len(cells) == len(file.headers))
    return cells


def _csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    from kb.exporting import defused

    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([defused(header) for header in headers])
    writer.writerows([defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")
