"""Whether a workbook is safe to parse, found out by streaming through it in bounded memory. Runs in the child process.

The checks name what is wrong and how to mend it; the limits of the process stand behind them for whatever they miss.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

FILE_LIMIT = 300 * 1024 * 1024
UNPACKED_LIMIT = 1024 * 1024 * 1024
RATIO_LIMIT = 200  # unpacked to packed; honest sheets stay under 50
RATIO_FROM = 10 * 1024 * 1024  # below this the ratio does no harm
ENTRY_LIMIT = 5_000
SHEET_LIMIT = 200
AREA_LIMIT = 40_000_000  # cells of the rectangle that is spanned, which the parser keeps in memory
SPARSE_AREA = 2_000_000
SPARSE_RATIO = 50
DEPTH_LIMIT = 1_000
FAULT_LIMIT = 100_000
_PIECE = 1024 * 1024
_PART_LIMIT = 16 * 1024 * 1024  # of the two small parts that are parsed as a tree

_ROW = re.compile(rb'<row\b[^>]*?\sr="(\d+)"')
_FAR_COLUMN = re.compile(rb' r="([A-Z]{3,}\d+)"')
_WIDE_COLUMN = re.compile(rb' r="([A-Z]{2})\d')
_ERROR = re.compile(rb'<c ([^>]*\bt="e"[^>]*)>(.*?)</c>', re.DOTALL)
_EMPTY_FORMULA = re.compile(rb"<c ([^>]*)>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>")
_REF = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>")


class Unsafe(Exception):
    """The workbook is refused; the message says what is wrong with it and how to mend it."""


@dataclass
class SheetFacts:
    """What the parser does not tell of a sheet: cells with Excel errors, and rows with uncalculated formulas."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 1
    cells: int = 0


def check(path: Path) -> dict[str, SheetFacts]:
    """Facts per sheet name of a workbook that is safe to parse. Raises Unsafe."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive, path)
            for info in archive.infolist():
                if info.filename.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, info)
            return _sheets(archive)
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, ElementTree.ParseError, OSError) as error:
        raise Unsafe("is damaged or no Excel workbook; open it in Excel and save it again") from error
    except (ValueError, RuntimeError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise Unsafe("is damaged or protected; open it in Excel and save it again without a password") from error


def _check_directory(path: Path) -> None:
    """The end record of the archive, before anything reads a directory of millions of entries."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise Unsafe(f"is larger than {FILE_LIMIT >> 20} MB; save the sheet as CSV and import that")
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise Unsafe("is cut off or no Excel workbook; open it in Excel and save it again as .xlsx")
    entries = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if entries > ENTRY_LIMIT or directory > ENTRY_LIMIT * 1024:
        raise Unsafe(f"has more than {ENTRY_LIMIT:,} parts; copy the table into a new workbook")


def _check_entries(archive: zipfile.ZipFile, path: Path) -> None:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    _check_kind(names)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > UNPACKED_LIMIT:
        raise Unsafe(f"unpacks to {unpacked >> 20:,} MB, more than {UNPACKED_LIMIT >> 20:,}; save the sheet as CSV")
    for info in infos:
        if info.file_size > RATIO_FROM and info.file_size > RATIO_LIMIT * max(1, info.compress_size):
            raise Unsafe(f"unpacks to more than {RATIO_LIMIT} times its size, as no honest sheet does; save it as CSV")
        if info.flag_bits & 1:
            raise Unsafe("is protected by a password; save it without one")
    if len(set(names)) != len(names) or sum(info.compress_size for info in infos) > path.stat().st_size:
        raise Unsafe("has parts that overlap; open it in Excel and save it again")
    if len(names) > ENTRY_LIMIT or sum(name.startswith("xl/worksheets/sheet") for name in names) > SHEET_LIMIT:
        raise Unsafe(f"has more than {SHEET_LIMIT} sheets; copy the table into a new workbook")


def _check_kind(names: list[str]) -> None:
    if "xl/workbook.bin" in names:
        raise Unsafe("is a binary workbook (.xlsb); save it as .xlsx or as CSV")
    if "xl/workbook.xml" not in names:
        raise Unsafe("is an archive but no Excel workbook; save the table as .xlsx or as CSV")


