"""What people say of groups: names, merges, splits, pins, words, granularity, and verdicts on links."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kb import audit, corrections
from kb.access import Person, require
from kb.corrections import RECORDS, SIDES
from kb.entries import clean_name, short_enough
from kb.errors import Refused
from kb.models import Correction, Group, Membership
from kb.store import KnowledgeBase

FINEST, COARSEST = 0.95, 0.02


def rename_group(base: KnowledgeBase, who: Person, group_id: int, name: str, reason: str | None = None) -> int:
    """Give a group a name of people's own; returns the correction_id. Raises Refused for an empty or long name."""
    name = clean_name(name, "name of the group")
    return _said(base, who, "rename", str(int(group_id)), name, reason, groups=(group_id,))


def merge_groups(base: KnowledgeBase, who: Person, group_id: int, into_id: int, reason: str | None = None) -> int:
    """Make one group part of another of the same side. Raises Refused for two sides, itself or a circle."""
    if int(group_id) == int(into_id):
        raise Refused("a group cannot become part of itself: choose another one")
    return _said(base, who, "merge", str(int(group_id)), str(int(into_id)), reason, groups=(group_id, into_id))


def split_group(base: KnowledgeBase, who: Person, group_id: int, word: str, reason: str | None = None) -> int:
    """Records of the group that use the word become a group of their own, now and after every refit.

    Raises Refused where no record or every record of the group uses it.
    """
    require(who, "edit")
    word = clean_name(word, "word")
    with base.writing() as connection:
        whole = _group(connection, group_id)
        made = insert(Group).values(side=whole.side, name=word, status="alive", first_seen_on=whole.first_seen_on,
                                    last_seen_on=whole.last_seen_on, run_id=whole.run_id)  # fmt: skip
        new_id = int(connection.execute(made.returning(Group.group_id)).scalar_one())
        detail = json.dumps({"word": word, "group_id": new_id})
        said = _write(connection, who, "split", str(int(group_id)), detail, reason)
        left, taken = (_size(connection, one) for one in (group_id, new_id))
        if not left or not taken:
            which = "every record" if taken else "no record"
            raise Refused(f"{which} of this group uses {word!r}: choose a word that only some of them use")
    return said


def pin_record(
    base: KnowledgeBase, who: Person, record_type: str, record_id: int, group_id: int | None,
    reason: str | None = None,
) -> int:  # fmt: skip
    """Put a record into a group for good, or with none into no group. Raises Refused for a group of the other side."""
    require(who, "edit")
    if record_type not in RECORDS:
        raise Refused(f"there are no records of type {record_type}: choose one of {', '.join(RECORDS)}")
    with base.writing() as connection:
        this = (Membership.record_type == record_type) & (Membership.record_id == int(record_id))
        if connection.scalar(select(Membership.membership_id).where(this)) is None:
            raise Refused("this record was not read by the analysis yet: refresh the analysis first")
        if group_id is not None and _group(connection, group_id).side != RECORDS[record_type][0]:
            raise Refused("this group belongs to the other side: choose one of the record's own side")
        subject = f"{record_type}:{int(record_id)}"
        return _write(connection, who, "pin", subject, "" if group_id is None else str(int(group_id)), reason)


def set_alias(base: KnowledgeBase, who: Person, word: str, stands_for: str, reason: str | None = None) -> int:
    """Say which word a word stands for ('' leaves it out); it counts from the next refresh on."""
    word, meant = clean_name(word, "word").lower(), " ".join(stands_for.split()).lower()
    if word == meant:
        raise Refused("a word that stands for itself needs no entry: choose another one")
    if " " in word or " " in meant:
        raise Refused("an alias is one word for one word: leave the blanks out")
    return _said(base, who, "alias", word, short_enough(meant, "word"), reason)


def set_granularity(base: KnowledgeBase, who: Person, side: str, value: float, reason: str | None = None) -> int:
    """How alike groups must be to be joined, from the next refresh on: nearer 1 keeps more and finer groups."""
    if side not in SIDES:
        raise Refused(f"there is no side {side!r}: choose {' or '.join(SIDES)}")
    if not COARSEST <= value <= FINEST:
        raise Refused(f"the granularity lies between {COARSEST} and {FINEST}: choose a value in between")
    return _said(base, who, "granularity", side, repr(float(value)), reason)


def judge_link(base: KnowledgeBase, who: Person, symptom_id: int, cause_id: int, confirmed: bool, reason: str) -> int:
    """Confirm or refuse that a symptom is a cause, with the reason. Both departments see it; it outlives refits."""
    require(who, "edit")
    reason = clean_name(reason, "reason")
    with base.writing() as connection:
        sides = [_group(connection, one).side for one in (symptom_id, cause_id)]
        if sides != ["field", "factory"]:
            raise Refused("a link leads from a symptom of customers to a cause of the factory: exchange them")
        kind = "confirm" if confirmed else "refuse"
        return _write(connection, who, kind, f"{int(symptom_id)}:{int(cause_id)}", None, reason)


def take_back_correction(base: KnowledgeBase, who: Person, correction_id: int) -> None:
    """As if it had never been said; it stays on record. Raises Refused where it was taken back already."""
    require(who, "edit")
    with base.writing() as connection:
        now = {"taken_back_at": datetime.now(UTC), "taken_back_by": who.name}
        this = (Correction.correction_id == int(correction_id)) & Correction.taken_back_at.is_(None)
        if not connection.execute(update(Correction).where(this).values(now)).rowcount:
            raise Refused("this was taken back already, or never said: reload the page")
        corrections.replay(connection)
        audit.append(connection, who, "take back", "corrections", correction_id, after={"taken_back_by": who.name})


def _said(
    base: KnowledgeBase, who: Person, kind: str, subject: str, detail: str | None, reason: str | None,
    groups: tuple[int, ...] = (),
) -> int:  # fmt: skip
    require(who, "edit")
    with base.writing() as connection:
        sides = {_group(connection, one).side for one in groups}
        if len(sides) > 1:
            raise Refused("one is a symptom of customers, the other a cause of the factory: link them instead")
        return _write(connection, who, kind, subject, detail, reason)


def _write(connection: Connection, who: Person, kind: str, subject: str, detail: str | None, reason: str | None) -> int:
    """Keep what was said, apply it at once, and record it."""
    said: Mapping[str, Any] = {
        "kind": kind, "subject": subject, "detail": detail, "reason": reason,
        "user_name": who.name, "department": who.department,
    }  # fmt: skip
    made = insert(Correction).values(**said, said_at=datetime.now(UTC), user_id=who.user_id)
    correction_id = int(connection.execute(made.returning(Correction.correction_id)).scalar_one())
    corrections.replay(connection)
    audit.append(connection, who, kind, "corrections", correction_id, after=said, reason=reason)
    return correction_id


def _group(connection: Connection, group_id: int) -> Any:
    found = connection.execute(select(Group.__table__).where(Group.group_id == int(group_id))).one_or_none()
    if found is None:
        raise Refused(f"there is no group {group_id} any more: reload the page")
    return found


def _size(connection: Connection, group_id: int) -> int:
    held = select(Membership.membership_id).where(Membership.group_id == int(group_id)).limit(1)
    return len(connection.execute(held).all())
