"""Metrics of selling: what was ordered and shipped, whether as promised, and who stays."""

from __future__ import annotations

from analytics.catalog.needs import NEEDS_SHIPMENTS, REVENUE, SHIPPED, need
from analytics.metric import Metric, Term
from kb.facts.fulfilment import ARRIVAL_DAYS
from kb.facts.standing import SEVERE

ON_TIME = "on time"

METRICS = (
    Metric(
        "revenue", "Revenue", "sum", "money", "up", ("sales", "customer care"),
        "Sum of the value of all order lines, by day of the order; credit notes subtract, cancelled lines count "
        "nothing.",
        "common practice", REVENUE, needs=(need("order_lines", "amount"),),
    ),
    Metric(
        "orders", "Orders", "sum", "count", "up", ("sales",),
        "Number of sales orders with at least one line that is not cancelled, by day of the order.",
        "common practice", (Term("orders", "orders"),), needs=(need("sales_orders"),),
    ),
    Metric(
        "units_shipped", "Units shipped", "sum", "units", "up", ("sales", "production"),
        "Sum of the units of all shipments, by the day they left.",
        "common practice", SHIPPED, needs=(NEEDS_SHIPMENTS,),
    ),
    Metric(
        "order_backlog", "Order backlog", "snapshot", "money", "up", ("sales", "production"),
        "Value of what was ordered and had not left, at the end of the last month: each line's value times the share "
        "of its units not yet shipped. Cancelled lines and credit notes count nothing.",
        "common practice", (Term("backlog", "open_value"),),
        needs=(need("order_lines", "amount"), need("sales_orders", "ordered_on"), need("shipments", "order_line_id")),
    ),
    Metric(
        "on_time_to_promise", "On-time delivery to promise", "ratio", "percent", "up", ("production", "sales"),
        "Order lines whose last shipment left by the promised day / order lines promised for the period. A line not "
        "shipped at all is late; lines promised for days after the last known shipment are not yet due.",
        "IAQG", (Term("promised", "lines_on_time"),), (Term("promised", "lines_due"),),
        needs=(need("order_lines", "promised_on"), need("shipments", "order_line_id")), family=ON_TIME,
    ),
    Metric(
        "on_time_to_request", "On-time delivery to request", "ratio", "percent", "up", ("production", "sales"),
        "Order lines whose last shipment left by the day the customer asked for / order lines requested for the "
        "period. A line not shipped at all is late; lines requested for days after the last known shipment are not "
        "yet due.",
        "IAQG", (Term("requested", "lines_on_time"),), (Term("requested", "lines_due"),),
        needs=(need("order_lines", "requested_on"), need("shipments", "order_line_id")), family=ON_TIME,
    ),
    Metric(
        "on_time_in_full", "On time in full (lines, to promise)", "ratio", "percent", "up", ("production", "sales"),
        "Order lines of which all units had left by the promised day / order lines promised for the period. Level: the "
        "order line. Window: any day up to the promised one; early is on time. Lines without a quantity are left out; "
        "lines promised for days after the last known shipment are not yet due.",
        "common practice, no standard definition",
        (Term("promised", "lines_on_time_in_full"),), (Term("promised", "lines_counted"),),
        needs=(
            need("order_lines", "promised_on"), need("order_lines", "quantity"), need("shipments", "order_line_id"),
            NEEDS_SHIPMENTS,
        ),
        family=ON_TIME,
    ),
    Metric(
        "perfect_order", "Perfect order (without documents)", "cohort", "percent", "up", ("production", "sales"),
        "Orders of which all units of all lines had left by their promised days, and for which no return or complaint "
        f"that names the order came within {ARRIVAL_DAYS} days of shipping / orders whose lines were all promised, by "
        "the last day promised. Whether the documents were right is not recorded and left out; reports that name no "
        f"order cannot be held against one. A month counts once {ARRIVAL_DAYS} days have passed since its end; younger "
        "months are shown grey.",
        "SCOR RL.1.1", (Term("due_orders", "orders_perfect"),), (Term("due_orders", "orders_due"),),
        needs=(
            need("order_lines", "promised_on"), need("order_lines", "quantity"), need("shipments", "order_line_id"),
            NEEDS_SHIPMENTS, need("returns", "order_line_id"),
        ),
        matures_after_days=ARRIVAL_DAYS, cohort="due", family=ON_TIME,
    ),
    Metric(
        "order_cycle_time", "Order fulfilment cycle time", "mean", "days", "down", ("production", "sales"),
        "Mean days from the order to the day the last of it arrived (left, where no arrival is recorded), of the "
        "orders completed in the period.",
        "SCOR RS.1.1", (Term("fulfilled_orders", "orders"),),
        needs=(need("sales_orders", "ordered_on"), need("shipments", "order_line_id")), step="days_to_fulfil",
    ),
    Metric(
        "revenue_at_risk", "Revenue at risk", "snapshot", "money", "down", ("sales", "quality"),
        f"Revenue of the last 12 months of customers with an open complaint of severity {SEVERE} or more, at the end "
        "of the last month. Our own definition: it says who could leave, not who will.",
        "our own", (Term("at_risk", "revenue_at_risk"),),
        needs=(
            need("complaints", "severity"), need("complaints", "closed_on"), need("complaints", "customer_id"),
            need("order_lines", "amount"), need("sales_orders", "customer_id"),
        ),
    ),
    Metric(
        "retention", "Retention", "snapshot", "percent", "up", ("sales", "customer care"),
        "Customers who ordered in both of two successive 12 months / customers who ordered in the first, at the end of "
        "the last month. Cancelled lines and credit notes are no orders.",
        "common practice", (Term("retained", "customers_kept"),), (Term("retained", "customers_before"),),
        needs=(need("sales_orders", "customer_id"), need("sales_orders", "ordered_on")),
    ),
)  # fmt: skip
