"""The six numbers of the overview for Superset: one query over the same tables for each, with our definitions."""

from __future__ import annotations

from dataclasses import dataclass

KNOWN = "(SELECT max(shipped_on) FROM shipments)"
STANDS = "NOT coalesce(l.is_cancelled, 0)"


@dataclass(frozen=True)
class Number:
    """A metric as a virtual dataset with the columns day and family, and the expression over it."""

    key: str
    name: str
    query: str
    expression: str
    form: str = ".2f"


REVENUE = f"""
SELECT o.ordered_on AS day, p.family, CASE WHEN {STANDS} THEN l.amount END AS revenue
FROM order_lines l JOIN sales_orders o ON o.sales_order_id = l.sales_order_id
LEFT JOIN products p ON p.product_id = l.product_id"""

ON_TIME = f"""
SELECT day, family, 1 AS lines_due, CASE WHEN last_on <= day THEN 1 ELSE 0 END AS lines_on_time FROM (
  SELECT l.promised_on AS day, p.family,
    (SELECT max(s.shipped_on) FROM shipments s WHERE s.order_line_id = l.order_line_id) AS last_on
  FROM order_lines l LEFT JOIN products p ON p.product_id = l.product_id
  WHERE {STANDS} AND (l.quantity IS NULL OR l.quantity > 0) AND l.promised_on <= {KNOWN})"""

RETURNED = """
SELECT s.shipped_on AS day, p.family, s.quantity AS units_shipped, 0 AS units_returned
FROM shipments s LEFT JOIN products p ON p.product_id = s.product_id
UNION ALL
SELECT s.shipped_on, p.family, 0, f.share * coalesce(r.quantity, 1)
FROM field_allocations f JOIN returns r ON r.return_id = f.return_id
JOIN shipments s ON s.shipment_id = f.shipment_id LEFT JOIN products p ON p.product_id = s.product_id
WHERE julianday(r.returned_on) - julianday(s.shipped_on) <= 180"""

INSPECTED = """
SELECT i.inspected_on AS day, p.family, i.station,
  CASE WHEN i.quantity_rejected IS NOT NULL THEN i.quantity_inspected END AS units_inspected,
  i.quantity_inspected - i.quantity_rejected AS units_passed
FROM inspections i LEFT JOIN lots ON lots.lot_id = i.lot_id
LEFT JOIN products p ON p.product_id = coalesce(i.product_id, lots.product_id)"""

MADE = """
SELECT m.day, p.family, coalesce(m.good, 0) + coalesce(m.scrapped, 0) AS units_produced, m.scrapped AS units_scrapped
FROM (
  SELECT coalesce(started_on, ended_on) AS day, product_id, quantity_good AS good, quantity_scrapped AS scrapped
  FROM lots
  UNION ALL
  SELECT coalesce(started_on, ended_on), product_id, quantity_good, quantity_scrapped FROM work_orders w
  WHERE NOT EXISTS (SELECT 1 FROM lots WHERE lots.work_order_id = w.work_order_id)
) m LEFT JOIN products p ON p.product_id = m.product_id"""

FAILED = """
SELECT date(n.detected_at) AS day, p.family,
  coalesce(n.cost, CASE WHEN n.disposition = 'scrap' THEN n.quantity * p.unit_cost END) AS cost
FROM nonconformances n LEFT JOIN lots ON lots.lot_id = n.lot_id
LEFT JOIN work_orders w ON w.work_order_id = n.work_order_id
LEFT JOIN products p ON p.product_id = coalesce(n.product_id, lots.product_id, w.product_id)
UNION ALL
SELECT r.returned_on, p.family, coalesce(r.credit, r.quantity * p.unit_price)
FROM returns r LEFT JOIN products p ON p.product_id = r.product_id"""

# In the order of the overview's cards.
NUMBERS = (
    Number("revenue", "Revenue", REVENUE, "sum(revenue)", ",.2f"),
    Number("on_time_to_promise", "On-time delivery to promise", ON_TIME, "100.0 * sum(lines_on_time) / sum(lines_due)"),
    Number(
        "return_rate_cohort", "Return rate (ship cohort)", RETURNED, "100.0 * sum(units_returned) / sum(units_shipped)"
    ),
    Number("first_pass_yield", "First pass yield", INSPECTED, "100.0 * sum(units_passed) / sum(units_inspected)"),
    Number("scrap_rate", "Scrap rate", MADE, "100.0 * sum(units_scrapped) / sum(units_produced)"),
    Number("cost_of_poor_quality", "Cost of poor quality (strict)", FAILED, "sum(cost)", ",.2f"),
)
