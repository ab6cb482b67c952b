"""Facts of selling: what was ordered, what was due, what left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from kb.facts.fact import Column, Fact, Join
from kb.facts.shared import PRODUCTS, joined, of_customer, of_lot, of_product, plain, table

ORDERS, LINES, SHIPMENTS = table("sales_orders"), table("order_lines"), table("shipments")
ORDER = Join(ORDERS, ORDERS.c.sales_order_id == LINES.c.sales_order_id)
STANDS = not_(func.coalesce(LINES.c.is_cancelled, False))
IS_ORDER = or_(LINES.c.quantity.is_(None), LINES.c.quantity > 0)
DUE_ON: Mapping[str, TableColumn[Any]] = {"promised": LINES.c.promised_on, "requested": LINES.c.requested_on}
"""The facts of lines that were due, and by which of a line's days."""


def _of_order_line() -> tuple[dict[str, Join], dict[str, Column]]:
    joins, dimensions = joined(of_product(LINES.c.product_id), of_customer(ORDERS.c.customer_id, ("order",)))
    return {"order": ORDER, **joins}, dimensions


def _order_lines() -> Fact:
    joins, dimensions = _of_order_line()
    return Fact(
        "order_lines", "Order lines", "one line of a sales order, by day of the order; cancelled lines count nothing",
        table="order_lines", root=LINES, key=Column(ORDERS.c.order_number, ("order",)),
        on=Column(ORDERS.c.ordered_on, ("order",)), joins=joins, dimensions=dimensions,
        measures={
            "revenue": Column(case((STANDS, LINES.c.amount))),
            "units_ordered": Column(case((STANDS, LINES.c.quantity))),
            "lines": Column(case((STANDS, 1))),
        },
        details=plain(LINES, "line_number", "promised_on", "requested_on"),
    )  # fmt: skip


def _orders() -> Fact:
    joins, dimensions = of_customer(ORDERS.c.customer_id)
    stands = select(1).where(LINES.c.sales_order_id == ORDERS.c.sales_order_id, STANDS).exists()
    return Fact(
        "orders", "Sales orders", "one sales order with a line that is not cancelled, by day of the order",
        table="sales_orders", root=ORDERS, key=Column(ORDERS.c.order_number), on=Column(ORDERS.c.ordered_on),
        joins=joins, dimensions=dimensions, measures={"orders": Column(case((stands, 1)))},
    )  # fmt: skip


@dataclass(frozen=True)
class Shipped:
    """What is known of a line's shipments: when the last one left, and how much had left by the day it was due."""

    last_on: ColumnElement[Any]
    by_then: ColumnElement[Any]


def due_measures(due_on: ColumnElement[Any], known_until: Any, shipped: Shipped) -> dict[str, Column]:
    """What a line due that day counts, as far as shipments were known until `known_until`."""
    is_due = and_(STANDS, IS_ORDER, due_on <= known_until)
    is_counted = and_(is_due, LINES.c.quantity.is_not(None))
    return {
        "lines_due": Column(case((is_due, 1))),
        "lines_on_time": Column(case((is_due, _one_where(shipped.last_on <= due_on)))),
        "lines_counted": Column(case((is_counted, 1))),
        "lines_on_time_in_full": Column(case((is_counted, _one_where(shipped.by_then >= LINES.c.quantity)))),
    }


def _one_where(holds: ColumnElement[bool]) -> ColumnElement[Any]:
    return case((holds, 1), else_=0)


def _looked_up(due_on: ColumnElement[Any]) -> Shipped:
    """Line by line from the index: a period needs few lines, grouping would read every shipment."""

    def of_line(what: ColumnElement[Any], *which: ColumnElement[bool]) -> Any:
        mine = SHIPMENTS.c.order_line_id == LINES.c.order_line_id
        return select(what).where(mine, *which).correlate(LINES).scalar_subquery()

    shipped = func.coalesce(func.sum(func.coalesce(SHIPMENTS.c.quantity, 0)), 0)
    return Shipped(of_line(func.max(SHIPMENTS.c.shipped_on)), of_line(shipped, SHIPMENTS.c.shipped_on <= due_on))


def _deliveries(name: str, title: str) -> Fact:
    joins, dimensions = _of_order_line()
    due_on = DUE_ON[name]
    known_until = select(func.max(SHIPMENTS.c.shipped_on)).scalar_subquery()
    shipped = _looked_up(due_on)
    return Fact(
        name, title, "one order line, by the day it was due; not yet due, cancelled and credited lines count nothing",
        table="order_lines", root=LINES, key=Column(ORDERS.c.order_number, ("order",)), on=Column(due_on),
        joins=joins, dimensions=dimensions, measures=due_measures(due_on, known_until, shipped),
        details={
            **plain(LINES, "line_number", "quantity", "requested_on", "promised_on"),
            "last_shipped_on": Column(shipped.last_on),
        },
    )  # fmt: skip


def _shipments() -> Fact:
    joins, dimensions = joined(
        of_product(SHIPMENTS.c.product_id), of_customer(SHIPMENTS.c.customer_id), of_lot(SHIPMENTS.c.lot_id)
    )
    return Fact(
        "shipments", "Shipments", "one lot (where known) of one product to one customer, by day it left",
        table="shipments", root=SHIPMENTS, key=Column(SHIPMENTS.c.shipment_number), on=Column(SHIPMENTS.c.shipped_on),
        joins=joins, dimensions=dimensions,
        measures={
            "units_shipped": Column(SHIPMENTS.c.quantity),
            "value_shipped": Column(
                func.coalesce(SHIPMENTS.c.amount, SHIPMENTS.c.quantity * PRODUCTS.c.unit_price), ("product",)
            ),
        },
    )  # fmt: skip


FACTS = (
    _order_lines(),
    _orders(),
    _deliveries("promised", "Order lines by promised day"),
    _deliveries("requested", "Order lines by requested day"),
    _shipments(),
)
