"""Master data: what is made, from what, where, by whom, for whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kb.models.base import Base, Edited, Imported, field, key, reference


class Site(Imported, Base):
    __tablename__ = "sites"
    site_id: Mapped[int] = key()
    site_number: Mapped[str] = field("Short code of the plant", "MUC", unique=True)
    name: Mapped[str | None] = field("Name of the plant", "Munich")


class Product(Imported, Base):
    __tablename__ = "products"
    product_id: Mapped[int] = key()
    sku: Mapped[str] = field("Article number, unique", "DRL-104", unique=True)
    name: Mapped[str | None] = field("Name as customers know it", "Cordless drill Basic")
    family: Mapped[str | None] = field("Product family", "Drills", index=True)
    category: Mapped[str | None] = field("Group of families", "Power tools")
    model: Mapped[str | None] = field("Model; one model has several articles", "Cordless drill")
    site_id: Mapped[int | None] = reference("sites.site_id")
    unit_cost: Mapped[float | None] = field("Standard cost of one unit", "64.88")
    unit_price: Mapped[float | None] = field("List price of one unit", "153.31")
    launched_on: Mapped[date | None] = field("First day of sale", "2023-01-02")
    discontinued_on: Mapped[date | None] = field("Last day of sale", "2025-12-31")
    warranty_months: Mapped[int | None] = field("Warranty in months", "24")
    is_made: Mapped[bool | None] = field("Made in house (yes) or bought (no)", "yes")
    is_sold: Mapped[bool | None] = field("Sold to customers", "yes")


class Material(Imported, Base):
    __tablename__ = "materials"
    material_id: Mapped[int] = key()
    material_number: Mapped[str] = field("Number of the material or sub-assembly, unique", "M-BMS", unique=True)
    name: Mapped[str | None] = field("What it is", "Battery management board")
    component: Mapped[str | None] = field("Kind of component", "BMS")
    unit: Mapped[str | None] = field("Unit it is counted in", "pc")
    product_id: Mapped[int | None] = reference("products.product_id")
    is_bought: Mapped[bool | None] = field("Bought (yes) or made in house (no)", "yes")


class BomLine(Imported, Base):
    """One component of one product."""

    __tablename__ = "bom_lines"
    __table_args__ = (UniqueConstraint("product_id", "material_id", "bom_line_number"),)
    bom_line_id: Mapped[int] = key()
    product_id: Mapped[int] = reference("products.product_id")
    material_id: Mapped[int] = reference("materials.material_id")
    bom_line_number: Mapped[str] = field("Tells apart two lines with the same material; may repeat the material", "1")
    quantity: Mapped[float | None] = field("Units of the material in one unit of the product", "1")
    unit: Mapped[str | None] = field("Unit of the quantity", "pc")
    valid_from_on: Mapped[date | None] = field("First day it is used", "2023-01-02")
    valid_to_on: Mapped[date | None] = field("Last day it is used", "2025-06-30")


class Supplier(Imported, Base):
    __tablename__ = "suppliers"
    supplier_id: Mapped[int] = key()
    supplier_number: Mapped[str] = field("Supplier code, unique", "S01", unique=True)
    name: Mapped[str | None] = field("Name of the supplier", "Boreal Boards Inc")
    country: Mapped[str | None] = field("Country", "CN")
    is_active: Mapped[bool | None] = field("Still delivers", "yes")


class WorkCenter(Imported, Base):
    __tablename__ = "work_centers"
    work_center_id: Mapped[int] = key()
    line: Mapped[str] = field("Code of the production line or work center, unique", "L3", unique=True)
    name: Mapped[str | None] = field("Name of the line", "Final assembly 3")
    site_id: Mapped[int | None] = reference("sites.site_id")


class Customer(Imported, Edited, Base):
    __tablename__ = "customers"
    customer_id: Mapped[int] = key()
    customer_number: Mapped[str] = field("Customer number, unique", "K013", unique=True)
    name: Mapped[str | None] = field("Name of the customer", "Nordmarkt Retail")
    segment: Mapped[str | None] = field("Segment", "retail chain")
    region: Mapped[str | None] = field("Sales region", "NORTH")
    country: Mapped[str | None] = field("Country", "DE")
    since_on: Mapped[date | None] = field("Customer since", "2017-11-27")
    account_owner_id: Mapped[int | None] = reference("users.user_id")
