"""Giving back what a recorded change took away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, select

from kb import audit
from kb.access import Person, require
from kb.editing.guard import change, only_own, row
from kb.errors import Conflict, Refused
from kb.models import AuditEntry, Base
from kb.store import KnowledgeBase

TAKEN_BACK = frozenset({"objectives", "customers", "settings", "mapping_presets", "events", "comments", "pins"})
# What a row newly made becomes when its making is taken back: it stays on record.
GONE: Mapping[str, str] = {"objectives": "is_closed", **dict.fromkeys(("events", "comments", "pins"), "is_withdrawn")}
OWN = frozenset({"comments", "pins"})


def take_back(base: KnowledgeBase, who: Person, audit_sequence: int) -> int:
    """Give back the values from before one recorded change of an objective, event, account owner, setting or preset,
    or of one's own comment or pin.

    It is a change of its own, on record; a new objective is closed, a new event withdrawn. Returns the new version.
    Raises Conflict where somebody changed the same values since.
    """
    require(who, "edit")
    with base.writing() as connection:
        entry = connection.execute(
            select(AuditEntry.__table__).where(AuditEntry.sequence == int(audit_sequence))
        ).first()
        if entry is None or not _can_be(entry):
            raise Refused(f"entry {audit_sequence} cannot be taken back: change the values by hand")
        table = Base.metadata.tables[entry.subject_table]
        subject = entry.subject if entry.subject_table == "settings" else int(entry.subject)
        before, after = _recorded(entry)
        now = row(connection, table, subject)
        if table.name in OWN:
            only_own(who, now, table.name.removesuffix("s"))
        differing = {name: now[name] for name in before if audit.plain(now[name]) != after.get(name)}
        if differing:
            raise Conflict("somebody changed it since: decide which value counts", differing, before)
        values = {name: _typed(table, name, value) for name, value in before.items()}
        return change(
            connection, who, table, subject, now["version"], values, "take back", f"takes back entry {audit_sequence}",
            changes_data=table.name not in OWN,
        )  # fmt: skip


def _can_be(entry: Any) -> bool:
    made_new = entry.before is None and entry.subject_table not in GONE
    is_order = entry.subject_table == "pins" and "position" in (entry.before or "")  # one place alone is no order
    return entry.subject_table in TAKEN_BACK and not made_new and not is_order


def _recorded(entry: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the entry says was before and after; a thing newly made counts as open before it is closed."""
    if entry.before is None:
        return {GONE[entry.subject_table]: True}, {GONE[entry.subject_table]: False}
    return json.loads(entry.before), json.loads(entry.after or "{}")


def _typed(table: Any, name: str, value: Any) -> Any:
    is_day = isinstance(table.c[name].type, Date)
    return date.fromisoformat(value) if is_day and value is not None else value
