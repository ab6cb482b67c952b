"""Making: orders to the shop floor, lots, what went into them and what went wrong."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kb.models.base import Base, Imported, field, key, reference


class WorkOrder(Imported, Base):
    __tablename__ = "work_orders"
    work_order_id: Mapped[int] = key()
    work_order_number: Mapped[str] = field("Work order number, unique", "WO-4711", unique=True)
    product_id: Mapped[int] = reference("products.product_id")
    work_center_id: Mapped[int | None] = reference("work_centers.work_center_id")
    quantity_planned: Mapped[float | None] = field("Units ordered", "450")
    quantity_good: Mapped[float | None] = field("Good units", "437")
    quantity_scrapped: Mapped[float | None] = field("Scrapped units", "13")
    started_on: Mapped[date | None] = field("First day", "2024-03-04", index=True)
    ended_on: Mapped[date | None] = field("Last day", "2024-03-06")
    due_on: Mapped[date | None] = field("Due", "2024-03-08")


class Lot(Imported, Base):
    __tablename__ = "lots"
    lot_id: Mapped[int] = key()
    lot_number: Mapped[str] = field(
        "Lot number, unique; ties production to shipment and return", "L24-117", unique=True
    )
    product_id: Mapped[int] = reference("products.product_id")
    work_order_id: Mapped[int | None] = reference("work_orders.work_order_id")
    work_center_id: Mapped[int | None] = reference("work_centers.work_center_id")
    shift: Mapped[str | None] = field("Shift", "B")
    quantity_planned: Mapped[float | None] = field("Units planned", "451")
    quantity_good: Mapped[float | None] = field("Good units", "437")
    quantity_scrapped: Mapped[float | None] = field("Scrapped units", "14")
    started_on: Mapped[date | None] = field("First day of making", "2024-03-04", index=True)
    ended_on: Mapped[date | None] = field("Last day of making", "2024-03-06")
    status: Mapped[str | None] = field("State of the lot", "closed")


class LotMaterial(Imported, Base):
    """Which supplier lot went into which lot."""

    __tablename__ = "lot_materials"
    __table_args__ = (UniqueConstraint("lot_id", "material_id", "supplier_lot_number"),)
    lot_material_id: Mapped[int] = key()
    lot_id: Mapped[int] = reference("lots.lot_id")
    material_id: Mapped[int] = reference("materials.material_id")
    supplier_id: Mapped[int | None] = reference("suppliers.supplier_id")
    supplier_lot_number: Mapped[str] = field("The supplier's lot number", "B-0412", index=True)
    quantity: Mapped[float | None] = field("Quantity used", "451")


class Inspection(Imported, Base):
    """What one inspection step counted on one lot."""

    __tablename__ = "inspections"
    inspection_id: Mapped[int] = key()
    inspection_number: Mapped[str] = field("Inspection number, unique", "I-0001", unique=True)
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    product_id: Mapped[int | None] = reference("products.product_id")
    station: Mapped[str | None] = field("Inspection step", "EOL")
    inspected_on: Mapped[date | None] = field("Day", "2024-03-06", index=True)
    quantity_inspected: Mapped[float | None] = field("Units inspected for the first time", "451")
    quantity_rejected: Mapped[float | None] = field("Units not good in the first run", "14")
    cost: Mapped[float | None] = field("Cost of inspecting and testing", "35.00")


class Nonconformance(Imported, Base):
    """One factory record of something not as it should be."""

    __tablename__ = "nonconformances"
    nonconformance_id: Mapped[int] = key()
    nonconformance_number: Mapped[str] = field("Record number, unique", "D000216", unique=True)
    detected_at: Mapped[datetime | None] = field("When it was found", "2024-03-05 14:20", index=True)
    product_id: Mapped[int | None] = reference("products.product_id")
    lot_id: Mapped[int | None] = reference("lots.lot_id")
    work_order_id: Mapped[int | None] = reference("work_orders.work_order_id")
    work_center_id: Mapped[int | None] = reference("work_centers.work_center_id")
    shift: Mapped[str | None] = field("Shift", "B")
    station: Mapped[str | None] = field("Station that found it", "ICT")
    defect_code: Mapped[str | None] = field("Defect code of the plant", "E71")
    disposition: Mapped[str | None] = field("rework, scrap, use as is, return to supplier", "rework")
    quantity: Mapped[float | None] = field("Units concerned", "1")
    cost: Mapped[float | None] = field("Cost of scrap or rework", "12.50")
    text: Mapped[str | None] = field("What the shop floor wrote", "cold joint on BMS, reflowed")


class PurchaseReceipt(Imported, Base):
    __tablename__ = "purchase_receipts"
    purchase_receipt_id: Mapped[int] = key()
    receipt_number: Mapped[str] = field("Number of the receipt line, unique", "PR-100-1", unique=True)
    supplier_id: Mapped[int | None] = reference("suppliers.supplier_id")
    material_id: Mapped[int | None] = reference("materials.material_id")
    supplier_lot_number: Mapped[str | None] = field("The supplier's lot number", "B-0412")
    ordered_on: Mapped[date | None] = field("Ordered", "2024-01-10")
    due_on: Mapped[date | None] = field("Due", "2024-02-01")
    received_on: Mapped[date | None] = field("Received", "2024-02-03", index=True)
    quantity_ordered: Mapped[float | None] = field("Quantity ordered", "1000")
    quantity_received: Mapped[float | None] = field("Quantity received", "1000")
    quantity_rejected: Mapped[float | None] = field("Quantity rejected", "25")
    unit_cost: Mapped[float | None] = field("Price of one unit", "4.20")
