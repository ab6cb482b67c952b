"""Excel files: cells as text with their sheet row, and hostile workbooks that end a child process, not the server."""

from __future__ import annotations

import datetime
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from kb import reading, workbook, workbook_check
from kb.errors import Refused
from kb.reading import Hints

SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0" encoding="UTF-8"?>'
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
}
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_xml(rows: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>'


def text_row(number: int, *cells: str) -> str:
    inner = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'


def packed(path: Path, sheet: str, others: dict[str, str] | None = None) -> Path:
    """A workbook made by hand of one sheet's XML and other parts."""
    parts = PARTS | {SHEET: sheet} | (others or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def rows_of(path: Path, hints: Hints | None = None) -> tuple[dict[int, list[str]], list[reading.BadRow]]:
    kept: dict[int, list[str]] = {}
    refused: list[reading.BadRow] = []
    for chunk in reading.chunks(reading.look(path, hints or Hints())):
        columns = [column.to_pylist() for column in chunk.cells.columns]
        kept |= dict(zip(chunk.lines.tolist(), (list(row) for row in zip(*columns, strict=True)), strict=True))
        refused += chunk.bad
    return kept, refused


# ---------------------------------------------------------------- six bombs


def far_apart(path: Path) -> None:
    packed(
        path, sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    )


def unpacks_to_gigabytes(path: Path, declared: int = 4_200_000_000) -> None:
    """A sheet of 5 GB of spaces, written as one deflated piece 1,200 times over under a header that is made up."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = press.compress(b" " * (4 << 20)) + press.flush(zlib.Z_FULL_FLUSH)
    start = press.compress(sheet_xml(text_row(1, "a")).encode()) + press.flush(zlib.Z_FULL_FLUSH)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        archive.writestr(SHEET, start + piece * 1_200 + press.flush())
    content = bytearray(path.read_bytes())
    local, central = content.find(SHEET.encode()) - 30, content.rfind(SHEET.encode()) - 46
    for place in (local + 8, central + 10):
        content[place : place + 2] = zipfile.ZIP_DEFLATED.to_bytes(2, "little")
    for place in (local + 22, central + 24):
        content[place : place + 4] = declared.to_bytes(4, "little")
    path.write_bytes(content)


def unpacks_to_gigabytes_and_lies(path: Path) -> None:
    unpacks_to_gigabytes(path, declared=100_000)


def billion_laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    rows = text_row(1, "a", "&l9;")
    body = sheet_xml(rows).replace("<worksheet", f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><worksheet')
    packed(path, body)


def strings_without_end(path: Path) -> None:
    """One shared text of a megabyte, named by 200,000 cells."""
    strings = f'<sst {NAMESPACE} count="200000" uniqueCount="1"><si><t>{os.urandom(500_000).hex()}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 200_001))
    packed(path, sheet_xml(rows), {"xl/sharedStrings.xml": strings})


def thousands_of_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        for number in range(1, 20_001):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "")


def lying_dimension(path: Path) -> None:
    """Says it is small and has its last cell far down; cut off as well."""
    rows = text_row(1, "a") + '<row r="1048576"><c r="Z1048576"><v>1</v></c></row>'
    packed(path, sheet_xml(rows).replace("<sheetData>", '<dimension ref="A1:B2"/><sheetData>'))


BOMBS = [
    far_apart,
    unpacks_to_gigabytes,
    unpacks_to_gigabytes_and_lies,
    billion_laughs,
    strings_without_end,
    thousands_of_parts,
    lying_dimension,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_and_the_server_lives(tmp_path: Path, bomb: Callable[[Path], None]) -> None:
    path = tmp_path / "bomb.xlsx"
    bomb(path)
    start = time.perf_counter()
    with pytest.raises(Refused) as refusal:
        rows_of(path)
    seconds = time.perf_counter() - start
    print(f"\n{bomb.__name__}: {path.stat().st_size:,} bytes refused in {seconds:.2f} s: {refusal.value}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("bomb", [far_apart, strings_without_end, lying_dimension, unpacks_to_gigabytes])
def test_the_limits_of_the_process_hold_when_the_checks_see_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: Callable[[Path], None]
) -> None:
    path = tmp_path / "bomb.xlsx"
    bomb(path)
    blind = (
        "import sys; from pathlib import Path; from kb import workbook_child; workbook_child.check = lambda path: {}; "
        "workbook_child.main(Path(sys.argv[-1]))"
    )
    monkeypatch.setattr(workbook, "COMMAND", ("-c", blind))
    assert reading.look(honest(tmp_path / "honest.xlsx")).headers  # the child works, only without its checks
    start = time.perf_counter()
    with pytest.raises(Refused, match=r"memory|time|cannot be read"):
        rows_of(path)
    print(f"\n{bomb.__name__} without checks: {time.perf_counter() - start:.2f} s")


def test_elements_nested_a_million_deep_are_refused(tmp_path: Path) -> None:
    strings = f"<sst {NAMESPACE}><si>{'<r>' * 1_000_000}{'</r>' * 1_000_000}</si></sst>"
    with pytest.raises(Refused, match="inside each other"):
        rows_of(packed(tmp_path / "deep.xlsx", sheet_xml(text_row(1, "a")), {"xl/sharedStrings.xml": strings}))


def test_a_workbook_with_hundreds_of_sheets_is_refused(tmp_path: Path) -> None:
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 300))
    book = PARTS["xl/workbook.xml"].replace('<sheet name="One" sheetId="1" r:id="rId1"/>', sheets)
    with pytest.raises(Refused, match="sheets"):
        rows_of(packed(tmp_path / "many.xlsx", sheet_xml(text_row(1, "a")), {"xl/workbook.xml": book}))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    path = honest(tmp_path / "file.xlsx")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Refused, match="save it again"):
        reading.look(path)


def test_a_damaged_workbook_is_refused_at_whatever_place(tmp_path: Path) -> None:
    path = honest(tmp_path / "file.xlsx")
    content = path.read_bytes()
    truth = rows_of(path)
    for place in range(40, len(content), len(content) // 12):
        path.write_bytes(
            content[:place] + bytes(byte ^ 255 for byte in content[place : place + 8]) + content[place + 8 :]
        )
        try:
            assert rows_of(path) == truth
        except Refused as refusal:
            assert "file.xlsx" in str(refusal)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"no workbook at all"), ("a.xls", b"\xd0\xcf\x11\xe0"), ("a.xlsb", b"PK\x03\x04"), ("a.ods", b"PK")],
)
def test_what_is_no_xlsx_is_refused_with_advice(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=r"save it"):
        reading.look(tmp_path / name)


def test_a_child_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "COMMAND", ("-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(workbook, "SECONDS", 0.5)
    with pytest.raises(Refused, match="more time"):
        reading.look(honest(tmp_path / "file.xlsx"))


def test_what_a_child_left_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys, pathlib; pathlib.Path(sys.argv[-1], 'result.json').write_text('[1, 2')"
    monkeypatch.setattr(workbook, "COMMAND", ("-c", script))
    with pytest.raises(Refused, match="file.xlsx"):
        reading.look(honest(tmp_path / "file.xlsx"))


def test_the_child_is_given_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@nowhere/base")
    script = "import os, sys, json, pathlib; d = {'refused': str(sorted(os.environ))}; "
    script += "pathlib.Path(sys.argv[-1], 'result.json').write_text(json.dumps(d))"
    monkeypatch.setattr(workbook, "COMMAND", ("-c", script))
    with pytest.raises(Refused) as refusal:
        reading.look(honest(tmp_path / "file.xlsx"))
    assert "DATABASE_URL" not in str(refusal.value)


# ---------------------------------------------------------------- honest workbooks


def honest(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["sku", "qty", "price", "ordered", "shipped", "note"])
        sheet.write_string(1, 0, "00123")
        sheet.write_number(1, 1, 5)
        sheet.write_number(1, 2, 183.05)
        sheet.write_datetime(1, 3, datetime.datetime(2024, 1, 2), day)
        sheet.write_datetime(1, 4, datetime.datetime(2024, 1, 2, 10, 31), minute)
        sheet.write_string(1, 5, 'a "quoted", text;\nwith a line')
        sheet.write_row(3, 0, ["NA", -7, 1e-7])
        sheet.write_datetime(3, 4, datetime.datetime(2024, 12, 31, 23, 59, 59), minute)
        sheet.write_boolean(3, 5, True)
        sheet.write_row(4, 0, ["null", 12345678901, 1e15])
        sheet.write_formula(4, 5, "=NA()", None, "#N/A")
    return path


def test_cells_come_as_exact_text_with_their_sheet_row(tmp_path: Path) -> None:
    kept, refused = rows_of(honest(tmp_path / "file.xlsx"))
    assert not refused
    assert kept == {
        2: ["00123", "5", "183.05", "2024-01-02", "2024-01-02 10:31", 'a "quoted", text;\nwith a line'],
        4: ["NA", "-7", "0.0000001", "", "2024-12-31 23:59:59", "TRUE"],
        5: ["null", "12345678901", "1000000000000000", "", "", "#N/A"],
    }


def test_it_is_said_what_was_found(tmp_path: Path) -> None:
    found = reading.look(honest(tmp_path / "file.xlsx"))
    assert found.describe() == "Excel, sheet 'Orders', header in row 1"
    assert found.headers == ("sku", "qty", "price", "ordered", "shipped", "note")
    assert any("#N/A" in note for note in found.notes)


def two_sheets(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        cover = book.add_worksheet("Cover")
        cover.write_row(0, 0, ["Report", "of 2024"])
        table = book.add_worksheet("Data 2024")
        table.write_string("C2", "All orders, by week")
        table.write_row("C4", [" SKU ", "qty", "qty"])
        table.write_row("C5", ["A", 1, 2])
        table.write_row("C6", ["B", 1, 2, "beyond the header"])
        table.write_row("C7", ["C", 3, 4])
    return path


def test_sheet_and_header_row_are_found_by_the_expected_names(tmp_path: Path) -> None:
    hints = Hints(expected=frozenset({"sku", "qty"}))
    found = reading.look(two_sheets(tmp_path / "file.xlsx"), hints)
    assert (found.sheet, found.header_line, found.headers) == ("Data 2024", 4, ("SKU", "qty", "qty (2)"))
    kept, refused = rows_of(found.path, hints)
    assert kept == {5: ["A", "1", "2"], 7: ["C", "3", "4"]}
    assert [(bad.line, bad.reason) for bad in refused] == [(6, "The row has a value to the right of the last header.")]


def test_a_sheet_is_taken_by_its_name_or_refused_with_the_names_there_are(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "file.xlsx")
    assert reading.look(path, Hints(sheet="data 2024")).header_line == 4
    with pytest.raises(Refused, match="'Cover', 'Data 2024'"):
        reading.look(path, Hints(sheet="Orders"))


def test_a_formula_that_was_never_calculated_is_refused_with_its_cell(tmp_path: Path) -> None:
    rows = text_row(1, "a", "b") + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>1+1</f><v></v></c></row>'
    kept, refused = rows_of(packed(tmp_path / "file.xlsx", sheet_xml(rows)))
    assert kept == {}
    assert (refused[0].line, "B2" in refused[0].reason) == (2, True)


def test_a_workbook_named_csv_is_still_read_as_a_workbook(tmp_path: Path) -> None:
    path = honest(tmp_path / "file.xlsx").rename(tmp_path / "file.csv")
    assert reading.look(path).kind == "xlsx"


def test_empty_sheets_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Nothing")
    with pytest.raises(Refused, match="no filled sheet"):
        reading.look(path)


def test_a_large_honest_workbook_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(70_001):
            sheet.write_row(row, 0, ["key", "qty", "text"] if row == 0 else [f"K-{row}", row, "same text"])
    start = time.perf_counter()
    chunks = list(reading.chunks(reading.look(path)))
    print(f"\n70,000 rows of Excel in {time.perf_counter() - start:.1f} s")
    assert [chunk.cells.num_rows for chunk in chunks] == [65_536, 4_464]
    assert chunks[-1].cells.column("qty")[-1].as_py() == "70000"
    assert chunks[-1].lines[-1] == 70_001


def test_the_limits_leave_room_for_what_excel_can_hold() -> None:
    assert workbook_check.AREA_LIMIT > 1_048_576 * 26


def test_the_recalls_before_cleaning_are_read_whole(shared_data: Path) -> None:
    kept, refused = rows_of(shared_data / "fda_recalls" / "fda_recalls_2024_2025_dirty.xlsx")
    assert (len(kept), len(refused)) == (5_453, 0)