def _check_xml(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    depth, tail = 0, b""
    for piece in _pieces(archive, info.filename):
        text = tail + piece
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
            raise Unsafe("holds XML declarations that no honest workbook has; copy the table into a new workbook")
        closing = piece.count(b"</")
        opening = piece.count(b"<") - closing - piece.count(b"/>") - piece.count(b"<?") - piece.count(b"<!")
        depth += opening - closing
        if depth > DEPTH_LIMIT:
            raise Unsafe(f"has more than {DEPTH_LIMIT:,} elements inside each other; copy its table elsewhere")
        tail = piece[-16:]


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            yield piece


def _sheets(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    targets = _targets(archive)
    book = ElementTree.fromstring(_small(archive, "xl/workbook.xml"))
    facts: dict[str, SheetFacts] = {}
    for sheet in book.iterfind(".//{*}sheets/{*}sheet"):
        relation = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        name = sheet.get("name", "")
        part = targets.get(relation, "")
        if len(facts) >= SHEET_LIMIT:
            raise Unsafe(f"has more than {SHEET_LIMIT} sheets; copy the table into a new workbook")
        if part in archive.namelist():
            facts[name] = _scan_sheet(archive, part, name)
    if not facts:
        raise Unsafe("has no sheet; save the table as .xlsx or as CSV")
    return facts


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    tree = ElementTree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    found = {}
    for relation in tree.iterfind("{*}Relationship"):
        target = relation.get("Target", "")
        part = target.removeprefix("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        found[relation.get("Id", "")] = part
    return found


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _PART_LIMIT:
        raise Unsafe("has a list of sheets of absurd size; copy the table into a new workbook")
    return archive.read(name)


def _scan_sheet(archive: zipfile.ZipFile, part: str, name: str) -> SheetFacts:
    facts, rest = SheetFacts(), b""
    for piece in _pieces(archive, part):
        text = rest + piece
        cut = max(text.rfind(b"<c "), text.rfind(b"<row"))
        if cut <= 0 or len(text) - cut > _PIECE:
            cut = len(text)
        _scan_piece(text[:cut], facts, name)
        rest = text[cut:]
    _scan_piece(rest, facts, name)
    return facts


def _scan_piece(text: bytes, facts: SheetFacts, name: str) -> None:
    facts.cells += text.count(b"<c ") + text.count(b"<c>")
    far = _FAR_COLUMN.search(text)
    if far:
        raise Unsafe(f"has a cell at {far[1].decode()} in sheet '{name}', far beyond any table; delete it and save")
    facts.last_row = max(facts.last_row, *(int(row[:8]) for row in _ROW.findall(text)), _stray_row(text, facts))
    wide = set(_WIDE_COLUMN.findall(text))
    facts.last_column = max(facts.last_column, 26 if not wide else max(_column(letters) for letters in wide))
    _check_area(facts, name)
    if b't="e"' in text:
        _note_errors(text, facts)
    if b"<f" in text:
        _note_formulas(text, facts)


def _stray_row(text: bytes, facts: SheetFacts) -> int:
    """A row number that only a cell names, longer than that of any row element."""
    digits = max([len(str(facts.last_row)), *(len(row) for row in _ROW.findall(text))])
    stray = re.search(rb' r="[A-Z]{1,3}(\d{%d,})"' % (digits + 1), text)
    return int(stray[1][:8]) if stray else 0


def _check_area(facts: SheetFacts, name: str) -> None:
    area = facts.last_row * facts.last_column
    if area > SPARSE_AREA and facts.cells * SPARSE_RATIO < area:
        raise Unsafe(
            f"has cells far apart in sheet '{name}' (the last one in row {facts.last_row:,}); delete what stands"
            " outside the table and save"
        )
    if area > AREA_LIMIT:
        raise Unsafe(f"spans more than {AREA_LIMIT:,} cells in sheet '{name}'; save the sheet as CSV")


def _note_errors(text: bytes, facts: SheetFacts) -> None:
    for attributes, inner in _ERROR.findall(text):
        value, ref = _VALUE.search(inner), _REF.search(attributes)
        if ref:
            shown = value[1].decode("utf-8", "replace") if value else "#ERROR"
            facts.errors[int(ref[2]), _column(ref[1])] = shown
    if len(facts.errors) > FAULT_LIMIT:
        raise Unsafe(f"has more than {FAULT_LIMIT:,} cells with Excel errors such as #N/A; mend its formulas")


def _note_formulas(text: bytes, facts: SheetFacts) -> None:
    for attributes in _EMPTY_FORMULA.findall(text):
        ref = _REF.search(attributes)
        if ref and b't="str"' not in attributes:
            where = (ref[1] + ref[2]).decode()
            facts.faults[int(ref[2])] = f"has a formula without a result in {where}; open it in Excel and save it"
    if len(facts.faults) > FAULT_LIMIT:
        raise Unsafe("has formulas without results; open it in Excel, save it and import it again")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
