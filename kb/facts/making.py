"""Facts of making: what was produced, inspected, found wrong, bought."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, exists, func, literal, null, or_, select

from kb.facts.expressions import real
from kb.facts.fact import Column, Fact, Join
from kb.facts.shared import LOTS, PRODUCTS, joined, of_line, of_lot, of_product, plain, table

RAW_LOTS, WORK_ORDERS, INSPECTIONS = table("lots"), table("work_orders"), table("inspections")
RECORDS, RECEIPTS = table("nonconformances"), table("purchase_receipts")
SUPPLIERS, MATERIALS, USED = table("suppliers"), table("materials"), table("lot_materials")


def _production() -> Fact:
    lots = select(
        literal("lot").label("kind"), RAW_LOTS.c.lot_number.label("number"), RAW_LOTS.c.lot_number.label("lot"),
        RAW_LOTS.c.product_id, RAW_LOTS.c.work_center_id, RAW_LOTS.c.shift, RAW_LOTS.c.quantity_good,
        RAW_LOTS.c.quantity_scrapped, func.coalesce(RAW_LOTS.c.started_on, RAW_LOTS.c.ended_on).label("made_on"),
    )  # fmt: skip
    has_lot = exists().where(RAW_LOTS.c.work_order_id == WORK_ORDERS.c.work_order_id)
    orders = select(
        literal("work order"), WORK_ORDERS.c.work_order_number, cast(null(), String),
        WORK_ORDERS.c.product_id, WORK_ORDERS.c.work_center_id, cast(null(), String), WORK_ORDERS.c.quantity_good,
        WORK_ORDERS.c.quantity_scrapped, func.coalesce(WORK_ORDERS.c.started_on, WORK_ORDERS.c.ended_on),
    ).where(~has_lot)  # fmt: skip
    made = lots.union_all(orders).subquery("made")
    joins, dimensions = joined(of_product(made.c.product_id), of_line(made.c.work_center_id))
    good, scrapped = made.c.quantity_good, made.c.quantity_scrapped
    any_known = or_(good.is_not(None), scrapped.is_not(None))
    return Fact(
        "production", "Production", "one lot, or one work order that no lot names, by the day making began",
        table="lots", root=made, key=Column(made.c.number), on=Column(made.c.made_on), joins=joins,
        dimensions={**dimensions, **plain(made, "shift", "lot")},
        measures={
            "units_produced": Column(case((any_known, func.coalesce(good, 0) + func.coalesce(scrapped, 0)))),
            "units_good": Column(good),
            "units_scrapped": Column(scrapped),
        },
        details=plain(made, "kind"),
    )  # fmt: skip


def _inspections() -> Fact:
    product = func.coalesce(INSPECTIONS.c.product_id, LOTS.c.product_id)
    joins, dimensions = joined(of_product(product, ("lot",)), of_lot(INSPECTIONS.c.lot_id))
    inspected, rejected = INSPECTIONS.c.quantity_inspected, INSPECTIONS.c.quantity_rejected
    return Fact(
        "inspections", "Inspections", "one inspection step of one lot, by day",
        table="inspections", root=INSPECTIONS, key=Column(INSPECTIONS.c.inspection_number),
        on=Column(INSPECTIONS.c.inspected_on), joins=_lot_first(joins),
        dimensions={**dimensions, **plain(INSPECTIONS, "station")},
        measures={
            "units_inspected": Column(case((rejected.is_not(None), inspected))),
            "units_rejected": Column(case((inspected.is_not(None), rejected))),
            "units_passed": Column(inspected - rejected),
            "appraisal_cost": Column(INSPECTIONS.c.cost),
        },
    )  # fmt: skip


def _nonconformances() -> Fact:
    joins, dimensions = _of_record()
    return Fact(
        "nonconformances", "Nonconformances", "one factory record of something not as it should be, by day",
        table="nonconformances", root=RECORDS, key=Column(RECORDS.c.nonconformance_number),
        on=Column(RECORDS.c.detected_at), joins=joins, dimensions=dimensions, measures=_of_failure(),
        details=plain(RECORDS, "text"),
    )  # fmt: skip


def _nonconformance_shares() -> Fact:
    joins, dimensions = _of_record()
    used = func.coalesce(_materials_of_lot(), 1)
    measures = {name: Column(column.expression / real(used), column.needs) for name, column in _of_failure().items()}
    source, source_dimensions = _of_source(USED.c.supplier_id, USED.c.material_id)
    return Fact(
        "nonconformance_shares", "Nonconformances by supplier lot",
        "an equal share of one nonconformance for each supplier lot that went into its lot, by day",
        table="nonconformances", root=RECORDS.outerjoin(USED, USED.c.lot_id == RECORDS.c.lot_id),
        key=Column(RECORDS.c.nonconformance_number), on=Column(RECORDS.c.detected_at), joins={**joins, **source},
        dimensions={**dimensions, **source_dimensions, "supplier_lot": Column(USED.c.supplier_lot_number)},
        measures=measures, details=plain(RECORDS, "text"),
    )  # fmt: skip


def _materials_of_lot() -> ColumnElement[Any]:
    """How many supplier lots went into the record's lot, none where nobody knows."""
    others = table("lot_materials").alias("used_beside")
    count = select(func.count()).where(others.c.lot_id == RECORDS.c.lot_id).correlate(RECORDS).scalar_subquery()
    return func.nullif(count, 0)


