"""Excel files as the same chunks as CSV: a child process turns the sheet into CSV, which is read without trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow

from kb import workbook
from kb.errors import Refused
from kb.reading import rows
from kb.reading.found import COLUMN_LIMIT, BadRow, Chunk, Found, Hints, shown, unique_headers

_SEPARATOR = "\x1f"


def find(path: Path, hints: Hints) -> Found:
    """Sheet and header of a workbook. Raises Refused for a dangerous, damaged or empty one."""
    seen = workbook.look(path, hints.sheet, hints.header_line, hints.expected)
    if not any(cell.strip() for cell in seen.header):
        raise Refused(f"{path.name}, sheet '{seen.sheet}': no header was found; put the column names in one row.")
    if len(seen.header) > COLUMN_LIMIT:
        raise Refused(f"{path.name} has more than {COLUMN_LIMIT:,} columns; leave some out.")
    headers, notes = unique_headers(list(seen.header))
    return Found(path, "xlsx", "", "", seen.sheet, seen.header_row, headers, (*seen.notes, *notes), sheets=seen.sheets)


def read(found: Found) -> Iterator[Chunk]:
    """Chunks of the sheet's rows. Raises Refused as `find` does, and when the workbook has changed since."""
    with workbook.as_csv(found.path, found.sheet, found.header_line) as extract:
        if unique_headers(list(extract.header))[0] != found.headers:
            raise Refused(f"{found.path.name} has changed since it was looked at; look at it again.")
        columns = tuple(f"c{index}" for index in range(len(found.headers)))
        table = Found(extract.path, "csv", "utf-8", _SEPARATOR, "", 1, ("row", "fault", *columns), ())
        for chunk in rows.read(table):
            if chunk.bad:
                raise Refused(f"{found.path.name} could not be read back; save the sheet as CSV and import that.")
            yield _sheet_chunk(chunk, found.headers)


def _sheet_chunk(chunk: Chunk, headers: tuple[str, ...]) -> Chunk:
    """The child's columns taken off: sheet rows become the lines, rows with a fault are refused."""
    lines = numpy.array(chunk.cells.column("row").to_pylist()).astype(numpy.int64)
    faults = chunk.cells.column("fault").to_pylist()
    cells = chunk.cells.drop_columns(["row", "fault"]).rename_columns(list(headers))
    wrong = [index for index, fault in enumerate(faults) if fault]
    if not wrong:
        return Chunk(cells, lines, ())
    good = numpy.array([not fault for fault in faults])
    bad = tuple(_refused(cells, lines, faults, index) for index in wrong)
    return Chunk(cells.filter(pyarrow.array(good)), lines[good], bad)


def _refused(cells: pyarrow.Table, lines: numpy.typing.NDArray[numpy.int64], faults: list[str], index: int) -> BadRow:
    values = [str(value) for value in cells.slice(index, 1).to_pylist()[0].values()]
    return BadRow(int(lines[index]), f"The row {faults[index]}.", shown(",".join(values)))
