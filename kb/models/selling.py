"""Selling: what was ordered, promised and shipped."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from kb.models.base import Base, Imported, field, key, reference


class SalesOrder(Imported, Base):
    __tablename__ = "sales_orders"
    sales_order_id: Mapped[int] = key()
    order_number: Mapped[str] = field("Order number, unique", "SO-2024-0815", unique=True)
    customer_id: Mapped[int | None] = reference("customers.customer_id")
    ordered_on: Mapped[date | None] = field("Day of the order", "2024-05-02", index=True)


class OrderLine(Imported, Base):
    __tablename__ = "order_lines"
    __table_args__ = (UniqueConstraint("sales_order_id", "line_number"),)
    order_line_id: Mapped[int] = key()
    sales_order_id: Mapped[int] = reference("sales_orders.sales_order_id", index=False)
    line_number: Mapped[int] = field("Line of the order", "1")
    product_id: Mapped[int] = reference("products.product_id", index=False)
    quantity: Mapped[float | None] = field("Units ordered; negative for a credit note", "20")
    amount: Mapped[float | None] = field("Value of the line in the base's currency", "3066.20")
    requested_on: Mapped[date | None] = field("Day the customer asked for", "2024-05-10")
    promised_on: Mapped[date | None] = field("Day we promised", "2024-05-13")
    is_cancelled: Mapped[bool | None] = field("Cancelled", "no")


class Shipment(Imported, Base):
    """One lot (where known) of one product to one customer."""

    __tablename__ = "shipments"
    __table_args__ = (Index("ix_shipments_customer_product", "customer_id", "product_id", "shipped_on"),)
    shipment_id: Mapped[int] = key()
    shipment_number: Mapped[str] = field("Shipment number, unique per row", "SH000001", unique=True)
    order_line_id: Mapped[int | None] = reference("order_lines.order_line_id")
    customer_id: Mapped[int | None] = reference("customers.customer_id", index=False)
    product_id: Mapped[int | None] = reference("products.product_id")
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    quantity: Mapped[float | None] = field("Units shipped", "20")
    amount: Mapped[float | None] = field("Value shipped", "3066.20")
    shipped_on: Mapped[date | None] = field("Day it left", "2024-05-12", index=True)
    delivered_on: Mapped[date | None] = field("Day it arrived", "2024-05-14")
