"""The views that a person keeps on their own page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from analytics import catalog
from analytics.metric import Metric
from kb.access import Person, require
from kb.models import Pin
from kb.store import KnowledgeBase


@dataclass(frozen=True)
class Pinned:
    """One view: a metric, what it is split by ('' where by nothing), its shape; the version guards its changes."""

    pin_id: int
    metric: Metric
    dimension: str
    shape: str
    version: int


def pins(base: KnowledgeBase, who: Person, user_id: int) -> list[Pinned]:
    """The views of this user in their order; what the catalogue does not know any more is left out."""
    require(who, "read")
    wanted = select(Pin.__table__).where(Pin.user_id == int(user_id), ~Pin.is_withdrawn)
    with base.reading() as connection:
        rows = connection.execute(wanted.order_by(Pin.position, Pin.pin_id)).all()
    return [
        Pinned(row.pin_id, catalog.get(row.metric), row.dimension or "", row.shape, row.version)
        for row in rows
        if row.metric in catalog.METRICS
        and (row.dimension is None or row.dimension in catalog.get(row.metric).dimensions)
    ]
