"""Groups of texts: causes of the factory, symptoms of customers; how large, whether they grow, what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, case, func, null, select

from analytics.metrics import Filters
from analytics.periods import Period
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.expressions import month_of
from kb.facts.fact import Column
from kb.facts.fingerprint import fingerprint
from kb.facts.grouping import IS_UNSURE, IS_WITHOUT, MEMBERS, SIDES, Grouped
from kb.models import Group, Import, Run
from kb.store import KnowledgeBase

SIDE_NAMES: Mapping[str, str] = {"factory": "Causes of the factory", "field": "Symptoms of customers"}
NOUNS: Mapping[str, str] = {"factory": "cause", "field": "symptom"}
CLEAR = 1.96
UNSTABLE_BELOW = 0.6
MONTHS = 12
COLUMNS = [
    "group_id", "name", "records", "now", "before", "trend", "cost", "stability", "terms", "months", "status", "x",
    "y", "first_seen_on", "last_seen_on",
]  # fmt: skip


@dataclass(frozen=True)
class Grouping:
    """How far the analysis is. `texts`: records with a text, by side; `groups`: those alive, by side. `found_at`: when
    the last run ended, `fitted_at` when groups were last found anew; none before the first. `stale_since`: the first
    import (or its undoing) that the results do not know; `is_stale` also where only that is not known.
    """

    texts: Mapping[str, int]
    groups: Mapping[str, int]
    found_at: datetime | None = None
    fitted_at: datetime | None = None
    is_stale: bool = False
    stale_since: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.found_at is not None


@dataclass(frozen=True)
class Groups:
    """All groups of a side. `rows` has COLUMNS: records and cost of all time, now and before in the two `spans`, trend
    in words (clear at 95 % of a Poisson difference), status good, bad or neutral by it, months (records of the last
    twelve), x and y on the map. `records` were read under the filters, of which `without` are in no group and `unsure`
    are in one with little confidence.
    """

    side: str
    rows: pd.DataFrame
    spans: tuple[Period, Period]
    records: int
    without: int
    unsure: int
    finding: str


def grouping(base: KnowledgeBase, who: Person) -> Grouping:
    """Whether texts were grouped at all, when, and whether data came in or went since."""
    require(who, "read")
    with base.reading() as connection:
        texts = {side: sum(_texts(connection, kind) for kind in kinds) for side, kinds in SIDES.items()}
        alive = select(Group.side, func.count()).where(Group.status == "alive").group_by(Group.side)
        groups = {side: int(n) for side, n in connection.execute(alive)}
        last = select(Run.finished_at, Run.data_hash, Run.kind).where(Run.finished_at.is_not(None))
        runs = connection.execute(last.order_by(Run.run_id.desc()).limit(1)).all()
        if not runs:
            return Grouping(texts, groups)
        fitted = connection.scalar(select(func.max(Run.finished_at)).where(Run.kind == "refresh"))
        is_stale = runs[0].data_hash != fingerprint(connection)
        since = _came_since(connection, runs[0].finished_at) if is_stale else None
    return Grouping(texts, groups, runs[0].finished_at, fitted, is_stale, since)


def _texts(connection: Connection, kind: Grouped) -> int:
    return int(connection.scalar(select(func.count()).where(func.trim(kind.text) != "")) or 0)


def _came_since(connection: Connection, moment: datetime) -> datetime | None:
    """The first import or undoing after this moment."""
    found = [
        connection.scalar(select(func.min(column)).where(column > moment))
        for column in (Import.imported_at, Import.undone_at)
    ]
    return min((one for one in found if one is not None), default=None)


def groups(base: KnowledgeBase, who: Person, side: str, *, period: Period, filters: Filters | None = None) -> Groups:
    """The groups of a side under the filters, the largest first. `now` is the period, at least three whole months.

    Raises Refused for a side there is not.
    """
    require(who, "read")
    known_side(side)
    spans = _spans(period)
    with base.reading() as connection:
        counted = _monthly(connection, side, filters)
        named = _named(connection, side)
        rest = _rest(connection, side, filters)
    rows = _rows(named, counted, spans, period)
    return Groups(side, rows, spans, *rest, finding=_finding(side, rows, spans))


def known_side(side: str) -> None:
    """Raise Refused for a side there is not."""
    if side not in SIDES:
        raise Refused(f"there is no side {side!r}: choose {' or '.join(SIDES)}")


def _spans(period: Period) -> tuple[Period, Period]:
    now = Period.months(period.end, max(3, period.month_count))
    return now, now.previous()


def _monthly(connection: Connection, side: str, filters: Filters | None) -> pd.DataFrame:
    """group_id, month (text, none undated), n, cost of all records in a group."""
    parts = []
    for kind in SIDES[side]:
        fact = kind.fact
        cost = Column(func.sum(kind.cost.expression), kind.cost.needs) if kind.cost else Column(null())
        by = {"group_id": fact.dimensions["group"], "month": Column(month_of(fact.on.expression), fact.on.needs)}
        rows = fact.restricted({**by, "n": Column(func.count()), "cost": cost}, filters=filters)
        parts.append(rows.where(MEMBERS.c.group_id.is_not(None)).group_by(*(one.expression for one in by.values())))
    found = [tuple(row) for part in parts for row in connection.execute(part)]
    frame = pd.DataFrame(found, columns=["group_id", "month", "n", "cost"])
    frame["cost"] = frame["cost"].astype(float).fillna(0.0)
    return frame.groupby(["group_id", "month"], dropna=False, as_index=False)[["n", "cost"]].sum()


def name_of(group: Any = Group) -> Any:
    """What a group is called: people's name goes before the model's."""
    return func.coalesce(group.given_name, group.name)


def _named(connection: Connection, side: str) -> pd.DataFrame:
    wanted = select(
        Group.group_id, name_of().label("name"), Group.terms, Group.stability, Group.map_x.label("x"),
        Group.map_y.label("y"), Group.first_seen_on, Group.last_seen_on,
    ).where(Group.side == side, Group.status == "alive")  # fmt: skip
    result = connection.execute(wanted)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))


def _rest(connection: Connection, side: str, filters: Filters | None) -> tuple[int, int, int]:
    """How many records were read, are in no group, are in one with little confidence."""
    counts = {
        "read": Column(func.count(MEMBERS.c.membership_id), ("member",)),
        "without": Column(func.sum(case((IS_WITHOUT, 1), else_=0)), ("member",)),
        "unsure": Column(func.sum(case((IS_UNSURE, 1), else_=0)), ("member",)),
    }
    found = [connection.execute(kind.fact.restricted(counts, filters=filters)).one() for kind in SIDES[side]]
    read, without, unsure = (sum(int(one or 0) for one in column) for column in zip(*found, strict=True))
    return read, without, unsure


def _rows(named: pd.DataFrame, counted: pd.DataFrame, spans: tuple[Period, Period], period: Period) -> pd.DataFrame:
    day = pd.to_datetime(counted["month"], format="%Y-%m")
    by_group = {"records": counted["n"], "cost": counted["cost"]}
    for name, span in zip(("now", "before"), spans, strict=True):
        inside = day.between(pd.Timestamp(span.start), pd.Timestamp(span.end))
        by_group[name] = counted["n"].where(inside, 0)
    sums = pd.DataFrame(by_group).groupby(counted["group_id"]).sum()
    rows = named.join(sums, on="group_id").dropna(subset=["records"])
    rows = rows.astype({"records": "int64", "now": "int64", "before": "int64"})
    changes = [trend_of(now, before) for now, before in zip(rows["now"], rows["before"], strict=True)]
    rows["trend"] = changes
    rows["status"] = [{"more": "bad", "fewer": "good"}.get(one, "neutral") for one in changes]
    rows["stability"] = [stability_told(one) for one in rows["stability"]]
    rows["months"] = _months(counted.assign(day=day), list(rows["group_id"]), period)
    for name in ("first_seen_on", "last_seen_on"):
        rows[name] = pd.to_datetime(rows[name]).astype("datetime64[us]")
    return rows.sort_values(["records", "name"], ascending=[False, True])[COLUMNS].reset_index(drop=True)


def _months(counted: pd.DataFrame, ids: list[int], period: Period) -> list[list[int]]:
    year = pd.date_range(Period.months(period.end, MONTHS).start, periods=MONTHS, freq="MS")
    table = counted.dropna(subset=["day"]).pivot_table(index="group_id", columns="day", values="n", aggfunc="sum")
    table = table.reindex(index=ids, columns=year).fillna(0).astype("int64")
    return [list(map(int, row)) for row in table.to_numpy()]


def trend_of(now: int, before: int) -> str:
    """'more', 'fewer' or 'no clear change': only what chance alone makes in one of 20 cases at most counts."""
    if abs(now - before) < CLEAR * (now + before) ** 0.5 or now == before:
        return "no clear change"
    return "more" if now > before else "fewer"


def stability_told(value: float | None) -> str:
    """How sure it is that the group is one at all, in words."""
    if value is None or pd.isna(value):
        return "not measured"
    return f"{value:.2f}, unstable" if value < UNSTABLE_BELOW else f"{value:.2f}"


def _finding(side: str, rows: pd.DataFrame, spans: tuple[Period, Period]) -> str:
    """What grows most clearly; else which is the largest."""
    noun = NOUNS[side]
    if rows.empty:
        return f"No {noun} for this filter"
    growing = rows[rows["trend"] == "more"]
    if growing.empty:
        first = rows.iloc[0].to_dict()
        return f"No {noun} clearly grows; the largest is “{first['name']}” with {first['records']:,} records"
    sure = (growing["now"] - growing["before"]) / (growing["now"] + growing["before"]) ** 0.5
    first = growing.iloc[int(sure.to_numpy().argmax())].to_dict()
    many = f"{len(growing)} of {len(rows)} {noun}s clearly grow, most" if len(growing) > 1 else f"One {noun} grows:"
    return f"{many} “{first['name']}”: {first['now']:,} records in {spans[0].label}, {first['before']:,} before"


def group_names(base: KnowledgeBase, who: Person, side: str) -> dict[int, str]:
    """The groups of a side that are alive, by name: group_id -> name."""
    require(who, "read")
    known_side(side)
    wanted = select(Group.group_id, name_of()).where(Group.side == side, Group.status == "alive")
    with base.reading() as connection:
        return {one: name for one, name in connection.execute(wanted.order_by(name_of(), Group.group_id))}
