"""The first rows of a file as they would arrive: read by the importer's own rules, checked by its own dry run."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.access import Person, require
from kb.importing import extract, survey
from kb.importing.fields import target
from kb.importing.presets import ColumnMap, Preset, TableMap
from kb.importing.proposing.sample import Sample
from kb.importing.report import Report
from kb.reading import Chunk
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    import pandas as pd

ROWS, CHECKED = 12, 200
LINE, REASON = "line in the file", "refused because"
_FILE = "preview.csv"


@dataclass(frozen=True)
class Arriving:
    """The first rows for one table: our columns with their values, the file's line and why a row would be refused."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def frame(self) -> pd.DataFrame:
        """Columns "line in the file", "refused because" (empty for a row that is taken), then ours; times are UTC.

        The reasons stand there only where there are some.
        """
        import pandas as pd

        found = pd.DataFrame(list(self.rows), columns=[LINE, REASON, *self.columns])
        return found if found[REASON].any() else found.drop(columns=REASON)


@dataclass(frozen=True)
class Preview:
    """The first rows by table, and the dry run of the first CHECKED rows, whose lines are those of the file."""

    tables: tuple[Arriving, ...]
    report: Report

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """(the file's column, why, in how many rows) of what is refused, the most frequent first."""
        found = Counter((cell.column, cell.reason) for cell in self.report.refused_cells)
        return [(column, reason, count) for (column, reason), count in found.most_common()]


def preview(base: KnowledgeBase, who: Person, sample: Sample, preset: Preset) -> Preview:
    """What the first rows become. Raises Refused as an import does: where days or numbers can be read in two ways, say.

    Nothing is written. The dry run looks only at the first rows, so that parents further down count as unknown.
    """
    require(who, "import")
    maps = [replace(entry, files=(_FILE,)) for entry in preset.tables if entry.takes(sample.path.name)]
    here = replace(preset, tables=tuple(maps), encoding="utf-8", delimiter=",", escape=None, sheet=None)
    rules, _ = survey.rules(lambda: [sample.chunk()], maps, here)
    report = _dry_run(base, who, sample, here)
    wrong = _reasons(report)
    return Preview(tuple(_arriving(entry, sample, here, rules, wrong) for entry in maps), report)


def _dry_run(base: KnowledgeBase, who: Person, sample: Sample, preset: Preset) -> Report:
    from kb import importing

    with tempfile.TemporaryDirectory(prefix="symbiosis-") as folder:
        path = Path(folder) / _FILE
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(sample.headers)
            columns = [sample.cells.column(header).slice(0, CHECKED).to_pylist() for header in sample.headers]
            out.writerows(zip(*columns, strict=True))
        report = importing.run(base, who, [path], preset, dry_run=True)
    starts = _starts(sample)
    cells = [cell._replace(file=sample.path.name, line=starts.get(cell.line, 0)) for cell in report.refused_cells]
    return replace(report, refused_cells=cells)


def _starts(sample: Sample) -> dict[int, int]:
    """Line in the copy -> line in the file; a cell with line breaks makes the copy's rows longer than one line."""
    columns = [sample.cells.column(header).slice(0, CHECKED).to_pylist() for header in sample.headers]
    lines, at = {}, 2 + sum(header.count("\n") for header in sample.headers)
    for row, cells in enumerate(zip(*columns, strict=True)):
        lines[at] = int(sample.lines[row])
        at += 1 + sum(len(cell.splitlines()) - 1 for cell in cells if "\n" in cell or "\r" in cell)
    return lines


def _reasons(report: Report) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for cell in report.refused_cells:
        found.setdefault(cell.line, []).append(f"{cell.column} {cell.value!r} {cell.reason}")
    return {line: "; ".join(dict.fromkeys(told)) for line, told in found.items()}


def _arriving(
    entry: TableMap, sample: Sample, preset: Preset, rules: dict[survey.Place, Any], wrong: dict[int, str]
) -> Arriving:
    first = Chunk(sample.cells.slice(0, ROWS), sample.lines[:ROWS], ())
    columns = [_values(column, entry, first, preset, rules) for column in entry.columns]
    lines = [int(line) for line in sample.lines[:ROWS]]
    rows: Sequence[tuple[Any, ...]] = [
        (line, wrong.get(line, ""), *(values[row] for values in columns)) for row, line in enumerate(lines)
    ]
    return Arriving(entry.table, tuple(column.header for column in entry.columns), tuple(rows))


def _values(column: ColumnMap, entry: TableMap, chunk: Chunk, preset: Preset, rules: dict[survey.Place, Any]) -> Any:
    kind = _kind(entry.table, column.header)
    texts, _ = extract.texts(chunk, column, {}, preset.empty)
    found = extract.values(texts, kind, rules[(entry.table, column.header)]).rows
    return [str(value).removesuffix(".000000") for value in found] if kind == "time" else found


def _kind(table: str, header: str) -> str:
    from kb.importing.proposing.phrases import kind

    return kind(table, header) if header in (*target(table).headers,) else "text"
