"""Who was shipped a lot: the customers to call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, select, true

from analytics.metrics import Filters
from kb.models import Customer, Lot, Product, Shipment, User

CALLS = ["customer", "customer_name", "account_owner", "lot", "product", "quantity", "shipped_on", "shipment"]
NAMED, OWN, ALL = "the chosen customer", "your own customers", "all customers"


def whose(connection: Connection, filters: Filters | None, owner_id: int | None) -> str:
    """Whom the person is to call: those the filters name, else their own, else, where they look after nobody, all."""
    if (filters or {}).get("customer"):
        return NAMED
    owned = select(Customer.customer_id).where(Customer.account_owner_id == owner_id).limit(1)
    return OWN if owner_id is not None and connection.scalar(owned) is not None else ALL


def among(whom: str, filters: Filters | None, owner_id: int | None) -> ColumnElement[bool]:
    """The condition on customers that goes with `whose`."""
    if whom == NAMED:
        return Customer.customer_number.in_((filters or {})["customer"])
    return Customer.account_owner_id == owner_id if whom == OWN else true()


def by_lot(connection: Connection, lots: Collection[str], mine: ColumnElement[bool]) -> dict[str, set[int]]:
    """The customers who were shipped each lot."""
    wanted = (
        select(Lot.lot_number, Shipment.customer_id)
        .join(Shipment, Shipment.lot_id == Lot.lot_id)
        .join(Customer, Customer.customer_id == Shipment.customer_id)
        .where(Lot.lot_number.in_(list(lots)), Shipment.quantity > 0, mine)
        .distinct()
    )
    found: dict[str, set[int]] = {}
    rows: list[Any] = list(connection.execute(wanted))
    for lot, customer in rows:
        found.setdefault(lot, set()).add(customer)
    return found


def calls(connection: Connection, lots: Collection[str], mine: ColumnElement[bool]) -> pd.DataFrame:
    """CALLS: who was shipped these lots, by customer, the latest shipment first."""
    wanted = (
        select(Customer.customer_number, Customer.name, User.name, Lot.lot_number, Product.sku, Shipment.quantity,
               Shipment.shipped_on, Shipment.shipment_number)
        .join(Lot, Lot.lot_id == Shipment.lot_id)
        .join(Product, Product.product_id == Lot.product_id)
        .join(Customer, Customer.customer_id == Shipment.customer_id)
        .outerjoin(User, User.user_id == Customer.account_owner_id)
        .where(Lot.lot_number.in_(list(lots)), Shipment.quantity > 0, mine)
        .order_by(Customer.customer_number, Shipment.shipped_on.desc(), Shipment.shipment_id)
    )  # fmt: skip
    frame = pd.DataFrame([tuple(row) for row in connection.execute(wanted)], columns=CALLS)
    return frame.assign(shipped_on=pd.to_datetime(frame["shipped_on"]).astype("datetime64[us]"))
