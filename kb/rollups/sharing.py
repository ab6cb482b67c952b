"""Allocation writes every share of every return and complaint anew; mostly they are the same as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Connection, MetaData, Select, Table, func, literal, select, text, union_all

from kb.facts.expressions import month_start
from kb.facts.shared import table

SHARES, SHIPMENTS = table("field_allocations"), table("shipments")
NAMES = ("return_id", "complaint_id", "shipment_id", "share")
OWNER = {False: "returns", True: "complaints"}
"""Whose share it is. What is summed by shares reads at least one of the two."""
KEPT = Table("kept_shares", MetaData(), *(TableColumn(name, SHARES.c[name].type) for name in NAMES))


@contextmanager
def kept_shares(connection: Connection) -> Iterator[None]:
    """The shares as they are now stay at hand in a table of this connection's own."""
    connection.execute(text(f"CREATE TEMPORARY TABLE {KEPT.name} AS SELECT {', '.join(NAMES)} FROM {SHARES.name}"))
    yield
    connection.execute(text(f"DROP TABLE {KEPT.name}"))


def months_of_other_shares() -> Select[date, bool]:
    """The months of the shipments that have other shares now than the kept ones say, and whether of a complaint."""
    both = union_all(_signed(SHARES, 1), _signed(KEPT, -1)).subquery("both")
    others = (
        select(both.c.shipment_id, both.c.complaint_id)
        .group_by(*(both.c[name] for name in NAMES))
        .having(func.sum(both.c.sign) != 0)
        .subquery("others")
    )
    month = month_start(SHIPMENTS.c.shipped_on)
    named = others.join(SHIPMENTS, SHIPMENTS.c.shipment_id == others.c.shipment_id)
    return select(month, others.c.complaint_id.is_not(None)).select_from(named).distinct()


def _signed(source: Table, sign: int) -> Select[Any]:
    return select(*(source.c[name] for name in NAMES), literal(sign).label("sign"))
