"""The process in which workbooks are parsed: `python -m kb.workbook_child FOLDER`, started by kb.workbook.

It reads FOLDER/job.json, limits its own memory, time and output, and leaves FOLDER/result.json and, when asked for
rows, FOLDER/rows.csv. A workbook that breaks it breaks nothing else.
"""

from __future__ import annotations

import csv
import datetime
import json
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kb.workbook_check import SheetFacts, Unsafe, check

OUTPUT_LIMIT = 1024 * 1024 * 1024
SEPARATOR = "\x1f"  # stands in no honest cell, so that no cell's text can look like several cells
_FORBIDDEN = ("\0", SEPARATOR)
_CELL_LIMIT = 100_000  # Excel itself stops at 32,767
_HEADER_ROWS = 30
_SHEETS_TRIED = 20


def main(folder: Path) -> None:
    """Does the job of the folder; a refusal is a result too."""
    job = json.loads((folder / "job.json").read_text("utf-8"))
    _limit(job["memory"], job["seconds"])
    try:
        result = _work(job, folder)
    except Unsafe as error:
        result = {"refused": str(error)}
    except CalamineError:
        result = {"refused": "cannot be read as a workbook; open it in Excel and save it again as .xlsx"}
    except MemoryError:
        result = {"refused": "takes more memory than its size allows; save the sheet as CSV"}
    (folder / "result.json").write_text(json.dumps(result), "utf-8")


def _limit(memory: int, seconds: int) -> None:
    """Limits of this process; Windows has none of them, there the parent's clock and the checks remain."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_LIMIT * 2, OUTPUT_LIMIT * 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = Path(job["path"])
    facts = check(path)
    with CalamineWorkbook.from_path(path) as book:
        if job["task"] == "rows":
            sheet = book.get_sheet_by_name(job["sheet"])
            return _write(sheet, facts.get(job["sheet"], SheetFacts()), job["header_row"], folder / "rows.csv")
        return _look(book, job, facts)


def _look(book: CalamineWorkbook, job: dict[str, Any], facts: dict[str, SheetFacts]) -> dict[str, Any]:
    expected = {_plain(name) for name in job["expected"]}
    best: tuple[int, str, int, list[str]] | None = None
    names = _candidates(book, job["sheet"])
    for name in names:
        row, header, hits = _header(book.get_sheet_by_name(name), facts.get(name), job["header_row"], expected)
        if header and (best is None or hits > best[0]):
            best = (hits, name, row, header)
        if best and not expected:
            break
    if best is None:
        raise Unsafe("has no filled sheet; put the table with its header into one")
    _, sheet, row, header = best
    visible = _candidates(book, None)
    return {
        "sheet": sheet, "header_row": row, "header": header, "notes": _notes(book, sheet, job, facts),
        "sheets": visible,
    }  # fmt: skip


def _candidates(book: CalamineWorkbook, wanted: str | None) -> list[str]:
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if wanted:
        for sheet in sheets:
            if _plain(sheet.name) == _plain(wanted):
                return [sheet.name]
        listed = ", ".join(f"'{sheet.name}'" for sheet in sheets[:10])
        raise Unsafe(f"has no sheet '{wanted}' but {listed}; name one of these")
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return (visible or [sheet.name for sheet in sheets])[:_SHEETS_TRIED]


def _header(
    sheet: CalamineSheet, facts: SheetFacts | None, fixed: int | None, expected: set[str]
) -> tuple[int, list[str], int]:
    """Row, cells and number of expected names of the header; no cells when there is none."""
    limit = max(fixed or 0, _HEADER_ROWS)
    rows = [(number, cells) for number, cells in _rows(sheet, facts or SheetFacts()) if number <= limit]
    if fixed:
        rows = [(number, cells) for number, cells in rows if number == fixed]
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        return 0, [], 0
    widths = Counter(sum(map(bool, cells)) for _, cells in filled)
    several = [entry for entry in filled if widths.most_common(1)[0][0] > 1 and sum(map(bool, entry[1])) > 1]
    scored = max(filled, key=lambda entry: _hits(entry[1], expected))  # the first of equals
    hits = _hits(scored[1], expected)
    number, cells = scored if hits else (several or filled)[0]
    return number, _trimmed(cells), hits


def _notes(book: CalamineWorkbook, sheet: str, job: dict[str, Any], facts: dict[str, SheetFacts]) -> list[str]:
    notes = []
    others = [name for name in book.sheet_names if name != sheet]
    if others and not job["sheet"]:
        notes.append(f"The workbook has {len(others)} more sheet{'s' if len(others) > 1 else ''}: {_listed(others)}.")
    errors = len(facts[sheet].errors) if sheet in facts else 0
    if errors:
        notes.append(f"{errors:,} cells hold Excel errors such as #N/A; they are read as that text.")
    return notes


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:5]) + (" ..." if len(names) > 5 else "")


def _write(sheet: CalamineSheet, facts: SheetFacts, header_row: int, target: Path) -> dict[str, Any]:
    header: list[str] = []
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in _rows(sheet, facts):
            if number == header_row:
                header = _trimmed(cells)
                writer.writerow(["row", "fault", *(f"c{index}" for index in range(len(header)))])
            elif number > header_row and any(cells):
                _check_size(file, number)
                writer.writerow([str(number), *_row(cells, len(header), facts.faults.get(number, ""))])
    return {"header": header}


def _row(cells: list[str], width: int, fault: str) -> list[str]:
    """Fault and cells of a row; the fault is empty for a good row."""
    if any(cells[width:]):
        fault = "has a value to the right of the last header"
    if any(len(cell) > _CELL_LIMIT for cell in cells):
        fault = f"has a cell longer than {_CELL_LIMIT:,} characters"
        cells = [cell[:100] for cell in cells]
    if any(mark in cell for cell in cells for mark in _FORBIDDEN):
        fault = "holds a control character"
        cells = [cell.replace("\0", "").replace(SEPARATOR, "") for cell in cells]
    return [fault, *cells[:width], *([""] * (width - len(cells)))]


def _check_size(file: TextIO, number: int) -> None:
    if number % 1_000 == 0 and file.tell() > OUTPUT_LIMIT:
        raise Unsafe("holds more text than can be read; save the sheet as CSV")


def _rows(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[tuple[int, list[str]]]:
    """Sheet row and cells as text. calamine gives rows from row 1 on, but cells from the first column in use on."""
    left = sheet.start[1] if sheet.start else 0
    rows_with_errors = {row for row, _ in facts.errors}
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [_text(value) for value in values]
        if number in rows_with_errors:
            cells = [facts.errors.get((number, column), cell) for column, cell in enumerate(cells, left + 1)]
        yield number, cells


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    return str(value)  # dates as ISO, integers


def _moment(value: datetime.datetime) -> str:
    """To the second, because Excel keeps a time as a fraction of a day that never quite meets it."""
    near = value + datetime.timedelta(microseconds=500_000)
    return near.strftime("%Y-%m-%d %H:%M:%S" if near.second else "%Y-%m-%d %H:%M")


def _trimmed(cells: list[str]) -> list[str]:
    last = max((index for index, cell in enumerate(cells) if cell.strip()), default=-1)
    return cells[: last + 1]


def _hits(cells: list[str], expected: set[str]) -> int:
    return len({_plain(cell) for cell in cells} & expected)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
