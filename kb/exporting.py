"""The one door for exports: permission, record, no formula cells, limits said instead of rows lost."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
import xlsxwriter
from sqlalchemy import func, select

from kb import audit
from kb.access import Person, require
from kb.errors import Refused
from kb.models import Import
from kb.store import KnowledgeBase
from kb.views import VIEWS, table, view

__all__ = ["VIEWS", "Format", "data_time", "defused", "export_document", "export_frame", "sheet_name", "table", "view"]
Format = Literal["csv", "xlsx", "json"]
EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384
EXCEL_CHARACTERS = 32_767
_DANGEROUS = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s*%?\s*\Z")


@dataclass(frozen=True)
class Sheet:
    """What is written: the rows, and what is to be known about them."""

    frame: pd.DataFrame
    title: str
    about: dict[str, str]


def export_frame(
    frame: pd.DataFrame,
    *,
    title: str,
    filters: Mapping[str, str],
    data_time: str,
    format: Format,
    who: Person,
    base: KnowledgeBase,
    about: bool = True,
    cap: int | None = None,
) -> bytes:
    """The frame (without its index) as the content of a file; the export is recorded.

    about writes title, filters, data time and notes: in CSV as `# ` lines at the top, in JSON around the rows; leave
    it out where a program reads the file. Excel always has them on a second sheet. cap keeps the first rows and
    notes it. Raises Refused without the permission to export, and where Excel could not hold all rows or columns.
    """
    require(who, "export")
    if format not in _WRITERS:
        raise Refused(f"there is no format {format}: choose csv, xlsx or json")
    facts = {"Title": title, "Data as of": data_time, "Exported by": who.name, **_filters(filters), "Times": "UTC"}
    sheet = _capped(Sheet(_flat(frame), title, facts), cap)
    content = _WRITERS[format](sheet, about)
    what = {"rows": len(sheet.frame), "format": format, "filters": dict(filters), "data_time": data_time}
    _record(base, who, title, what)
    return content


def export_document(
    make: Callable[[], bytes],
    *,
    title: str,
    filters: Mapping[str, str],
    data_time: str,
    format: str,
    who: Person,
    base: KnowledgeBase,
) -> bytes:
    """What `make` returns (a report as html or pdf); the export is recorded. Raises Refused without the permission.

    The caller has written filters and data time into the document.
    """
    require(who, "export")
    content = make()
    _record(base, who, title, {"format": format, "filters": dict(filters), "data_time": data_time})
    return content


def data_time(base: KnowledgeBase) -> str:
    """How old the data are, for people: the moment of the last import that still counts, in UTC."""
    with base.reading() as connection:
        last = connection.scalar(select(func.max(Import.imported_at)).where(Import.undone_at.is_(None)))
    return f"import of {last:%Y-%m-%d %H:%M} UTC" if last else "no import yet"


def defused(text: str) -> str:
    """The text, with a leading apostrophe where a spreadsheet would run it as a formula. Numbers stay as they are."""
    return f"'{text}" if _DANGEROUS.match(text) and not _NUMBER.match(text) else text


def sheet_name(title: str) -> str:
    """A name Excel allows for a sheet: 31 characters, none of its special ones, no formula."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip().strip("'")[:31].strip().strip("'")
    name = re.sub(r"\A[=+\-@\uff1d\uff0b\uff0d\uff20\s']+", "", name)
    return name if name and name.lower() not in ("history", "about") else "Data"


def _record(base: KnowledgeBase, who: Person, title: str, what: dict[str, Any]) -> None:
    with base.writing() as connection:
        audit.append(connection, who, "export", "exports", title, after=what, changes_data=False)


def _filters(filters: Mapping[str, str]) -> dict[str, str]:
    return {f"Filter {name}": str(value) for name, value in filters.items()} or {"Filter": "none"}


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """One header row, no index, and times without the zone that Excel cannot hold (all are UTC)."""
    flat = frame.reset_index(drop=True)
    flat.columns = pd.Index([_header(name) for name in frame.columns], dtype=object)
    parts = [_utc(flat.iloc[:, number]) for number in range(flat.shape[1])]
    return pd.concat(parts, axis=1) if parts else flat


def _header(name: Any) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _utc(column: Any) -> Any:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(column.dtype, pd.CategoricalDtype | pd.PeriodDtype | pd.IntervalDtype):
        return column.astype(object).map(str, na_action="ignore")
    return column.map(_naive) if column.dtype == object else column


