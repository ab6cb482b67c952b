"""What a refresh reads: the texts of both sides with their context, and what ties them: lots, shipments, materials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, literal, null, select, union_all

from kb.facts.fingerprint import fingerprint as fingerprint
from kb.facts.shared import table

CONTEXT: Mapping[str, tuple[str, ...]] = {"factory": ("product", "code"), "field": ("product", "code")}
"""The columns of a record that groups may lean on: never its lot, so that lots stay evidence for links."""
RECORD = (
    "record_type", "record_id", "number", "text", "product", "code", "lot", "customer", "on", "sold_on", "case_key",
    "finding", "quantity",
)  # fmt: skip


def records(connection: Connection, side: str, as_of: date | None = None, *, only_new: bool = False) -> pd.DataFrame:
    """The records of a side that say something: RECORD's columns; '' where nothing is known, NaT for no day.

    `as_of`: none later than this day, and none without a day. `only_new`: those that no run has read yet. `case_key`
    is the same for a return and the complaints about it.
    """
    parts = [_defects()] if side == "factory" else [_returns(), _complaints()]
    rows = union_all(*parts).subquery()
    wanted = select(rows).where(func.trim(rows.c.text) != "").order_by(rows.c.record_type, rows.c.record_id)
    if only_new:
        seen = table("memberships")
        read = select(seen.c.membership_id).where(
            seen.c.record_type == rows.c.record_type, seen.c.record_id == rows.c.record_id
        )
        wanted = wanted.where(~read.exists())
    found = _frame(connection, wanted, days=("on", "sold_on"))
    return (
        found
        if as_of is None
        else found[found["on"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)].reset_index(drop=True)
    )


def ties(connection: Connection) -> dict[str, pd.DataFrame]:
    """What links lean on: `lots`, `shipments` and `materials`, as analytics.links takes them."""
    return {
        "lots": _frame(connection, _lots(), days=("started_on",)),
        "shipments": _frame(connection, _shipments(), days=("shipped_on",)),
        "materials": _frame(connection, _materials()),
    }


def _defects() -> Select[Any]:
    rows, lots, products = table("nonconformances"), table("lots"), table("products")
    product = func.coalesce(rows.c.product_id, lots.c.product_id)
    return (
        _record("defect", rows, rows.c.nonconformance_id, rows.c.nonconformance_number, {
            "product": products.c.sku, "code": rows.c.defect_code, "lot": lots.c.lot_number,
            "on": func.coalesce(rows.c.detected_at, lots.c.started_on), "quantity": rows.c.quantity,
        })
        .select_from(rows)
        .outerjoin(lots, lots.c.lot_id == rows.c.lot_id)
        .outerjoin(products, products.c.product_id == product)
    )  # fmt: skip


def _returns() -> Select[Any]:
    rows = table("returns")
    own = {
        "code": rows.c.reason, "on": rows.c.returned_on, "sold_on": rows.c.sold_on, "finding": rows.c.finding,
        "quantity": rows.c.quantity, "case_key": rows.c.return_id,
    }  # fmt: skip
    return _heard("return", rows, rows.c.return_id, rows.c.return_number, own)


def _complaints() -> Select[Any]:
    rows = table("complaints")
    # a complaint without a return is a case of its own: its key is told from returns' keys by its sign
    case = func.coalesce(rows.c.return_id, -rows.c.complaint_id)
    own = {"on": rows.c.received_on, "case_key": case}
    return _heard("complaint", rows, rows.c.complaint_id, rows.c.complaint_number, own)


def _heard(kind: str, rows: Any, key: Any, number: Any, own: Mapping[str, Any]) -> Select[Any]:
    lots, products, customers = table("lots"), table("products"), table("customers")
    shared = {"product": products.c.sku, "lot": lots.c.lot_number, "customer": customers.c.customer_number}
    return (
        _record(kind, rows, key, number, {**shared, **own})
        .select_from(rows)
        .outerjoin(lots, lots.c.lot_id == rows.c.lot_id)
        .outerjoin(products, products.c.product_id == func.coalesce(rows.c.product_id, lots.c.product_id))
        .outerjoin(customers, customers.c.customer_id == rows.c.customer_id)
    )


def _record(kind: str, rows: Any, key: Any, number: Any, own: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    """One select of RECORD's columns, in their order, those that this kind does not have empty."""
    known: dict[str, Any] = {
        "record_type": literal(kind), "record_id": key, "number": number, "text": rows.c.text, "case_key": key, **own,
    }  # fmt: skip
    days = {"on": table("nonconformances").c.detected_at.type, "sold_on": table("returns").c.sold_on.type}
    columns = []
    for name in RECORD:
        column = known.get(name, null())
        columns.append((column.cast(days[name]) if name in days and name not in known else column).label(name))
    return select(*columns)


def _lots() -> Select[Any]:
    lots, products, centers = table("lots"), table("products"), table("work_centers")
    made = func.coalesce(lots.c.quantity_good, lots.c.quantity_planned).label("quantity")
    return (
        select(lots.c.lot_number.label("lot"), products.c.sku.label("product"), centers.c.line, lots.c.shift,
               lots.c.started_on, made)
        .join(products, products.c.product_id == lots.c.product_id)
        .outerjoin(centers, centers.c.work_center_id == lots.c.work_center_id)
        .order_by(lots.c.lot_id)
    )  # fmt: skip


def _shipments() -> Select[Any]:
    rows, lots, products, customers = table("shipments"), table("lots"), table("products"), table("customers")
    return (
        select(lots.c.lot_number.label("lot"), products.c.sku.label("product"),
               customers.c.customer_number.label("customer"), rows.c.quantity, rows.c.shipped_on)
        .join(lots, lots.c.lot_id == rows.c.lot_id)
        .join(products, products.c.product_id == func.coalesce(rows.c.product_id, lots.c.product_id))
        .outerjoin(customers, customers.c.customer_id == rows.c.customer_id)
        .where(rows.c.quantity > 0, rows.c.shipped_on.is_not(None))
        .order_by(rows.c.shipment_id)
    )  # fmt: skip


def _materials() -> Select[Any]:
    rows, lots, materials, suppliers = table("lot_materials"), table("lots"), table("materials"), table("suppliers")
    return (
        select(lots.c.lot_number.label("lot"), materials.c.material_number.label("material"),
               suppliers.c.supplier_number.label("supplier"), rows.c.supplier_lot_number.label("supplier_lot"))
        .join(lots, lots.c.lot_id == rows.c.lot_id)
        .join(materials, materials.c.material_id == rows.c.material_id)
        .outerjoin(suppliers, suppliers.c.supplier_id == rows.c.supplier_id)
        .order_by(rows.c.lot_material_id)
    )  # fmt: skip


def _frame(connection: Connection, wanted: Select[Any], days: tuple[str, ...] = ()) -> pd.DataFrame:
    result = connection.execute(wanted)
    frame = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    for name in frame.columns:
        if name in days:
            frame[name] = pd.to_datetime(frame[name], utc=True, format="mixed").dt.tz_localize(None)
        elif name in ("record_id", "case_key"):
            frame[name] = frame[name].astype("int64")
        elif name == "quantity":
            frame[name] = frame[name].astype("float64").fillna(1.0)
        else:
            frame[name] = frame[name].astype("object").where(frame[name].notna(), "").astype(str)
    return frame
