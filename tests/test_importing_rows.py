"""Rows that cannot be trusted are refused whole, with line, column, value and reason; nothing of them enters."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.store import KnowledgeBase
from tests.importing import ORDERS, company, count, dump, held, load, preset_of, put, refusals

LOT_USE = "lot_materials.csv"
LINE = "SO9,K1,2024-05-02,1,A,10,50,2024-05-10"
CELLS = dict(zip(ORDERS.splitlines()[0].split(","), LINE.split(","), strict=True))
KINDS = [
    ("sku", "X9", "is not among the products: import it first or correct it"),
    ("customer_number", "K9", "is not among the customers: import it first or correct it"),
    ("sku", "", "is empty, and every row needs it"),
    ("order_number", "", "is empty, and every row needs it"),
    ("line_number", "", "is empty, and every row needs it"),
    ("line_number", "1.5", "is not a whole number"),
    ("line_number", "one", "is not a number"),
    ("quantity", "ten", "is not a number"),
    ("quantity", "inf", "is not a number"),
    ("quantity", "nan", "is not a number"),
    ("quantity", "1e999", "is larger than any quantity or value can be"),
    ("quantity", "1.234", "could be thousands or decimals"),
    ("ordered_on", "2024-02-30", "is no date of the form YYYY-MM-DD"),
    ("ordered_on", "30.02.2024", "is no date of the form YYYY-MM-DD"),
    ("ordered_on", "03.05.2024", "is no date of the form YYYY-MM-DD"),
    ("ordered_on", "2099-01-01", "lies in the future, which this column does not allow"),
    ("ordered_on", "20240503", "is no date of the form YYYY-MM-DD"),
]  # fmt: skip


def an_order(**cells: str) -> str:
    return ",".join({**CELLS, **cells}.values()) + "\n"


@pytest.mark.parametrize(("column", "value", "reason"), KINDS, ids=[f"{c}={v}" for c, v, _ in KINDS])
def test_a_wrong_cell_refuses_its_row_in_every_table(
    sqlite_base: KnowledgeBase, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    company(sqlite_base, tmp_path)
    before = dump(sqlite_base)
    report = load(
        sqlite_base, put(tmp_path, {"order_lines.csv": ORDERS + an_order(**{column: value})}) / "order_lines.csv"
    )
    assert [r for r in refusals(report) if r[:3] == (5, column, value)], refusals(report)
    assert {r[0] for r in refusals(report)} == {5}
    assert any(r[1] == column and reason in r[3] for r in refusals(report)), refusals(report)
    assert report.files[0].refused == 1
    assert dump(sqlite_base) == before


def test_no_half_order_enters(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    wrong = an_order(sku="X9") + an_order(order_number="SO8", sku="B")
    report = load(base, put(tmp_path, {"order_lines.csv": ORDERS + wrong}) / "order_lines.csv")
    assert (report.total("new"), report.total("refused")) == (2, 1)
    assert held(base, "sales_orders", "order_number") == ["SO1", "SO2", "SO8"]
    assert count(base, "order_lines") == 4


def test_a_good_line_brings_its_order_although_the_first_line_was_refused(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    lines = an_order(sku="X9") + an_order(line_number="2")
    load(base, put(tmp_path, {"order_lines.csv": ORDERS + lines}) / "order_lines.csv")
    assert held(base, "sales_orders", "order_number") == ["SO1", "SO2", "SO9"]


def test_ragged_rows_and_nul_are_refused_with_their_physical_line(base: KnowledgeBase, tmp_path: Path) -> None:
    text = 'sku,name\nA,"Drill\nof two lines"\nB,Saw,more\nC\nD,Plane\0\n\nE,Lathe\n'
    report = load(base, put(tmp_path, {"products.csv": text}))
    assert [(line, reason) for line, _, _, reason in refusals(report)] == [
        (4, "The row has 3 cells instead of 2."),
        (5, "The row has 1 cells instead of 2."),
        (6, "The row holds a NUL character."),
    ]
    assert refusals(report)[2][1:3] == ("name", "Plane\u2400")
    assert held(base, "products", "sku", "name") == [("A", "Drill\nof two lines"), ("E", "Lathe")]
    assert (report.files[0].read, report.files[0].kept, report.files[0].refused) == (5, 2, 3)


def test_a_key_that_repeats_in_a_file_names_its_first_line(base: KnowledgeBase, tmp_path: Path) -> None:
    report = load(base, put(tmp_path, {"products.csv": "sku,name\nA,Drill\nB,Saw\nA,Other\nA,Third\n"}))
    assert refusals(report) == [
        (4, "sku", "A", "stands already in line 2 of this file"),
        (5, "sku", "A", "stands already in line 2 of this file"),
    ]
    assert held(base, "products", "sku", "name") == [("A", "Drill"), ("B", "Saw")]


def test_a_key_that_repeats_is_found_also_among_rows_the_base_has(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    report = load(base, put(tmp_path, {"products.csv": "sku,name\nA,Drill\nB,Saw\nA,Other\n"}) / "products.csv")
    assert [(r[0], r[1], r[2]) for r in refusals(report)] == [(4, "sku", "A")]
    assert refusals(report)[0][3] == "stands already in line 2 of this file"
    assert held(base, "products", "name") == ["Drill", "Saw"]


def test_an_order_line_that_repeats_names_its_first_line(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    lines = an_order() + an_order(line_number="2") + an_order(quantity="11")
    report = load(base, put(tmp_path, {"order_lines.csv": ORDERS + lines}) / "order_lines.csv")
    assert refusals(report) == [(7, "line_number", "1", "stands already in line 5 of this file")]


def test_lines_of_one_order_must_agree_on_customer_and_day(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    lines = an_order() + an_order(line_number="2", customer_number="K2") + an_order(line_number="3")
    report = load(base, put(tmp_path, {"order_lines.csv": ORDERS + lines}) / "order_lines.csv")
    assert refusals(report) == [(6, "order_number", "SO9", "has other values here than in an earlier line")]
    assert held(base, "sales_orders", "order_number", "customer_id")[-1] == ("SO9", 1)
    assert count(base, "order_lines") == 5


def test_lines_of_an_order_of_the_base_must_agree_too(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    text = ORDERS.replace("SO1,K1,2024-05-02,2", "SO1,K2,2024-05-02,2")
    report = load(base, put(tmp_path, {"order_lines.csv": text}) / "order_lines.csv")
    assert refusals(report) == [(3, "order_number", "SO1", "has other values here than in an earlier line")]


def test_credit_notes_may_be_negative_and_promises_in_the_future(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    line = an_order(quantity="-2", amount="-10", promised_on="2099-01-01")
    report = load(base, put(tmp_path, {"order_lines.csv": ORDERS + line}) / "order_lines.csv")
    assert refusals(report) == []
    assert held(base, "order_lines", "quantity", "amount")[-1] == (-2.0, -10.0)


def test_forecasts_may_lie_in_the_future(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    text = "sku,month_on,forecast_version,quantity\nA,2099-01-01,1,5\n"
    assert not refusals(load(base, put(tmp_path, {"forecasts.csv": text}) / "forecasts.csv"))
    assert str(held(base, "forecasts", "month_on")[0]) == "2099-01-01"


@pytest.mark.parametrize(
    ("file", "text", "column", "value", "reason"),
    [
        ("shipments.csv", "shipment_number,sku,quantity\nS1,A,-1\n", "quantity", "-1", "is negative"),
        ("shipments.csv", "shipment_number,sku,quantity\nS1,A,1-\n", "quantity", "1-", "is negative"),
        ("products.csv", "sku,is_made\nA,yes\nB,maybe\n", "is_made", "maybe", "is neither yes nor no"),
        ("complaints.csv", "complaint_number,severity\nC1,2.5\n", "severity", "2.5", "is not a whole number"),
        ("complaints.csv", "complaint_number,order_number\nC1,\n,\n", "complaint_number", "", "is empty"),
        ("returns.csv", "return_number,order_number,line_number\nR1,SO1,7\n", "order_number", "SO1", "is not among"),
        (LOT_USE, "lot_number,material_number,supplier_lot_number\nL1,M1,B\n", "lot_number", "L1", "is not among"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_is_wrong(
    sqlite_base: KnowledgeBase, tmp_path: Path, file: str, text: str, column: str, value: str, reason: str
) -> None:
    company(sqlite_base, tmp_path)
    report = load(sqlite_base, put(tmp_path, {file: text}) / file)
    assert [r for r in refusals(report) if r[1:3] == (column, value) and reason in r[3]], refusals(report)


def test_another_currency_is_refused_row_by_row(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(
        'currency = "EUR"\n[[table]]\ntable = "products"\nfiles = ["p.csv"]\n'
        'columns = { sku = "sku", unit_price = "price", currency = "money" }'
    )
    report = load(base, put(tmp_path, {"p.csv": "sku,price,money\nA,1,EUR\nB,2,USD\nC,3,\n"}), preset=preset)
    assert refusals(report) == [(3, "money", "USD", "is not EUR, the one currency of this base")]
    assert held(base, "products", "sku") == ["A", "C"]


TWO_TABLES = """
[[table]]
table = "products"
files = ["articles.csv"]
columns = { sku = "sku", name = "name" }
[[table]]
table = "materials"
files = ["articles.csv"]
columns = { material_number = "material", sku = "sku" }
[[table]]
table = "forecasts"
files = ["plan.csv"]
columns = { sku = "sku", month_on = "month", forecast_version = { constant = "1" } }
"""


def test_what_a_refused_row_would_have_brought_is_unknown_to_other_files(base: KnowledgeBase, tmp_path: Path) -> None:
    articles = "sku,name,material\nA,Drill,M1\nB,Saw,M1\nC,Plane,M3\n"
    plan = "sku,month\nA,2024-01-01\nB,2024-01-01\nC,2024-01-01\n"
    report = load(base, put(tmp_path, {"articles.csv": articles, "plan.csv": plan}), preset=preset_of(TWO_TABLES))
    assert [(r[0], r[1]) for r in refusals(report)] == [(3, "material"), (3, "sku")]
    assert held(base, "products", "sku") == ["A", "C"]
    assert count(base, "forecasts") == 2


def test_an_order_lives_when_only_its_first_line_is_a_repeat(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of("""
[[table]]
table = "products"
files = ["articles.csv"]
distinct = true
columns = { sku = "sku" }
[[table]]
table = "materials"
files = ["articles.csv"]
columns = { material_number = "material", sku = "sku" }
""")
    report = load(base, put(tmp_path, {"articles.csv": "sku,material\nA,M1\nB,M1\nB,M2\n"}), preset=preset)
    assert [(r[0], r[1]) for r in refusals(report)] == [(3, "material")]
    assert held(base, "products", "sku") == ["A", "B"]
    assert held(base, "materials", "material_number", "product_id") == [("M1", 1), ("M2", 2)]


def test_a_refused_row_creates_no_parent(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(
        '[[table]]\ntable = "lots"\nfiles = ["lots.csv"]\ncreate = ["work_centers"]\n'
        'columns = { lot_number = "lot", sku = "sku", line = "line", quantity_good = "good" }'
    )
    company(base, tmp_path)
    text = "lot,sku,line,good\nL1,A,East,5\nL1,A,West,5\nL2,A,North,x\nL3,A,East,6\n"
    report = load(base, put(tmp_path / "lots", {"lots.csv": text}), preset=preset)
    assert [r[0] for r in refusals(report)] == [3, 4]
    assert held(base, "work_centers", "line") == ["East"]
    assert report.created == {"work_centers": 1}


def test_a_file_without_a_needed_parents_column_corrects_rows_but_brings_no_new_ones(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    company(base, tmp_path)
    load(base, put(tmp_path / "whole", {"lots.csv": "lot_number,sku,quantity_good\nL1,A,5\n"}))
    text = "lot_number,quantity_good\nL1,6\nL2,7\n"
    for dry_run in (True, False):
        report = load(base, put(tmp_path / "part", {"lots.csv": text}), dry_run=dry_run)
        assert [(r[0], r[1]) for r in refusals(report)] == [(3, "sku")]
        assert (report.total("new"), report.total("changed"), report.total("refused")) == (0, 1, 1)
    assert held(base, "lots", "lot_number", "quantity_good") == [("L1", 6.0)]
