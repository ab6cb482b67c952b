"""Hearing: what customers say, send back, praise and wish for."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from kb.models.base import Base, Imported, field, key, reference


class Return(Imported, Base):
    __tablename__ = "returns"
    return_id: Mapped[int] = key()
    return_number: Mapped[str] = field("RMA number, unique", "R000001", unique=True)
    returned_on: Mapped[date | None] = field("Day it came back", "2024-09-12", index=True)
    product_id: Mapped[int | None] = reference("products.product_id")
    customer_id: Mapped[int | None] = reference("customers.customer_id")
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    order_line_id: Mapped[int | None] = reference("order_lines.order_line_id")
    sold_on: Mapped[date | None] = field("Day the customer bought it", "2024-05-14")
    region: Mapped[str | None] = field("Region, where no customer is named", "NORTH")
    quantity: Mapped[float | None] = field("Units returned", "1")
    credit: Mapped[float | None] = field("Value credited", "153.31")
    reason: Mapped[str | None] = field("Reason code", "defective")
    finding: Mapped[str | None] = field("What the inspection of the return found", "cold joint on BMS")
    is_no_trouble_found: Mapped[bool | None] = field("Inspected, nothing found", "no")
    text: Mapped[str | None] = field("The customer's words", "won't hold charge")


class Complaint(Imported, Base):
    __tablename__ = "complaints"
    complaint_id: Mapped[int] = key()
    complaint_number: Mapped[str] = field("Ticket number, unique", "C000001", unique=True)
    received_on: Mapped[date | None] = field("Day it came in", "2024-09-10", index=True)
    channel: Mapped[str | None] = field("Channel", "phone")
    product_id: Mapped[int | None] = reference("products.product_id")
    customer_id: Mapped[int | None] = reference("customers.customer_id")
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    return_id: Mapped[int | None] = reference("returns.return_id")
    severity: Mapped[int | None] = field("1 (minor) to 5 (safety)", "2")
    closed_on: Mapped[date | None] = field("Day it was answered; empty: still open", "2024-09-20")
    text: Mapped[str | None] = field("The customer's words", "goes dead suddenly")


class Feedback(Imported, Base):
    __tablename__ = "feedback"
    feedback_id: Mapped[int] = key()
    feedback_number: Mapped[str] = field("Number, unique", "F0001", unique=True)
    received_on: Mapped[date | None] = field("Day", "2024-09-10", index=True)
    kind: Mapped[str | None] = field("NPS (0 to 10), CSAT (1 to 5) or review (1 to 5)", "NPS")
    channel: Mapped[str | None] = field("Channel", "survey")
    product_id: Mapped[int | None] = reference("products.product_id")
    customer_id: Mapped[int | None] = reference("customers.customer_id")
    score: Mapped[float | None] = field("Score on the scale of its kind", "9")
    text: Mapped[str | None] = field("The customer's words", "best drill we ever had")


class Request(Imported, Base):
    """A wish, a lost order or a change of specification: needs shift before defects do."""

    __tablename__ = "requests"
    request_id: Mapped[int] = key()
    request_number: Mapped[str] = field("Number, unique", "W0001", unique=True)
    received_on: Mapped[date | None] = field("Day", "2024-09-10", index=True)
    kind: Mapped[str | None] = field("wish, lost order or change of specification", "wish")
    product_id: Mapped[int | None] = reference("products.product_id")
    customer_id: Mapped[int | None] = reference("customers.customer_id")
    quantity: Mapped[float | None] = field("Units at stake", "200")
    amount: Mapped[float | None] = field("Value at stake", "30000")
    text: Mapped[str | None] = field("The customer's words", "we need a USB-C charger")


class Recall(Imported, Base):
    __tablename__ = "recalls"
    recall_id: Mapped[int] = key()
    recall_number: Mapped[str] = field("Recall number, unique per row", "RC-1", unique=True)
    started_on: Mapped[date | None] = field("Day", "2024-09-10", index=True)
    product_id: Mapped[int | None] = reference("products.product_id")
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    severity: Mapped[str | None] = field("Class of the recall", "II")
    quantity: Mapped[float | None] = field("Units concerned", "1200")
    text: Mapped[str | None] = field("Reason, in the maker's words", "cells may overheat")


class FieldAllocation(Base):
    """Which shipment a return or complaint came from, in shares that sum to one.

    Derived by each import (kb.allocation): by its order line, else its lot, else spread over what the
    customer received of that product before. It carries the ship cohort of every field rate.
    """

    __tablename__ = "field_allocations"
    field_allocation_id: Mapped[int] = key()
    return_id: Mapped[int | None] = reference("returns.return_id")
    complaint_id: Mapped[int | None] = reference("complaints.complaint_id")
    shipment_id: Mapped[int] = reference("shipments.shipment_id")
    share: Mapped[float] = field("Share of the record, 0 to 1")
    basis: Mapped[str] = field("order, lot or customer: how the shipment was found")