def _naive(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def _capped(sheet: Sheet, cap: int | None) -> Sheet:
    if cap is None or len(sheet.frame) <= cap:
        return sheet
    note = {"Note": f"the first {cap:,} of {len(sheet.frame):,} rows: narrow the filter to see the others"}
    return replace(sheet, frame=sheet.frame.head(cap), about=sheet.about | note)


def _csv(sheet: Sheet, about: bool) -> bytes:
    out = io.StringIO(newline="")
    for name, value in sheet.about.items() if about else ():
        # No separator and no quote, so that no program takes a part of the line for a cell.
        out.write("# " + re.sub(r"[,;|\s\"']+", " ", f"{name}: {value}").strip() + "\r\n")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([defused(header) for header in sheet.frame.columns])
    cells = [_texts(sheet.frame.iloc[:, number]) for number in range(sheet.frame.shape[1])]
    writer.writerows(zip(*cells, strict=True))
    return out.getvalue().encode("utf-8-sig" if about else "utf-8", "replace")


def _texts(column: Any) -> list[str]:
    """Every cell as CSV holds it: empty for nothing, yes and no, ISO dates, defused text, plain numbers."""
    return [
        "" if value is None else defused(value) if isinstance(value, str) else _text(value) for value in _cells(column)
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _cells(column: Any) -> list[Any]:
    """The cells as Python's own values: none where there is nothing, text for what a file has no type for."""
    missing = column.isna().to_numpy()
    values = column.astype(object).to_numpy()
    return [None if gone else _own(value) for gone, value in zip(missing, values, strict=True)]


def _own(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | bool | int | float | date) else str(value)


def _json(sheet: Sheet, about: bool) -> bytes:
    columns = [[_plain(cell) for cell in _cells(sheet.frame.iloc[:, n])] for n in range(sheet.frame.shape[1])]
    rows = [dict(zip(sheet.frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    content = {"about": sheet.about, "rows": rows} if about else rows
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, date) else value


def _xlsx(sheet: Sheet, about: bool) -> bytes:
    rows, columns = sheet.frame.shape
    if rows >= EXCEL_ROWS or columns > EXCEL_COLUMNS:
        raise Refused(
            f"Excel holds {EXCEL_ROWS - 1:,} rows and {EXCEL_COLUMNS:,} columns, this has {rows:,} and {columns:,}: "
            "choose CSV or narrow the filter"
        )
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd", "constant_memory": True,
    }  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        cut = _write_rows(book, sheet)
        facts = sheet.about | ({"Cut": f"{cut} cells hold more than Excel can, and were cut"} if cut else {})
        _write_about(book, facts)
    return out.getvalue()


def _write_rows(book: Any, sheet: Sheet) -> int:
    page = book.add_worksheet(sheet_name(sheet.title))
    page.freeze_panes(1, 0)
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    cut = 0
    for number, header in enumerate(sheet.frame.columns):
        page.write_string(0, number, header[:EXCEL_CHARACTERS], bold)
    cells = [_cells(sheet.frame.iloc[:, number]) for number in range(sheet.frame.shape[1])]
    for line, row in enumerate(zip(*cells, strict=True), start=1):
        for number, value in enumerate(row):
            cut += _write_cell(page, line, number, value, moment)
    return cut


def _write_cell(page: Any, line: int, number: int, value: Any, moment: Any) -> bool:
    """Write one cell by its type; returns whether its text had to be cut."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return False
    if isinstance(value, bool):
        page.write_boolean(line, number, value)
    elif isinstance(value, int | float):
        page.write_number(line, number, value)
    elif isinstance(value, date) and value.year >= 1900:
        page.write_datetime(line, number, value, moment if isinstance(value, datetime) else None)
    else:
        text = _text(value) if isinstance(value, date) else value
        page.write_string(line, number, text[:EXCEL_CHARACTERS])
        return len(text) > EXCEL_CHARACTERS
    return False


def _write_about(book: Any, facts: Mapping[str, str]) -> None:
    page = book.add_worksheet("About")
    page.set_column(0, 1, 40)
    for line, (name, value) in enumerate(facts.items()):
        page.write_string(line, 0, name)
        page.write_string(line, 1, value[:EXCEL_CHARACTERS])


_WRITERS: dict[str, Callable[[Sheet, bool], bytes]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
