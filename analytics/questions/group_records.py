"""One group opened: its typical records in full, all of them, where they are, and how they went by month."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, case, func, null, select

from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.groups import known_side, name_of, stability_told
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.expressions import month_of
from kb.facts.fact import Column
from kb.facts.grouping import IS_UNSURE, IS_WITHOUT, MEMBERS, SIDES, SPREAD, Grouped
from kb.models import Group
from kb.store import KnowledgeBase

TYPICAL = 3
MOST_RECORDS = 2000
RECORD = [
    "record_type", "number", "on", "text", "confidence", "is_unsure", "is_pinned", "product", "lot", "line", "shift",
    "customer_name", "record_id", "group_id", "group_name",
]  # fmt: skip
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "factory": ("product", "lot", "line", "shift", "supplier_lot"),
    "field": ("product", "segment", "lot", "line", "shift", "supplier_lot"),
}
"""What the records of a side can be told by."""
FEWEST, CLEAR_EXCESS = 5, 3.5
"""Fewer records are hardly a share; so many standard deviations stand out even among hundreds of lots."""
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


@dataclass(frozen=True)
class Shares:
    """Where a group's records are. `rows`: member, records, share (percent of those that name a member), of_all (the
    same of all records of the side), lift (share / of_all), is_small; most records first. `named` of `records` name a
    member; `finding` is the clearest excess in words.
    """

    by: str
    rows: pd.DataFrame
    named: int
    records: int
    finding: str


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
        side = _side(connection, group_id)
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


def _side(connection: Connection, group_id: int) -> str:
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
        counted = kind.fact.restricted({"n": Column(func.count(), ("member",))}, filters=filters).where(condition)
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
    on = pd.to_datetime(frame["on"], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    return frame.assign(on=on)


def group_shares(base: KnowledgeBase, who: Person, group_id: int, by: str, *, filters: Filters | None = None) -> Shares:
    """The members of a dimension (DIMENSIONS of the side) by the group's records. A record counts once for each
    supplier lot in its lot. Raises Refused for a dimension that side is not recorded by.
    """
    require(who, "read")
    with base.reading() as connection:
        side = _side(connection, group_id)
        if by not in DIMENSIONS[side]:
            raise Refused(f"these records are not told by {by}: choose one of {', '.join(DIMENSIONS[side])}")
        parts = [_by_member(connection, kind, group_id, by, filters) for kind in SIDES[side]]
        totals = [_named_by(connection, kind, group_id, by, filters) for kind in SIDES[side]]
    frame = pd.concat(parts).groupby("member", as_index=False)[["records", "all"]].sum()
    records, named, named_of_all = (int(sum(column)) for column in zip(*totals, strict=True))
    rows = _lifted(frame, named, named_of_all)
    return Shares(by, rows, named, records, _finding(rows, named, by))


def _by_member(connection: Connection, kind: Grouped, group_id: int, by: str, filters: Filters | None) -> pd.DataFrame:
    member, once = kind.fact.dimensions[by], kind.key.distinct() if by == SPREAD else kind.key
    inside = case((MEMBERS.c.group_id == int(group_id), kind.key))
    columns = {
        "member": member,
        "records": Column(func.count(inside.distinct() if by == SPREAD else inside), ("member",)),
        "all": Column(func.count(once)),
    }
    rows = kind.fact.restricted(columns, filters=filters)
    rows = rows.where(MEMBERS.c.membership_id.is_not(None), member.expression.is_not(None))
    found = connection.execute(rows.group_by(member.expression)).all()
    return pd.DataFrame([tuple(row) for row in found], columns=list(columns))


def _named_by(
    connection: Connection, kind: Grouped, group_id: int, by: str, filters: Filters | None
) -> tuple[int, int, int]:
    """Records of the group, those of them that name a member, and those of the whole side that do."""
    inside, member = MEMBERS.c.group_id == int(group_id), kind.fact.dimensions[by]
    names = member.expression.is_not(None)
    columns = {
        "records": Column(func.count(case((inside, kind.key)).distinct()), ("member",)),
        "named": Column(func.count(case((inside & names, kind.key)).distinct()), member.needs),
        "all": Column(func.count(case((names, kind.key)).distinct())),
    }
    rows = kind.fact.restricted(columns, filters=filters).where(MEMBERS.c.membership_id.is_not(None))
    records, named, whole = connection.execute(rows).one()
    return records, named, whole


def _lifted(frame: pd.DataFrame, named: int, named_of_all: int) -> pd.DataFrame:
    rows = frame[frame["records"] > 0].copy()
    rows["share"] = 100 * rows["records"] / max(named, 1)
    rows["of_all"] = 100 * rows["all"] / max(named_of_all, 1)
    rows["lift"] = rows["share"] / rows["of_all"]
    rows["is_small"] = rows["records"] < FEWEST
    kept = rows.sort_values(["records", "lift", "member"], ascending=[False, False, True])
    return kept[["member", "records", "share", "of_all", "lift", "is_small"]].reset_index(drop=True)


def _finding(rows: pd.DataFrame, named: int, by: str) -> str:
    """The member whose excess over its share of all records is least likely chance; few records never count."""
    word = by.replace("_", " ")
    if rows.empty:
        return f"None of these records names a {word}"
    expected = rows["of_all"] / 100 * named
    excess = ((rows["records"] - expected) / expected**0.5).where(~rows["is_small"], 0.0).to_numpy()
    first = rows.iloc[int(excess.argmax())].to_dict()
    if excess.max() < CLEAR_EXCESS or first["lift"] < 1.2:
        most = rows.iloc[0].to_dict()
        return f"No {word} stands out; most records, {most['records']:,}, are of {most['member']}"
    told = f"{first['records']:,} records, {first['lift']:.1f} times its share of all"
    return f"{word.capitalize()} {first['member']} stands out: {told}"


def group_months(
    base: KnowledgeBase, who: Person, group_id: int, *, end: Period, filters: Filters | None = None, months: int = 24
) -> pd.DataFrame:
    """Records of a group by month, up to the end of the period: month, value, is_mature; months without any are 0."""
    require(who, "read")
    span = Period.months(end.end, months)
    with base.reading() as connection:
        side = _side(connection, group_id)
        found: dict[str, int] = {}
        for kind in SIDES[side]:
            month = Column(month_of(kind.fact.on.expression), kind.fact.on.needs)
            columns = {"month": month, "n": Column(func.count(), ("member",))}
            rows = kind.fact.restricted(columns, since=span.start, until=span.end, filters=filters)
            rows = rows.where(MEMBERS.c.group_id == int(group_id)).group_by(month.expression)
            for one, n in connection.execute(rows):
                found[one] = found.get(one, 0) + int(n)
    days = pd.date_range(span.start, periods=months, freq="MS")
    values = [float(found.get(f"{day:%Y-%m}", 0)) for day in days]
    return pd.DataFrame({"month": days, "value": values, "is_mature": True})
