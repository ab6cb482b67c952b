"""Records of both sides whose texts are like one that is pasted or picked, and what became of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING, Any

import pandas as pd
from cachetools import LRUCache, cached
from sqlalchemy import Connection, func, select

from analytics.questions.grouped import MEMBERSHIPS, asserted_causes, memberships
from kb.access import Person, require
from kb.facts.shared import table
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    from analytics.similar import SimilarTexts

SIDES: Mapping[str, str] = {"Factory": "factory", "Customers": "field"}
KIND_NAMES = {"defect": "nonconformance", "return": "return", "complaint": "complaint"}
SIMILAR = [
    "likeness", "text", "side", "kind", "number", "on", "product", "lot", "group", "outcome", "credit", "linked_cause",
    "action", "customer", "record",
]  # fmt: skip
FEWEST_LETTERS, LEAST = 3, 5
NONCONFORMANCES, RETURNS, COMPLAINTS = table("nonconformances"), table("returns"), table("complaints")
ACTIONS = table("actions")


@dataclass(frozen=True)
class Similar:
    """What is like `text` (of the record `number`, where one was picked) among `searched` texts.

    `rows`: SIMILAR, most similar first: likeness in percent, `group` its cause or symptom, `outcome` the disposition,
    the finding or whether it was closed, `linked_cause` what an asserted link ties a customer's record to, `action` the
    latest corrective action on its defect code or that of its linked cause, `record` its key ("defect:17").
    `has_groups`: whether texts were ever grouped.
    """

    text: str
    number: str
    searched: int
    rows: pd.DataFrame
    has_groups: bool = False
    reason: str | None = None


def similar(
    base: KnowledgeBase, who: Person, *, text: str = "", record: str = "", sides: Sequence[str] = (), limit: int = 20
) -> Similar:
    """The `limit` most similar records to a text or to a record, given by its key ("defect:17") or its number.

    A text that is a record's number stands for that record. `sides`: of SIDES; without any half of them of each, since
    the two sides seldom use the same words.
    """
    require(who, "read")
    index, frame = _index(base, base.revisions()[0])
    place = _picked(frame, record or text)
    if record and place < 0:
        return _nothing(f"There is no record {record} with a text in this knowledge base.", text, len(frame))
    asked = str(frame["text"].iloc[place]) if place >= 0 else text.strip()
    number = str(frame["number"].iloc[place]) if place >= 0 else ""
    if reason := _unasked(frame, asked):
        return _nothing(reason, asked, len(frame))
    places, likeness = index.search(asked, len(frame), place)
    found = _of_sides(frame.iloc[places].assign(likeness=(likeness.astype(float) * 100).round()), sides, limit)
    with base.reading() as connection:
        rows = _told(connection, found)
        has_groups = connection.scalar(select(MEMBERSHIPS.c.membership_id).limit(1)) is not None
    none = None if len(rows) else "No record shares a word, or a piece of one, with this text: try other words."
    return Similar(asked, number, len(frame), rows, has_groups, none)


def _key(base: KnowledgeBase, revision: int) -> Hashable:
    return base.url, revision


# Building takes a second for 10,000 texts and a search milliseconds: kept for each state of the data.
@cached(LRUCache(2), key=_key, condition=Condition())
def _index(base: KnowledgeBase, revision: int) -> tuple[SimilarTexts, pd.DataFrame]:
    """The index and the records it stands for, in its order."""
    from analytics.refresh import reading  # scikit-learn comes with these two, which the first page does not need
    from analytics.similar import SimilarTexts

    with base.reading() as connection:
        frames = [reading.records(connection, side).assign(side=side) for side in SIDES.values()]
    frame = pd.concat([one for one in frames if not one.empty] or frames[:1], ignore_index=True)
    keys = frame["record_type"].astype(str) + ":" + frame["record_id"].astype(str)
    return SimilarTexts().fit(list(frame["text"])), frame.assign(record=keys)


def _picked(frame: pd.DataFrame, named: str) -> int:
    """The place of the record of this key or number, -1 without one."""
    named = named.strip()
    if not named:
        return -1
    at = (frame["record"] == named.lower()) | (frame["number"].str.lower() == named.lower())
    return int(at.to_numpy(bool).argmax()) if at.any() else -1


def _of_sides(found: pd.DataFrame, sides: Sequence[str], limit: int) -> pd.DataFrame:
    """The most similar ones of these sides, each with its share of the limit; what shares next to nothing is none."""
    wanted = [SIDES[side] for side in sides if side in SIDES] or list(SIDES.values())
    kept = found[found["side"].isin(wanted) & (found["likeness"] >= LEAST)]
    return kept.groupby("side").head(max(limit // len(wanted), 1)).reset_index(drop=True)


def _unasked(frame: pd.DataFrame, text: str) -> str | None:
    if frame.empty:
        return "There are no texts to search: import nonconformances, returns or complaints with their texts."
    if len(text) < FEWEST_LETTERS:
        return "Paste a text of a few words, or a record's number."
    return None


def _nothing(reason: str, text: str, searched: int) -> Similar:
    return Similar(text, "", searched, pd.DataFrame(columns=SIMILAR), reason=reason)


def _told(connection: Connection, found: pd.DataFrame) -> pd.DataFrame:
    """The records with their groups, outcomes, links and actions."""
    if found.empty:
        return pd.DataFrame(columns=SIMILAR)
    types = found["record_type"].unique()
    ids = {kind: [int(one) for one in found["record_id"][found["record_type"] == kind]] for kind in types}
    groups = {kind: memberships(connection, kind, some) for kind, some in ids.items()}
    outcomes = {kind: _outcomes(connection, kind, some) for kind, some in ids.items()}
    causes, actions = asserted_causes(connection), _actions(connection)
    usual = _usual_codes(connection, {cause for some, _ in causes.values() for cause in some})
    rows = []
    for one in found.to_dict("records"):
        known = groups[one["record_type"]]
        belongs = known.loc[one["record_id"]] if one["record_id"] in known.index else None
        tied, names = causes.get(int(belongs["group_id"]), ([], "")) if belongs is not None else ([], "")
        codes = [one["code"]] if one["record_type"] == "defect" else [usual.get(cause, "") for cause in tied]
        outcome, credit = outcomes[one["record_type"]].get(one["record_id"], ("", None))
        rows.append({
            **one, "kind": KIND_NAMES[one["record_type"]], "group": "" if belongs is None else belongs["group"],
            "outcome": outcome, "credit": credit, "linked_cause": names,
            "action": next((actions[code] for code in codes if code in actions), ""),
        })  # fmt: skip
    told = pd.DataFrame(rows).replace({"side": {value: name for name, value in SIDES.items()}})
    return told.assign(on=pd.to_datetime(told["on"]).dt.normalize(), credit=told["credit"].astype(float))[SIMILAR]


def _outcomes(connection: Connection, kind: str, ids: list[int]) -> dict[int, tuple[str, float | None]]:
    """What became of each record, and what was credited for it."""
    if kind == "defect":
        key = NONCONFORMANCES.c.nonconformance_id
        rows = connection.execute(select(key, NONCONFORMANCES.c.disposition).where(key.in_(ids)))
        return {one: ((disposition or "").replace("_", " "), None) for one, disposition in rows}
    if kind == "complaint":
        key = COMPLAINTS.c.complaint_id
        heard = connection.execute(select(key, COMPLAINTS.c.closed_on).where(key.in_(ids)))
        return {one: (f"closed {closed:%Y-%m-%d}" if closed else "open", None) for one, closed in heard}
    own = (RETURNS.c.return_id, RETURNS.c.finding, RETURNS.c.is_no_trouble_found, RETURNS.c.credit)
    returned = connection.execute(select(*own).where(RETURNS.c.return_id.in_(ids)))
    return {one: (_finding(finding, is_fine), credit) for one, finding, is_fine, credit in returned}


def _finding(finding: str | None, is_without_trouble: bool | None) -> str:
    if finding:
        return finding
    if is_without_trouble is None:
        return "not inspected"
    return "no trouble found" if is_without_trouble else "trouble found"


def _actions(connection: Connection) -> dict[str, str]:
    """By defect code the latest corrective action in words."""
    wanted = select(ACTIONS.c.defect_code, ACTIONS.c.action_number, ACTIONS.c.title, ACTIONS.c.status).order_by(
        ACTIONS.c.opened_on, ACTIONS.c.action_id
    )
    rows = connection.execute(wanted.where(ACTIONS.c.defect_code.is_not(None)))
    return {code: f"{number} {title or ''} ({status or 'status unknown'})" for code, number, title, status in rows}


def _usual_codes(connection: Connection, causes: set[int]) -> dict[int, str]:
    """The most frequent defect code of each cause."""
    code, count = NONCONFORMANCES.c.defect_code, func.count()
    wanted: Any = (
        select(MEMBERSHIPS.c.group_id, code, count)
        .join(NONCONFORMANCES, NONCONFORMANCES.c.nonconformance_id == MEMBERSHIPS.c.record_id)
        .where(MEMBERSHIPS.c.record_type == "defect", MEMBERSHIPS.c.group_id.in_(causes), code.is_not(None))
        .group_by(MEMBERSHIPS.c.group_id, code)
        .order_by(count, code)
    )
    return {row[0]: row[1] for row in connection.execute(wanted)}
