"""Allocation writes every share of every return and complaint anew; mostly they are the same as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Connection, MetaData, Select, Table, except_, select, text, union_all

from kb.facts.expressions import month_start
from kb.facts.shared import table

SHARES, SHIPMENTS = table("field_allocations"), table("shipments")
NAMES = ("return_id", "complaint_id", "shipment_id", "share")
KEPT = Table("kept_shares", MetaData(), *(TableColumn(name, SHARES.c[name].type) for name in NAMES))


@contextmanager
def kept_shares(connection: Connection) -> Iterator[None]:
    """The shares as they are now stay at hand in a table of this connection's own."""
    connection.execute(text(f"CREATE TEMPORARY TABLE {KEPT.name} AS SELECT {', '.join(NAMES)} FROM {SHARES.name}"))
    yield
    connection.execute(text(f"DROP TABLE {KEPT.name}"))


def months_of_other_shares() -> Select[Any]:
    """The months of the shipments that have other shares now than the kept ones say."""
    now, before = (select(*(source.c[name] for name in NAMES)) for source in (SHARES, KEPT))
    others = union_all(
        select(except_(now, before).subquery("came").c.shipment_id),
        select(except_(before, now).subquery("went").c.shipment_id),
    ).subquery("others")
    named = select(others.c.shipment_id)
    return select(month_start(SHIPMENTS.c.shipped_on)).where(SHIPMENTS.c.shipment_id.in_(named)).distinct()
