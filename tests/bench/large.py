"""A base of so many facts, made by the database itself: years of orders, shipments, lots, inspections and returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, text

from kb.models import Import, Setting
from kb.store import KnowledgeBase
from tests.importing import put_rows

PRODUCTS, CUSTOMERS, SUPPLIERS, MATERIALS, LINES, SITES = 200, 400, 20, 60, 12, 3
MONTHS, FIRST = 36, date(2023, 1, 1)
DAYS = (date(2026, 1, 1) - FIRST).days
SHARES = {
    "order_lines": 0.30, "shipments": 0.30, "inspections": 0.24, "lots": 0.08, "nonconformances": 0.05,
    "returns": 0.02, "purchase_receipts": 0.01,
}  # fmt: skip
LINES_OF_ORDER = 3


@dataclass(frozen=True)
class Sql:
    """What the two databases say differently."""

    is_sqlite: bool

    def numbers(self, count: int) -> str:
        if self.is_sqlite:
            counted = f"SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}"
            return f"(WITH RECURSIVE n(i) AS ({counted}) SELECT i FROM n)"
        return f"(SELECT generate_series(CAST(0 AS bigint), {count - 1}) AS i)"

    def day(self, days: str) -> str:
        if self.is_sqlite:
            return f"date('{FIRST}', ({days}) || ' days')"
        return f"(DATE '{FIRST}' + CAST({days} AS integer))"

    def month(self, months: str) -> str:
        if self.is_sqlite:
            return f"date('{FIRST}', ({months}) || ' months')"
        return f"CAST(DATE '{FIRST}' + ({months}) * interval '1 month' AS date)"

    def moment(self, days: str) -> str:
        return f"{self.day(days)} || ' 10:00:00.000000'" if self.is_sqlite else f"{self.day(days)} + time '10:00'"


def build(base: KnowledgeBase, count: int) -> None:
    """Fill an empty base with `count` facts of every kind a card of the overview asks for, spread over 36 months."""
    of = {name: round(share * count) for name, share in SHARES.items()}
    sql = Sql(base.is_sqlite)
    for statement in ["", *_statements(sql, of)]:
        with base.writing() as connection:
            _without_limit(connection)
            if statement:
                connection.execute(text(statement))
            else:
                _ledger(connection)
    with base.writing() as connection, suppress(NotImplementedError):
        _without_limit(connection)
        connection.execute(text("ANALYZE"))


def _ledger(connection: Connection) -> None:
    counts = dict.fromkeys(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_refused"), 0)
    connection.execute(
        insert(Import).values(
            imported_at=datetime.now(UTC), user_name="Bench", preset="bench", preset_version="1", **counts
        )
    )
    connection.execute(insert(Setting).values(name="currency", value="EUR"))


def _without_limit(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _statements(sql: Sql, of: dict[str, int]) -> Iterator[str]:
    def fill(table: str, count: int, /, **columns: str) -> str:
        names, values = ", ".join([*columns, "import_id"]), ", ".join([*columns.values(), "1"])
        return f"INSERT INTO {table} ({names}) SELECT {values} FROM {sql.numbers(count)} AS numbers"

    yield fill("sites", SITES, site_number="'P' || i")
    yield fill("products", PRODUCTS, sku="'A' || i", name="'Article ' || i", family="'Family ' || (i % 12)",
               site_id=f"1 + i % {SITES}", unit_cost="2.5 + i % 40", unit_price="5.5 + i % 90")  # fmt: skip
    yield fill("customers", CUSTOMERS, customer_number="'K' || i", segment="'Segment ' || (i % 5)",
               region="'Region ' || (i % 4)")  # fmt: skip
    yield fill("suppliers", SUPPLIERS, supplier_number="'S' || i")
    yield fill("materials", MATERIALS, material_number="'M' || i", component="'Part ' || (i % 9)")
    yield fill("work_centers", LINES, line="'L' || i", site_id=f"1 + i % {SITES}")
    lots, lines, ships = of["lots"], of["order_lines"], of["shipments"]
    orders = lines // LINES_OF_ORDER + 1
    yield fill("lots", lots, lot_number="'LOT' || i", product_id=_pick("i", PRODUCTS),
               work_center_id=f"1 + ({_pick('i', PRODUCTS)} + i % 2) % {LINES}",
               shift="CASE i % 3 WHEN 0 THEN 'early' WHEN 1 THEN 'late' ELSE 'night' END", quantity_good="200 + i % 50",
               quantity_scrapped="i % 7", started_on=sql.day(_when("i", lots)))  # fmt: skip
    yield fill("inspections", of["inspections"], inspection_number="'I' || i",
               lot_id=f"1 + {_when('i', of['inspections'], lots)}", station="'Station ' || (i % 6)",
               inspected_on=sql.day(_when("i", of["inspections"])), quantity_inspected="40 + i % 11",
               quantity_rejected="CASE WHEN i % 5 = 0 THEN i % 4 ELSE 0 END")  # fmt: skip
    found = of["nonconformances"]
    yield fill("nonconformances", found, nonconformance_number="'N' || i",
               detected_at=sql.moment(_when("i", found)), lot_id=f"1 + {_when('i', found, lots)}",
               station="'Station ' || (i % 6)", defect_code="'E' || (i % 17)",
               disposition="CASE i % 3 WHEN 0 THEN 'scrap' ELSE 'rework' END", quantity="1 + i % 4",
               cost="CASE WHEN i % 2 = 0 THEN 12.5 END")  # fmt: skip
    received = of["purchase_receipts"]
    yield fill("purchase_receipts", received, receipt_number="'P' || i", supplier_id=f"1 + i % {SUPPLIERS}",
               material_id=f"1 + i % {MATERIALS}", received_on=sql.day(_when("i", received)),
               quantity_received="500", quantity_rejected="i % 9")  # fmt: skip
    yield fill("sales_orders", orders, order_number="'SO' || i", customer_id=_pick("i", CUSTOMERS),
               ordered_on=sql.day(_when("i", orders)))  # fmt: skip
    yield fill("order_lines", lines, sales_order_id=f"1 + i / {LINES_OF_ORDER}",
               line_number=f"1 + i % {LINES_OF_ORDER}", product_id=_pick("i", PRODUCTS), quantity="1 + i % 20",
               amount="(1 + i % 20) * 7.25", requested_on=sql.day(f"{_when('i', lines)} + 10"),
               promised_on=sql.day(f"{_when('i', lines)} + 12 + i % 6"))  # fmt: skip
    yield fill("shipments", ships, shipment_number="'SH' || i", order_line_id=f"1 + i % {lines}",
               customer_id=_pick(f"((i % {lines}) / {LINES_OF_ORDER})", CUSTOMERS), product_id=_pick("i", PRODUCTS),
               lot_id=_lot("i", ships, lots), quantity="1 + i % 20", amount="(1 + i % 20) * 7.25",
               shipped_on=sql.day(f"{_when('i', ships)} + 5 + i % 11"))  # fmt: skip
    back = of["returns"]
    step = max(ships // back, 1)
    yield fill("returns", back, return_number="'R' || i", returned_on=sql.day(f"{_when('i', back)} + 30 + i % 90"),
               product_id=_pick(f"(i * {step})", PRODUCTS), order_line_id=f"1 + (i * {step}) % {lines}",
               quantity="1", credit="20.5", reason="'Reason ' || (i % 5)")  # fmt: skip
    yield _shares(step, lines)
    yield fill("forecasts", PRODUCTS * MONTHS, product_id=f"1 + i % {PRODUCTS}", forecast_version="'1'",
               month_on=sql.month(f"i / {PRODUCTS}"), quantity="400")  # fmt: skip


def _shares(step: int, lines: int) -> str:
    """What allocation would find: the one shipment of the order line that the return names."""
    shipment = f"1 + ((return_id - 1) * {step}) % {lines}"
    return (
        "INSERT INTO field_allocations (return_id, shipment_id, share, basis) "
        f"SELECT return_id, {shipment}, 1.0, 'order' FROM returns"
    )


def _pick(number: str, of: int) -> str:
    """One of so many ids, another for each number."""
    return f"(1 + ({number}) * 7919 % {of})"


def _lot(number: str, count: int, lots: int) -> str:
    """A lot of the same product, made about then: lots take turns with the products as all rows do."""
    return f"(1 + ({_when(number, count, lots)} / {PRODUCTS} * {PRODUCTS} + ({number}) % {PRODUCTS}) % {lots})"


def _when(number: str, count: int, of: int = DAYS) -> str:
    """A number of 0 to `of`, rising as rows do that came in one after the other."""
    return f"(({number}) * {of} / {count})"


def write_month(folder: Path, count: int) -> None:
    """Files of the month after `build`'s last, with a 36th of its `count` facts, as a company would send them."""
    folder.mkdir()
    of = {name: round(share * count / MONTHS) for name, share in SHARES.items()}
    old_orders = round(SHARES["order_lines"] * count) // LINES_OF_ORDER
    put_rows(folder / "lots.csv", ("lot_number", "sku", "line", "shift", "quantity_good", "quantity_scrapped",
             "started_on"), ((f"NEW{i}", f"A{_article(i)}", f"L{i % LINES}", "early", 200, i % 7,
             _in_month(i, of["lots"])) for i in range(of["lots"])))  # fmt: skip
    put_rows(folder / "inspections.csv", ("inspection_number", "lot_number", "station", "inspected_on",
             "quantity_inspected", "quantity_rejected"), ((f"NEW{i}", f"NEW{i % of['lots']}", f"Station {i % 6}",
             _in_month(i, of["inspections"]), 40, i % 3) for i in range(of["inspections"])))  # fmt: skip
    put_rows(folder / "nonconformances.csv", ("nonconformance_number", "detected_at", "lot_number", "station",
             "defect_code", "disposition", "quantity"), ((f"NEW{i}", f"{_in_month(i, of['nonconformances'])} 10:00",
             f"NEW{i % of['lots']}", f"Station {i % 6}", f"E{i % 17}", "scrap", 1 + i % 4)
             for i in range(of["nonconformances"])))  # fmt: skip
    put_rows(folder / "purchase_receipts.csv", ("receipt_number", "supplier_number", "material_number", "received_on",
             "quantity_received", "quantity_rejected"), ((f"NEW{i}", f"S{i % SUPPLIERS}", f"M{i % MATERIALS}",
             _in_month(i, of["purchase_receipts"]), 500, i % 9) for i in range(of["purchase_receipts"])))  # fmt: skip
    put_rows(folder / "order_lines.csv", ("order_number", "line_number", "customer_number", "ordered_on", "sku",
             "quantity", "amount", "requested_on", "promised_on"), ((f"NEW{i // LINES_OF_ORDER}",
             1 + i % LINES_OF_ORDER, f"K{_customer(i // LINES_OF_ORDER)}",
             _in_month(i // LINES_OF_ORDER * LINES_OF_ORDER, of["order_lines"]), f"A{_article(i)}", 1 + i % 20, 7.25,
             _in_month(i, of["order_lines"], 10), _in_month(i, of["order_lines"], 14))
             for i in range(of["order_lines"])))  # fmt: skip
    put_rows(folder / "shipments.csv", ("shipment_number", "order_number", "line_number", "customer_number", "sku",
             "lot_number", "quantity", "shipped_on"), ((f"NEW{i}", _order(i, old_orders), 1, f"K{_customer(i)}",
             f"A{_article(i)}", f"NEW{i % of['lots']}", 1 + i % 20, _in_month(i, of["shipments"]))
             for i in range(of["shipments"])))  # fmt: skip
    put_rows(folder / "returns.csv", ("return_number", "returned_on", "sku", "order_number", "line_number", "quantity",
             "credit", "reason"), ((f"NEW{i}", _in_month(i, of["returns"]), f"A{_article(i)}",
             f"SO{old_orders - 1 - i * 9 % (old_orders // 6)}", 1, 1, 20.5, "Reason 1")
             for i in range(of["returns"])))  # fmt: skip


def _order(number: int, old_orders: int) -> str:
    """Every second shipment is of an order of the month before."""
    return f"NEW{number // 6}" if number % 2 else f"SO{old_orders - 1 - number // 6}"


def _in_month(number: int, count: int, later: int = 0) -> date:
    return FIRST + timedelta(days=DAYS + number * 31 // count + later)


def _article(number: int) -> int:
    return number * 7919 % PRODUCTS


def _customer(number: int) -> int:
    return number * 7919 % CUSTOMERS
