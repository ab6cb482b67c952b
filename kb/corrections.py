"""What people said of groups, records and links, applied again: their word outlives the model's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from kb.models import Complaint, Correction, Feedback, Group, Link, Membership, Nonconformance, Return

SIDES = ("factory", "field")
# What a record is called in results, the side that wrote it, and its table, key and business number.
RECORDS: Mapping[str, tuple[str, Any, Any, Any]] = {
    "defect": ("factory", Nonconformance, Nonconformance.nonconformance_id, Nonconformance.nonconformance_number),
    "return": ("field", Return, Return.return_id, Return.return_number),
    "complaint": ("field", Complaint, Complaint.complaint_id, Complaint.complaint_number),
    "feedback": ("field", Feedback, Feedback.feedback_id, Feedback.feedback_number),
}


def standing(connection: Connection, *kinds: str) -> list[Row[Any]]:
    """What people said and did not take back, the oldest first; only these kinds where any are named."""
    wanted = select(Correction.__table__).where(Correction.taken_back_at.is_(None))
    if kinds:
        wanted = wanted.where(Correction.kind.in_(kinds))
    return list(connection.execute(wanted.order_by(Correction.correction_id)))


def aliases(connection: Connection) -> dict[str, str]:
    """People's table of words: word -> the word it stands for, '' where it is to be left out."""
    return {row.subject: row.detail or "" for row in standing(connection, "alias")}


def granularity(connection: Connection) -> dict[str, float]:
    """For each side how alike groups must be to be joined, where people set it."""
    return {row.subject: float(row.detail) for row in standing(connection, "granularity")}


def verdicts(connection: Connection) -> list[tuple[int, int, str]]:
    """The last word on each link: symptom, cause, 'confirmed' or 'refused'."""
    said = {row.subject: row.kind for row in standing(connection, *_VERDICTS)}
    return [(*_pair(subject), _VERDICTS[kind]) for subject, kind in said.items()]


def replay(connection: Connection) -> None:
    """Start from what the model says and apply every correction in the order in which it was said.

    Afterwards `memberships.group_id`, the names and states of groups and the verdicts of links are as people want
    them, whatever the model said anew. A group without records is gone, unless people named it or put a record there.
    """
    differs = or_(Membership.group_id.is_distinct_from(Membership.model_group_id), Membership.is_pinned)
    connection.execute(update(Membership).where(differs).values(group_id=Membership.model_group_id, is_pinned=False))
    connection.execute(update(Group).values(given_name=None, became_id=None))
    connection.execute(update(Link).values(verdict=None))
    for row in standing(connection):
        _APPLIED[row.kind](connection, row.subject, row.detail or "")
    held = exists().where(Membership.group_id == Group.group_id)
    connection.execute(update(Group).where(held).values(status="alive"))
    connection.execute(update(Group).where(~held).values(status="gone"))


def forget_missing(connection: Connection) -> int:
    """Drop what was said by the model of records that are no longer in the base; returns how many."""
    gone = 0
    for kind, (_, _, key, _) in RECORDS.items():
        missing = (Membership.record_type == kind) & ~exists().where(key == Membership.record_id)
        gone += connection.execute(delete(Membership).where(missing)).rowcount
    return gone


def _rename(connection: Connection, subject: str, detail: str) -> None:
    connection.execute(update(Group).where(Group.group_id == int(subject)).values(given_name=detail))


def _merge(connection: Connection, subject: str, detail: str) -> None:
    one, into = int(subject), int(detail)
    connection.execute(update(Membership).where(Membership.group_id == one).values(group_id=into))
    connection.execute(update(Group).where(Group.group_id == one).values(became_id=into))


def _split(connection: Connection, subject: str, detail: str) -> None:
    """The records of the group that use the word form a group of their own."""
    said = json.loads(detail)
    for kind, (_, model, key, _) in RECORDS.items():
        using = select(key).where(func.lower(model.text).contains(said["word"].lower(), autoescape=True))
        mine = (Membership.group_id == int(subject)) & (Membership.record_type == kind)
        moved = update(Membership).where(mine, Membership.record_id.in_(using))
        connection.execute(moved.values(group_id=said["group_id"]))


def _pin(connection: Connection, subject: str, detail: str) -> None:
    kind, number = subject.split(":")
    this = (Membership.record_type == kind) & (Membership.record_id == int(number))
    group = int(detail) if detail else None
    connection.execute(update(Membership).where(this).values(group_id=group, is_pinned=True))


def _judge(verdict: str) -> Callable[[Connection, str, str], None]:
    def judged(connection: Connection, subject: str, detail: str) -> None:
        symptom, cause = _pair(subject)
        this = (Link.symptom_id == symptom) & (Link.cause_id == cause)
        if not connection.execute(update(Link).where(this).values(verdict=verdict)).rowcount:
            # the model no longer proposes it, but somebody decided on it
            said = {"symptom_id": symptom, "cause_id": cause, "rank": 0, "score": 0.0, "verdict": verdict}
            connection.execute(insert(Link).values(**said))

    return judged


def _nothing(connection: Connection, subject: str, detail: str) -> None:
    """Aliases and granularity change how texts are read at the next refit, not the memberships."""


def _pair(subject: str) -> tuple[int, int]:
    symptom, cause = subject.split(":")
    return int(symptom), int(cause)


_VERDICTS = {"confirm": "confirmed", "refuse": "refused"}
_APPLIED: Mapping[str, Callable[[Connection, str, str], None]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "pin": _pin,
    "alias": _nothing,
    "granularity": _nothing,
    **{kind: _judge(verdict) for kind, verdict in _VERDICTS.items()},
}
KINDS = tuple(_APPLIED)
