"""One group opened: its typical records in full, and all of them; and the records in none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, case, func, null, select

from analytics.metrics import Filters
from analytics.questions.groups import known_side, name_of, stability_told
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.fact import Column
from kb.facts.grouping import IS_UNSURE, IS_WITHOUT, MEMBERS, SIDES, Grouped
from kb.models import Group
from kb.store import KnowledgeBase

TYPICAL = 3
MOST_RECORDS = 2000
RECORD = [
    "kind", "number", "on", "text", "sureness", "record_type", "confidence", "is_unsure", "is_pinned", "product", "lot",
    "line", "shift", "customer_name", "record_id", "group_id", "group_name",
]  # fmt: skip
KINDS: Mapping[str, str] = {"defect": "nonconformance", "return": "return", "complaint": "complaint"}
WHICH = ("unsure", "without")


@dataclass(frozen=True)
class OneGroup:
    """A group as it is now. `name` is what it is called, `model_name` what the model calls it. `typical` has the three
    records that show best what it is about, as RECORD; `became` names the group it is part of now.
    """

    group_id: int
    side: str
    name: str
    model_name: str
    terms: str
    stability: str
    records: int
    unsure: int
    first_on: date | None
    last_on: date | None
    typical: pd.DataFrame
    became: tuple[int, str] | None
    is_alive: bool


def group(base: KnowledgeBase, who: Person, group_id: int) -> OneGroup | None:
    """One group with its typical records; none where there is no such group."""
    require(who, "read")
    with base.reading() as connection:
        row = connection.execute(
            select(Group.__table__, name_of().label("called")).where(Group.group_id == int(group_id))
        ).one_or_none()
        if row is None:
            return None
        became = _called(connection, row.became_id)
        typical = _typical(connection, row)
        sizes = [connection.execute(_sizes(kind, row.group_id)).one() for kind in SIDES[row.side]]
    records, unsure = (sum(int(one or 0) for one in column) for column in zip(*sizes, strict=True))
    return OneGroup(
        row.group_id, row.side, row.called, row.name, row.terms or "", stability_told(row.stability), records, unsure,
        row.first_seen_on, row.last_seen_on, typical, became, row.status == "alive",
    )  # fmt: skip


def _called(connection: Connection, group_id: int | None) -> tuple[int, str] | None:
    if group_id is None:
        return None
    found = connection.execute(select(Group.group_id, name_of()).where(Group.group_id == group_id)).one_or_none()
    return (found[0], found[1]) if found else None


def _sizes(kind: Grouped, group_id: int) -> Any:
    own = (MEMBERS.c.record_type == kind.record_type) & (MEMBERS.c.group_id == group_id)
    return select(func.count(), func.sum(case((IS_UNSURE, 1), else_=0))).where(own)


def _typical(connection: Connection, row: Any) -> pd.DataFrame:
    """Those the model named that are still in the group; else, and for a group people made, those it is surest of."""
    named = [str(one).partition(":")[::2] for one in json.loads(row.typical or "[]")]
    parts, inside = [], MEMBERS.c.group_id == row.group_id
    for kind in SIDES[row.side]:
        keys = [int(number) for record_type, number in named if record_type == kind.record_type]
        parts += _listed(connection, kind, [inside, kind.key.in_(keys)], None, TYPICAL) if keys else []
    missing = TYPICAL - len(parts)
    if missing > 0:
        known = [one["record_id"] for one in parts]
        sure = MEMBERS.c.confidence.desc()
        more = [
            one
            for kind in SIDES[row.side]
            for one in _listed(connection, kind, [inside, kind.key.not_in(known)], None, missing, sure)
        ]
        parts += sorted(more, key=lambda one: -one["confidence"])[:missing]
    return _framed(parts)


def group_records(
    base: KnowledgeBase, who: Person, group_id: int, *, filters: Filters | None = None, limit: int = MOST_RECORDS
) -> tuple[pd.DataFrame, int]:
    """The records of a group as RECORD, newest first, and how many there are beyond the limit."""
    require(who, "read")
    with base.reading() as connection:
        side = side_of(connection, group_id)
        return _newest(connection, side, MEMBERS.c.group_id == int(group_id), filters, limit)


def left_records(
    base: KnowledgeBase, who: Person, side: str, which: str, *, filters: Filters | None = None,
    limit: int = MOST_RECORDS,
) -> tuple[pd.DataFrame, int]:  # fmt: skip
    """Records of a side 'without' a group, or those 'unsure' of theirs; as RECORD, newest first, and their number."""
    require(who, "read")
    known_side(side)
    if which not in WHICH:
        raise Refused(f"records are not listed by {which!r}: choose {' or '.join(WHICH)}")
    condition = IS_WITHOUT if which == "without" else IS_UNSURE
    with base.reading() as connection:
        return _newest(connection, side, condition, filters, limit)


def side_of(connection: Connection, group_id: int) -> str:
    """The side of a group. Raises Refused where it is gone."""
    side = connection.scalar(select(Group.side).where(Group.group_id == int(group_id)))
    if side is None:
        raise Refused(f"there is no group {group_id} any more: choose another one")
    return str(side)


def _newest(
    connection: Connection, side: str, condition: ColumnElement[bool], filters: Filters | None, limit: int
) -> tuple[pd.DataFrame, int]:
    rows, total = [], 0
    for kind in SIDES[side]:
        rows += _listed(connection, kind, [condition], filters, limit)
        counted = kind.fact.restricted(
            {"n": Column(func.count(kind.key.distinct()), ("member",))}, filters=filters
        ).where(condition)
        total += int(connection.scalar(counted) or 0)
    frame = _framed(rows).sort_values(["on", "number"], ascending=False, na_position="last", kind="stable")
    return frame.head(limit).reset_index(drop=True), total


def _listed(
    connection: Connection, kind: Grouped, conditions: Sequence[ColumnElement[bool]], filters: Filters | None,
    limit: int, first: ColumnElement[Any] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Records of one kind: first only which ones, then what is known of them, because joining all of them is slow."""
    day = kind.fact.on.expression
    keys = kind.fact.restricted({"key": Column(kind.key, ("member",))}, filters=filters).where(*conditions)
    order = [first] if first is not None else []
    chosen = connection.scalars(keys.order_by(*order, day.desc().nulls_last(), kind.key.desc()).limit(limit)).all()
    names = ("product", "lot", "line", "shift", "customer_name")
    known = {name: kind.fact.dimensions.get(name, Column(null())) for name in names}
    columns = {**kind.columns, "number": kind.fact.key, "on": kind.fact.on, "text": Column(kind.text), **known}
    rows = kind.fact.select({**columns, "group_name": Column(_name_of_member())}).where(kind.key.in_(chosen))
    return [dict(row) for row in connection.execute(rows).mappings()]


def _name_of_member() -> ColumnElement[Any]:
    named = select(name_of()).where(Group.group_id == MEMBERS.c.group_id)
    return named.correlate(MEMBERS).scalar_subquery()


def _framed(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=RECORD)
    frame["kind"] = [KINDS[one] for one in frame["record_type"]]
    frame["sureness"] = [_sureness(row) for row in rows]
    on = pd.to_datetime(frame["on"], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    return frame.assign(on=on)


def _sureness(row: Mapping[str, Any]) -> str:
    """How a record came to its group, where that is not plain."""
    if row["is_pinned"]:
        return "put here by people"
    return f"unsure, {row['confidence']:.2f}" if row["is_unsure"] else ""
