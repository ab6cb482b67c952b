"""Facts of hearing: what customers report, by the day they did and by the cohort it was shipped in."""

from __future__ import annotations

from sqlalchemy import String, and_, case, cast, func, literal

from kb.facts.expressions import days_between, months_between
from kb.facts.fact import Column, Fact, Join
from kb.facts.selling import SHIPMENTS
from kb.facts.shared import CUSTOMERS, PRODUCTS, joined, of_customer, of_lot, of_product, plain, table

RETURNS, COMPLAINTS = table("returns"), table("complaints")
FEEDBACK, REQUESTS, RECALLS = table("feedback"), table("requests"), table("recalls")
SHARES = table("field_allocations")
WINDOW_DAYS = 180
"""A cohort is followed this long, so that old and young cohorts compare."""
SERVICE_MONTHS = 12
"""Claims are counted up to this age; only cohorts that reached it whole are."""

PROMOTES, DETRACTS, SATISFIED = 9, 6, 4
"""NPS (0 to 10): promoters from, detractors up to; CSAT (1 to 5): satisfied from."""


def _returns() -> Fact:
    joins, dimensions = joined(
        of_product(RETURNS.c.product_id), of_customer(RETURNS.c.customer_id), of_lot(RETURNS.c.lot_id)
    )
    value = func.coalesce(RETURNS.c.credit, RETURNS.c.quantity * PRODUCTS.c.unit_price)
    is_trouble_known = RETURNS.c.is_no_trouble_found.is_not(None)
    return Fact(
        "returns", "Returns", "one return, by the day it came back",
        table="returns", root=RETURNS, key=Column(RETURNS.c.return_number), on=Column(RETURNS.c.returned_on),
        joins=joins,
        dimensions={
            **dimensions,
            "region": Column(func.coalesce(CUSTOMERS.c.region, RETURNS.c.region), ("customer",)),
            **plain(RETURNS, "reason", "finding"),
        },
        measures={
            "returns": Column(literal(1)),
            "units_returned": Column(func.coalesce(RETURNS.c.quantity, 1)),
            "return_cost": Column(value, ("product",)),
            "returns_inspected": Column(case((is_trouble_known, 1))),
            "returns_without_trouble": Column(case((RETURNS.c.is_no_trouble_found, 1), (is_trouble_known, 0))),
        },
        details=plain(RETURNS, "text"),
    )  # fmt: skip


def _complaints() -> Fact:
    joins, dimensions = joined(
        of_product(COMPLAINTS.c.product_id), of_customer(COMPLAINTS.c.customer_id), of_lot(COMPLAINTS.c.lot_id)
    )
    return Fact(
        "complaints", "Complaints", "one complaint, by the day it came in",
        table="complaints", root=COMPLAINTS, key=Column(COMPLAINTS.c.complaint_number),
        on=Column(COMPLAINTS.c.received_on), joins=joins,
        dimensions={
            **dimensions,
            "channel": Column(COMPLAINTS.c.channel),
            "severity": Column(cast(COMPLAINTS.c.severity, String)),
        },
        measures={"complaints": Column(literal(1))},
        details=plain(COMPLAINTS, "closed_on", "text"),
    )  # fmt: skip


def _of_cohort() -> tuple[dict[str, Join], dict[str, Column]]:
    shipment = {"shipment": Join(SHIPMENTS, SHIPMENTS.c.shipment_id == SHARES.c.shipment_id)}
    joins, dimensions = joined(
        of_product(SHIPMENTS.c.product_id), of_customer(SHIPMENTS.c.customer_id), of_lot(SHIPMENTS.c.lot_id)
    )
    behind = {name: Join(join.target, join.on, ("shipment", *join.needs)) for name, join in joins.items()}
    return {**shipment, **behind}, dimensions


