"""An import taken back leaves the base as it was before; where others stand on it, it stays and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from kb import audit, editing, importing
from kb.access import Person
from kb.errors import Refused
from kb.models import ActionStep, Customer, Import, Return, Setting
from kb.store import KnowledgeBase
from tests.importing import ORDERS, WHO, company, count, dump, everything, held, load, preset_of, put

SHARES = ("return_id", "shipment_id", "share", "basis")
LOTS = "lot_number,sku,line,shift,quantity_good,started_on\nL1,A,,B,5,2024-01-01\nL2,B,,B,6,2024-01-02\n"
MORE = {
    "sites.csv": "site_number,name\nMUC,Munich\n",
    "work_centers.csv": "line,name,site_number\nE,East,MUC\n",
    "products.csv": (
        "sku,name,unit_price,warranty_months,is_made,launched_on,site_number\n"
        "A,Drill 2,,24,yes,2023-01-02,MUC\nC,Plane,7,,,,\n"
    ),
    "customers.csv": "customer_number,name\nK1,\nK2,Süd\nK3,Ost\n",
    "order_lines.csv": ORDERS.replace(",10,50,", ",11,55,").replace("SO2,K2", "SO2,K1"),
    "lots.csv": LOTS.replace("L1,A,,B,5,2024-01-01", "L1,C,E,,8,2023-12-31"),
    "returns.csv": "return_number,returned_on,sku,lot_number\nR1,2024-07-01,A,L1\n",
    "nonconformances.csv": (
        "nonconformance_number,detected_at,lot_number,cost\nN1,2024-03-06 08:15,L1,2.5\nN2,2024-03-07 09:00,L2,\n"
    ),
}


def first_import(base: KnowledgeBase, folder: Path) -> None:
    company(base, folder)
    nonconformances = "nonconformance_number,detected_at,lot_number,cost\nN1,2024-03-05 14:20,L2,1.25\n"
    load(base, put(folder / "before", {"lots.csv": LOTS, "nonconformances.csv": nonconformances}))


def test_undo_gives_back_every_row_and_every_cell(base: KnowledgeBase, tmp_path: Path) -> None:
    first_import(base, tmp_path)
    before = dump(base)
    report = load(base, put(tmp_path / "after", MORE))
    assert report.total("changed") >= 6
    assert dump(base) != before
    assert report.import_id
    undone = importing.undo(base, WHO, report.import_id)
    assert dump(base) == before
    assert undone.removed["products"] == 1
    assert undone.cells_given_back == len(report.changed_cells)
    assert audit.verify(base) == []


def test_an_import_that_was_undone_can_be_imported_again(base: KnowledgeBase, tmp_path: Path) -> None:
    first_import(base, tmp_path)
    files = put(tmp_path / "after", MORE)
    first = load(base, files)
    after = dump(base)
    assert first.import_id
    importing.undo(base, WHO, first.import_id)
    again = load(base, files)
    assert again.import_id != first.import_id
    for table, rows in dump(base).items():
        assert len(rows) == len(after[table]), table
    assert sorted(held(base, "lots", "lot_number", "quantity_good")) == [("L1", 8.0), ("L2", 6.0)]


def test_two_files_that_change_one_cell_in_one_import_are_both_taken_back(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    before = dump(base)
    names = {"products_1.csv": "sku,name\nA,One\n", "products_2.csv": "sku,name\nA,Two\n"}
    report = load(base, put(tmp_path / "after", names))
    assert held(base, "products", "name")[0] == "Two"
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    assert dump(base) == before


def test_undo_of_everything_lets_another_currency_in(base: KnowledgeBase, tmp_path: Path) -> None:
    dollars = preset_of('currency = "USD"\n[[table]]\ntable = "products"\nfiles = ["p.csv"]\ncolumns = { sku = "sku" }')
    euros = preset_of('currency = "EUR"\n[[table]]\ntable = "products"\nfiles = ["p.csv"]\ncolumns = { sku = "sku" }')
    file = put(tmp_path, {"p.csv": "sku\nA\n"})
    before = dump(base)
    report = load(base, file, preset=dollars)
    with pytest.raises(Refused, match="counts in USD"):
        load(base, file, preset=euros)
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    assert dump(base) == before
    load(base, file, preset=euros)
    with base.reading() as connection:
        assert connection.scalar(select(Setting.value).where(Setting.name == "currency")) == "EUR"


def refused_undo(base: KnowledgeBase, import_id: int, *words: str) -> None:
    before = everything(base)
    with pytest.raises(Refused) as refused:
        importing.undo(base, WHO, import_id)
    for word in ("cannot be undone", *words):
        assert word in str(refused.value)
    assert everything(base) == before


def test_undo_is_refused_where_a_later_import_changed_its_rows(base: KnowledgeBase, tmp_path: Path) -> None:
    first = company(base, tmp_path)
    later = load(base, put(tmp_path / "later", {"products.csv": "sku,name\nA,Other\n"}))
    assert first.import_id and later.import_id
    refused_undo(base, first.import_id, f"import {later.import_id} changed 1 rows of products since")
    importing.undo(base, WHO, later.import_id)
    importing.undo(base, WHO, first.import_id)
    assert count(base, "products") == 0


def test_undo_is_refused_where_a_later_import_changed_the_same_rows_again(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    second = load(base, put(tmp_path / "two", {"products.csv": "sku,name\nA,Two\n"}))
    load(base, put(tmp_path / "three", {"products.csv": "sku,name\nA,Three\n"}))
    assert second.import_id
    refused_undo(base, second.import_id, "changed 1 rows of products")


def test_undo_is_refused_where_later_rows_name_its_rows(base: KnowledgeBase, tmp_path: Path) -> None:
    first = company(base, tmp_path)
    load(base, put(tmp_path / "later", {"returns.csv": "return_number,sku,quantity\nR1,A,1\nR2,A,1\n"}))
    assert first.import_id
    refused_undo(base, first.import_id, "2 rows of returns name its products")


def test_undo_is_refused_where_a_persons_rows_name_its_rows(base: KnowledgeBase, tmp_path: Path) -> None:
    report = load(base, put(tmp_path, {"actions.csv": "action_number,title\nC1,Fix\n"}))
    with base.writing() as connection:
        connection.execute(insert(ActionStep).values(action_id=1, step="D1", version=1))
    assert report.import_id
    refused_undo(base, report.import_id, "1 rows of action_steps name its actions")


def test_undo_is_refused_where_a_person_changed_its_rows(base: KnowledgeBase, tmp_path: Path, admin: Person) -> None:
    report = company(base, tmp_path)
    kim = editing.introduce(base, "Kim Berger", "sales")
    editing.assign_account_owner(base, admin, 1, kim.user_id, 1)
    assert report.import_id
    refused_undo(base, report.import_id, "people changed 1 of its customers")


def test_undo_is_refused_where_a_person_changed_a_row_it_changed(
    base: KnowledgeBase, tmp_path: Path, admin: Person
) -> None:
    company(base, tmp_path)
    text = "customer_number,account_owner\nK1,Lee Song\n"
    report = load(base, put(tmp_path / "owners", {"customers.csv": text}))
    assert report.created == {"users": 1}
    kim = editing.introduce(base, "Kim Berger", "sales")
    version = held(base, "customers", "version")[0]
    editing.assign_account_owner(base, admin, 1, kim.user_id, version)
    assert report.import_id
    refused_undo(base, report.import_id, "people changed 1 of its customers")
    with base.reading() as connection:
        assert connection.scalar(select(Customer.account_owner_id).where(Customer.customer_id == 1)) == kim.user_id


def test_an_import_is_undone_once(base: KnowledgeBase, tmp_path: Path) -> None:
    report = company(base, tmp_path)
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    with pytest.raises(Refused, match="was undone already"):
        importing.undo(base, WHO, report.import_id)
    with pytest.raises(Refused, match="there is no import 99"):
        importing.undo(base, WHO, 99)


def test_undo_is_on_record_in_the_ledger_and_in_the_audit(base: KnowledgeBase, tmp_path: Path) -> None:
    report = company(base, tmp_path)
    revision = base.revision()
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    assert base.revision() == revision + 1
    assert held(base, "imports", "status", "undone_by") == [("undone", WHO.name)]
    entries = held(base, "audit_entries", "verb", "subject_table", "subject", "user_name")
    assert entries[-1] == ("undo", "imports", str(report.import_id), WHO.name)
    assert audit.verify(base) == []


def test_a_viewer_may_not_undo(base: KnowledgeBase, tmp_path: Path, viewer: Person) -> None:
    report = company(base, tmp_path)
    assert report.import_id
    with pytest.raises(Refused, match="may not undo"):
        importing.undo(base, viewer, report.import_id)
    assert count(base, "products") == 2


def test_undo_shares_returns_out_anew(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    shipments = "shipment_number,sku,customer_number,quantity,shipped_on\nS1,A,K1,10,2024-05-10\n"
    returns = "return_number,returned_on,sku,customer_number,quantity\nR1,2024-07-01,A,K1,1\n"
    load(base, put(tmp_path / "one", {"shipments.csv": shipments, "returns.csv": returns}))
    shares = held(base, "field_allocations", *SHARES)
    assert shares == [(1, 1, 1.0, "customer")]
    later = load(base, put(tmp_path / "two", {"shipments.csv": shipments + "S2,A,K1,30,2024-05-11\n"}))
    assert [row[2] for row in held(base, "field_allocations", *SHARES)] == [0.25, 0.75]
    assert later.import_id
    importing.undo(base, WHO, later.import_id)
    assert held(base, "field_allocations", *SHARES) == shares


def test_a_row_that_a_person_wrote_by_hand_is_left_alone(base: KnowledgeBase, tmp_path: Path) -> None:
    report = company(base, tmp_path)
    with base.writing() as connection:
        connection.execute(insert(Return).values(return_number="by hand"))
        connection.execute(update(Import).values(rows_read=Import.rows_read))
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    assert held(base, "returns", "return_number", "import_id") == [("by hand", None)]
