"""Exports: one door, no formula cells, nothing lost silently, everything recorded."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from sqlalchemy import insert, select

from kb import exporting, views
from kb.access import Person
from kb.errors import Refused
from kb.models import (
    AuditEntry,
    Base,
    Complaint,
    Customer,
    Group,
    Import,
    Membership,
    OrderLine,
    Product,
    SalesOrder,
    Shipment,
    User,
)
from kb.store import KnowledgeBase

STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "  @", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r"]
ENDS = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example","a")', "SUM(A1:A9)*2", "49 89 1234-5", "x", ""]
PAYLOADS = [start + end for start in STARTS for end in ENDS if (start + end).strip()]
DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
FIXED = {
    "assignments": ["side", "record_type", "record_number", "group_id", "confidence"],
    "groups": ["group_id", "side", "name", "size", "terms", "stability", "first_seen_on", "last_seen_on"],
    "links": [
        "symptom_id", "cause_id", "rank", "score", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots",
        "verdict",
    ],
    "signals": [
        "signal_id", "side", "group_id", "level", "product_or_family", "raised_on", "observed", "expected", "score",
        "status",
    ],
    "effects": ["action_number", "verdict", "rate_ratio", "ci_low", "ci_high"],
}  # fmt: skip


def export(base: KnowledgeBase, who: Person, frame: pd.DataFrame, format: exporting.Format, **options: Any) -> bytes:
    given: dict[str, Any] = {"title": "Defects", "filters": {}, "data_time": "2026-11-22 18:00 UTC"} | options
    return exporting.export_frame(frame, format=format, who=who, base=base, **given)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_cell_of_a_csv_is_a_formula(sqlite_base: KnowledgeBase, who: Person) -> None:
    frame = pd.DataFrame({payload: [payload, "-5", None] for payload in PAYLOADS})
    filters = {payload: f"a,{payload}" for payload in PAYLOADS}
    found = rows_of(export(sqlite_base, who, frame, "csv", filters=filters, title=PAYLOADS[0]))
    cells = [cell for row in found for cell in row if cell]
    assert len(cells) > 3 * len(PAYLOADS)
    formulas = [cell for cell in cells if cell.lstrip(" ").startswith(DANGEROUS) and not is_number(cell)]
    assert formulas == []
    assert [row for row in found if not row[0].startswith("# ")][1][0] == "'" + PAYLOADS[0]


@pytest.mark.parametrize("title", PAYLOADS)
def test_no_sheet_bears_the_name_of_a_formula(title: str) -> None:
    name = exporting.sheet_name(title)
    assert name and not name.strip().startswith((*DANGEROUS, "'"))


@pytest.mark.parametrize("title", ["", "a" * 99, "a/b:c*d?e[f]g\\h", "History", "About", "'quoted'", "''", " =' x"])
def test_excel_opens_every_title(sqlite_base: KnowledgeBase, who: Person, title: str) -> None:
    content = export(sqlite_base, who, pd.DataFrame({"a": [1]}), "xlsx", title=title)
    assert len(openpyxl.load_workbook(io.BytesIO(content)).sheetnames) == 2


def test_no_cell_of_an_excel_file_is_a_formula_or_a_link(sqlite_base: KnowledgeBase, who: Person) -> None:
    frame = pd.DataFrame({payload: [payload, "https://x.example", "00123"] for payload in PAYLOADS})
    filters = {payload: payload for payload in PAYLOADS}
    content = export(sqlite_base, who, frame, "xlsx", filters=filters, title="=1+1")
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 5 * len(PAYLOADS)
    assert [cell.value for cell in cells if cell.data_type != "s" or cell.hyperlink] == []
    assert book.worksheets[0]["A2"].value == PAYLOADS[0]


def test_numbers_dates_and_gaps_keep_their_type(sqlite_base: KnowledgeBase, who: Person) -> None:
    frame = pd.DataFrame(
        {
            "n": pd.array([-5, None], dtype="Int64"),
            "x": [-0.5, np.inf],
            "day": [date(2026, 1, 31), None],
            "at": [datetime(2026, 1, 31, 23, 30, tzinfo=UTC), None],
            "ok": [True, None],
            "code": ["00123", "-7,5"],
        }
    )
    page = openpyxl.load_workbook(io.BytesIO(export(sqlite_base, who, frame, "xlsx"))).worksheets[0]
    assert [cell.value for cell in page[2]] == [
        -5, -0.5, datetime(2026, 1, 31), datetime(2026, 1, 31, 23, 30), True, "00123",
    ]  # fmt: skip
    assert [cell.value for cell in page[3]] == [None, None, None, None, None, "-7,5"]
    found = rows_of(export(sqlite_base, who, frame, "csv", about=False))
    assert found[1] == ["-5", "-0.5", "2026-01-31", "2026-01-31 23:30", "yes", "00123"]
    assert json.loads(export(sqlite_base, who, frame, "json", about=False)) == [
        {"n": -5, "x": -0.5, "day": "2026-01-31", "at": "2026-01-31T23:30:00", "ok": True, "code": "00123"},
        {"n": None, "x": None, "day": None, "at": None, "ok": None, "code": "-7,5"},
    ]


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_filters_and_data_time_are_written_in(sqlite_base: KnowledgeBase, who: Person, format: Any) -> None:
    content = export(sqlite_base, who, pd.DataFrame({"a": [1]}), format, filters={"family": "Drills"})
    if format == "xlsx":
        about = openpyxl.load_workbook(io.BytesIO(content))["About"]
        text = "\n".join(" ".join(str(cell.value) for cell in row) for row in about.iter_rows())
    else:
        text = content.decode("utf-8-sig")
    assert "Drills" in text and "2026-11-22 18:00 UTC" in text and who.name in text


def test_a_csv_for_programs_holds_nothing_but_the_rows(sqlite_base: KnowledgeBase, who: Person) -> None:
    assert export(sqlite_base, who, pd.DataFrame({"a": ["ä"]}), "csv", about=False) == "a\r\nä\r\n".encode()


def test_a_cap_keeps_the_first_rows_and_says_so(sqlite_base: KnowledgeBase, who: Person) -> None:
    content = export(sqlite_base, who, pd.DataFrame({"a": range(50)}), "csv", cap=10).decode("utf-8-sig")
    assert "the first 10 of 50 rows" in content
    assert content.splitlines()[-1] == "9"


def test_more_rows_or_columns_than_excel_holds_are_refused_not_lost(sqlite_base: KnowledgeBase, who: Person) -> None:
    for frame in (pd.DataFrame({"a": np.zeros(1_048_576, dtype="int8")}), pd.DataFrame([np.zeros(16_385)])):
        with pytest.raises(Refused, match="Excel holds 1,048,575 rows and 16,384 columns"):
            export(sqlite_base, who, frame, "xlsx")


def test_a_text_longer_than_a_cell_is_cut_and_counted(sqlite_base: KnowledgeBase, who: Person) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(sqlite_base, who, pd.DataFrame({"a": ["x" * 40_000]}), "xlsx")))
    assert len(book.worksheets[0]["A2"].value) == 32_767
    assert "1 cells hold more" in str([cell.value for cell in book["About"]["B"]])


def test_every_export_is_recorded_and_changes_no_data(base: KnowledgeBase, viewer: Person) -> None:
    revision = base.revision()
    export(base, viewer, pd.DataFrame({"a": [1, 2]}), "csv", filters={"site": "MUC"})
    with base.reading() as connection:
        entry = connection.execute(select(AuditEntry.__table__)).one()
    assert (entry.verb, entry.subject, entry.user_name) == ("export", "Defects", viewer.name)
    assert json.loads(entry.after)["rows"] == 2
    assert base.revision() == revision


def test_nobody_exports_without_the_right_to(sqlite_base: KnowledgeBase) -> None:
    nobody = Person("Nemo", "sales", "guest")
    with pytest.raises(Refused, match="may not export"):
        export(sqlite_base, nobody, pd.DataFrame({"a": [1]}), "csv")
    for name in ("products", "links"):
        with pytest.raises(Refused, match="may not read"):
            exporting.view(sqlite_base, nobody, name)


def test_tables_about_people_are_for_administrators(sqlite_base: KnowledgeBase, who: Person, admin: Person) -> None:
    for name in ("users", "sessions", "audit_entries", "user_departments"):
        with pytest.raises(Refused, match="may not administer"):
            exporting.table(sqlite_base, who, name)
        assert "token_hash" not in exporting.table(sqlite_base, admin, name)


def test_every_table_can_be_exported_with_different_headers(base: KnowledgeBase, admin: Person) -> None:
    for name, known in Base.metadata.tables.items():
        frame = exporting.table(base, admin, name)
        assert frame.columns.is_unique, name
        assert {*known.columns.keys()} - {*frame.columns} <= {"token_hash"}, name
    with pytest.raises(Refused, match="no table or view sqlite_master"):
        exporting.view(base, admin, "sqlite_master")


def test_the_business_keys_of_parents_stand_beside_their_ids(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        connection.execute(insert(User).values(user_id=7, name="Sam Dorn", role="member", is_active=True, version=1))
        customer = {"customer_id": 1, "customer_number": "K1", "account_owner_id": 7, "version": 1}
        connection.execute(insert(Customer).values(customer))
        connection.execute(insert(Product).values(product_id=1, sku="D-1"))
        connection.execute(insert(SalesOrder).values(sales_order_id=1, order_number="SO-1", customer_id=1))
        connection.execute(insert(OrderLine).values(order_line_id=1, sales_order_id=1, line_number=2, product_id=1))
        shipment = {"shipment_id": 1, "shipment_number": "S1", "order_line_id": 1, "customer_id": 1, "product_id": 1}
        connection.execute(insert(Shipment).values(shipment))
        connection.execute(insert(Shipment).values(shipment_id=2, shipment_number="S2"))
    shipments = exporting.table(base, who, "shipments")
    first = shipments.iloc[0]
    assert (first["order_number"], first["line_number"], first["customer_number"], first["sku"]) == (
        "SO-1",
        2,
        "K1",
        "D-1",
    )
    assert shipments["lot_number"].isna().all()
    assert exporting.table(base, who, "customers")["account_owner"].tolist() == ["Sam Dorn"]
    text = export(base, who, shipments, "csv", about=False).decode()
    assert "1,S1,1,SO-1,2,1,K1,1,D-1," in text


@pytest.mark.parametrize("name", views.VIEWS)
def test_each_view_has_its_fixed_columns_also_when_nothing_is_learned(
    base: KnowledgeBase, viewer: Person, name: str
) -> None:
    frame = exporting.view(base, viewer, name)
    assert frame.columns.tolist() == FIXED[name]
    assert frame.empty


def test_assignments_and_groups_name_records_by_their_numbers(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        connection.execute(insert(Group).values(group_id=1, side="field", name="dead battery"))
        connection.execute(insert(Complaint).values(complaint_id=5, complaint_number="C5"))
        membership = {"side": "field", "group_id": 1, "record_type": "complaint", "record_id": 5, "confidence": 0.5}
        connection.execute(insert(Membership).values(membership))
    assert exporting.view(base, who, "assignments").to_numpy().tolist() == [["field", "complaint", "C5", 1, 0.5]]
    assert exporting.view(base, who, "groups")["size"].tolist() == [1]


def test_the_age_of_the_data_is_that_of_the_last_import_that_counts(base: KnowledgeBase) -> None:
    assert exporting.data_time(base) == "no import yet"
    counts = dict.fromkeys(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_refused"), 0)
    ledger = {"user_name": "x", "preset": "p", "preset_version": "1", "status": "done", **counts}
    first, second = datetime(2026, 1, 31, 8, tzinfo=UTC), datetime(2026, 2, 1, 8, tzinfo=UTC)
    with base.writing() as connection:
        connection.execute(insert(Import).values(ledger | {"imported_at": first}))
        connection.execute(insert(Import).values(ledger | {"imported_at": second, "undone_at": second}))
    assert exporting.data_time(base) == "import of 2026-01-31 08:00 UTC"
