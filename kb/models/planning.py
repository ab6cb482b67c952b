"""Planning: what was expected, what lies in stock, what could be made."""

from __future__ import annotations

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kb.models.base import Base, Imported, field, key, reference


class Forecast(Imported, Base):
    __tablename__ = "forecasts"
    __table_args__ = (UniqueConstraint("product_id", "month_on", "forecast_version"),)
    forecast_id: Mapped[int] = key()
    product_id: Mapped[int] = reference("products.product_id", index=False)
    month_on: Mapped[date] = field("First day of the month", "2024-05-01", index=True)
    forecast_version: Mapped[str] = field("Which plan; the last one by name counts", "2024-04")
    quantity: Mapped[float | None] = field("Units expected", "1902")


class StockLevel(Imported, Base):
    __tablename__ = "stock_levels"
    stock_level_id: Mapped[int] = key()
    stock_number: Mapped[str] = field("Key of the row: place, article and day", "A1-DRL-104-2024-05-31", unique=True)
    product_id: Mapped[int | None] = reference("products.product_id")
    material_id: Mapped[int | None] = reference("materials.material_id")
    location: Mapped[str | None] = field("Warehouse or bin", "A1")
    counted_on: Mapped[date | None] = field("Day of the count", "2024-05-31", index=True)
    quantity: Mapped[float | None] = field("Units on hand", "821")
    amount: Mapped[float | None] = field("Value at cost", "53266.48")


class Capacity(Imported, Base):
    __tablename__ = "capacities"
    __table_args__ = (UniqueConstraint("work_center_id", "month_on"),)
    capacity_id: Mapped[int] = key()
    work_center_id: Mapped[int] = reference("work_centers.work_center_id", index=False)
    month_on: Mapped[date] = field("First day of the month", "2024-05-01", index=True)
    hours: Mapped[float | None] = field("Hours available", "320")
