"""All four invented companies enter, each its own base, with numbers that agree with their files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kb.errors import Refused
from kb.store import KnowledgeBase
from tests.importing import count, everything, held, load

COMPANIES = ("first", "second", "hard", "quiet")
TABLES = {
    "products": "products", "materials": "materials", "bom": "bom_lines", "suppliers": "suppliers",
    "customers": "customers", "lots": "lots", "lot_materials": "lot_materials", "inspections": "inspections",
    "defects": "nonconformances", "sales_orders": "order_lines", "shipments": "shipments", "returns": "returns",
    "complaints": "complaints", "capa": "actions", "forecasts": "forecasts", "inventory": "stock_levels",
}  # fmt: skip
SUMS = {
    ("lots", "qty_scrapped"): ("lots", "quantity_scrapped"),
    ("shipments", "qty"): ("shipments", "quantity"),
    ("returns", "qty"): ("returns", "quantity"),
    ("inspections", "qty_rejected"): ("inspections", "quantity_rejected"),
    ("forecasts", "forecast_qty"): ("forecasts", "quantity"),
    ("inventory", "value"): ("stock_levels", "amount"),
}

pytestmark = pytest.mark.slow


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("company", COMPANIES)
def test_a_planted_company_enters_whole(sqlite_base: KnowledgeBase, shared_data: Path, company: str) -> None:
    folder = shared_data / "planted" / company
    report = load(sqlite_base, folder, preset="planted")
    assert report.skipped_files == []
    assert report.total("refused") == 0
    assert {Path(file.path).parent for file in report.files} == {folder}
    for name, table in TABLES.items():
        rows = read(folder, name)
        assert count(sqlite_base, table) == len(rows), name
        assert next(f.read for f in report.files if f.file_name == f"{name}.csv") == len(rows)
    lines = {row["line"] for name in ("lots", "defects") for row in read(folder, name) if row["line"]}
    assert set(held(sqlite_base, "work_centers", "line")) == lines
    for (name, column), (table, ours) in SUMS.items():
        total = sum(float(row[column] or 0) for row in read(folder, name))
        assert sum(value or 0 for value in held(sqlite_base, table, ours)) == pytest.approx(total), (name, column)
    value = sum(float(row["qty_ordered"]) * float(row["unit_price"]) for row in read(folder, "sales_orders"))
    assert sum(held(sqlite_base, "order_lines", "amount")) == pytest.approx(value)


def test_the_smallest_planted_company_enters_postgresql_and_again_changes_nothing(
    postgres_base: KnowledgeBase, shared_data: Path
) -> None:
    sizes = {name: sum(f.stat().st_size for f in (shared_data / "planted" / name).glob("*.csv")) for name in COMPANIES}
    folder = shared_data / "planted" / min(sizes, key=lambda name: sizes[name])
    load(postgres_base, folder, preset="planted")
    before = everything(postgres_base)
    assert load(postgres_base, folder, preset="planted").import_id is None
    assert everything(postgres_base) == before


def test_two_planted_companies_do_not_mix(sqlite_base: KnowledgeBase, shared_data: Path) -> None:
    with pytest.raises(Refused, match="imports one company at a time"):
        load(sqlite_base, shared_data / "planted", preset="planted")
    assert count(sqlite_base, "products") == 0


def test_the_truth_is_left_out_even_when_it_is_named(sqlite_base: KnowledgeBase, shared_data: Path) -> None:
    with pytest.raises(Refused, match="preset planted knows none of these files"):
        load(sqlite_base, shared_data / "planted" / "first" / "truth", preset="planted")
