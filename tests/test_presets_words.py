"""The words of presets that exports of real systems need: alternatives, records over lines, no header line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb import importing
from kb.errors import Refused
from kb.importing.cells import filled_down, without_markup
from kb.reading import chunks, look
from kb.store import KnowledgeBase
from tests.importing import WHO, count, everything, held, load, preset_of, put, refusals

COMPLAINTS = """
[[table]]
table = "complaints"
files = "cases*.csv"
"""
TICKETS = (
    COMPLAINTS
    + """
optional = true
[table.columns]
complaint_number = "ticketnumber | Case Number | guid"
received_on = "createdon | Created On"
text = "title | Case Title"
severity = { from = "Priority", values = { High = "4", Low = "1" }, other = "" }
closed_on = { from = "Changed", where = { "statecode | Status" = { is = ["Resolved", "Cancelled"] } } }
"""
)


@pytest.mark.parametrize(
    "header", ["ticketnumber,createdon,title", "Case Number,Created On,Case Title", "CASE NUMBER,CREATEDON,case title"]
)
def test_a_header_may_have_several_names_in_any_case(sqlite_base: KnowledgeBase, tmp_path: Path, header: str) -> None:
    load(sqlite_base, put(tmp_path, {"cases.csv": f"{header}\nC1,2024-05-02,hums\n"}), preset=preset_of(TICKETS))
    assert held(sqlite_base, "complaints", "complaint_number", "received_on", "text") == [
        ("C1", date(2024, 5, 2), "hums")
    ]


def test_the_first_of_several_headers_that_holds_a_text_counts(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    text = "guid,Case Number,title\ng1,C1,hums\ng2,,rattles\n,,lost\n"
    report = load(sqlite_base, put(tmp_path, {"cases.csv": text}), preset=preset_of(TICKETS))
    assert held(sqlite_base, "complaints", "complaint_number") == ["C1", "g2"]
    assert refusals(report) == [(4, "Case Number | guid", "", "is empty, and every row needs it")]


def test_a_missing_key_is_refused_by_all_its_names(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"cases.csv has no column ticketnumber \| Case Number \| guid"):
        load(sqlite_base, put(tmp_path, {"cases.csv": "title\nhums\n"}), preset=preset_of(TICKETS))


def test_a_column_counts_only_where_its_condition_holds(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    text = "guid,Changed,Status,Priority\n1,2024-05-02,Resolved,High\n2,2024-05-03,Active,Odd\n3,,Cancelled,Low\n"
    load(sqlite_base, put(tmp_path, {"cases.csv": text}), preset=preset_of(TICKETS))
    rows = [("1", date(2024, 5, 2), 4), ("2", None, None), ("3", None, 1)]
    assert held(sqlite_base, "complaints", "complaint_number", "closed_on", "severity") == rows


def test_a_column_without_the_header_of_its_condition_is_left_alone(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load(sqlite_base, put(tmp_path, {"cases.csv": "guid,Changed\n1,2024-05-02\n"}), preset=preset_of(TICKETS))
    assert held(sqlite_base, "complaints", "closed_on") == [None]


def test_a_constant_may_have_a_condition(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(
        COMPLAINTS
        + '[table.columns]\ncomplaint_number = "id"\n'
        + 'channel = { constant = "phone", where = { via = { not = ["", "web"] } } }'
    )
    load(sqlite_base, put(tmp_path, {"cases.csv": "id,via\n1,call\n2,web\n3,\n"}), preset=preset)
    assert held(sqlite_base, "complaints", "channel") == ["phone", None, None]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ('<div class="ql-editor"><p>It&nbsp;hums &amp; shakes</p><p>badly</p></div>', "It hums & shakes\nbadly"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("at < 5 &deg;C", "at < 5 °C"),
        ("<p><br></p>", ""),
    ],
)
def test_markup_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert without_markup(html) == text


def test_texts_marked_as_markup_lose_it(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(
        COMPLAINTS + 'columns = { complaint_number = "id", text = { from = "t", markup = true }, channel = "t" }'
    )
    load(sqlite_base, put(tmp_path, {"cases.csv": "id,t\n1,<p>hums</p>\n"}), preset=preset)
    assert held(sqlite_base, "complaints", "text", "channel") == [("hums", "<p>hums</p>")]


LINES = """
[[file]]
files = "requests*.csv"
fill_down = ["Reference", "Customer"]
[[table]]
table = "customers"
files = "requests*.csv"
distinct = true
columns = { customer_number = "Customer" }
[[table]]
table = "returns"
files = "requests*.csv"
key = ["Reference", "Lines/Product"]
columns = { customer_number = "Customer", quantity = "Lines/Quantity", text = "Lines/Product", reason = "Reference" }
"""


def test_further_lines_of_a_record_repeat_what_its_first_line_tells(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "Reference,Customer,Lines/Product,Lines/Quantity\nR1,Nord,Drill,2\n,,Saw,1\nR2,Süd,Drill,4\n,,Axe,5\n"
    folder = put(tmp_path, {"requests.csv": text})
    report = load(base, folder, preset=preset_of(LINES))
    assert refusals(report) == []
    assert held(base, "returns", "reason", "text", "quantity") == [
        ("R1", "Drill", 2.0), ("R1", "Saw", 1.0), ("R2", "Drill", 4.0), ("R2", "Axe", 5.0),
    ]  # fmt: skip
    assert held(base, "customers", "customer_number") == ["Nord", "Süd"]
    assert [number for number in held(base, "returns", "customer_id")] == [1, 1, 2, 2]
    assert load(base, folder, preset=preset_of(LINES)).import_id is None


def test_a_further_line_behind_a_refused_one_is_refused_with_it(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    rows = ["R1,Nord,Drill,2", "R2,Süd,Drill", ",,Saw,1", "R3,Süd,Axe,1", ",,Saw,2"]
    text = "\n".join(["Reference,Customer,Lines/Product,Lines/Quantity", *rows])
    report = load(sqlite_base, put(tmp_path, {"requests.csv": text}), preset=preset_of(LINES))
    assert held(sqlite_base, "returns", "reason", "text") == [("R1", "Drill"), ("R3", "Axe"), ("R3", "Saw")]
    assert [line for line, *_ in refusals(report)] == [3, 4]
    assert "goes on a record whose first line was refused" in refusals(report)[1][3]


def test_a_refused_further_line_names_its_record_in_the_rows_to_mend(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    text = "Reference,Customer,Lines/Product,Lines/Quantity\nR1,Nord,Drill,2\n,,Saw,many\n"
    report = load(sqlite_base, put(tmp_path / "a", {"requests.csv": text}), preset=preset_of(LINES))
    mended = importing.mendable(report, "requests.csv").decode("utf-8-sig").replace("many", "3")
    assert "R1,Nord,Saw,3" in mended
    load(sqlite_base, put(tmp_path / "b", {"requests.csv": mended}), preset=preset_of(LINES))
    assert held(sqlite_base, "returns", "reason", "text", "quantity") == [("R1", "Drill", 2.0), ("R1", "Saw", 3.0)]


def test_a_first_line_without_a_record_is_refused(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    text = "Reference,Customer,Lines/Product,Lines/Quantity\n,,Saw,1\nR1,Nord,Drill,2\n"
    report = load(sqlite_base, put(tmp_path, {"requests.csv": text}), preset=preset_of(LINES))
    assert refusals(report) == [(2, "Customer", "", "is empty, and every row needs it")]


def test_a_record_goes_on_in_the_next_chunk(tmp_path: Path) -> None:
    lines = ["id,who,n", "A,Nord,0", *(f",,{n}" for n in range(70_000)), "B,Süd,1", ",,2"]
    found = look(put(tmp_path, {"x.csv": "\n".join(lines) + "\n"}) / "x.csv")
    parts = list(filled_down(chunks(found), ("id", "who")))
    assert len(parts) > 1
    told = [text for part in parts for text in part.cells["who"].to_pylist()]
    assert told == ["Nord"] * 70_001 + ["Süd"] * 2


FLAT = """
[[file]]
files = "flat*.txt"
headers = ["id", "day", "words", "later"]
quote = ""
[[table]]
table = "complaints"
files = "flat*.txt"
dates = "x"
"""
FLAT = FLAT.replace(
    'dates = "x"',
    'columns = { complaint_number = "id", received_on = { from = "day", dates = "%Y%m%d" }, text = "words" }',
)


@pytest.mark.parametrize("end", ["", "\t", "\tx"])
def test_a_file_without_header_is_read_by_the_order_of_its_columns(
    sqlite_base: KnowledgeBase, tmp_path: Path, end: str
) -> None:
    text = f'1\t20240502\t"HUMS" AT 5 MPH{end}\r\n2\t20240503\tsaid "stop{end}\r\n'
    report = load(sqlite_base, put(tmp_path, {"flat.txt": text}), preset=preset_of(FLAT))
    rows = [("1", date(2024, 5, 2), '"HUMS" AT 5 MPH'), ("2", date(2024, 5, 3), 'said "stop')]
    assert held(sqlite_base, "complaints", "complaint_number", "received_on", "text") == rows
    assert "no header line" in report.files[0].found


def test_refused_rows_of_a_file_without_header_come_back_by_their_names(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    report = load(sqlite_base, put(tmp_path / "a", {"flat.txt": "1\t20241502\tHUMS\n"}), preset=preset_of(FLAT))
    assert refusals(report) == [(1, "day", "20241502", "is no date of the form YYYYMMDD")]
    mended = importing.mendable(report, "flat.txt").decode("utf-8-sig").replace("20241502", "20240502")
    again = load(sqlite_base, put(tmp_path / "b", {"flat.txt": mended}), preset=preset_of(FLAT))
    assert refusals(again) == [] and "header in line 1" in again.files[0].found
    assert held(sqlite_base, "complaints", "received_on", "text") == [(date(2024, 5, 2), "HUMS")]


DETAILS = """
[[table]]
table = "products"
files = "details*.csv"
distinct = true
columns = { sku = "Article" }
[[table]]
table = "sales_orders"
files = "details*.csv"
distinct = true
columns = { order_number = "Order" }
[[table]]
table = "order_lines"
files = "details*.csv"
key = ["Line ID"]
columns = { order_number = "Order", sku = "Article", quantity = "Qty" }
"""


def test_lines_without_a_number_get_one_that_a_correction_finds_again(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "Order,Line ID,Article,Qty\nSO1,x1,Drill,1\nSO1,x2,Drill,2\nSO2,x3,Saw,3\n"
    load(base, put(tmp_path / "a", {"details.csv": text}), preset=preset_of(DETAILS))
    numbers = held(base, "order_lines", "line_number")
    assert len(set(numbers)) == 3 and all(0 <= number < 2**31 for number in numbers)
    mended = "Order,Line ID,Article,Qty\nSO1,x2,Drill,20\n"
    report = load(base, put(tmp_path / "b", {"details.csv": mended}), preset=preset_of(DETAILS))
    assert report.total("changed") == 1
    assert held(base, "order_lines", "quantity") == [1.0, 20.0, 3.0]


OWNERS = """
[[table]]
table = "customers"
files = "account*.csv"
columns = { customer_number = "number", name = "name" }
[[table]]
table = "complaints"
files = "cases*.csv"
optional = true
[table.columns]
complaint_number = "id"
customer_number = { from = "customer", via = "account*.csv: guid | name > number" }
"""
ACCOUNTS = "guid,name,number\ng1,Nord,K1\ng2,Süd,K2\ng3,Süd,K3\n"


def test_a_look_up_finds_its_text_under_any_of_several_headers(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    cases = "id,customer\n1,g1\n2,Nord\n3,g3\n4,Süd\n5,West\n6,\n"
    report = load(
        sqlite_base, put(tmp_path, {"accounts 2024.csv": ACCOUNTS, "cases.csv": cases}), preset=preset_of(OWNERS)
    )
    assert held(sqlite_base, "complaints", "complaint_number", "customer_id") == [
        ("1", 1),
        ("2", 1),
        ("3", 3),
        ("6", None),
    ]
    assert refusals(report) == [
        (5, "customer", "Süd", "stands for more than one number in account*.csv"),
        (6, "customer", "West", "is no guid in account*.csv"),
    ]


def test_a_column_whose_look_up_is_not_there_is_left_alone_and_said_so(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    report = load(sqlite_base, put(tmp_path, {"cases.csv": "id,customer\n1,g1\n"}), preset=preset_of(OWNERS))
    assert held(sqlite_base, "complaints", "customer_id") == [None]
    said = "customer_number of cases.csv is left as it is: this import has not what it is looked up in, account*.csv"
    assert [note for note in report.notes if note.startswith(said)]


def test_a_look_up_that_finds_nothing_or_two_may_leave_the_cell_empty(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    preset = preset_of(OWNERS.replace('> number"', '> number", unknown = ""'))
    cases = "id,customer\n1,g1\n4,Süd\n5,West\n"
    load(sqlite_base, put(tmp_path, {"account.csv": ACCOUNTS, "cases.csv": cases}), preset=preset)
    assert held(sqlite_base, "complaints", "complaint_number", "customer_id") == [("1", 1), ("4", None), ("5", None)]


@pytest.mark.parametrize(("header", "text"), [("id,title,remark", "hums loud"), ("id,title", "hums")])
def test_a_part_of_a_text_may_be_missing_in_the_file(
    sqlite_base: KnowledgeBase, tmp_path: Path, header: str, text: str
) -> None:
    preset = preset_of(COMPLAINTS + 'columns = { complaint_number = "id", text = { from = ["Title", "remark | "] } }')
    row = ",".join(["1", "hums", "loud"][: header.count(",") + 1])
    load(sqlite_base, put(tmp_path, {"cases.csv": f"{header}\n{row}\n"}), preset=preset)
    assert held(sqlite_base, "complaints", "text") == [text]


def test_lines_may_tell_other_things_of_a_parent_where_the_first_counts(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    preset = preset_of(
        SEVERAL.replace("distinct = true", 'distinct = "first"').replace(
            'customer_number = "Customer" }', 'customer_number = "Customer", name = "Name" }', 1
        )
    )
    folder = put(tmp_path, {"cases.csv": "id,Customer,Name\n1,K1,Nord\n2,K1,Nord Ltd\n"})
    assert refusals(load(sqlite_base, folder, preset=preset)) == []
    assert held(sqlite_base, "customers", "name") == ["Nord"]
    assert load(sqlite_base, folder, preset=preset).import_id is None


@pytest.mark.parametrize("written", ["2024-05-02T23:30:00Z", "5/13/2024 8:15 AM", "13.05.2024 08:15", "20240513"])
def test_days_are_found_in_times_of_any_system(sqlite_base: KnowledgeBase, tmp_path: Path, written: str) -> None:
    preset = preset_of('time_zone = "Europe/Berlin"\n' + TICKETS)
    load(sqlite_base, put(tmp_path, {"cases.csv": f"guid,createdon\n1,{written}\n"}), preset=preset)
    day = date(2024, 5, 3) if written.endswith("Z") else date(2024, 5, 13)
    assert held(sqlite_base, "complaints", "received_on") == [day]


SEVERAL = """
[[table]]
table = "customers"
files = "cases*.csv"
optional = "all"
distinct = true
where = { Customer = { not = [""] } }
columns = { customer_number = "Customer" }
[[table]]
table = "complaints"
files = "cases*.csv"
optional = "all"
columns = { complaint_number = "id", customer_number = "Customer", text = "t" }
"""


def test_an_entry_whose_needed_columns_are_missing_is_left_out(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load(sqlite_base, put(tmp_path / "a", {"cases.csv": "id,t\n1,hums\n"}), preset=preset_of(SEVERAL))
    assert (count(sqlite_base, "complaints"), count(sqlite_base, "customers")) == (1, 0)
    load(sqlite_base, put(tmp_path / "b", {"cases.csv": "id,Customer\n1,Nord\n2,\n"}), preset=preset_of(SEVERAL))
    assert held(sqlite_base, "complaints", "text", "customer_id") == [("hums", 1), (None, None)]


def test_a_file_with_no_needed_column_at_all_says_what_it_lacks(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"knows none of these files; .* cases.csv has no column Customer"):
        load(sqlite_base, put(tmp_path, {"cases.csv": "t\nhums\n"}), preset=preset_of(SEVERAL))


def test_a_file_that_lacks_all_needed_columns_is_left_out_beside_one_that_fits(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    folder = put(tmp_path, {"cases.csv": "id\n1\n", "cases of wine.csv": "grape,year\nRiesling,2020\n"})
    assert load(sqlite_base, folder, preset=preset_of(SEVERAL)).skipped_files == ["cases of wine.csv"]


def test_an_import_by_these_words_is_undone_whole(base: KnowledgeBase, tmp_path: Path) -> None:
    before = {name: rows for name, rows in everything(base).items() if name in ("complaints", "customers")}
    report = load(base, put(tmp_path, {"cases.csv": "id,Customer\n1,Nord\n"}), preset=preset_of(SEVERAL))
    assert report.import_id is not None
    importing.undo(base, WHO, report.import_id)
    assert {name: rows for name, rows in everything(base).items() if name in before} == before


def test_two_entries_that_fill_one_table_from_one_file_are_refused(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    twice = (
        COMPLAINTS + 'columns = { complaint_number = "id" }\n' + COMPLAINTS + 'columns = { complaint_number = "id" }'
    )
    with pytest.raises(Refused, match="two entries of preset test fill complaints from cases.csv"):
        load(sqlite_base, put(tmp_path, {"cases.csv": "id\n1\n"}), preset=preset_of(twice))
