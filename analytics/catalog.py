"""Every metric, declared once: from here it reaches cards, charts, tooltips, glossary, exports and objectives."""

from __future__ import annotations

from analytics.metric import Metric, Need, Term
from kb.errors import Refused
from kb.facts.hearing import WINDOW_DAYS

__all__ = ["METRICS", "Metric", "get"]


def _need(table: str, *columns: str) -> Need:
    return Need(((table, columns),))


SHIPPED = (Term("shipments", "units_shipped"),)
NEEDS_SHIPMENTS = _need("shipments", "quantity")
TRACED = ("lot_id", "order_line_id", "customer_id")
INSPECTED = (_need("inspections", "quantity_inspected"), _need("inspections", "quantity_rejected"))

_ALL = (
    Metric(
        "revenue", "Revenue", "sum", "money", "up", ("sales", "customer care"),
        "Sum of the value of all order lines, by day of the order; credit notes subtract, cancelled lines count "
        "nothing.",
        "common practice", (Term("order_lines", "revenue"),),
        needs=(_need("order_lines", "amount"),),
    ),
    Metric(
        "orders", "Orders", "sum", "count", "up", ("sales",),
        "Number of sales orders with at least one line that is not cancelled, by day of the order.",
        "common practice", (Term("orders", "orders"),),
        needs=(_need("sales_orders"),),
    ),
    Metric(
        "units_shipped", "Units shipped", "sum", "units", "up", ("sales", "production"),
        "Sum of the units of all shipments, by the day they left.",
        "common practice", SHIPPED,
        needs=(NEEDS_SHIPMENTS,),
    ),
    Metric(
        "complaints", "Complaints", "sum", "count", "down", ("customer care", "quality"),
        "Number of complaints, by the day they came in.",
        "common practice", (Term("complaints", "complaints"),),
        needs=(_need("complaints"),),
    ),
    Metric(
        "cost_of_poor_quality", "Cost of poor quality (strict)", "sum", "money", "down", ("production", "quality"),
        "Internal failure plus external failure. Internal: the cost of each nonconformance where it is given, else "
        "scrapped units times the product's unit cost (rework without a cost counts nothing). External: the credit of "
        "each return where it is given, else returned units times the product's unit price. Appraisal and prevention "
        "are left out.",
        "ASQ", (Term("nonconformances", "failure_cost"), Term("returns", "return_cost")),
        needs=(
            Need((("nonconformances", ()), ("returns", ()))),
            Need((("nonconformances", ("cost",)), ("returns", ("credit",)), ("products", ("unit_cost", "unit_price")))),
        ),
    ),
    Metric(
        "first_pass_yield", "First pass yield", "ratio", "percent", "up", ("production", "quality"),
        "Units good in the first run / units inspected, summed over all inspection steps.",
        "ISO 22400-2", (Term("inspections", "units_passed"),), (Term("inspections", "units_inspected"),),
        needs=INSPECTED,
    ),
    Metric(
        "rolled_throughput_yield", "Rolled throughput yield", "product", "percent", "up", ("production", "quality"),
        "Product of the first pass yields of the inspection steps: the chance that a unit passes every step in the "
        "first run.",
        "Six Sigma", (Term("inspections", "units_passed"),), (Term("inspections", "units_inspected"),),
        needs=(*INSPECTED, _need("inspections", "station")), step="station",
    ),
    Metric(
        "scrap_rate", "Scrap rate", "ratio", "percent", "down", ("production", "purchasing"),
        "Scrapped units / produced units (good and scrapped), of lots and of work orders that no lot names, by the day "
        "making began.",
        "ISO 22400-2", (Term("production", "units_scrapped"),), (Term("production", "units_produced"),),
        needs=(Need((("lots", ("quantity_scrapped",)), ("work_orders", ("quantity_scrapped",)))),),
    ),
    Metric(
        "internal_ppm", "Defective PPM (internal)", "ratio", "ppm", "down", ("production", "quality"),
        "Units rejected at inspection / units inspected * 1,000,000.",
        "ASQ", (Term("inspections", "units_rejected"),), (Term("inspections", "units_inspected"),),
        needs=INSPECTED,
    ),
    Metric(
        "on_time_to_promise", "On-time delivery to promise", "ratio", "percent", "up", ("production", "sales"),
        "Order lines whose last shipment left by the promised day / order lines promised for the period. A line not "
        "shipped at all is late; lines promised for days after the last known shipment are not yet due.",
        "IAQG", (Term("promised", "lines_on_time"),), (Term("promised", "lines_due"),),
        needs=(_need("order_lines", "promised_on"), _need("shipments", "order_line_id")),
    ),
    Metric(
        "on_time_to_request", "On-time delivery to request", "ratio", "percent", "up", ("production", "sales"),
        "Order lines whose last shipment left by the day the customer asked for / order lines requested for the "
        "period. A line not shipped at all is late; lines requested for days after the last known shipment are not "
        "yet due.",
        "IAQG", (Term("requested", "lines_on_time"),), (Term("requested", "lines_due"),),
        needs=(_need("order_lines", "requested_on"), _need("shipments", "order_line_id")),
    ),
    Metric(
        "supplier_reject_rate", "Supplier reject rate", "ratio", "percent", "down", ("purchasing", "quality"),
        "Units rejected at receipt / units received, by day of receipt.",
        "common practice", (Term("purchase_receipts", "units_refused"),),
        (Term("purchase_receipts", "units_received"),),
        needs=(_need("purchase_receipts", "quantity_received"), _need("purchase_receipts", "quantity_rejected")),
    ),
    Metric(
        "return_cost", "Cost of returns", "sum", "money", "down", ("quality", "customer care"),
        "The credit of each return where it is given, else returned units times the product's unit price, by the day "
        "it came back.",
        "external failure, ASQ", (Term("returns", "return_cost"),),
        needs=(_need("returns"), Need((("returns", ("credit",)), ("products", ("unit_price",))))),
    ),
    Metric(
        "return_rate_calendar", "Return rate (calendar)", "ratio", "percent", "down", ("production", "customer care"),
        "Units returned in a period / units shipped in the same period. Returns lag sales: where returns name their "
        "origin, the ship cohort variant is the fairer one.",
        "variant of the ship cohort rate", (Term("returns", "units_returned"),), SHIPPED,
        needs=(_need("returns"), NEEDS_SHIPMENTS),
    ),
    Metric(
        "return_rate_cohort", "Return rate (ship cohort)", "cohort", "percent", "down", ("production", "customer care"),
        f"Units that came back within {WINDOW_DAYS} days of shipping / units shipped, by the month they were shipped. "
        f"A month counts once {WINDOW_DAYS} days have passed since its end; younger months are shown grey.",
        "warranty practice", (Term("returned", "units_returned"),), SHIPPED,
        needs=(_need("returns", *TRACED), NEEDS_SHIPMENTS), matures_after_days=WINDOW_DAYS,
    ),
    Metric(
        "complaint_rate_cohort", "Complaint rate (ship cohort)", "cohort", "per 1000", "down",
        ("production", "customer care"),
        f"Complaints within {WINDOW_DAYS} days of shipping / units shipped * 1,000, by the month they were shipped. "
        f"A month counts once {WINDOW_DAYS} days have passed since its end; younger months are shown grey.",
        "warranty practice", (Term("complained", "complaints"),), SHIPPED,
        needs=(_need("complaints", "lot_id", "customer_id", "return_id"), NEEDS_SHIPMENTS),
        matures_after_days=WINDOW_DAYS,
    ),
    Metric(
        "customer_ppm", "Customer PPM (ship cohort)", "cohort", "ppm", "down", ("production", "quality"),
        f"Units returned within {WINDOW_DAYS} days of shipping, without those where no trouble was found / units "
        f"shipped * 1,000,000, by the month they were shipped. A month counts once {WINDOW_DAYS} days have passed "
        "since its end; younger months are shown grey.",
        "automotive practice", (Term("returned", "units_defective"),), SHIPPED,
        needs=(_need("returns", *TRACED), NEEDS_SHIPMENTS), matures_after_days=WINDOW_DAYS,
    ),
    Metric(
        "forecast_error", "Forecast error (WAPE)", "ratio", "percent", "down", ("sales", "purchasing"),
        "Sum of |forecast - actual| / sum of actual, over products and months with a forecast; the last version of the "
        "forecast counts; actual is units shipped (units ordered where no shipments are known).",
        "common practice", (Term("forecasts", "units_missed"),), (Term("forecasts", "units_actual"),),
        needs=(_need("forecasts", "quantity"), Need((("shipments", ("quantity",)), ("order_lines", ("quantity",))))),
        is_proportion=False,
    ),
    Metric(
        "forecast_bias", "Forecast bias", "ratio", "percent", "zero", ("sales", "purchasing"),
        "Sum of (forecast - actual) / sum of actual, over products and months with a forecast: above zero builds "
        "stock, below zero loses sales.",
        "common practice", (Term("forecasts", "units_over"),), (Term("forecasts", "units_actual"),),
        needs=(_need("forecasts", "quantity"), Need((("shipments", ("quantity",)), ("order_lines", ("quantity",))))),
        is_proportion=False,
    ),
    Metric(
        "capa_cycle_time", "CAPA cycle time", "median", "days", "down", ("quality", "production"),
        "Median days from opening to closing of the corrective actions closed in the period.",
        "common practice", (Term("actions", "closed"),),
        needs=(_need("actions", "closed_on"), _need("actions", "opened_on")), step="days_open",
    ),
    Metric(
        "inventory_value", "Inventory value", "snapshot", "money", "down", ("purchasing", "sales"),
        "Value of the stock at the last count of each article and place in the last month counted; units times the "
        "product's unit cost where no value is given.",
        "common practice", (Term("stock", "stock_value"),),
        needs=(_need("stock_levels", "counted_on"), _need("stock_levels", "amount", "quantity")),
    ),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.key: metric for metric in _ALL}


def get(key: str) -> Metric:
    """The metric of this key. Raises Refused for a key the catalogue does not hold."""
    if key not in METRICS:
        raise Refused(f"there is no metric {key}: choose one of {', '.join(METRICS)}")
    return METRICS[key]
