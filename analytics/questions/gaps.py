"""What analyses need to be filled in, and what it costs in answers where it is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """Rows of a table in which columns are filled (all, or any of them), or which another table refers to."""

    what: str
    table: str
    columns: tuple[str, ...]
    costs: str
    any_of: bool = False
    via: str | None = None


GAPS = (
    Gap("Returns with a lot", "returns", ("lot_id",),
        "Return rate and Customer PPM by line, shift and lot; which lots customers' reports point to"),
    Gap("Returns traced to a shipment", "returns", (), via="field_allocations",
        costs="Return rate (ship cohort) and Customer PPM count only these"),
    Gap("Returns with a day", "returns", ("returned_on",), "Every return rate leaves out undated returns"),
    Gap("Returns with a customer", "returns", ("customer_id",),
        "Return rate by customer, segment and region; tracing where no lot is named"),
    Gap("Returns with a reason", "returns", ("reason",), "What returns are about"),
    Gap("Complaints with a lot", "complaints", ("lot_id",), "Complaint rate by line, shift and lot"),
    Gap("Complaints traced to a shipment", "complaints", (), via="field_allocations",
        costs="Complaint rate (ship cohort) counts only these"),
    Gap("Order lines with a promised day", "order_lines", ("promised_on",),
        "On-time delivery to promise counts only these"),
    Gap("Order lines with a requested day", "order_lines", ("requested_on",),
        "On-time delivery to request counts only these"),
    Gap("Order lines with a value", "order_lines", ("amount",), "Revenue leaves out lines without a value"),
    Gap("Order lines with a shipment", "order_lines", (), via="shipments",
        costs="On-time delivery takes lines without a shipment for late"),
    Gap("Sales orders with a customer", "sales_orders", ("customer_id",), "Revenue and Orders by customer and region"),
    Gap("Shipments with a lot", "shipments", ("lot_id",),
        "Field rates by line, shift and lot; from a customer's report back to the lot"),
    Gap("Shipments with a customer", "shipments", ("customer_id",),
        "Tracing of returns and complaints that name no lot"),
    Gap("Work orders with a day", "work_orders", ("started_on", "ended_on"), any_of=True,
        costs="Scrap rate by month leaves out undated work orders; without a period they count"),
    Gap("Work orders with a line", "work_orders", ("work_center_id",), "Scrap rate by line"),
    Gap("Lots with a line", "lots", ("work_center_id",), "Scrap rate, First pass yield and field rates by line"),
    Gap("Lots with a shift", "lots", ("shift",), "Scrap rate and First pass yield by shift"),
    Gap("Lots with their materials", "lots", (), via="lot_materials",
        costs="Which supplier lots a defect or a complaint points to"),
    Gap("Inspections with a lot", "inspections", ("lot_id",), "First pass yield by line and shift"),
    Gap("Nonconformances with a lot", "nonconformances", ("lot_id",), "Linking causes to customers' reports"),
    Gap("Nonconformances with a defect code", "nonconformances", ("defect_code",), "Pareto of defects by code"),
    Gap("Nonconformances with a cost", "nonconformances", ("cost",),
        "Cost of poor quality takes scrap at unit cost and rework as free where no cost is given"),
    Gap("Purchase receipts with a supplier", "purchase_receipts", ("supplier_id",), "Supplier reject rate by supplier"),
    Gap("Purchase receipts with a day", "purchase_receipts", ("received_on",),
        "Supplier reject rate by month leaves out undated receipts"),
    Gap("Products with a family", "products", ("family",), "Every metric by family"),
    Gap("Products with a unit cost", "products", ("unit_cost",),
        "Cost of poor quality and Inventory value where no cost is recorded"),
    Gap("Customers with a segment", "customers", ("segment",), "Revenue and field rates by segment"),
    Gap("Actions with both days", "actions", ("opened_on", "closed_on"), "CAPA cycle time counts only closed actions"),
)  # fmt: skip