def _of_failure() -> dict[str, Column]:
    quantity = RECORDS.c.quantity
    cost_of_scrap = case((RECORDS.c.disposition == "scrap", quantity * PRODUCTS.c.unit_cost))
    return {
        "nonconformances": Column(literal(1)),
        "units_nonconforming": Column(quantity),
        "units_reworked": Column(case((RECORDS.c.disposition == "rework", quantity))),
        "units_written_off": Column(case((RECORDS.c.disposition == "scrap", quantity))),
        "failure_cost": Column(func.coalesce(RECORDS.c.cost, cost_of_scrap), ("product",)),
    }


def _of_record() -> tuple[dict[str, Join], dict[str, Column]]:
    orders = WORK_ORDERS.alias("recorded_work_orders")
    product = func.coalesce(RECORDS.c.product_id, LOTS.c.product_id, orders.c.product_id)
    center = func.coalesce(RECORDS.c.work_center_id, LOTS.c.work_center_id, orders.c.work_center_id)
    lot_joins, lot_dimensions = of_lot(RECORDS.c.lot_id)
    ends = ("lot", "work_order")
    joins, dimensions = joined(of_product(product, ends), (lot_joins, lot_dimensions), of_line(center, ends))
    joins["work_order"] = Join(orders, orders.c.work_order_id == RECORDS.c.work_order_id)
    return _lot_first(joins), {
        **dimensions,
        "shift": Column(func.coalesce(RECORDS.c.shift, LOTS.c.shift), ("lot",)),
        **plain(RECORDS, "station", "defect_code", "disposition"),
    }


def _lot_first(joins: dict[str, Join]) -> dict[str, Join]:
    # the product is known by way of the lot or work order, so these are joined before it
    first = [name for name in ("lot", "work_order") if name in joins]
    return {name: joins[name] for name in dict.fromkeys([*first, *joins])}


def _purchase_receipts() -> Fact:
    joins, dimensions = _of_source(RECEIPTS.c.supplier_id, RECEIPTS.c.material_id)
    received, rejected = RECEIPTS.c.quantity_received, RECEIPTS.c.quantity_rejected
    return Fact(
        "purchase_receipts", "Purchase receipts", "one received line, by day of receipt",
        table="purchase_receipts", root=RECEIPTS, key=Column(RECEIPTS.c.receipt_number),
        on=Column(RECEIPTS.c.received_on),
        joins=joins, dimensions={**dimensions, "supplier_lot": Column(RECEIPTS.c.supplier_lot_number)},
        measures={
            "units_received": Column(case((rejected.is_not(None), received))),
            "units_refused": Column(case((received.is_not(None), rejected))),
        },
        details=plain(RECEIPTS, "due_on"),
    )  # fmt: skip


def _of_source(supplier: ColumnElement[Any], material: ColumnElement[Any]) -> tuple[dict[str, Join], dict[str, Column]]:
    joins = {
        "supplier": Join(SUPPLIERS, SUPPLIERS.c.supplier_id == supplier),
        "material": Join(MATERIALS, MATERIALS.c.material_id == material),
    }
    return joins, {
        "supplier": Column(SUPPLIERS.c.supplier_number, ("supplier",)),
        "supplier_name": Column(SUPPLIERS.c.name, ("supplier",)),
        "supplier_country": Column(SUPPLIERS.c.country, ("supplier",)),
        "material": Column(MATERIALS.c.material_number, ("material",)),
        "material_name": Column(MATERIALS.c.name, ("material",)),
        "component": Column(MATERIALS.c.component, ("material",)),
    }


FACTS = (_production(), _inspections(), _nonconformances(), _nonconformance_shares(), _purchase_receipts())
