"""Facts of whole orders: how long they took, and whether everything about them was as promised."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, Subquery, and_, case, func, literal, select

from kb.facts.expressions import days_between
from kb.facts.fact import SINCE, UNTIL, Column, Fact
from kb.facts.selling import IS_ORDER, LINES, ORDERS, SHIPMENTS, STANDS
from kb.facts.shared import of_customer, plain, table

RETURNS, COMPLAINTS, SHARES = table("returns"), table("complaints"), table("field_allocations")
ARRIVAL_DAYS = 30
"""A return or complaint that soon after shipping says something of the order; a later one of the product in use."""


def _arrived() -> ColumnElement[Any]:
    return func.coalesce(SHIPMENTS.c.delivered_on, SHIPMENTS.c.shipped_on)


def _shipped_lines() -> Subquery:
    """Order lines with what was sent of them and the last day it arrived, of orders of which anything arrived then."""
    touched = (
        select(LINES.c.sales_order_id)
        .join(SHIPMENTS, SHIPMENTS.c.order_line_id == LINES.c.order_line_id)
        .where(_arrived().between(SINCE, UNTIL))
    )
    sent = func.sum(func.coalesce(SHIPMENTS.c.quantity, LINES.c.quantity))
    whole = func.coalesce(sent >= LINES.c.quantity, func.count(SHIPMENTS.c.shipment_id) > 0)
    return (
        select(LINES.c.sales_order_id, case((whole, 1), else_=0).label("is_whole"), func.max(_arrived()).label("on"))
        .select_from(LINES.outerjoin(SHIPMENTS, SHIPMENTS.c.order_line_id == LINES.c.order_line_id))
        .where(STANDS, IS_ORDER, LINES.c.sales_order_id.in_(touched))
        .group_by(LINES.c.order_line_id, LINES.c.sales_order_id, LINES.c.quantity)
        .subquery("shipped_lines")
    )


def _fulfilled_orders() -> Fact:
    line = _shipped_lines()
    done = (
        select(line.c.sales_order_id, func.max(line.c.on).label("on"))
        .group_by(line.c.sales_order_id)
        .having(func.min(line.c.is_whole) == 1)
        .subquery("fulfilled")
    )
    joins, dimensions = of_customer(ORDERS.c.customer_id)
    days = days_between(ORDERS.c.ordered_on, done.c.on)
    return Fact(
        "fulfilled_orders", "Fulfilled orders",
        "one order of which all was sent, by the day the last of it arrived (left, where the arrival is not recorded)",
        table="sales_orders", root=done.join(ORDERS, ORDERS.c.sales_order_id == done.c.sales_order_id),
        key=Column(ORDERS.c.order_number), on=Column(done.c.on), joins=joins, dimensions=dimensions,
        measures={"orders": Column(case((days.is_not(None), literal(1))))},
        counted={"days_to_fulfil": Column(days)}, details=plain(ORDERS, "ordered_on"),
    )  # fmt: skip


def _promised_lines() -> Subquery:
    """Order lines with their promise and whether all of them had left by then, of orders with a promise then."""
    promised = select(LINES.c.sales_order_id).where(LINES.c.promised_on.between(SINCE, UNTIL))
    sent = (
        select(func.sum(func.coalesce(SHIPMENTS.c.quantity, LINES.c.quantity)))
        .where(SHIPMENTS.c.order_line_id == LINES.c.order_line_id, SHIPMENTS.c.shipped_on <= LINES.c.promised_on)
        .correlate(LINES)
        .scalar_subquery()
    )
    return (
        select(LINES.c.sales_order_id, LINES.c.promised_on, case((sent >= LINES.c.quantity, 1), else_=0).label("kept"))
        .where(STANDS, IS_ORDER, LINES.c.quantity.is_not(None), LINES.c.sales_order_id.in_(promised))
        .subquery("promised_lines")
    )


def _promised_orders() -> Select[Any]:
    line = _promised_lines()
    return (
        select(line.c.sales_order_id, func.max(line.c.promised_on).label("on"), func.min(line.c.kept).label("kept"))
        .group_by(line.c.sales_order_id)
        .having(func.count(line.c.promised_on) == func.count())
    )


def _reported(order_id: ColumnElement[int]) -> Exists:
    """Whether a return or complaint that names the order came soon after its shipment."""
    reported_on = func.coalesce(RETURNS.c.returned_on, COMPLAINTS.c.received_on)
    source = (
        LINES.join(SHIPMENTS, SHIPMENTS.c.order_line_id == LINES.c.order_line_id)
        .join(SHARES, and_(SHARES.c.shipment_id == SHIPMENTS.c.shipment_id, SHARES.c.basis == "order"))
        .outerjoin(RETURNS, RETURNS.c.return_id == SHARES.c.return_id)
        .outerjoin(COMPLAINTS, COMPLAINTS.c.complaint_id == SHARES.c.complaint_id)
    )
    soon = days_between(SHIPMENTS.c.shipped_on, reported_on) <= ARRIVAL_DAYS
    return select(literal(1)).select_from(source).where(LINES.c.sales_order_id == order_id, soon).exists()


def _due_orders() -> Fact:
    due = _promised_orders().subquery("due_orders")
    joins, dimensions = of_customer(ORDERS.c.customer_id)
    is_due = due.c.on <= select(func.max(SHIPMENTS.c.shipped_on)).scalar_subquery()
    is_perfect = and_(is_due, due.c.kept == 1, ~_reported(due.c.sales_order_id))
    return Fact(
        "due_orders", "Orders due",
        "one order whose lines were all promised, by the last day promised; orders not yet due count nothing",
        table="sales_orders", root=due.join(ORDERS, ORDERS.c.sales_order_id == due.c.sales_order_id),
        key=Column(ORDERS.c.order_number), on=Column(due.c.on), joins=joins, dimensions=dimensions,
        measures={
            "orders_due": Column(case((is_due, 1))),
            "orders_perfect": Column(case((is_perfect, 1), (is_due, 0))),
        },
        details={**plain(ORDERS, "ordered_on"), "on_time_and_complete": Column(due.c.kept)},
    )  # fmt: skip


FACTS = (_fulfilled_orders(), _due_orders())
