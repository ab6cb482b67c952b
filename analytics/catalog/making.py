"""Metrics of making: what went wrong in the factory, at what cost, and what suppliers sent."""

from __future__ import annotations

from analytics.catalog.needs import (
    FAILURE,
    INSPECTED,
    INTERNAL_FAILURE,
    NEEDS_FAILURE,
    NEEDS_INSPECTIONS,
    NEEDS_PRODUCTION,
    PRODUCED,
    REVENUE,
    any_of,
    need,
)
from analytics.metric import Metric, Need, Term

SCRAP, POOR_QUALITY, DEFECTIVE = "scrap", "cost of poor quality", "defective units"
PASSED = (Term("inspections", "units_passed"),)


def disposed_of(word: str) -> Need:
    """Nonconformances with this disposition: where there are none, it was not recorded rather than never done."""
    return Need(
        (("nonconformances", (f"disposition={word}",)),),
        f"no nonconformance has the disposition {word}: import nonconformances.disposition",
    )


METRICS = (
    Metric(
        "cost_of_poor_quality", "Cost of poor quality (strict)", "sum", "money", "down", ("production", "quality"),
        f"Internal failure plus external failure. {INTERNAL_FAILURE} Appraisal and prevention are left out.",
        "ASQ", FAILURE, needs=NEEDS_FAILURE, family=POOR_QUALITY,
    ),
    Metric(
        "cost_of_poor_quality_apics", "Cost of poor quality (APICS)", "sum", "money", "down",
        ("production", "quality"),
        f"Internal and external failure plus appraisal and prevention. {INTERNAL_FAILURE} Appraisal: the cost of "
        "inspections. Prevention: the cost of corrective actions, by the day they were opened; it belongs to no "
        "product, so that a filter by product leaves it out.",
        "APICS", (*FAILURE, Term("inspections", "appraisal_cost"), Term("prevention", "prevention_cost")),
        needs=(*NEEDS_FAILURE, any_of(("inspections", ("cost",)), ("actions", ("cost",)))), family=POOR_QUALITY,
    ),
    Metric(
        "cost_of_poor_quality_share", "Cost of poor quality (strict, share of revenue)", "ratio", "percent", "down",
        ("production", "quality"),
        f"Internal failure plus external failure / revenue of the same period. {INTERNAL_FAILURE} Revenue: the value "
        "of the order lines.",
        "ASQ", FAILURE, REVENUE, needs=(*NEEDS_FAILURE, need("order_lines", "amount")), is_proportion=False,
        is_counted=False, family=POOR_QUALITY,
    ),
    Metric(
        "first_pass_yield", "First pass yield", "ratio", "percent", "up", ("production", "quality"),
        "Units good in the first run / units inspected, summed over all inspection steps.",
        "ISO 22400-2", PASSED, INSPECTED, needs=NEEDS_INSPECTIONS, family="yield",
    ),
    Metric(
        "rolled_throughput_yield", "Rolled throughput yield", "product", "percent", "up", ("production", "quality"),
        "Product of the first pass yields of the inspection steps: the chance that a unit passes every step in the "
        "first run.",
        "Six Sigma", PASSED, INSPECTED, needs=(*NEEDS_INSPECTIONS, need("inspections", "station")), step="station",
        family="yield",
    ),
    Metric(
        "scrap_rate", "Scrap rate", "ratio", "percent", "down", ("production", "purchasing"),
        "Scrapped units / produced units (good and scrapped), of lots and of work orders that no lot names, by the day "
        "making began.",
        "ISO 22400-2", (Term("production", "units_scrapped"),), PRODUCED,
        needs=(any_of(("lots", ("quantity_scrapped",)), ("work_orders", ("quantity_scrapped",))),), family=SCRAP,
    ),
    Metric(
        "scrap_rate_records", "Scrap rate (nonconformances)", "ratio", "percent", "down",
        ("production", "purchasing"),
        "Units of nonconformances disposed of as scrap, by the day they were found / produced units (good and "
        "scrapped), by the day making began.",
        "variant of the scrap rate", (Term("nonconformances", "units_written_off"),), PRODUCED,
        needs=(disposed_of("scrap"), need("nonconformances", "quantity"), NEEDS_PRODUCTION), family=SCRAP,
    ),
    Metric(
        "rework_rate", "Rework rate", "ratio", "percent", "down", ("production", "quality"),
        "Units of nonconformances disposed of as rework, by the day they were found / produced units (good and "
        "scrapped), by the day making began. A unit reworked twice counts twice.",
        "ISO 22400-2", (Term("nonconformances", "units_reworked"),), PRODUCED,
        needs=(disposed_of("rework"), need("nonconformances", "quantity"), NEEDS_PRODUCTION),
        is_proportion=False,
    ),
    Metric(
        "internal_ppm", "Defective PPM (internal)", "ratio", "ppm", "down", ("production", "quality"),
        "Units rejected at inspection / units inspected * 1,000,000.",
        "ASQ", (Term("inspections", "units_rejected"),), INSPECTED, needs=NEEDS_INSPECTIONS, family=DEFECTIVE,
    ),
    Metric(
        "nonconformances", "Nonconformances", "sum", "count", "down", ("production", "quality"),
        "Number of factory records of something not as it should be, by the day it was found.",
        "ISO 9000", (Term("nonconformances", "nonconformances"),), needs=(need("nonconformances"),),
    ),
    Metric(
        "nonconformances_shared", "Nonconformances (shared over supplier lots)", "sum", "count", "down",
        ("purchasing", "quality"),
        "Nonconformances, each shared equally over the supplier lots that went into its lot, by the day it was found: "
        "what a supplier or material takes part in, not what it is guilty of.",
        "our own definition", (Term("nonconformance_shares", "nonconformances"),),
        needs=(need("nonconformances"), need("lot_materials", "supplier_lot_number")),
    ),
    Metric(
        "units_nonconforming", "Nonconforming units", "sum", "units", "down", ("production", "quality"),
        "Sum of the units concerned by nonconformances, by the day they were found.",
        "ISO 9000", (Term("nonconformances", "units_nonconforming"),), needs=(need("nonconformances", "quantity"),),
    ),
    Metric(
        "supplier_reject_rate", "Supplier reject rate", "ratio", "percent", "down", ("purchasing", "quality"),
        "Units rejected at receipt / units received, by day of receipt.",
        "common practice", (Term("purchase_receipts", "units_refused"),),
        (Term("purchase_receipts", "units_received"),),
        needs=(need("purchase_receipts", "quantity_received"), need("purchase_receipts", "quantity_rejected")),
    ),
)  # fmt: skip
