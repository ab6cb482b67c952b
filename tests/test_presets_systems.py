"""Small made-up exports, each in the layout of its system: what arrives, what is refused, how layouts may differ."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from kb import importing
from kb.importing import presets
from kb.importing.cells import alternatives
from kb.store import KnowledgeBase
from tests.importing import WHO, count, dump, held, load, put, refusals

EXPORTS = Path(__file__).parent / "exports"
ALL = sorted(path.relative_to(EXPORTS).as_posix() for path in {file.parent for file in EXPORTS.rglob("*.csv")})
SCHEMAS = {
    "dynamics365": "dynamics365.md", "infor_crm": "infor_crm_saleslogix.md", "sage_crm": "sage_crm.md",
    "erpnext": "erpnext.md", "odoo": "odoo.md",
}  # fmt: skip


def asked(base: KnowledgeBase, sql: str) -> list[tuple[Any, ...]]:
    with base.reading() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def load_export(base: KnowledgeBase, name: str) -> importing.Report:
    return load(base, EXPORTS / name, preset=name.split("/")[0])


@pytest.mark.parametrize("name", ALL)
def test_the_same_export_again_changes_nothing_and_undo_leaves_nothing(base: KnowledgeBase, name: str) -> None:
    empty = dump(base)
    report = load_export(base, name)
    assert report.total("new") > 0 and report.import_id is not None
    before = dump(base)
    assert load_export(base, name).import_id is None
    assert dump(base) == before
    importing.undo(base, WHO, report.import_id)
    kept = {table: rows for table, rows in dump(base).items() if table not in ("users", "settings")}
    assert kept == {table: rows for table, rows in empty.items() if table in kept}


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_columns_and_columns_of_ones_own_do_not_matter(
    sqlite_base: KnowledgeBase, tmp_path: Path, name: str
) -> None:
    load_export(sqlite_base, name)
    before = dump(sqlite_base)
    for file in (EXPORTS / name).glob("*.csv"):
        put(tmp_path, {file.name: turned(file)})
    assert load(sqlite_base, tmp_path, preset=name.split("/")[0]).import_id is None
    assert dump(sqlite_base) == before


def turned(file: Path) -> str:
    """The file with its columns in reverse and a column that no preset knows."""
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines(keepends=True)))
    wide = [[*reversed(row), "own field" if i == 0 else f"{i}"] for i, row in enumerate(rows)]
    return "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in wide) + "\n"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_header_of_a_preset_stands_in_the_documented_schema(shared_data: Path, name: str) -> None:
    documented = (shared_data / "schemas" / SCHEMAS[name]).read_text(encoding="utf-8")
    words = {word.casefold().replace("_", " ") for word in schema_words(documented)}
    assert [header for header in named_headers(name) if header.casefold().replace("_", " ") not in words] == []


def schema_words(documented: str) -> Iterator[str]:
    """Every cell of a table, every name in a list and in quotes."""
    yield from (cell.strip() for line in documented.splitlines() for cell in line.split("|"))
    yield from re.findall(r"\w+", documented)
    yield from re.findall(r'"([^"]+)"', documented)
    yield from (f"{prefix}_Deleted" for prefix in re.findall(r"\b([A-Z][a-z]{3})_", documented))


def named_headers(name: str) -> set[str]:
    preset = presets.load(name)
    sources = {source for table in preset.tables for source in table.sources}
    sources |= {via for t in preset.tables for c in t.columns for step in c.via for via in (step.key, step.value)}
    names = {part for source in sources for part in alternatives(source) if part}
    return {field for part in names for field in (re.split(r"(?<! )/(?! )", part) if name == "odoo" else [part])}


def test_dynamics_as_a_user_exports_it_arrives(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "dynamics365/display")
    assert refusals(report) == [
        (5, "Account", "Nobody we know", "is no accountid in account.*"),
        (6, "Created On", "soon", "is no date of the form MM/DD/YYYY hh:mm AM/PM"),
        (5, "Existing Product", "", "is empty, and every row needs it"),
    ]
    assert asked(
        sqlite_base,
        "select customer_number, c.name, segment, region, since_on, u.name from customers c"
        " left join users u on user_id = account_owner_id order by 1",
    ) == [
        ("A-1001", "Fjord Outfitters", "Retail", "Nordics", "2023-03-14", "Ines Holt"),
        ("A-1002", "Harbour Tools Ltd", "Wholesale", "United Kingdom", "2022-11-02", "Jo Marsh"),
        ("Lakeside Rental", "Lakeside Rental", "Rental", "North America", "2024-01-20", "Ines Holt"),
    ]
    assert held(sqlite_base, "products", "sku", "family", "unit_price", "discontinued_on") == [
        ("PW-100", "Washers", 1249.0, None),
        ("PW-200", "Washers", 1899.0, date(2029, 12, 31)),
    ]


def test_dynamics_as_a_workbook_arrives_as_its_csv(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load_export(sqlite_base, "dynamics365/display")
    before = dump(sqlite_base)
    for file in (EXPORTS / "dynamics365/display").glob("*.csv"):
        book = openpyxl.Workbook()
        for row in csv.reader(file.read_text(encoding="utf-8").splitlines()):
            book.active.append([typed(cell) for cell in row])
        book.save(tmp_path / f"{file.stem}.xlsx")
    report = load(sqlite_base, tmp_path, preset="dynamics365")
    assert report.import_id is None and report.total("refused") == 3
    assert dump(sqlite_base) == before


def typed(cell: str) -> object:
    """What Excel makes of a cell: days and numbers are no texts."""
    with suppress(ValueError):
        return datetime.strptime(cell, "%m/%d/%Y %I:%M %p")
    with suppress(ValueError):
        return float(cell.replace(",", ""))
    return cell or None


def test_dynamics_of_a_german_user_arrives_the_same(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load_export(sqlite_base, "dynamics365/display")
    before = dump(sqlite_base)
    for file in (EXPORTS / "dynamics365/display").glob("*.csv"):
        rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
        put(tmp_path, {file.name: "\r\n".join(";".join(map(german, row)) for row in rows).encode("cp1252")})
    assert load(sqlite_base, tmp_path, preset="dynamics365").import_id is None
    assert dump(sqlite_base) == before


def german(cell: str) -> str:
    value = typed(cell)
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) and "." in cell else cell


def test_an_own_preset_adds_zone_and_format_to_that_of_a_system(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text(
        'extends = "dynamics365"\nname = "ours"\ntime_zone = "Europe/Berlin"\ndates = ["%Y-%m-%dT%H:%M:%S%z"]',
        encoding="utf-8",
    )
    load(sqlite_base, EXPORTS / "dynamics365/logical", preset=presets.load(str(own)))
    assert held(sqlite_base, "complaints", "received_on")[1] == date(2024, 5, 14)
    report = load_export(sqlite_base, "dynamics365/logical")
    assert [(c.before, c.after) for c in report.changed_cells if c.column == "received_on"] == [
        ("2024-05-14", "2024-05-13")
    ]


COMPLAINTS = (
    "select complaint_number, customer_number, sku, received_on, closed_on, channel, severity, text from complaints"
    " left join customers using (customer_id) left join products using (product_id) order by 1"
)


@pytest.mark.parametrize(
    ("layout", "third"), [("display", "Lakeside Rental"), ("logical", "8c1f6a10-0001-4a6e-9d11-000000000003")]
)
def test_cases_of_dynamics_are_complaints_by_display_names_and_by_logical_names(
    sqlite_base: KnowledgeBase, layout: str, third: str
) -> None:
    load_export(sqlite_base, f"dynamics365/{layout}")
    words = "Hose bursts\nBurst on first use, second time this month"
    assert asked(sqlite_base, COMPLAINTS) == [
        ("CAS-01001-A1", "A-1001", "PW-100", "2024-05-02", "2024-05-09", "phone", 3, words),
        ("CAS-01002-B2", "A-1002", "PW-200", "2024-05-13", None, "email", 2, "Loses pressure"),
        ("CAS-01003-C3", third, None, "2024-05-15", "2024-05-16", "web", 1, "Question on invoice"),
    ]


def test_orders_of_dynamics_have_lines_and_shipments(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "dynamics365/display")
    assert asked(
        sqlite_base,
        "select order_number, line_number, customer_number, ordered_on, sku, quantity, amount, requested_on,"
        " is_cancelled from order_lines join sales_orders using (sales_order_id) join products using (product_id)"
        " join customers using (customer_id) order by 1, 2",
    ) == [
        ("ORD-01", 1, "A-1001", "2024-04-02", "PW-100", 10.0, 11840.0, "2024-04-25", 0),
        ("ORD-01", 2, "A-1001", "2024-04-02", "PW-200", 1.0, 1899.0, "2024-04-25", 0),
        ("ORD-02", 1, "Lakeside Rental", "2024-04-15", "PW-100", 1.0, 1249.0, "2027-05-01", 1),
    ]
    assert asked(
        sqlite_base,
        "select shipment_number, customer_number, sku, quantity, shipped_on, order_line_id is not null from shipments"
        " join customers using (customer_id) join products using (product_id)",
    ) == [("Spring stock 1", "A-1001", "PW-100", 10.0, "2024-04-09", 1)]


def test_the_supply_chain_of_dynamics_arrives(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "dynamics365/operations")
    assert refusals(report) == [(4, "CurrencyCode", "SEK", "is not EUR, the one currency of this base")]
    assert held(
        sqlite_base, "nonconformances", "nonconformance_number", "detected_at", "defect_code", "quantity", "text"
    ) == [
        ("NC-1", datetime(2024, 3, 7, tzinfo=UTC), "LEAK", 3.0, "Leaks at the pump housing"),
        ("NC-2", datetime(2024, 3, 8, tzinfo=UTC), "ODD", 1.0, None),
    ]
    assert held(sqlite_base, "inspections", "quantity_inspected", "quantity_rejected", "inspected_on") == [
        (8.0, None, date(2024, 3, 6)),
        (4.0, 4.0, date(2024, 3, 7)),
    ]
    assert held(sqlite_base, "returns", "return_number", "quantity", "reason", "finding", "returned_on") == [
        ("RMA-9-LOT-1", 2.0, "Defect", "Scrap", date(2024, 5, 3)),
        ("RMA-9-LOT-2", 1.0, "Defect", "Repair", date(2024, 5, 3)),
    ]
    assert held(sqlite_base, "order_lines", "line_number", "quantity", "amount", "is_cancelled") == [
        (1, 5.0, 6245.0, False),
        (2, -1.0, -1899.0, True),
    ]
    assert held(sqlite_base, "work_orders", "quantity_planned", "started_on", "ended_on", "due_on") == [
        (40.0, date(2024, 3, 4), date(2024, 3, 6), date(2024, 3, 8))
    ]
    assert held(sqlite_base, "customers", "customer_number", "country") == [("US-001", "USA")]


def test_tickets_of_infor_crm_are_complaints(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "infor_crm/columns")
    reason = "is not among the customers: import it first or correct it"
    assert refusals(report) == [(5, "ACCOUNTID", "A6UJ9A999999", reason)]
    first = "Pump does not start\nTrips the breaker"
    assert asked(sqlite_base, COMPLAINTS) == [
        ("001-00-000101", "A6UJ9A000001", "PMP-10", "2024-02-01", "2024-02-05", None, 3, first),
        ("001-00-000102", "A6UJ9A000002", "P6UJ9A000002", "2024-02-03", None, None, None, "Kit incomplete"),
        ("001-00-000103", "A6UJ9A000001", None, "2024-02-04", None, None, 1, "How to store it"),
    ]
    assert held(sqlite_base, "customers", "name", "segment", "region") == [
        ("Abbott Pumps", "Chemicals", "Midwest"),
        ("Brook Water", "Utilities", "Coast"),
    ]


def test_defects_returns_and_orders_of_infor_crm_arrive(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "infor_crm/columns")
    assert asked(
        sqlite_base,
        "select nonconformance_number, sku, defect_code, disposition, station, text from nonconformances"
        " left join products using (product_id) order by 1",
    ) == [
        ("001-00-000011", "PMP-10", "Torn", "Rework", "Final test", "Membrane torn\nFound at 3 units"),
        ("001-00-000012", None, "Label", None, None, "Label wrong"),
    ]
    assert held(sqlite_base, "nonconformances", "detected_at") == [
        datetime(2024, 1, 10, 14, 20, tzinfo=UTC),
        datetime(2024, 1, 11, 8, 0, tzinfo=UTC),
    ]
    assert asked(
        sqlite_base,
        "select return_number, customer_number, sku, returned_on, reason, text from returns"
        " join customers using (customer_id) join products using (product_id)",
    ) == [("001-00-000900", "A6UJ9A000001", "PMP-10", "2024-02-09", "Defective", "Does not start")]
    assert asked(
        sqlite_base,
        "select order_number, sku, quantity, amount, promised_on, is_cancelled from order_lines"
        " join sales_orders using (sales_order_id) join products using (product_id) order by 1, 2",
    ) == [
        ("SO-501", "P6UJ9A000002", 4.0, 140.0, "2024-01-20", 0),
        ("SO-501", "PMP-10", 2.0, 1640.0, "2024-01-20", 0),
        ("SO-502", "PMP-10", 1.0, 820.0, None, 1),
    ]
    assert asked(sqlite_base, "select value from settings where name = 'currency'") == [("USD",)]


def test_infor_crm_by_property_names_and_american_dates_arrives(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "infor_crm/properties")
    assert refusals(report) == []
    assert asked(sqlite_base, COMPLAINTS) == [
        ("T6UJ9A000001", "A6UJ9A000001", None, "2024-02-01", "2024-02-15", None, 3, "Pump does not start"),
        ("T6UJ9A000002", "A6UJ9A000002", None, "2024-02-23", None, None, 4, "Kit incomplete"),
    ]


def test_cases_of_sage_crm_are_complaints_and_lost_opportunities_requests(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "sage_crm")
    reason = "is not among the customers: import it first or correct it"
    assert refusals(report) == [(5, "Case_PrimaryCompanyId", "77", reason)]
    assert asked(sqlite_base, COMPLAINTS) == [
        ("0-501", "28", "MIX-2", "2024-03-04", "2024-03-06", "Phone", 3, "Tap drips\nDrips after one week"),
        ("0-502", "29", "MIX-2", "2024-03-28", None, "E-mail", 2, "Handle loose"),
    ]
    assert held(sqlite_base, "customers", "customer_number", "name", "segment", "region", "country", "since_on") == [
        ("28", "Gatecom Fittings", "Construction", "Europe", "IE", date(2021, 3, 1)),
        ("29", "Eurolandia Taps", "Customer", "Americas", "PE", date(2021, 4, 11)),
    ]
    assert held(sqlite_base, "requests", "request_number", "kind", "amount", "received_on", "text") == [
        ("9", "lost order", 12500.5, date(2024, 5, 30), "Hotel refit\nToo slow to deliver")
    ]


def test_headers_of_sage_crm_are_found_in_any_case(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    put(tmp_path, {"company.csv": "comp_companyid,COMP_NAME\n28,Gatecom\n"})
    load(sqlite_base, tmp_path, preset="sage_crm")
    assert held(sqlite_base, "customers", "customer_number", "name") == [("28", "Gatecom")]


def test_issues_and_claims_of_erpnext_are_complaints(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "erpnext/labels")
    assert refusals(report) == [(5, "Opening Date", "someday", "is no date of the form YYYY-MM-DD")]
    rows = [row[1:] for row in asked(sqlite_base, COMPLAINTS)]
    assert sorted(rows, key=lambda row: row[2]) == [
        ("CUST-01", None, "2024-04-02", "2024-04-05", "portal", 4, "Lamp flickers\nFlickers & hums\nsince day one"),
        ("CUST-02", None, "2024-04-20", None, None, 2, "Wrong colour"),
        (None, None, "2024-04-21", None, None, 1, "Who am I"),
        ("CUST-01", "LMP-1", "2024-05-03", "2024-05-10", "warranty claim", None, "Dead after a month"),
    ]
    assert asked(sqlite_base, "select customer_number, name, segment, region from customers order by 1") == [
        ("CUST-01", "Polar Light AS", "Commercial", "Norway"),
        ("CUST-02", "Sol Interiors", None, None),
    ]


def test_serial_numbers_of_erpnext_are_shipments_of_lots(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "erpnext/labels")
    assert asked(
        sqlite_base,
        "select shipment_number, sku, lot_number, customer_number, quantity, shipped_on from shipments"
        " join products using (product_id) join lots using (lot_id) join customers using (customer_id) order by 1",
    ) == [(number, "LMP-1", "B-24-01", "CUST-01", 1.0, "2024-03-20") for number in ("SN-001", "SN-002")]
    assert asked(sqlite_base, "select sku, name, family from products order by 1") == [
        ("LMP-1", "Desk lamp", "Lamps"),
        ("LMP-2", "Floor lamp", "Lamps"),
    ]
    assert held(sqlite_base, "inspections", "station", "quantity_inspected", "inspected_on") == [
        ("Outgoing", 5.0, date(2024, 3, 18))
    ]
    assert held(sqlite_base, "nonconformances", "text") == ["Screws missing\nTwo of ten boxes"]


def test_erpnext_by_field_names_gives_the_same_complaints(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "erpnext/fields")
    numbers = held(sqlite_base, "complaints", "complaint_number")
    load(sqlite_base, EXPORTS / "erpnext/labels/Issue.csv", preset="erpnext")
    assert held(sqlite_base, "complaints", "complaint_number")[:2] == numbers
    assert count(sqlite_base, "complaints") == 3


def test_tickets_and_claims_of_odoo_are_complaints(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "odoo/technical")
    assert [row[1:] for row in asked(sqlite_base, COMPLAINTS)] == [
        ("Cafe Nord", None, "2024-06-10", "2024-06-12", "Email", 3, "Chair wobbles\nOne leg is shorter"),
        ("Hotel Sud", None, "2024-06-13", None, "Phone", 1, "Wrong fabric"),
        ("Hotel Sud", None, "2024-06-20", None, None, 2, "Legs broken\nTwo of twenty"),
    ]


def test_returns_and_repairs_of_odoo_are_returns_line_by_line(sqlite_base: KnowledgeBase) -> None:
    report = load_export(sqlite_base, "odoo/technical")
    assert refusals(report) == [(4, "product_uom_qty", "many", "is not a number with decimal mark '.'")]
    found = asked(
        sqlite_base,
        "select returned_on, customer_number, sku, quantity, reason, finding, text from returns"
        " join customers using (customer_id) join products using (product_id) order by returned_on, sku",
    )
    assert found == [
        ("2024-06-18", "Hotel Sud", "[CH-01] Chair Oslo", 2.0, "Replace", "Scrapped", "Broken legs"),
        ("2024-06-25", "Cafe Nord", "[TB-02] Table Lund", 1.0, "repair", "Sanded and oiled", "Top scratched"),
        ("2024-06-28", "Hotel Sud", "[CH-01] Chair Oslo", 4.0, None, None, "Season's end"),
        ("2024-06-28", "Hotel Sud", "[TB-02] Table Lund", 1.0, None, None, "Season's end"),
    ]


def test_inspections_and_nonconformities_of_odoo_arrive(sqlite_base: KnowledgeBase) -> None:
    load_export(sqlite_base, "odoo/technical")
    assert held(
        sqlite_base, "inspections", "inspection_number", "station", "quantity_inspected", "quantity_rejected"
    ) == [
        ("QC-1", "Load test", 10.0, None),
        ("QC-2", "Load test", 10.0, 10.0),
    ]
    assert held(sqlite_base, "nonconformances", "nonconformance_number", "detected_at", "defect_code", "text") == [
        ("NC0001", datetime(2024, 6, 3, 13, 5, tzinfo=UTC), "Glue too cold", "Glue joint open\nThree of forty")
    ]


def test_odoo_by_labels_arrives_too(sqlite_base: KnowledgeBase) -> None:
    assert refusals(load_export(sqlite_base, "odoo/labels")) == []
    assert [row[:4] for row in asked(sqlite_base, COMPLAINTS)] == [
        ("HT00001", "Cafe Nord", None, "2024-06-10"),
        ("HT00002", "Hotel Sud", None, "2024-06-13"),
    ]
    assert held(sqlite_base, "returns", "quantity", "returned_on") == [
        (4.0, date(2024, 6, 28)),
        (1.0, date(2024, 6, 28)),
    ]
