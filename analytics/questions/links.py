"""Links: what a symptom and a cause have to do with each other, the evidence, and what people said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from analytics.counterparts import Candidate, Search, wanting
from kb.access import Person, require
from kb.facts.shared import table
from kb.models import Complaint, Correction, Group, Link, Membership, Nonconformance, Return, Shipment
from kb.store import KnowledgeBase

LINKED = [
    "group_id", "name", "words", "standing", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots", "lag_days",
]  # fmt: skip
ASSERTED_BELOW = 0.05
CONFIRMED, ASSERTED, OPEN, REFUSED = "confirmed", "asserted", "not asserted", "refused"
MOST_CANDIDATES = 5
LOTS = [
    "lot", "product", "line", "shift", "started_on", "quantity", "exposure", "factory_records", "field_records",
    "supplier_lots",
]  # fmt: skip
ORIGINS = [
    "kind", "name", "q_value", "lots", "factory_records", "factory_expected", "field_records", "field_expected",
]  # fmt: skip
# Parts of records come of spreading; more digits than these say nothing.
DIGITS = {"exposure": 0, "factory_records": 1, "field_records": 1, "factory_expected": 1, "field_expected": 1,
          "expected_lots": 1, "pmi": 2, "q_value": 4}  # fmt: skip
WORDS = ["word", "factory_word", "shared_lots", "expected_lots", "pmi"]
SAID = [
    "correction_id", "verdict", "by", "department", "said_at", "reason", "taken_back_by", "taken_back_at",
]  # fmt: skip
WITH_RECORDS: dict[str, Any] = {"defect": Nonconformance, "return": Return, "complaint": Complaint}
CALLED: ColumnElement[Any] = func.coalesce(Group.given_name, Group.name)
"""People's name of a group, else the model's."""


@dataclass(frozen=True)
class Linked:
    """A group and its counterparts: causes of a symptom (side field), symptoms of a cause (side factory).

    `links` has LINKED: standing is confirmed or refused (by people), asserted (q below .05) or not asserted; rate_ratio
    with its 95 % interval; lag_days from production to the customer's record. What people confirmed comes first, what
    they refused last. Where none stands, `wanting` says what would change it, in sentences.
    """

    group_id: int
    side: str
    name: str
    records: int
    links: pd.DataFrame
    wanting: tuple[str, ...] = ()

    @property
    def standing(self) -> pd.DataFrame:
        """The links that count."""
        return self.links[self.links["standing"].isin([CONFIRMED, ASSERTED])]


@dataclass(frozen=True)
class Evidence:
    """What a link rests on. `lots` to act on (LOTS; exposure in units that had time to come back), `origins` where both
    sides have too many (ORIGINS, expected at the products' rates), `words` of customers and of the factory (WORDS)."""

    lots: pd.DataFrame
    origins: pd.DataFrame
    words: pd.DataFrame


def linked(base: KnowledgeBase, who: Person, group_id: int | str) -> Linked | None:
    """A group with its counterparts; none where there is no such group (any more)."""
    require(who, "read")
    if not str(group_id).isdecimal():
        return None
    with base.reading() as connection:
        found = connection.execute(
            select(Group.group_id, Group.side, CALLED.label("name")).where(Group.group_id == int(group_id))
        ).one_or_none()
        if found is None:
            return None
        records = _count(connection, Membership.group_id == found.group_id)
        links = _links(connection, found.group_id, found.side)
        made = Linked(found.group_id, found.side, found.name, records, links)
        if len(made.standing):
            return made
        return Linked(made.group_id, made.side, made.name, records, links, tuple(_wanting(connection, made)))


def link_evidence(base: KnowledgeBase, who: Person, symptom_id: int, cause_id: int) -> Evidence:
    """The stored evidence of one link; empty frames where it was not asserted when groups were last refreshed."""
    require(who, "read")
    with base.reading() as connection:
        wanted = select(Link.evidence).where(Link.symptom_id == int(symptom_id), Link.cause_id == int(cause_id))
        told = json.loads(connection.scalar(wanted) or "{}")
    lots = pd.DataFrame(told.get("lots", []), columns=LOTS)
    days = pd.to_datetime(lots["started_on"]).astype("datetime64[us]")
    return Evidence(
        lots.assign(started_on=days).round(DIGITS),
        pd.DataFrame(told.get("origins", []), columns=ORIGINS).round(DIGITS),
        pd.DataFrame(told.get("words", []), columns=WORDS).round(DIGITS),
    )


def said_of_link(base: KnowledgeBase, who: Person, symptom_id: int, cause_id: int) -> pd.DataFrame:
    """What people said of a link, the latest first: columns SAID; verdict is confirmed or refused, times in UTC."""
    require(who, "read")
    words = {"confirm": CONFIRMED, "refuse": REFUSED}
    wanted = (
        select(Correction.correction_id, Correction.kind, Correction.user_name, Correction.department,
               Correction.said_at, Correction.reason, Correction.taken_back_by, Correction.taken_back_at)
        .where(Correction.kind.in_(words), Correction.subject == f"{int(symptom_id)}:{int(cause_id)}")
        .order_by(Correction.correction_id.desc())
    )  # fmt: skip
    with base.reading() as connection:
        rows = [(row[0], words[row[1]], *row[2:]) for row in connection.execute(wanted)]
    return pd.DataFrame(rows, columns=SAID)


def unlinked(base: KnowledgeBase, who: Person, group_id: int) -> dict[int, str]:
    """The groups of the other side that are not proposed for this one, by name: what a person may link it with."""
    require(who, "read")
    with base.reading() as connection:
        side = connection.scalar(select(Group.side).where(Group.group_id == int(group_id)))
        if side is None:
            return {}
        proposed = (
            select(Link.cause_id)
            .where(Link.symptom_id == int(group_id))
            .union(select(Link.symptom_id).where(Link.cause_id == int(group_id)))
        )
        wanted = select(Group.group_id, CALLED.label("name")).where(
            Group.side != side, Group.status == "alive", Group.group_id.not_in(proposed)
        )
        return {row.group_id: row.name for row in connection.execute(wanted.order_by(CALLED, Group.group_id))}


def stands(link: Any) -> str:
    """How a row of links stands, people's word first."""
    if link.verdict in (CONFIRMED, REFUSED):
        return str(link.verdict)
    return ASSERTED if link.q_value is not None and link.q_value < ASSERTED_BELOW else OPEN


def _links(connection: Connection, group_id: int, side: str) -> pd.DataFrame:
    mine, other = (Link.symptom_id, Link.cause_id) if side == "field" else (Link.cause_id, Link.symptom_id)
    wanted = (
        select(Group.group_id, CALLED.label("name"), func.coalesce(Group.terms, "").label("words"), Link.rank,
               Link.score, Link.rate_ratio, Link.ci_low, Link.ci_high, Link.q_value, Link.shared_lots, Link.lag_days,
               Link.verdict)
        .join(Link, other == Group.group_id)
        .where(mine == group_id, or_(Group.status == "alive", Link.verdict.is_not(None), Link.q_value < ASSERTED_BELOW))
    )  # fmt: skip
    rows = sorted(connection.execute(wanted).all(), key=lambda row: _order(row, side))
    frame = pd.DataFrame([tuple(row) for row in rows], columns=[*LINKED[:3], "rank", "score", *LINKED[4:], "verdict"])
    frame["standing"] = [stands(row) for row in rows]
    numbers = LINKED[4:]
    frame[numbers] = frame[numbers].astype(float)
    further = (frame["standing"] == OPEN).cumsum() > MOST_CANDIDATES
    return frame[~(further & (frame["standing"] == OPEN))][LINKED].reset_index(drop=True)


def _order(link: Any, side: str) -> tuple[float, ...]:
    """Causes of one symptom are ranked among each other; symptoms of one cause by how sure each is."""
    place = [CONFIRMED, ASSERTED, OPEN, REFUSED].index(stands(link))
    unsure = 1.0 if link.q_value is None else float(link.q_value)
    return (place, link.rank if side == "field" else unsure, -link.score)


def _wanting(connection: Connection, found: Linked) -> list[str]:
    other = "factory" if found.side == "field" else "field"
    alive = select(func.count()).select_from(Group).where(Group.side == other, Group.status == "alive")
    candidates = found.links[found.links["standing"] == OPEN]
    return wanting(
        Search(
            found.side, found.records, _with_lot(connection, Membership.group_id == found.group_id),
            _count(connection, Membership.side == other), _with_lot(connection, Membership.side == other),
            connection.scalar(select(func.count(Shipment.lot_id))) or 0, connection.scalar(alive) or 0,
            int((found.links["standing"] == REFUSED).sum()), _best(candidates),
        )
    )  # fmt: skip


def _best(candidates: pd.DataFrame) -> Candidate | None:
    known = candidates.dropna(subset=["rate_ratio", "ci_low", "ci_high"])
    if known.empty:
        return None
    best = known.iloc[0]
    return Candidate(str(best["name"]), *(float(best[name]) for name in LINKED[4:8]))


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(Membership).where(condition)) or 0


def _with_lot(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How many of these records name the lot."""
    found = 0
    for kind, model in WITH_RECORDS.items():
        key = next(iter(table(model.__tablename__).primary_key))
        wanted = select(func.count(model.lot_id)).join(
            Membership, and_(Membership.record_type == kind, Membership.record_id == key)
        )
        found += connection.scalar(wanted.where(condition)) or 0
    return found
