"""A real bicycle maker through the door: every number against the raw files, counted with nothing but csv."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from kb import importing, store
from kb.importing import FileReport, Report
from kb.store import KnowledgeBase
from tests.importing import WHO, count, dump, everything, held, load

pytestmark = pytest.mark.slow
SHIFT = timedelta(days=4017)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folders(shared_data: Path) -> tuple[Path, Path]:
    return shared_data / "adventureworks", shared_data / "adventureworks_sales_returns"


@pytest.fixture(scope="module")
def bicycles(
    folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[KnowledgeBase, Report]]:
    base = store.open_base(f"sqlite:///{tmp_path_factory.mktemp('bicycles') / 'base.sqlite'}")
    yield base, load(base, *folders, preset="adventureworks")
    base.close()


def raw(folders: tuple[Path, Path], pattern: str) -> Rows:
    rows: Rows = []
    for path in sorted(path for folder in folders for path in folder.glob(pattern)):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def file_of(report: Report, name: str) -> FileReport:
    return next(file for file in report.files if file.file_name == name)


def test_every_row_of_every_file_is_kept_or_refused(
    bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]
) -> None:
    _, report = bicycles
    assert len(report.files) >= 14
    for file in report.files:
        assert file.read == len(raw(folders, file.file_name)) == file.kept + file.refused, file.file_name
    assert "BillOfMaterials.csv" in {cell.file for cell in report.refused_cells}
    tops = [row for row in raw(folders, "BillOfMaterials.csv") if not row["ProductAssemblyID"]]
    assert file_of(report, "BillOfMaterials.csv").refused == len(tops)
    assert {cell.file for cell in report.refused_cells} == {"BillOfMaterials.csv"}


def test_work_orders_agree_with_the_file(bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]) -> None:
    base, report = bicycles
    rows = raw(folders, "WorkOrder.csv")
    orders = held(base, "work_orders", "work_order_number", "quantity_scrapped", "started_on", "ended_on", "due_on")
    assert len(orders) == len(rows) == 72_591
    assert sum(1 for order in orders if order[2] is None) == sum(not row["StartDate"] for row in rows) == 7_056
    assert sum(order[1] for order in orders) == sum(int(row["ScrappedQty"]) for row in rows) == 10_651
    by_number = {row["WorkOrderID"]: row for row in rows}
    for number, _, started, _, _ in orders[::97]:
        text = by_number[number]["StartDate"][:10]
        assert started == (date.fromisoformat(text) + SHIFT if text else None)
    assert "All dates of work_orders from WorkOrder.csv are moved by +4,017 days." in report.notes


def test_scrap_reasons_become_nonconformances(
    bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]
) -> None:
    base, report = bicycles
    names = {row["ScrapReasonID"]: row["Name"] for row in raw(folders, "ScrapReason.csv")}
    expected = Counter(names[row["ScrapReasonID"]] for row in raw(folders, "WorkOrder.csv") if row["ScrapReasonID"])
    assert Counter(held(base, "nonconformances", "defect_code")) == expected
    numbers = next(c for c in file_of(report, "WorkOrder.csv").tables if c.table == "nonconformances")
    assert (numbers.new, numbers.skipped) == (expected.total(), 72_591 - expected.total())


def month_first(text: str) -> date:
    """'01-12-21' and '01/13/2021' both name the month first."""
    month, day, year = (int(part) for part in text.replace("/", "-").split("-"))
    return date(year % 100 + 2000, month, day)


def test_sales_agree_with_the_files(bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]) -> None:
    base, _ = bicycles
    rows = raw(folders, "AdventureWorks_Sales_*.csv")
    lines = held(base, "order_lines", "quantity", "amount")
    assert len(lines) == len(rows) == 56_046
    assert sum(line[0] for line in lines) == sum(int(row["OrderQuantity"]) for row in rows)
    assert sum(line[1] for line in lines) == pytest.approx(sum(float(row["Sales"]) for row in rows))
    days = {row["OrderNumber"]: month_first(row["OrderDate"]) for row in rows}
    assert dict(held(base, "sales_orders", "order_number", "ordered_on")) == days
    assert {form for row in rows for form in row["OrderDate"] if not form.isdigit()} == {"-", "/"}
    assert count(base, "shipments") == 56_046


def test_returns_without_a_key_are_all_kept(bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]) -> None:
    base, _ = bicycles
    rows = raw(folders, "AdventureWorks_Returns.csv")
    returns = held(base, "returns", "returned_on", "quantity")
    assert len(returns) == len(rows) == 1_809
    assert sum(quantity for _, quantity in returns) == sum(int(row["ReturnQuantity"]) for row in rows)
    assert Counter(day for day, _ in returns) == Counter(month_first(row["ReturnDate"]) for row in rows)


def test_masters_receipts_and_stock_agree_with_the_files(
    bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]
) -> None:
    base, _ = bicycles
    skus = {row["ProductNumber"] for row in raw(folders, "Product.csv")}
    skus |= {row["ProductSKU"] for row in raw(folders, "AdventureWorks_Products.csv")}
    assert set(held(base, "products", "sku")) == skus
    customers = {row["CustomerID"] for row in raw(folders, "Customer.csv")}
    customers |= {row["CustomerKey"] for row in raw(folders, "AdventureWorks_Customers.csv")}
    assert set(held(base, "customers", "customer_number")) == customers
    receipts = raw(folders, "PurchaseOrderDetail.csv")
    assert count(base, "purchase_receipts") == len(receipts)
    rejected = sum(float(row["RejectedQty"]) for row in receipts)
    assert sum(held(base, "purchase_receipts", "quantity_rejected")) == pytest.approx(rejected)
    stock = sum(int(row["Quantity"]) for row in raw(folders, "ProductInventory.csv"))
    assert sum(held(base, "stock_levels", "quantity")) == stock
    assert count(base, "suppliers") == len(raw(folders, "Vendor.csv"))


def test_again_nothing_changes(bicycles: tuple[KnowledgeBase, Report], folders: tuple[Path, Path]) -> None:
    base, _ = bicycles
    before = everything(base)
    again = load(base, *folders, preset="adventureworks")
    assert again.import_id is None
    assert (again.total("new"), again.total("changed")) == (0, 0)
    assert everything(base) == before


@pytest.mark.postgres
def test_postgresql_holds_the_same_rows_and_undo_leaves_nothing(
    bicycles: tuple[KnowledgeBase, Report], postgres_base: KnowledgeBase, folders: tuple[Path, Path]
) -> None:
    empty = dump(postgres_base)
    report = load(postgres_base, *folders, preset="adventureworks")
    ours, theirs = dump(postgres_base), dump(bicycles[0])
    assert {table for table in ours if ours[table] != theirs[table]} == set()
    assert report.import_id
    importing.undo(postgres_base, WHO, report.import_id)
    assert dump(postgres_base) == empty
