"""Facts of planning: forecast against actual, stock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, exists, func, select

from kb.facts.expressions import month_of
from kb.facts.fact import SINCE, UNTIL, Column, Fact, Join
from kb.facts.selling import LINES, ORDERS, SHIPMENTS, STANDS
from kb.facts.shared import PRODUCTS, of_product, table

FORECASTS, STOCK, MATERIALS = table("forecasts"), table("stock_levels"), table("materials")


def _last_versions() -> Select[Any]:
    newest = func.row_number().over(
        partition_by=(FORECASTS.c.product_id, FORECASTS.c.month_on), order_by=FORECASTS.c.forecast_version.desc()
    )
    ranked = select(FORECASTS, newest.label("rank")).subquery("ranked_forecasts")
    return select(ranked).where(ranked.c.rank == 1)


def _actuals() -> Select[Any]:
    shipped = (
        select(SHIPMENTS.c.product_id, month_of(SHIPMENTS.c.shipped_on).label("month"),
               func.sum(SHIPMENTS.c.quantity).label("units"))
        .where(SHIPMENTS.c.shipped_on.between(SINCE, UNTIL))
        .group_by(SHIPMENTS.c.product_id, month_of(SHIPMENTS.c.shipped_on))
    )  # fmt: skip
    ordered = (
        select(LINES.c.product_id, month_of(ORDERS.c.ordered_on), func.sum(LINES.c.quantity))
        .join(ORDERS, ORDERS.c.sales_order_id == LINES.c.sales_order_id)
        .where(STANDS, ~exists().where(SHIPMENTS.c.shipment_id > 0), ORDERS.c.ordered_on.between(SINCE, UNTIL))
        .group_by(LINES.c.product_id, month_of(ORDERS.c.ordered_on))
    )
    both = shipped.union_all(ordered).subquery("any_actuals")
    return select(both)


def _forecasts() -> Fact:
    plan, actual = _last_versions().subquery("plan"), _actuals().subquery("actual")
    joins, dimensions = of_product(plan.c.product_id)
    month = month_of(plan.c.month_on)
    same = (actual.c.product_id == plan.c.product_id) & (actual.c.month == month)
    last_shipped = select(month_of(func.max(SHIPMENTS.c.shipped_on))).scalar_subquery()
    last_ordered = select(month_of(func.max(ORDERS.c.ordered_on))).scalar_subquery()
    is_past = (month <= func.coalesce(last_shipped, last_ordered)) & plan.c.quantity.is_not(None)
    sold = func.coalesce(actual.c.units, 0.0)
    missed = plan.c.quantity - sold
    return Fact(
        "forecasts", "Forecast against actual", "one product and month: last forecast version against units shipped",
        table="forecasts", root=plan, key=Column(plan.c.forecast_version), on=Column(plan.c.month_on),
        joins={**joins, "actual": Join(actual, same)}, dimensions=dimensions,
        measures={
            "units_forecast": Column(case((is_past, plan.c.quantity))),
            "units_actual": Column(case((is_past, sold)), ("actual",)),
            "units_missed": Column(case((is_past, func.abs(missed))), ("actual",)),
            "units_over": Column(case((is_past, missed)), ("actual",)),
        },
    )  # fmt: skip


def _stock() -> Fact:
    item = (STOCK.c.product_id, STOCK.c.material_id, STOCK.c.location, month_of(STOCK.c.counted_on))
    latest = func.row_number().over(
        partition_by=item, order_by=(STOCK.c.counted_on.desc(), STOCK.c.stock_level_id.desc())
    )
    ranked = select(STOCK, latest.label("rank")).subquery("ranked_stock")
    last = select(ranked).where(ranked.c.rank == 1).subquery("last_stock")
    material = Join(MATERIALS, MATERIALS.c.material_id == last.c.material_id)
    product = func.coalesce(last.c.product_id, MATERIALS.c.product_id)
    joins, dimensions = of_product(product, ("material",))
    value = func.coalesce(last.c.amount, last.c.quantity * PRODUCTS.c.unit_cost)
    return Fact(
        "stock", "Stock", "the last count of each article and place in a month; months are not added up",
        table="stock_levels", root=last, key=Column(last.c.stock_number), on=Column(last.c.counted_on),
        joins={"material": material, **joins},
        dimensions={
            **dimensions,
            "material": Column(MATERIALS.c.material_number, ("material",)),
            "location": Column(last.c.location),
        },
        measures={"stock_value": Column(value, ("product",)), "stock_units": Column(last.c.quantity)},
    )  # fmt: skip


FACTS = (_forecasts(), _stock())
