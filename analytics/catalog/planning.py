"""Metrics of planning: forecast against actual, and stock."""

from __future__ import annotations

from analytics.catalog.needs import NEEDS_FORECASTS, NEEDS_SHIPMENTS, NEEDS_STOCK, need
from analytics.metric import Metric, Term
from kb.facts.standing import EXCESS_MONTHS

ACTUAL = (Term("forecasts", "units_actual"),)

METRICS = (
    Metric(
        "forecast_error", "Forecast error (WAPE)", "ratio", "percent", "down", ("sales", "purchasing"),
        "Sum of |forecast - actual| / sum of actual, over products and months with a forecast; the last version of the "
        "forecast counts; actual is units shipped (units ordered where no shipments are known).",
        "common practice", (Term("forecasts", "units_missed"),), ACTUAL, needs=NEEDS_FORECASTS, is_proportion=False,
    ),
    Metric(
        "forecast_bias", "Forecast bias", "ratio", "percent", "zero", ("sales", "purchasing"),
        "Sum of (forecast - actual) / sum of actual, over products and months with a forecast: above zero builds "
        "stock, below zero loses sales.",
        "common practice", (Term("forecasts", "units_over"),), ACTUAL, needs=NEEDS_FORECASTS, is_proportion=False,
    ),
    Metric(
        "inventory_value", "Inventory value", "snapshot", "money", "down", ("purchasing", "sales"),
        "Value of the stock at the last count of each article and place in the last month counted; units times the "
        "product's unit cost where no value is given.",
        "common practice", (Term("stock", "stock_value"),), needs=NEEDS_STOCK,
    ),
    Metric(
        "days_of_supply", "Inventory days of supply", "snapshot", "days", "band", ("purchasing", "sales"),
        "Inventory value at the end of the last month counted / (cost of the goods shipped in the 12 months up to it / "
        "365). Cost: units times the product's unit cost. Told once 12 months of shipments are known.",
        "SCOR AM.2.2", (Term("supply", "stock_value"),), (Term("supply", "cost_per_day"),),
        needs=(*NEEDS_STOCK, NEEDS_SHIPMENTS, need("products", "unit_cost")), is_proportion=False, is_counted=False,
    ),
    Metric(
        "excess_stock", f"Excess stock (beyond {EXCESS_MONTHS} months of demand)", "snapshot", "money", "down",
        ("purchasing", "sales"),
        f"Value of the stock of each product beyond {EXCESS_MONTHS} months of its demand, at the end of the last month "
        "counted. A month's demand is the mean of the units shipped in the 12 months up to it, or since its first "
        "shipment where that is younger; of a product never shipped everything is excess. Materials are left out.",
        "common practice", (Term("excess", "excess_value"),),
        needs=(*NEEDS_STOCK, need("stock_levels", "product_id"), NEEDS_SHIPMENTS),
    ),
)  # fmt: skip
