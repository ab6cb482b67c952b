"""Which shipment a return or complaint came from: shares that sum to one, renewed from the tables by set-based SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from kb.facts.expressions import real
from kb.facts.shared import table

SHARES, SHIPMENTS = table("field_allocations"), table("shipments")
RETURNS, COMPLAINTS = table("returns"), table("complaints")


def renew(connection: Connection) -> None:
    """Write field_allocations anew for all returns and complaints, inside the caller's transaction.

    In this order: the shipments of the order line that is named (by the complaint's return, too); those of the lot
    that is named to that customer, or to anybody where there is none to them; else what that customer received of
    that product up to the record's day, spread by quantity. Shipments up to the day it was sold, else up to the day of
    the record, come before others. A record that fits none has no shares.
    """
    connection.execute(delete(SHARES))
    if not connection.scalar(select(exists(select(SHIPMENTS.c.shipment_id)))):
        return
    for owner, records in ((SHARES.c.return_id, _returns()), (SHARES.c.complaint_id, _complaints())):
        for basis, fits, must_precede in _bases(records):
            connection.execute(_insert(owner, records, basis, fits, must_precede))


def _returns() -> Subquery:
    rows = RETURNS.c
    return select(
        rows.return_id.label("record_id"), rows.returned_on.label("on"), rows.sold_on, rows.order_line_id,
        rows.lot_id, rows.customer_id, rows.product_id,
    ).subquery("records")  # fmt: skip


def _complaints() -> Subquery:
    own, of = COMPLAINTS.c, RETURNS.c
    return (
        select(
            own.complaint_id.label("record_id"), own.received_on.label("on"), of.sold_on, of.order_line_id,
            func.coalesce(own.lot_id, of.lot_id).label("lot_id"),
            func.coalesce(own.customer_id, of.customer_id).label("customer_id"),
            func.coalesce(own.product_id, of.product_id).label("product_id"),
        )
        .select_from(COMPLAINTS.outerjoin(RETURNS, of.return_id == own.return_id))
        .subquery("records")
    )  # fmt: skip


def _bases(records: FromClause) -> list[tuple[str, ColumnElement[bool], bool]]:
    same_customer = SHIPMENTS.c.customer_id == records.c.customer_id
    same_lot = SHIPMENTS.c.lot_id == records.c.lot_id
    received = and_(same_customer, SHIPMENTS.c.product_id == records.c.product_id)
    return [
        ("order", SHIPMENTS.c.order_line_id == records.c.order_line_id, False),
        ("lot", and_(same_lot, same_customer), False),
        ("lot", same_lot, False),
        ("customer", received, True),
    ]


def _insert(
    owner: ColumnElement[Any], records: Subquery, basis: str, fits: ColumnElement[bool], must_precede: bool
) -> Any:
    shares = _shares(_fitting(owner, records, fits, must_precede))
    rows = select(shares.c.record_id, shares.c.shipment_id, shares.c.share, literal(basis)).where(shares.c.share > 0)
    return insert(SHARES).from_select([owner, SHARES.c.shipment_id, SHARES.c.share, SHARES.c.basis], rows)


def _fitting(
    owner: ColumnElement[Any], records: Subquery, fits: ColumnElement[bool], must_precede: bool
) -> Select[Any]:
    shipped = SHIPMENTS.c.shipped_on
    precedes = or_(records.c.on.is_(None), shipped <= records.c.on)
    rank = case((shipped <= records.c.sold_on, 2), (precedes, 1), else_=0)
    weight = case((SHIPMENTS.c.quantity > 0, SHIPMENTS.c.quantity), else_=0.0)
    candidates = (
        select(records.c.record_id, SHIPMENTS.c.shipment_id, rank.label("rank"), weight.label("weight"))
        .join_from(records, SHIPMENTS, fits)
        .where(~exists().where(owner == records.c.record_id))
    )
    # a sold date alone proves that the shipment came before the report
    return candidates.where(rank > 0) if must_precede else candidates


def _shares(candidates: Select[Any]) -> Subquery:
    found = candidates.subquery("candidates")
    best = func.max(found.c.rank).over(partition_by=found.c.record_id)
    ranked = select(found, best.label("best")).subquery("ranked")
    kept = select(ranked).where(ranked.c.rank == ranked.c.best).subquery("kept")
    total = func.sum(kept.c.weight).over(partition_by=kept.c.record_id)
    count = func.count().over(partition_by=kept.c.record_id)
    share = case((total > 0, kept.c.weight / total), else_=1.0 / real(count))
    return select(kept.c.record_id, kept.c.shipment_id, share.label("share")).subquery("shares")