def _returned() -> Fact:
    joins, dimensions = _of_cohort()
    in_window = days_between(SHIPMENTS.c.shipped_on, RETURNS.c.returned_on) <= WINDOW_DAYS
    units = SHARES.c.share * func.coalesce(RETURNS.c.quantity, 1)
    is_defect = and_(in_window, ~func.coalesce(RETURNS.c.is_no_trouble_found, False))
    value = func.coalesce(RETURNS.c.credit, func.coalesce(RETURNS.c.quantity, 1) * PRODUCTS.c.unit_price)
    months = months_between(SHIPMENTS.c.shipped_on, RETURNS.c.returned_on)
    # what came back before it left was dated wrong on one side; it counts as young, like in the window above
    age = case((months < 0, 0), else_=months)
    return Fact(
        "returned", "Returns by ship cohort",
        "the share of one return that came from one shipment, by the day that left",
        table="returns", root=SHARES.join(RETURNS, RETURNS.c.return_id == SHARES.c.return_id),
        key=Column(RETURNS.c.return_number), on=Column(SHIPMENTS.c.shipped_on, ("shipment",)),
        joins=joins, dimensions={**dimensions, **plain(RETURNS, "reason", "finding")},
        measures={
            "units_returned": Column(case((in_window, units), else_=0.0), ("shipment",)),
            "units_defective": Column(case((is_defect, units), else_=0.0), ("shipment",)),
            "value_returned": Column(case((in_window, SHARES.c.share * value), else_=0.0), ("product",)),
            "units_claimed": Column(case((months < SERVICE_MONTHS, units), else_=0.0), ("shipment",)),
            "units_returned_any_age": Column(units),
        },
        counted={"age_months": Column(age, ("shipment",))},
        details={**plain(RETURNS, "returned_on", "text"), **plain(SHARES, "share", "basis")},
        seen=Column(RETURNS.c.returned_on),
    )  # fmt: skip


def _complained() -> Fact:
    joins, dimensions = _of_cohort()
    in_window = days_between(SHIPMENTS.c.shipped_on, COMPLAINTS.c.received_on) <= WINDOW_DAYS
    return Fact(
        "complained", "Complaints by ship cohort",
        "the share of one complaint that came from one shipment, by the day that left",
        table="complaints", root=SHARES.join(COMPLAINTS, COMPLAINTS.c.complaint_id == SHARES.c.complaint_id),
        key=Column(COMPLAINTS.c.complaint_number), on=Column(SHIPMENTS.c.shipped_on, ("shipment",)),
        joins=joins, dimensions={**dimensions, "channel": Column(COMPLAINTS.c.channel)},
        measures={"complaints": Column(case((in_window, SHARES.c.share), else_=0.0), ("shipment",))},
        details={**plain(COMPLAINTS, "received_on", "text"), **plain(SHARES, "share", "basis")},
        seen=Column(COMPLAINTS.c.received_on),
    )  # fmt: skip


def _feedback() -> Fact:
    joins, dimensions = joined(of_product(FEEDBACK.c.product_id), of_customer(FEEDBACK.c.customer_id))
    score, kind = FEEDBACK.c.score, func.lower(FEEDBACK.c.kind)
    is_nps, is_csat = (and_(kind == name, score.is_not(None)) for name in ("nps", "csat"))
    points = case((and_(is_nps, score >= PROMOTES), 100), (and_(is_nps, score <= DETRACTS), -100), (is_nps, 0))
    return Fact(
        "feedback", "Feedback", "one score or review, by day",
        table="feedback", root=FEEDBACK, key=Column(FEEDBACK.c.feedback_number), on=Column(FEEDBACK.c.received_on),
        joins=joins, dimensions={**dimensions, **plain(FEEDBACK, "kind", "channel")},
        measures={
            "answers": Column(case((score.is_not(None), 1))),
            "score": Column(score),
            "nps_answers": Column(case((is_nps, 1))),
            "csat_answers": Column(case((is_csat, 1))),
            "satisfied": Column(case((and_(is_csat, score >= SATISFIED), 1), (is_csat, 0))),
        },
        counted={"nps_points": Column(points)}, details=plain(FEEDBACK, "text"),
    )  # fmt: skip


def _requests() -> Fact:
    joins, dimensions = joined(of_product(REQUESTS.c.product_id), of_customer(REQUESTS.c.customer_id))
    return Fact(
        "requests", "Requests", "one wish, lost order or change of specification, by day",
        table="requests", root=REQUESTS, key=Column(REQUESTS.c.request_number), on=Column(REQUESTS.c.received_on),
        joins=joins, dimensions={**dimensions, **plain(REQUESTS, "kind")},
        measures={
            "requests": Column(literal(1)),
            "units_at_stake": Column(REQUESTS.c.quantity),
            "value_at_stake": Column(REQUESTS.c.amount),
        },
        details=plain(REQUESTS, "text"),
    )  # fmt: skip


def _recalls() -> Fact:
    joins, dimensions = joined(of_product(RECALLS.c.product_id), of_lot(RECALLS.c.lot_id))
    return Fact(
        "recalls", "Recalls", "one recall of one product, by the day it began",
        table="recalls", root=RECALLS, key=Column(RECALLS.c.recall_number), on=Column(RECALLS.c.started_on),
        joins=joins, dimensions={**dimensions, **plain(RECALLS, "severity")},
        measures={"recalls": Column(literal(1)), "units_recalled": Column(RECALLS.c.quantity)},
        details=plain(RECALLS, "text"),
    )  # fmt: skip


FACTS = (_returns(), _complaints(), _returned(), _complained(), _feedback(), _requests(), _recalls())
