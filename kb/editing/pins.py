"""The views that a person keeps on their own page, in their own order. They change no number of anybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from kb import audit
from kb.access import Person, require
from kb.editing.guard import change, only_own, row, user_of
from kb.entries import PIN_SHAPES, clean_name
from kb.errors import Conflict, Refused
from kb.models import Pin, User
from kb.store import KnowledgeBase

MOST_PINS = 12


def pin(base: KnowledgeBase, who: Person, *, metric: str, dimension: str | None, shape: str) -> int:
    """Keep a view of a metric at the end of one's own page; returns its pin_id.

    Which metric has which dimension is checked by the caller, who knows the catalogue. Raises Refused for an unknown
    shape, a view that is there already, and more than MOST_PINS of them.
    """
    require(who, "edit")
    user_id = user_of(who)
    if shape not in PIN_SHAPES:
        raise Refused(f"there is no shape {shape!r}: choose {', '.join(PIN_SHAPES)}")
    values = {"metric": clean_name(metric, "metric"), "dimension": dimension or None, "shape": shape}
    with base.writing() as connection:
        mine = _mine(connection, user_id)
        if any(all(one[name] == value for name, value in values.items()) for one in mine):
            raise Refused("this view is on your page already: open My page to see it")
        if len(mine) >= MOST_PINS:
            raise Refused(f"your page holds {MOST_PINS} views already: remove one first")
        position = max((one["position"] for one in mine), default=0) + 1
        made = insert(Pin).values(**values, user_id=user_id, position=position, is_withdrawn=False, version=1)
        pin_id = int(connection.execute(made.returning(Pin.pin_id)).scalar_one())
        audit.append(connection, who, "pin", "pins", pin_id, after=values, changes_data=False)
    return pin_id


def move_pin(base: KnowledgeBase, who: Person, pin_id: int, seen_version: int, *, places: int) -> int:
    """Move a view up (negative) or down so many places; returns its new version. At an end it stays where it is."""
    require(who, "edit")
    with base.writing() as connection:
        before = row(connection, Pin.__table__, pin_id)
        only_own(who, before, "page")
        mine = {one["pin_id"]: one for one in _mine(connection, before["user_id"])}
        if int(pin_id) not in mine or mine[int(pin_id)]["version"] != int(seen_version):
            raise Conflict("your page changed after you opened it: look at it again", {}, {"places": places})
        order = list(mine)
        place = order.index(int(pin_id))
        order.insert(min(max(place + places, 0), len(order) - 1), order.pop(place))
        _renumber(connection, who, order)
        return int(row(connection, Pin.__table__, pin_id)["version"])


def unpin(base: KnowledgeBase, who: Person, pin_id: int, seen_version: int) -> int:
    """Remove a view from one's own page; it can be taken back. Returns the new version."""
    require(who, "edit")
    with base.writing() as connection:
        only_own(who, row(connection, Pin.__table__, pin_id), "page")
        gone = {"is_withdrawn": True}
        return change(connection, who, Pin.__table__, pin_id, seen_version, gone, "remove", changes_data=False)


def _mine(connection: Connection, user_id: int) -> Sequence[Mapping[str, Any]]:
    """The user's views in order; the user's row is locked, so that two of their browsers do not number at once."""
    connection.execute(select(User.user_id).where(User.user_id == user_id).with_for_update())
    wanted = select(Pin.__table__).where(Pin.user_id == user_id, ~Pin.is_withdrawn)
    return [dict(one) for one in connection.execute(wanted.order_by(Pin.position, Pin.pin_id)).mappings()]


def _renumber(connection: Connection, who: Person, in_order: Sequence[int]) -> None:
    for position, pin_id in enumerate(in_order, start=1):
        now = row(connection, Pin.__table__, pin_id)
        if now["position"] != position:
            changes = {"position": position}
            change(connection, who, Pin.__table__, pin_id, now["version"], changes, "move", changes_data=False)
