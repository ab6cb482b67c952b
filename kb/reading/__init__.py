"""The door for files: any CSV or Excel file in, text cells with their lines out, doubtful rows refused, never shifted.

Nothing here knows numbers or dates; every cell keeps its text (00123, NA).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from kb.errors import Refused
from kb.reading import dialect, excel, rows
from kb.reading.found import CELL_LIMIT, CHUNK_ROWS, BadRow, Chunk, Found, Hints

__all__ = ["CELL_LIMIT", "CHUNK_ROWS", "BadRow", "Chunk", "Found", "Hints", "chunks", "fingerprint", "look"]

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXCEL_SUFFIXES = {".xlsx", ".xlsm"}
_OTHER_SUFFIXES = {".xls", ".xlsb", ".ods", ".numbers"}


def look(path: Path, hints: Hints | None = None) -> Found:
    """How the file is to be read: kind, encoding, delimiter, sheet, header. Reads a CSV's bytes once through.

    Raises Refused for what is no readable table: empty, another format, a broken header, a dangerous workbook.
    """
    hints = hints or Hints()
    start = _start(path)
    suffix = path.suffix.lower()
    if suffix in _OTHER_SUFFIXES or start.startswith(_OLD_OFFICE):
        raise Refused(
            f"{path.name} is an old, binary or password-protected workbook; open it in Excel, save it as an unprotected"
            " .xlsx or as CSV UTF-8, and import that."
        )
    if start.startswith(_ZIP) or suffix in _EXCEL_SUFFIXES:
        return excel.find(path, hints)
    return dialect.find(path, hints)


def chunks(found: Found) -> Iterator[Chunk]:
    """Rows of the file in order, about 65,536 at a time: a pyarrow table of strings ("" for empty cells) with one
    column per header, the physical line (CSV) or sheet row (Excel) of each row, and the rows refused.

    Blank lines are no rows. Raises Refused when the file has changed since `look` or takes too much to read.
    """
    return excel.read(found) if found.kind == "xlsx" else rows.read(found)


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise Refused(f"{path.name} cannot be opened ({error.strerror}); check the name and your rights.") from error
    if not start:
        raise Refused(f"{path.name} is empty; export the table again.")
    return start
