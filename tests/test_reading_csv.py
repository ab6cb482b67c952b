"""CSV files of every bad kind: cells come out as written or their row is refused with its line."""

from __future__ import annotations

import codecs
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from kb import reading
from kb.errors import Refused
from kb.reading import Hints, encoding

HEADER = ["key", "text", "Größe", "note"]


def rows_of(path: Path, hints: Hints | None = None) -> tuple[dict[int, list[str]], dict[int, reading.BadRow]]:
    """Kept rows and refused rows by their line."""
    kept: dict[int, list[str]] = {}
    refused: dict[int, reading.BadRow] = {}
    for chunk in reading.chunks(reading.look(path, hints or Hints())):
        columns = [column.to_pylist() for column in chunk.cells.columns]
        kept |= dict(zip(chunk.lines.tolist(), (list(row) for row in zip(*columns, strict=True)), strict=True))
        refused |= {bad.line: bad for bad in chunk.bad}
    return kept, refused


def written(tmp_path: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---------------------------------------------------------------- the matrix

GOOD_CELLS = [
    "plain", "00123", "NA", "null", "NULL", "nan", "None", "", "  two spaces before", "after  ", "-", "1.234,56",
    "1,234.56", "=1+1", "2024-01-02", "comma, semicolon; bar| tab\t.", 'said "yes"', '"', "line\nbreak",
    "line\r\nbreak", "a\n\nb", "two\nlines, with; marks|\tand, more; and| more\t", "Müller", "naïve café",
    "x" * 5_000, "TRUE", "1e5", "'",
]  # fmt: skip


@dataclass
class Written:
    """A file's text while it is being written, with what must come out of each line."""

    delimiter: str
    line_end: str
    quote_all: bool
    text: str = ""
    line: int = 1
    good: dict[int, list[str]] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)

    def row(self, cells: list[str]) -> None:
        self.good[self.line] = cells
        self.raw(self.delimiter.join(self.cell(cell) for cell in cells))

    def bad(self, kind: str, raw: str) -> None:
        self.broken[self.line] = kind
        self.raw(raw)

    def raw(self, text: str) -> None:
        self.text += text + self.line_end
        self.line += text.count("\n") + 1

    def cell(self, cell: str) -> str:
        needs = any(mark in cell for mark in (self.delimiter, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if needs or self.quote_all else cell


def bad_rows(key: str, mark: str) -> dict[str, str]:
    return {
        "short": f"{key}{mark}only two",
        "long": mark.join([key, "a", "b", "c", "too many"]),
        "short in quotes": f'"{key}"{mark}"only two"',
        "NUL": mark.join([key, "a\0b", "c", "d"]),
        "huge": mark.join([key, "h" * 1_100_000, "c", "d"]),
        "unclosed quote": mark.join([key, '"opened', "c", "d"]),
        "text behind quote": mark.join([key, '"a"b', "c", "d"]),
        "quote not doubled": mark.join([key, '"a "b" c"', "c", "d"]),
        "lone carriage return": mark.join([key, "a\rb", "c", "d"]),
        "space before quote": mark.join([key, f' "a{mark} b"', "c"]),
    }


def generated(seed: int, delimiter: str, line_end: str, quote_all: bool, kinds: set[str]) -> Written:
    dice = random.Random(seed)
    file = Written(delimiter, line_end, quote_all)
    file.raw(delimiter.join(HEADER))
    for number in range(120):
        key = f"K-{number:05d}"
        chosen = dice.choice(sorted(kinds)) if kinds and dice.random() < 0.15 else None
        if chosen:
            file.bad(chosen, bad_rows(key, delimiter)[chosen])
        if dice.random() < 0.05:
            file.raw("")
        file.row([key, *(dice.choice(GOOD_CELLS) for _ in HEADER[1:])])
    return file


ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with mark": ("utf-8", codecs.BOM_UTF8),
    "utf-16-le with mark": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be with mark": ("utf-16-be", codecs.BOM_UTF16_BE),
    "utf-16-le": ("utf-16-le", b""),
    "utf-16-be": ("utf-16-be", b""),
    "cp1252": ("cp1252", b""),
}
ALL_KINDS = set(bad_rows("", ","))
CHEAP_KINDS = ALL_KINDS - {"huge"}


def matrix() -> Iterator[tuple[str, str, str, bool, set[str], int]]:
    """Every combination with and without bad rows, and with blocks so small that every border is met."""
    for name, delimiter, line_end, quote_all in product(ENCODINGS, ",;\t|", ("\n", "\r\n"), (False, True)):
        yield name, delimiter, line_end, quote_all, set(), encoding.PIECE
        yield name, delimiter, line_end, quote_all, CHEAP_KINDS, encoding.PIECE
        yield name, delimiter, line_end, quote_all, CHEAP_KINDS, 997
    for kind in sorted(ALL_KINDS):
        yield "utf-8", ";", "\n", False, {kind}, 65_536


def test_over_the_matrix_no_cell_is_silently_wrong_and_no_row_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for seed, (name, delimiter, line_end, quote_all, chosen, piece) in enumerate(matrix()):
        monkeypatch.setattr(encoding, "PIECE", piece)
        file = generated(seed, delimiter, line_end, quote_all, chosen)
        codec, mark = ENCODINGS[name]
        path = written(tmp_path, mark + file.text.encode(codec))
        kept, refused = rows_of(path, Hints(expected=frozenset(HEADER)))
        judge(file, kept, refused, counts, kinds, f"file {seed} ({name}, {delimiter!r}, {chosen}, {piece})")
    print(f"\nmatrix: {dict(counts)}\nrefused rows per kind: {dict(kinds)}")
    assert counts["cells silently wrong"] == 0
    assert counts["rows lost"] == 0
    assert set(kinds) >= ALL_KINDS


def judge(
    file: Written,
    kept: dict[int, list[str]],
    refused: dict[int, reading.BadRow],
    counts: Counter[str],
    kinds: Counter[str],
    where: str,
) -> None:
    counts["files"] += 1
    for line, cells in kept.items():
        truth = file.good.get(line)
        wrong = len(HEADER) if truth is None else sum(a != b for a, b in zip(cells, truth, strict=True))
        counts["cells read"] += len(HEADER)
        counts["cells silently wrong"] += wrong
        assert not wrong, (where, line, cells, truth)
    for line, kind in file.broken.items():
        kinds[kind] += 1
        assert line in refused, (where, line, kind)
    for line in file.good:
        counts["rows lost"] += line not in kept and line not in refused
        counts["good rows refused beside a broken quote"] += line in refused
    if not file.broken:
        assert not refused, (where, refused)


# ---------------------------------------------------------------- one by one


def test_a_row_with_too_few_or_too_many_cells_is_refused_with_its_line(tmp_path: Path) -> None:
    kept, refused = rows_of(written(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n"))
    assert kept == {2: ["1", "2", "3"], 5: ["10", "11", "12"]}
    assert {line: bad.reason for line, bad in refused.items()} == {
        3: "The row has 2 cells instead of 3.",
        4: "The row has 4 cells instead of 3.",
    }
    assert refused[4].raw == "6,7,8,9"


def test_lines_are_physical_lines_after_blank_lines_and_breaks_in_cells(tmp_path: Path) -> None:
    kept, _ = rows_of(written(tmp_path, 'a,b\n1,"x\ny\nz"\n\n\n2,w\n   \n3,"p\r\nq"\n4,'))
    assert kept == {2: ["1", "x\ny\nz"], 7: ["2", "w"], 9: ["3", "p\r\nq"], 11: ["4", ""]}


@pytest.mark.parametrize("second", ["2,b,z", '2,5",z', '2,"b",z', '"2","b","z"'])
def test_an_unclosed_quote_never_merges_the_rows_after_it(tmp_path: Path, second: str) -> None:
    kept, refused = rows_of(written(tmp_path, f'id,text,more\n1,"open,y\n{second}\n3,c,w\n4,d,v\n'))
    assert refused[2].raw == '1,"open,y'
    assert "quote" in refused[2].reason
    assert kept[5] == ["4", "d", "v"]
    assert all(cells[0] != "1" for cells in kept.values())
    assert set(kept) | set(refused) == {2, 3, 4, 5}


def test_an_unclosed_quote_in_a_large_file_costs_one_row(tmp_path: Path) -> None:
    body = "".join(f"{number},{'text ' * 20},z\n" for number in range(60_000))
    kept, refused = rows_of(written(tmp_path, f'id,text,more\n1,2,3\nX,Y,Z\n7,"open,y\n{body}'))
    assert list(refused) == [4]
    assert len(kept) == 60_002


def test_reading_goes_on_after_an_unclosed_quote_though_no_two_first_cells_look_alike(tmp_path: Path) -> None:
    body = "".join(f"{'ab-' * (number % 7)}x{'-1' * number},b,c\n" for number in range(60))
    kept, refused = rows_of(written(tmp_path, f'id,text,more\n"odd/(name),"open,y\n{body}'))
    assert set(kept) | set(refused) == set(range(2, 63))
    assert len(refused) < 30


def test_a_text_with_commas_and_line_breaks_in_quotes_is_no_unclosed_quote(tmp_path: Path) -> None:
    text = "Allergens (nuts, milk,\nsoy, wheat, and more).\n\nSee, for example, page 3, top"
    kept, refused = rows_of(written(tmp_path, f'id,maker,text\n1,"Foods, Inc.","{text}"\n2,b,c\n'))
    assert not refused
    assert kept[2] == ["1", "Foods, Inc.", text]


def test_a_cell_of_50_megabytes_is_refused_and_the_rows_around_it_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n3,")
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b"\n5,6\n")
    kept, refused = rows_of(path)
    assert kept == {2: ["1", "2"], 4: ["5", "6"]}
    assert "longer than" in refused[3].reason
    assert len(refused[3].raw) <= 1_000


def test_a_quoted_cell_of_50_megabytes_over_many_lines_gives_refusals_and_no_wrong_row(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b'a,b\n1,2\n3,"')
        for _ in range(50):
            file.write((b"y" * 9_999 + b"\n") * 100)
        file.write(b'"\n5,6\n')
    kept, refused = rows_of(path)
    assert kept == {2: ["1", "2"], 5_004: ["5", "6"]}
    assert set(refused) == set(range(3, 5_004))


def test_a_nul_is_refused_with_its_column(tmp_path: Path) -> None:
    kept, refused = rows_of(written(tmp_path, "a,b\n1,2\n3,x\0y\n"))
    assert kept == {2: ["1", "2"]}
    assert (refused[3].column, refused[3].reason) == ("b", "The row holds a NUL character.")
    assert "\0" not in refused[3].raw + str(refused[3].value)


def test_lone_carriage_returns_end_lines_only_when_the_file_has_no_line_feed(tmp_path: Path) -> None:
    kept, _ = rows_of(written(tmp_path, "a,b\r1,2\r3,4\r"))
    assert kept == {2: ["1", "2"], 3: ["3", "4"]}
    kept, refused = rows_of(written(tmp_path, "a,b\n1,2\r3,4\n5,6\n"))
    assert kept == {3: ["5", "6"]}
    assert "carriage return" in refused[2].reason


def test_one_broken_byte_does_not_turn_utf_8_into_windows_1252(tmp_path: Path) -> None:
    content = "id,name\n1,Müller\n2,Größe\n3,café\n".encode() + b"4,bro\xffken\n5,ok\n"
    found = reading.look(written(tmp_path, content))
    kept, refused = rows_of(found.path)
    assert found.encoding == "utf-8"
    assert "not UTF-8" in found.notes[0]
    assert kept[2] == ["1", "Müller"]
    assert list(refused) == [5]


def test_windows_1252_is_named_as_a_guess(tmp_path: Path) -> None:
    found = reading.look(written(tmp_path, "id;name\n1;Müller\n".encode("cp1252")))
    assert found.describe() == "CSV, Windows-1252, separated by ';', header in line 1"
    assert any("guess" in note for note in found.notes)
    assert rows_of(found.path)[0] == {2: ["1", "Müller"]}


def test_a_utf_16_file_cut_in_the_middle_of_a_character_loses_only_that_row(tmp_path: Path) -> None:
    content = "id,name\n1,Müller\n2,end".encode("utf-16")[:-1]
    kept, refused = rows_of(written(tmp_path, content))
    assert kept == {2: ["1", "Müller"]}
    assert list(refused) == [3]


def test_the_delimiter_is_found_by_the_expected_names_though_decimal_commas_abound(tmp_path: Path) -> None:
    path = written(tmp_path, "sku;price\nA;1,5\nB;2,5\nC;3,5\n")
    assert reading.look(path, Hints(expected=frozenset({"sku", "price"}))).delimiter == ";"
    assert reading.look(path).delimiter == ";"


def test_excels_own_separator_line_is_followed_and_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, "sep=|\na|b,c\n1|2\n")
    assert reading.look(path).headers == ("a", "b,c")
    assert rows_of(path)[0] == {3: ["1", "2"]}


def test_title_lines_before_the_header_are_skipped_with_a_note(tmp_path: Path) -> None:
    path = written(tmp_path, "Report of 2024,page 1,x\n\nSKU , qty,note\nA,1,\nB,2,\n")
    found = reading.look(path, Hints(expected=frozenset({"sku", "qty"})))
    assert (found.header_line, found.headers) == (3, ("SKU", "qty", "note"))
    assert "title line" in found.notes[0]
    assert rows_of(path, Hints(expected=frozenset({"sku", "qty"})))[0] == {4: ["A", "1", ""], 5: ["B", "2", ""]}


def test_a_header_line_that_is_given_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y\na,b\n1,2\n")
    assert reading.look(path, Hints(header_line=2)).headers == ("a", "b")
    with pytest.raises(Refused, match="no line 9"):
        reading.look(path, Hints(header_line=9))


def test_duplicate_and_missing_headers_are_renamed_with_a_note(tmp_path: Path) -> None:
    found = reading.look(written(tmp_path, "a,b,a,,a\n1,2,3,4,5\n"))
    assert found.headers == ("a", "b", "a (2)", "column 4", "a (3)")
    assert len(found.notes) == 3


def test_a_header_over_two_lines_is_one_header(tmp_path: Path) -> None:
    path = written(tmp_path, '"order\nnumber",qty\nA,1\n')
    assert reading.look(path).headers == ("order number", "qty")
    assert rows_of(path)[0] == {3: ["A", "1"]}


def test_an_escape_character_instead_of_doubled_quotes(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,"he said \\"no\\", twice"\n2,c\\,d\n3,"x\\\\"\n')
    kept, refused = rows_of(path, Hints(escape="\\"))
    assert not refused
    assert kept == {2: ["1", 'he said "no", twice'], 3: ["2", "c,d"], 4: ["3", "x\\"]}


def test_without_a_quote_character_quotes_are_text(tmp_path: Path) -> None:
    kept, refused = rows_of(written(tmp_path, 'a\tb\n1\t"5 inch\n2\t6"\n'), Hints(quote="", delimiter="\t"))
    assert not refused
    assert kept == {2: ["1", '"5 inch'], 3: ["2", '6"']}


def test_a_single_column_keeps_its_cells_but_not_its_blank_lines(tmp_path: Path) -> None:
    kept, _ = rows_of(written(tmp_path, 'name\nx\n\n""\n y\n'))
    assert kept == {2: ["x"], 4: [""], 5: [" y"]}


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n  \n", "a.csv", "no text"),
        (b"\x1f\x8b\x08\0\0", "a.csv", "gzip"),
        (b'"a,b\n1,2\n', "a.csv", "header"),
        (b"a\0b,c\n1,2\n", "a.csv", "header"),
        (b"\xd0\xcf\x11\xe0\0\0\0\0", "a.csv", "Excel"),
        (b"," * 5_000 + b"x\n", "a.csv", "columns"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, content: bytes, name: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        reading.look(written(tmp_path, content, name))
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_and_a_wrong_hint_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be opened"):
        reading.look(tmp_path / "nothing.csv")
    path = written(tmp_path, "a,b\n1,2\n")
    with pytest.raises(Refused, match="not known"):
        reading.look(path, Hints(encoding="klingon"))
    with pytest.raises(Refused, match="plain character"):
        reading.look(path, Hints(delimiter="::"))


def test_a_file_that_changed_after_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    found = reading.look(written(tmp_path, "a,b\n1,2\n"))
    written(tmp_path, "b,a\n1,2\n")
    with pytest.raises(Refused, match="has changed"):
        list(reading.chunks(found))


def test_a_file_of_only_a_header_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, "a,b")) == ({}, {})


def test_large_files_come_in_chunks_of_65536_rows_with_their_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{number},x\n" for number in range(200_000)))
    chunks = list(reading.chunks(reading.look(path)))
    assert [chunk.cells.num_rows for chunk in chunks] == [65_536, 65_536, 65_536, 3_392]
    assert all(chunk.cells.column("a")[0].as_py() == str(chunk.lines[0] - 2) for chunk in chunks)
    assert chunks[-1].lines[-1] == 200_001


def test_the_fast_and_the_exact_reader_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = generated(7, ",", "\r\n", False, set())
    path = written(tmp_path, file.text)
    fast = rows_of(path)
    monkeypatch.setattr("kb.reading.fast.read", lambda *_: None)
    assert rows_of(path) == fast == (file.good, {})


def test_the_fingerprint_is_the_sha_256_of_the_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "abc")
    assert reading.fingerprint(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_excavators_are_read_whole(shared_data: Path) -> None:
    kept, refused = rows_of(shared_data / "excavator_work_orders" / "excavators.csv", Hints(escape="\\"))
    assert (len(kept), len(refused)) == (5_485, 0)


def test_the_bicycle_maker_is_read_whole(shared_data: Path) -> None:
    folder = shared_data / "adventureworks_sales_returns"
    rows = [rows_of(folder / f"AdventureWorks_Sales_{year}.csv") for year in (2021, 2022, 2023)]
    assert sum(len(kept) for kept, _ in rows) == 56_046
    assert not any(refused for _, refused in rows)
