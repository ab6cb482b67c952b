"""Where the records of a group are, against all records of its side, and how they went by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, case, func, select

from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.group_records import side_of
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.expressions import month_of
from kb.facts.fact import Column
from kb.facts.grouping import MEMBERS, SIDES, SPREAD, USED, Grouped
from kb.store import KnowledgeBase

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "factory": ("product", "lot", "line", "shift", "supplier_lot"),
    "field": ("product", "segment", "lot", "line", "shift", "supplier_lot"),
}
"""What the records of a side can be told by."""
FEWEST, CLEAR_EXCESS, CLEAR_LIFT = 5, 3.5, 1.2
"""Fewer records are hardly a share; so many standard deviations stand out even among hundreds of lots."""
Counted = tuple[pd.DataFrame, tuple[int, int, int]]
MEMBERS_TOLD = ["member", "records", "share", "of_all", "lift", "excess", "is_clear", "is_small"]


@dataclass(frozen=True)
class Shares:
    """Where a group's records are. `rows`: member, records, share (percent of those that name a member), of_all (the
    same of all records of the side), lift (share / of_all), excess (standard deviations above what its share of all
    would give), is_clear (no chance), is_small; most records first. `named` of `records` name a
    member; `finding` is the clearest excess in words.
    """

    by: str
    rows: pd.DataFrame
    named: int
    records: int
    finding: str


def group_shares(base: KnowledgeBase, who: Person, group_id: int, by: str, *, filters: Filters | None = None) -> Shares:
    """The members of a dimension (DIMENSIONS of the side) by the group's records. A record counts once for each
    supplier lot in its lot. Raises Refused for a dimension that side is not recorded by.
    """
    require(who, "read")
    with base.reading() as connection:
        side = side_of(connection, group_id)
        if by not in DIMENSIONS[side]:
            raise Refused(f"these records are not told by {by}: choose one of {', '.join(DIMENSIONS[side])}")
        count = _by_supplier_lot if by == SPREAD else _by_member
        parts = [count(connection, kind, group_id, by, filters) for kind in SIDES[side]]
    frame = pd.concat([part for part, _ in parts]).groupby("member", as_index=False)[["records", "all"]].sum()
    records, named, named_of_all = (int(sum(column)) for column in zip(*(sums for _, sums in parts), strict=True))
    rows = _lifted(frame, named, named_of_all)
    return Shares(by, rows, named, records, _finding(rows, by))


def _by_member(connection: Connection, kind: Grouped, group_id: int, by: str, filters: Filters | None) -> Counted:
    """member, records (of the group), all (of the side); and records of the group, those of them and of all that name
    a member."""
    found = connection.execute(_counted(kind, group_id, kind.fact.dimensions[by], filters)).all()
    frame = pd.DataFrame([tuple(row) for row in found], columns=["member", "records", "all"])
    known = frame.dropna(subset=["member"])
    return known, (int(frame["records"].sum()), int(known["records"].sum()), int(known["all"].sum()))


def _counted(kind: Grouped, group_id: int, member: Column, filters: Filters | None) -> Select[Any]:
    columns = {
        "member": member,
        "records": Column(func.count(case((MEMBERS.c.group_id == int(group_id), 1))), ("member",)),
        "all": Column(func.count()),
    }
    rows = kind.fact.restricted(columns, filters=filters).where(MEMBERS.c.membership_id.is_not(None))
    return rows.group_by(member.expression)


def _by_supplier_lot(
    connection: Connection, kind: Grouped, group_id: int, by: str, filters: Filters | None
) -> Counted:  # fmt: skip
    """The same for what a lot has several of: counted by lot first, so that no record is looked at twice."""
    lots = _counted(kind, group_id, Column(kind.lot), filters).subquery()
    used = select(USED.c.lot_id, USED.c.supplier_lot_number).where(USED.c.supplier_lot_number.is_not(None))
    pairs = used.distinct().subquery()
    sums = [func.sum(lots.c.records), func.sum(lots.c["all"])]
    members = select(pairs.c.supplier_lot_number, *sums).join(lots, lots.c.member == pairs.c.lot_id)
    found = connection.execute(members.group_by(pairs.c.supplier_lot_number)).all()
    whole = connection.scalar(select(sums[0])) or 0
    named = connection.execute(select(*sums).where(lots.c.member.in_(select(pairs.c.lot_id)))).one()
    frame = pd.DataFrame([tuple(row) for row in found], columns=["member", "records", "all"])
    return frame.astype({"records": "int64", "all": "int64"}), (int(whole), int(named[0] or 0), int(named[1] or 0))


def _lifted(frame: pd.DataFrame, named: int, named_of_all: int) -> pd.DataFrame:
    rows = frame[frame["records"] > 0].copy()
    rows["share"] = 100 * rows["records"] / max(named, 1)
    rows["of_all"] = 100 * rows["all"] / max(named_of_all, 1)
    rows["lift"] = rows["share"] / rows["of_all"]
    rows["is_small"] = rows["records"] < FEWEST
    expected = rows["of_all"] / 100 * named
    # twice the difference of roots: the excess in standard deviations, also where little is expected
    rows["excess"] = 2 * (rows["records"] ** 0.5 - expected**0.5)
    rows["is_clear"] = ~rows["is_small"] & (rows["excess"] >= CLEAR_EXCESS) & (rows["lift"] >= CLEAR_LIFT)
    return rows.sort_values(["records", "lift", "member"], ascending=[False, False, True])[MEMBERS_TOLD].reset_index(
        drop=True
    )


def _finding(rows: pd.DataFrame, by: str) -> str:
    """The member whose excess over its share of all records is least likely chance; few records never count."""
    word = by.replace("_", " ")
    if rows.empty:
        return f"None of these records names a {word}"
    clear = rows[rows["is_clear"]]
    if clear.empty:
        most = rows.iloc[0].to_dict()
        return f"No {word} stands out; most records, {most['records']:,}, are of {most['member']}"
    first = clear.iloc[int(clear["excess"].to_numpy().argmax())].to_dict()
    told = f"{first['records']:,} records, {first['lift']:.1f} times its share of all"
    return f"{word.capitalize()} {first['member']} stands out: {told}"


def group_months(
    base: KnowledgeBase, who: Person, group_id: int, *, end: Period, filters: Filters | None = None, months: int = 24
) -> pd.DataFrame:
    """Records of a group by month, up to the end of the period: month, value, is_mature; months without any are 0."""
    require(who, "read")
    span = Period.months(end.end, months)
    with base.reading() as connection:
        side = side_of(connection, group_id)
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
