"""What happened that explains a number: entered once, drawn on every chart it concerns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from kb import audit
from kb.access import Person, require
from kb.editing.guard import change, row
from kb.entries import EVENT_DIMENSIONS, sound_event
from kb.errors import Refused
from kb.models import Base, Event
from kb.store import KnowledgeBase

EVENT_COLUMNS = frozenset({"happened_on", "kind", "title", "dimension", "member"})


def enter_event(
    base: KnowledgeBase,
    who: Person,
    *,
    happened_on: date,
    kind: str,
    title: str,
    dimension: str | None = None,
    member: str | None = None,
) -> int:
    """Enter what happened on a day; returns its event_id. Without a dimension it concerns everything.

    Raises Refused for an unknown kind, an empty or long title, and a product, family, line or site that is not there.
    """
    require(who, "edit")
    values = sound_event(
        {"happened_on": happened_on, "kind": kind, "title": title, "dimension": dimension, "member": member}
    )
    with base.writing() as connection:
        _is_there(connection, values)
        made = insert(Event).values(
            **values, is_withdrawn=False, user_id=who.user_id, department=who.department,
            created_at=datetime.now(UTC), version=1,
        )  # fmt: skip
        event_id = int(connection.execute(made.returning(Event.event_id)).scalar_one())
        audit.append(connection, who, "enter", "events", event_id, after=values)
    return event_id


def change_event(
    base: KnowledgeBase, who: Person, event_id: int, seen_version: int, reason: str | None = None, **changes: Any
) -> int:
    """Change some of EVENT_COLUMNS; returns the new version. Raises Conflict where somebody was first."""
    require(who, "edit")
    if unknown := changes.keys() - EVENT_COLUMNS:
        raise Refused(f"an event has no {', '.join(sorted(unknown))}: change {', '.join(sorted(EVENT_COLUMNS))}")
    with base.writing() as connection:
        before = row(connection, Event.__table__, event_id)
        values = sound_event({name: changes.get(name, before[name]) for name in EVENT_COLUMNS})
        _is_there(connection, values)
        wanted = {name: values[name] for name in changes}
        return change(connection, who, Event.__table__, event_id, seen_version, wanted, reason=reason)


def withdraw_event(
    base: KnowledgeBase, who: Person, event_id: int, seen_version: int, reason: str | None = None
) -> int:
    """Take an event off all charts; it stays on record and can be taken back. Returns the new version."""
    require(who, "edit")
    with base.writing() as connection:
        gone = {"is_withdrawn": True}
        return change(connection, who, Event.__table__, event_id, seen_version, gone, "withdraw", reason)


def _is_there(connection: Connection, values: dict[str, Any]) -> None:
    if values["dimension"] is None:
        return
    table, column = EVENT_DIMENSIONS[values["dimension"]]
    known = Base.metadata.tables[table].c[column]
    if connection.scalar(select(known).where(known == values["member"]).limit(1)) is None:
        raise Refused(f"there is no {values['dimension']} {values['member']}: choose one that was imported")
