"""The one way a row that people share is changed: by the version they saw, with an entry in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from kb import audit
from kb.access import Person
from kb.errors import Conflict, Refused


def change(
    connection: Connection,
    who: Person,
    table: Any,
    row_id: int | str,
    seen_version: int,
    changes: Mapping[str, Any],
    verb: str = "change",
    reason: str | None = None,
    *,
    changes_data: bool = True,
) -> int:
    """Apply the changes where the row is still as it was seen, and record what really differs; the new version."""
    before = row(connection, table, row_id)
    differing = {name: value for name, value in changes.items() if before[name] != value}
    version = guard(connection, table, row_id, seen_version, changes)
    if differing:
        kept = {name: before[name] for name in differing}
        audit.append(
            connection, who, verb, table.name, row_id, before=kept, after=differing, reason=reason,
            changes_data=changes_data,
        )  # fmt: skip
    return version


def guard(connection: Connection, table: Any, row_id: int | str, seen_version: int, changes: Mapping[str, Any]) -> int:
    """Set the values where the row still has the version that was seen; returns the new one, raises Conflict else."""
    key, seen = _key(table), int(seen_version)
    values = {**changes, "version": seen + 1}
    guarded = update(table).where(key == _plain_id(row_id), table.c.version == seen).values(values)
    if not connection.execute(guarded).rowcount:
        theirs = row(connection, table, row_id)
        raise Conflict(
            "somebody else changed this after you opened it: nothing of yours was saved, decide which value counts",
            {name: theirs[name] for name in changes},
            dict(changes),
        )
    return seen + 1


def row(connection: Connection, table: Any, row_id: int | str) -> Mapping[str, Any]:
    """The row as it is now. Raises Refused where it is gone."""
    found = connection.execute(select(table).where(_key(table) == _plain_id(row_id))).mappings().one_or_none()
    if found is None:
        raise Refused(f"{table.name} {row_id} does not exist any more: reload the page")
    return dict(found)


def _key(table: Any) -> Any:
    return next(iter(table.primary_key.columns))


def _plain_id(row_id: int | str) -> int | str:
    return row_id if isinstance(row_id, str) else int(row_id)


def user_of(who: Person) -> int:
    """The user behind a person. Raises Refused for the command line, which nobody could answer or find again."""
    if who.user_id is None:
        raise Refused(f"{who.name} is no user of this knowledge base: say who you are on a page first")
    return who.user_id


def only_own(who: Person, row: Mapping[str, Any], what: str) -> None:
    """Raise Refused where the row is somebody else's, unless an administrator asks."""
    if row["user_id"] != who.user_id and not who.may("administer"):
        raise Refused(f"this {what} is somebody else's: ask them or an administrator")
