"""A company of a few rows whose every metric can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, insert, update

from kb import allocation
from kb.models import Base
from kb.store import KnowledgeBase

JAN, FEB = date(2025, 1, 1), date(2025, 2, 1)


def day(text: str) -> date:
    """'02-10' is 10 February 2025."""
    return date.fromisoformat(text if len(text) == 10 else f"2025-{text}")


def add(connection: Connection, table: str, columns: str, *rows: tuple[Any, ...]) -> None:
    """Insert rows whose columns are named in one string; what ends in _on is a day of 2025 written MM-DD."""
    names = columns.split()
    for row in rows:
        values = {
            name: day(value) if name.endswith("_on") and isinstance(value, str) else value
            for name, value in zip(names, row, strict=True)
        }
        connection.execute(insert(Base.metadata.tables[table]).values(**values))


def build(base: KnowledgeBase) -> None:
    """Write the company into an empty base."""
    with base.writing() as connection:
        masters(connection)
        making(connection)
        selling(connection)
        hearing(connection)
        planning(connection)
        allocation.renew(connection)


def build_longer(base: KnowledgeBase) -> None:
    """The company with the years before it, what its customers say and what its sides tell each other.

    What the first two months of 2025 are worked out to without these stays as it is.
    """
    build(base)
    with base.writing() as connection:
        earlier_orders(connection)
        earlier_shipments(connection)
        opinions(connection)
        costs_and_dates(connection)
        exchange(connection)
        allocation.renew(connection)


def earlier_orders(connection: Connection) -> None:
    add(connection, "customers", "customer_number segment region version",
        ("K3", None, "SOUTH", 1), ("K4", None, None, 1), ("K5", None, None, 1))  # fmt: skip
    add(
        connection, "sales_orders", "order_number customer_id ordered_on",
        ("SO10", 1, "2023-02-10"), ("SO11", 2, "2023-06-05"), ("SO12", 3, "2023-03-05"), ("SO13", 3, "2024-02-20"),
        ("SO14", 4, "2023-08-01"), ("SO15", 4, "2024-06-01"), ("SO16", 5, "2024-12-20"),
    )  # fmt: skip
    add(
        connection, "order_lines", "sales_order_id line_number product_id quantity amount promised_on is_cancelled",
        (5, 1, 1, 5, 50, None, None), (6, 1, 2, 4, 40, None, None), (7, 1, 1, 6, 60, None, None),
        (8, 1, 1, 12, 120, "2024-02-28", None), (9, 1, 2, 6, 60, None, None), (10, 1, 2, 1, 10, None, True),
        (11, 1, 2, 8, 80, "2024-12-31", None),
    )  # fmt: skip


def earlier_shipments(connection: Connection) -> None:
    add(
        connection, "shipments", "shipment_number order_line_id customer_id product_id quantity shipped_on",
        ("SH10", 7, 1, 1, 5, "2023-02-15"), ("SH11", 8, 2, 2, 4, "2023-06-10"), ("SH12", 9, 3, 1, 6, "2023-03-06"),
        ("SH13", 10, 3, 1, 12, "2024-02-25"), ("SH14", 11, 4, 2, 6, "2023-08-02"), ("SH16", 13, 5, 2, 2, "2024-12-28"),
    )  # fmt: skip


def opinions(connection: Connection) -> None:
    add(
        connection, "feedback", "feedback_number received_on kind product_id customer_id score",
        ("F1", "01-03", "NPS", 1, 1, 10), ("F2", "01-04", "nps", 1, 2, 9), ("F3", "01-05", "NPS", 2, 1, 7),
        ("F4", "01-06", "NPS", 2, 2, 6), ("F5", "01-07", "NPS", 2, 2, None), ("F6", "02-01", "NPS", 1, 1, 0),
        ("F7", "01-08", "CSAT", 1, 1, 5), ("F8", "01-09", "CSAT", 1, 2, 4), ("F9", "01-10", "CSAT", 2, 2, 2),
        ("F10", "02-02", "CSAT", 2, 2, 3), ("F11", "01-11", "review", 1, 1, 1),
        ("F12", "01-12", "NPS", 1, 1, 9),
    )  # fmt: skip
    add(
        connection, "requests", "request_number received_on kind product_id customer_id",
        ("W1", "01-02", "wish", 1, 1), ("W2", "01-30", "lost order", 2, 2), ("W3", "02-03", "wish", 2, 1),
    )  # fmt: skip
    add(connection, "recalls", "recall_number started_on product_id quantity", ("RC1", "01-20", 1, 40))
    add(
        connection, "complaints", "complaint_number received_on customer_id severity closed_on",
        ("C0", "2024-12-15", 3, 4, "2025-02-01"),
    )  # fmt: skip
    change(connection, "complaints", "complaint_id severity closed_on", (1, 4, "02-25"), (2, 5, None))


def costs_and_dates(connection: Connection) -> None:
    change(connection, "inspections", "inspection_id cost", (1, 20), (5, 3))
    change(connection, "shipments", "shipment_id amount", (1, 60))
    change(connection, "shipments", "shipment_id delivered_on", (3, "01-20"))
    change(
        connection, "actions", "action_id due_on defect_code cost",
        (1, "01-15", "E1", 30), (2, "01-20", "E2", None), (3, "2026-01-01", None, None), (4, "02-10", None, None),
        (5, "02-05", "E2", None),
    )  # fmt: skip
    add(
        connection, "nonconformances", "nonconformance_number detected_at product_id disposition defect_code quantity",
        ("N5", datetime(2025, 8, 15, 9, tzinfo=UTC), 2, "use as is", "E2", 1),
    )  # fmt: skip
    add(
        connection, "lot_materials", "lot_id material_id supplier_id supplier_lot_number",
        (1, 1, 1, "S1-7"), (1, 1, 2, "S2-1"), (1, 1, 2, "S2-2"), (1, 1, 2, "S2-3"), (3, 1, 1, "S1-8"),
    )  # fmt: skip


def exchange(connection: Connection) -> None:
    add(
        connection, "groups", "side name first_seen_on",
        ("factory", "G1", "2024-12-30"), ("field", "G2", "01-05"), ("field", "G3", "02-01"),
    )  # fmt: skip
    add(
        connection, "signals", "side group_id level raised_on observed expected score",
        ("factory", 1, "red", "01-09", 9, 3, 5), ("factory", 1, "red", "01-20", 9, 3, 5),
        ("field", 2, "yellow", "01-25", 5, 2, 4), ("field", 3, "yellow", "02-06", 5, 2, 4),
    )  # fmt: skip
    add(
        connection, "exchange_events", "happened_at from_department to_department kind subject_table subject_id",
        (moment("01-12"), "sales", "quality", "acknowledged", "signals", 1),
        (moment("01-30"), "sales", "quality", "acknowledged", "signals", 1),
        (moment("01-14"), "customer care", "purchasing", "told", "complaints", 1),
        (moment("01-15"), "purchasing", "customer care", "acknowledged", "complaints", 1),
        (moment("02-16"), "quality", "sales", "acknowledged", "signals", 4),
        (moment("01-20"), "production", "sales", "used", "signals", 1),
        (moment("01-21"), "sales", "production", "used", "signals", 2),
        (moment("01-22"), "customer care", "production", "used", "signals", 2),
        (moment("01-23"), "sales", "quality", "used", "signals", 3),
        (moment("02-20"), "sales", "production", "used", "signals", 4),
    )  # fmt: skip


def moment(text: str) -> datetime:
    """Noon of a day."""
    return datetime.combine(day(text), time(12), UTC)


def change(connection: Connection, table: str, columns: str, *rows: tuple[Any, ...]) -> None:
    """Change rows: the first column is the key."""
    names, rows_of = columns.split(), Base.metadata.tables[table]
    for key, *row in rows:
        values = {
            name: day(value) if name.endswith("_on") and isinstance(value, str) else value
            for name, value in zip(names[1:], row, strict=True)
        }
        connection.execute(update(rows_of).where(rows_of.c[names[0]] == key).values(**values))


def masters(connection: Connection) -> None:
    add(connection, "settings", "name value version", ("currency", "EUR", 1))
    add(connection, "sites", "site_number", ("MUC",))
    add(
        connection, "products", "sku name family site_id unit_cost unit_price",
        ("A", "Drill", "Drills", 1, 2.0, 5.0), ("B", "Saw", "Saws", None, 3.0, 10.0),
    )  # fmt: skip
    add(connection, "work_centers", "line site_id", ("L1", 1), ("L2", 1))
    add(connection, "customers", "customer_number segment region version",
        ("K1", "retail", "NORTH", 1), ("K2", "trade", "SOUTH", 1))  # fmt: skip
    add(connection, "suppliers", "supplier_number", ("S1",), ("S2",))
    add(connection, "materials", "material_number", ("M1",))


def making(connection: Connection) -> None:
    add(
        connection, "work_orders",
        "work_order_number product_id work_center_id quantity_good quantity_scrapped started_on",
        ("WO-1", 2, 2, 48, 2, "01-05"), ("WO-2", 2, 1, 20, 5, "02-03"), ("WO-3", 1, 1, 10, 0, None),
    )  # fmt: skip
    add(
        connection, "lots",
        "lot_number product_id work_order_id work_center_id shift quantity_good quantity_scrapped started_on",
        ("LOT-1", 1, None, 1, "early", 90, 10, "01-02"), ("LOT-2", 2, 1, 2, "late", 48, 2, "01-05"),
        ("LOT-3", 1, None, 2, "late", 100, 0, "02-01"),
    )  # fmt: skip
    add(
        connection, "inspections", "inspection_number lot_id station inspected_on quantity_inspected quantity_rejected",
        ("I1", 1, "ICT", "01-03", 100, 10), ("I2", 2, "ICT", "01-06", 50, 5),
        ("I3", 1, "EOL", "01-04", 90, 9), ("I4", 2, "EOL", "01-07", 60, 21),
        ("I5", 3, "ICT", "02-02", 20, 1), ("I6", 3, "EOL", "02-03", 20, None),
    )  # fmt: skip
    add(
        connection, "nonconformances",
        "nonconformance_number detected_at lot_id product_id disposition defect_code quantity cost",
        ("N1", datetime(2025, 1, 5, 10, tzinfo=UTC), 1, None, "rework", "E1", 1, 12.5),
        ("N2", datetime(2025, 1, 31, 23, 59, tzinfo=UTC), None, 2, "scrap", "E2", 4, None),
        ("N3", datetime(2025, 1, 7, 0, 0, tzinfo=UTC), 1, None, "rework", "E1", 3, None),
        ("N4", datetime(2025, 2, 1, 0, 0, tzinfo=UTC), 3, None, "scrap", "E2", 1, 7.0),
    )  # fmt: skip
    add(
        connection, "purchase_receipts",
        "receipt_number supplier_id material_id received_on quantity_received quantity_rejected",
        ("P1", 1, 1, "01-08", 100, 5), ("P2", 2, 1, "01-09", 100, 15), ("P3", 2, 1, "02-09", 50, None),
        ("P4", 1, 1, "02-10", 40, 1),
    )  # fmt: skip


def selling(connection: Connection) -> None:
    add(
        connection, "sales_orders", "order_number customer_id ordered_on",
        ("SO1", 1, "01-10"), ("SO2", 2, "01-20"), ("SO3", 1, "02-05"), ("SO4", 2, "02-10"),
    )  # fmt: skip
    add(
        connection, "order_lines",
        "sales_order_id line_number product_id quantity amount requested_on promised_on is_cancelled",
        (1, 1, 1, 10, 100, "01-14", "01-15", None), (1, 2, 2, 5, 50, "01-20", "01-15", False),
        (2, 1, 1, 20, 200, "01-24", "01-25", False), (3, 1, 2, 10, 120, "02-12", "02-10", False),
        (4, 1, 1, 99, 999, "02-12", "02-12", True), (3, 2, 1, -2, -20, "02-12", "02-12", False),
    )  # fmt: skip
    add(
        connection, "shipments",
        "shipment_number order_line_id customer_id product_id lot_id quantity shipped_on",
        ("SH1", 1, 1, 1, 1, 10, "01-12"), ("SH2", 2, 1, 2, 2, 3, "01-14"), ("SH3", 2, 1, 2, 2, 2, "01-18"),
        ("SH4", 3, 2, 1, 1, 20, "01-25"), ("SH5", 4, 1, 2, 2, 10, "02-20"), ("SH6", None, 2, 1, 3, 50, "09-30"),
    )  # fmt: skip


def hearing(connection: Connection) -> None:
    add(
        connection, "returns",
        "return_number returned_on product_id customer_id lot_id order_line_id quantity credit is_no_trouble_found",
        ("R1", "02-01", 1, 1, 1, None, 1, 6.0, None), ("R2", "03-10", 2, 1, None, None, 2, None, True),
        ("R3", "02-10", 1, None, None, 3, 1, 5.0, False), ("R4", "09-01", 1, 2, 1, None, 1, 1.0, None),
    )  # fmt: skip
    add(
        connection, "complaints", "complaint_number received_on product_id customer_id lot_id return_id channel text",
        ("C1", "02-03", 1, 1, 1, None, "phone", "goes dead"), ("C2", "02-20", 1, 2, None, None, "mail", "too loud"),
        ("C3", "04-01", 2, None, None, 2, "mail", "blunt"),
    )  # fmt: skip


def planning(connection: Connection) -> None:
    add(
        connection, "forecasts", "product_id month_on forecast_version quantity",
        (1, "01-01", "2024-11", 100), (1, "01-01", "2024-12", 40), (2, "01-01", "2024-12", 4),
        (2, "02-01", "2024-12", 12), (1, "2026-01-01", "2024-12", 500),
    )  # fmt: skip
    add(
        connection, "stock_levels", "stock_number product_id location counted_on quantity amount",
        ("1", 1, "W1", "01-10", 100, 200), ("2", 1, "W1", "01-31", 80, 160), ("3", 2, "W1", "01-31", 10, None),
        ("4", 1, "W1", "02-28", 25, 50), ("5", 1, "W2", "2024-12-31", 1, 999),
    )  # fmt: skip
    add(
        connection, "actions", "action_number department opened_on closed_on version",
        ("1", "quality", "01-01", "01-11", 1), ("2", "production", "01-01", "01-31", 1),
        ("3", "quality", "01-05", "01-25", 1), ("4", "quality", "01-06", None, 1),
        ("5", "quality", "02-01", "02-05", 1),
    )  # fmt: skip
