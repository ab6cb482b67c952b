"""Metrics of hearing: what customers send back, complain about, praise and wish for."""

from __future__ import annotations

from analytics.catalog.making import DEFECTIVE
from analytics.catalog.needs import NEEDS_SHIPMENTS, NEEDS_TRACED_RETURNS, SHIPPED, any_of, matures, need
from analytics.metric import Metric, Need, Term
from kb.facts.hearing import DETRACTS, PROMOTES, SATISFIED, SERVICE_MONTHS, WINDOW_DAYS

RETURN_RATE, SATISFACTION = "return rate", "customer satisfaction"
YEAR = 365


def asked(kind: str) -> Need:
    """Feedback of this kind."""
    return Need(
        (("feedback", (f"kind={kind.lower()}",)),), f"no feedback is of the kind {kind}: import feedback.kind and score"
    )


METRICS = (
    Metric(
        "complaints", "Complaints", "sum", "count", "down", ("customer care", "quality"),
        "Number of complaints, by the day they came in.",
        "common practice", (Term("complaints", "complaints"),), needs=(need("complaints"),),
    ),
    Metric(
        "returns", "Returns", "sum", "count", "down", ("customer care", "production"),
        "Number of returns, by the day they came back.",
        "common practice", (Term("returns", "returns"),), needs=(need("returns"),),
    ),
    Metric(
        "return_cost", "Cost of returns", "sum", "money", "down", ("quality", "customer care"),
        "The credit of each return where it is given, else returned units times the product's unit price, by the day "
        "it came back.",
        "external failure, ASQ", (Term("returns", "return_cost"),),
        needs=(need("returns"), any_of(("returns", ("credit",)), ("products", ("unit_price",)))),
    ),
    Metric(
        "return_rate_calendar", "Return rate (calendar)", "ratio", "percent", "down", ("production", "customer care"),
        "Units returned in a period / units shipped in the same period. Returns lag sales: where returns name their "
        "origin, the ship cohort variant is the fairer one.",
        "variant of the ship cohort rate", (Term("returns", "units_returned"),), SHIPPED,
        needs=(need("returns"), NEEDS_SHIPMENTS), family=RETURN_RATE,
    ),
    Metric(
        "return_rate_cohort", "Return rate (ship cohort)", "cohort", "percent", "down", ("production", "customer care"),
        f"Units that came back within {WINDOW_DAYS} days of shipping / units shipped, by the month they were shipped. "
        f"{matures(WINDOW_DAYS)}",
        "warranty practice", (Term("returned", "units_returned"),), SHIPPED,
        needs=(NEEDS_TRACED_RETURNS, NEEDS_SHIPMENTS), matures_after_days=WINDOW_DAYS, family=RETURN_RATE,
    ),
    Metric(
        "return_value_rate", "Return rate (ship cohort, by value)", "cohort", "percent", "down",
        ("sales", "customer care"),
        f"Credit for what came back within {WINDOW_DAYS} days of shipping / value shipped, by the month it was "
        "shipped. Where a credit or the value of a shipment is not given, units times the product's unit price. "
        f"{matures(WINDOW_DAYS)}",
        "warranty practice", (Term("returned", "value_returned"),), (Term("shipments", "value_shipped"),),
        needs=(
            NEEDS_TRACED_RETURNS, NEEDS_SHIPMENTS,
            any_of(("returns", ("credit",)), ("products", ("unit_price",))),
            any_of(("shipments", ("amount",)), ("products", ("unit_price",))),
        ),
        is_proportion=False, is_counted=False, matures_after_days=WINDOW_DAYS, family=RETURN_RATE,
    ),
    Metric(
        "claims_per_1000", f"Claims per 1,000 at {SERVICE_MONTHS} months in service", "cohort", "per 1000", "down",
        ("production", "customer care"),
        f"Units that came back before they were {SERVICE_MONTHS} months old / units that reached that age * 1,000, by "
        f"the month they were shipped. Age counts from shipping. {matures(YEAR)}",
        "warranty practice", (Term("returned", "units_claimed"),), SHIPPED,
        needs=(NEEDS_TRACED_RETURNS, NEEDS_SHIPMENTS), matures_after_days=YEAR, family=RETURN_RATE,
    ),
    Metric(
        "no_trouble_found_rate", "No-trouble-found rate", "ratio", "percent", "down", ("customer care", "quality"),
        "Returns in which nothing was found / returns inspected, by the day they came back. A return is inspected "
        "where it says whether nothing was found.",
        "VDA NTF", (Term("returns", "returns_without_trouble"),), (Term("returns", "returns_inspected"),),
        needs=(need("returns", "is_no_trouble_found"),),
    ),
    Metric(
        "complaint_rate_cohort", "Complaint rate (ship cohort)", "cohort", "per 1000", "down",
        ("production", "customer care"),
        f"Complaints within {WINDOW_DAYS} days of shipping / units shipped * 1,000, by the month they were shipped. "
        f"{matures(WINDOW_DAYS)}",
        "warranty practice", (Term("complained", "complaints"),), SHIPPED,
        needs=(need("complaints", "lot_id", "customer_id", "return_id"), NEEDS_SHIPMENTS),
        matures_after_days=WINDOW_DAYS,
    ),
    Metric(
        "customer_ppm", "Customer PPM (ship cohort)", "cohort", "ppm", "down", ("production", "quality"),
        f"Units returned within {WINDOW_DAYS} days of shipping, without those where no trouble was found / units "
        f"shipped * 1,000,000, by the month they were shipped. {matures(WINDOW_DAYS)}",
        "automotive practice", (Term("returned", "units_defective"),), SHIPPED,
        needs=(NEEDS_TRACED_RETURNS, NEEDS_SHIPMENTS), matures_after_days=WINDOW_DAYS, family=DEFECTIVE,
    ),
    Metric(
        "nps", "NPS", "mean", "points", "up", ("customer care", "production"),
        f"Share of answers of {PROMOTES} or 10 minus share of answers of 0 to {DETRACTS}, in points from -100 to 100, "
        "of the question how likely one is to recommend us.",
        "Reichheld", (Term("feedback", "nps_answers"),), needs=(asked("NPS"), need("feedback", "score")),
        step="nps_points", family=SATISFACTION,
    ),
    Metric(
        "csat", "CSAT", "ratio", "percent", "up", ("customer care", "production"),
        f"Answers of {SATISFIED} or 5 / answers, of the question how satisfied one is, from 1 to 5.",
        "common practice", (Term("feedback", "satisfied"),), (Term("feedback", "csat_answers"),),
        needs=(asked("CSAT"), need("feedback", "score")), family=SATISFACTION,
    ),
    Metric(
        "requests", "Requests", "sum", "count", "band", ("sales", "production"),
        "Number of wishes, lost orders and changes of specification, by the day they came in.",
        "common practice", (Term("requests", "requests"),), needs=(need("requests"),),
    ),
    Metric(
        "recalls", "Recalls", "sum", "count", "down", ("quality", "production"),
        "Number of recalled products, by the day the recall began.",
        "common practice", (Term("recalls", "recalls"),), needs=(need("recalls"),),
    ),
)  # fmt: skip
