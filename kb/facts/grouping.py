"""Records that were read for groups: the facts of each side, joined to the group that each record is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal

from kb.facts import hearing, making
from kb.facts.fact import Column, Fact, Join
from kb.facts.shared import table

MEMBERS, USED = table("memberships"), table("lot_materials").alias("used_in_lot")
UNSURE_BELOW = 0.9
"""From which confidence on the model is sure of a record's group."""
IS_UNSURE: ColumnElement[bool] = and_(
    MEMBERS.c.group_id.is_not(None), MEMBERS.c.confidence < UNSURE_BELOW, ~MEMBERS.c.is_pinned
)
IS_WITHOUT: ColumnElement[bool] = and_(MEMBERS.c.membership_id.is_not(None), MEMBERS.c.group_id.is_(None))
# What a record's lot was made of may be several supplier lots: this dimension alone multiplies rows.
SPREAD = "supplier_lot"


@dataclass(frozen=True)
class Grouped:
    """One kind of records: what it is called in results, the key of its row, its fact with `group` as a dimension,
    and what a record costs (none where nothing says so)."""

    record_type: str
    key: ColumnElement[Any]
    fact: Fact
    cost: Column | None

    @property
    def columns(self) -> Mapping[str, Column]:
        """What the answer about one record says of its membership."""
        member = ("member",)
        return {
            "record_type": Column(literal(self.record_type)), "record_id": Column(self.key),
            "group_id": Column(MEMBERS.c.group_id, member), "confidence": Column(MEMBERS.c.confidence, member),
            "is_unsure": Column(case((IS_UNSURE, True), else_=False), member),
            "is_pinned": Column(MEMBERS.c.is_pinned, member),
        }  # fmt: skip

    @property
    def lot(self) -> ColumnElement[Any]:
        return table(self.fact.table).c.lot_id

    @property
    def text(self) -> ColumnElement[Any]:
        return table(self.fact.table).c.text


def _grouped(record_type: str, fact: Fact, cost: Column | None = None) -> Grouped:
    key: ColumnElement[Any] = next(iter(table(fact.table).primary_key))
    own = and_(MEMBERS.c.record_type == record_type, MEMBERS.c.record_id == key)
    lot = table(fact.table).c.lot_id
    joins = {**fact.joins, "member": Join(MEMBERS, own), "used": Join(USED, USED.c.lot_id == lot)}
    dimensions = {
        **fact.dimensions,
        "group": Column(MEMBERS.c.group_id, ("member",)),
        SPREAD: Column(USED.c.supplier_lot_number, ("used",)),
    }
    return Grouped(record_type, key, replace(fact, joins=joins, dimensions=dimensions), cost)


def _facts() -> dict[str, Fact]:
    return {fact.name: fact for fact in (*making.FACTS, *hearing.FACTS)}


def _sides() -> dict[str, tuple[Grouped, ...]]:
    known = _facts()
    defects, returns = known["nonconformances"], known["returns"]
    credit = Column(func.coalesce(hearing.RETURNS.c.credit, 0.0))
    return {
        "factory": (_grouped("defect", defects, defects.measures["failure_cost"]),),
        "field": (_grouped("return", returns, credit), _grouped("complaint", known["complaints"])),
    }


SIDES: Mapping[str, tuple[Grouped, ...]] = _sides()
"""The kinds of records of each side, as a refresh reads them."""
