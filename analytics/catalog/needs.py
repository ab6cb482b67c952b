"""What several metrics need or divide by: named once."""

from __future__ import annotations

from analytics.metric import Need, Term


def need(table: str, *columns: str) -> Need:
    """A row of this table that fills at least one of these columns."""
    return Need(((table, columns),))


def any_of(*sources: tuple[str, tuple[str, ...]]) -> Need:
    """At least one of these columns in at least one of these tables."""
    return Need(sources)


SHIPPED = (Term("shipments", "units_shipped"),)
PRODUCED = (Term("production", "units_produced"),)
INSPECTED = (Term("inspections", "units_inspected"),)
REVENUE = (Term("order_lines", "revenue"),)
FAILURE = (Term("nonconformances", "failure_cost"), Term("returns", "return_cost"))
NEEDS_SHIPMENTS = need("shipments", "quantity")
NEEDS_INSPECTIONS = (need("inspections", "quantity_inspected"), need("inspections", "quantity_rejected"))
NEEDS_PRODUCTION = any_of(
    ("lots", ("quantity_good", "quantity_scrapped")), ("work_orders", ("quantity_good", "quantity_scrapped"))
)
NEEDS_FAILURE = (
    any_of(("nonconformances", ()), ("returns", ())),
    any_of(("nonconformances", ("cost",)), ("returns", ("credit",)), ("products", ("unit_cost", "unit_price"))),
)
NEEDS_TRACED_RETURNS = need("returns", "lot_id", "order_line_id", "customer_id")
NEEDS_FORECASTS = (
    need("forecasts", "quantity"), any_of(("shipments", ("quantity",)), ("order_lines", ("quantity",))),
)  # fmt: skip
NEEDS_STOCK = (need("stock_levels", "counted_on"), need("stock_levels", "amount", "quantity"))
INTERNAL_FAILURE = (
    "Internal: the cost of each nonconformance where it is given, else scrapped units times the product's unit cost "
    "(rework without a cost counts nothing). External: the credit of each return where it is given, else returned "
    "units times the product's unit price."
)


def matures(days: int) -> str:
    """When a cohort counts, in words."""
    return f"A month counts once {days} days have passed since its end; younger months are shown grey."
