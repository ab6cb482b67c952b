"""Every write a person can make: allowed, guarded by the version they saw, recorded in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Date, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kb import audit
from kb.access import PERMISSIONS, Person, person, require
from kb.entries import clean_name, known_departments, short_enough, sound_objective, sound_toml
from kb.errors import Conflict, Refused
from kb.models import AuditEntry, Base, Customer, MappingPreset, Objective, Setting, User, UserDepartment
from kb.store import KnowledgeBase

OBJECTIVE_COLUMNS = frozenset(
    {"metric", "target", "due_on", "first_department", "second_department", "scope", "baseline", "note"}
)
TAKEN_BACK = frozenset({"objectives", "customers", "settings", "mapping_presets"})


def introduce(base: KnowledgeBase, name: str, department: str) -> Person:
    """The answer to "I am ..." in open mode: finds or makes the user and adds the department.

    Returns the person acting for that department; the first of a base is its administrator, others are members.
    Raises Refused for an empty name, an unknown department or a user who is no longer active. Where people sign in,
    do not offer it: it believes what it is told.
    """
    name = clean_name(name, "name")
    known_departments(department)
    try:
        return _introduce(base, name, department)
    except IntegrityError:  # the same person in two browsers at once: the other one was first
        return _introduce(base, name, department)


def set_objective(
    base: KnowledgeBase,
    who: Person,
    *,
    metric: str,
    target: float,
    due_on: date,
    first_department: str,
    second_department: str,
    scope: str | None = None,
    baseline: float | None = None,
    note: str | None = None,
) -> int:
    """Set a common objective; returns its objective_id. The target is in the metric's unit.

    Which departments may own which metric is checked by the caller, who knows the catalogue.
    """
    require(who, "edit")
    values: dict[str, Any] = {
        "metric": metric, "target": target, "due_on": due_on, "first_department": first_department,
        "second_department": second_department, "scope": scope or None, "baseline": baseline, "note": note or None,
    }  # fmt: skip
    sound_objective(values)
    with base.writing() as connection:
        made = insert(Objective).values(**values, is_closed=False, created_at=datetime.now(UTC), version=1)
        objective_id = int(connection.execute(made.returning(Objective.objective_id)).scalar_one())
        audit.append(connection, who, "set", "objectives", objective_id, after=values)
    return objective_id


def change_objective(
    base: KnowledgeBase, who: Person, objective_id: int, seen_version: int, reason: str | None = None, **changes: Any
) -> int:
    """Change some of OBJECTIVE_COLUMNS; returns the new version. Raises Conflict where somebody was first."""
    require(who, "edit")
    unknown = changes.keys() - OBJECTIVE_COLUMNS
    if unknown:
        raise Refused(
            f"an objective has no {', '.join(sorted(unknown))}: change {', '.join(sorted(OBJECTIVE_COLUMNS))}"
        )
    with base.writing() as connection:
        before = _row(connection, Objective.__table__, objective_id)
        sound_objective({name: changes.get(name, before[name]) for name in OBJECTIVE_COLUMNS})
        return _change(connection, who, Objective.__table__, objective_id, seen_version, changes, reason=reason)


def close_objective(
    base: KnowledgeBase, who: Person, objective_id: int, seen_version: int, reason: str | None = None
) -> int:
    """Close an objective: it stays on record, but no longer on the overview. Returns the new version."""
    require(who, "edit")
    with base.writing() as connection:
        return _change(
            connection, who, Objective.__table__, objective_id, seen_version, {"is_closed": True}, "close", reason
        )


def assign_account_owner(
    base: KnowledgeBase, who: Person, customer_id: int, user_id: int | None, seen_version: int
) -> int:
    """Make an active user (or nobody) the account owner of a customer; returns the customer's new version."""
    require(who, "edit")
    owner = None if user_id is None else int(user_id)
    with base.writing() as connection:
        if owner is not None:
            person(connection, owner)
        changes = {"account_owner_id": owner}
        return _change(connection, who, Customer.__table__, customer_id, seen_version, changes, "assign")


def set_setting(base: KnowledgeBase, who: Person, name: str, value: str, seen_version: int | None = None) -> int:
    """Set a fact about the base itself; returns its version. Without seen_version the last word counts."""
    require(who, "edit")
    name = clean_name(name, "setting")
    short_enough(value, "value")
    with base.writing() as connection:
        now = connection.scalar(select(Setting.version).where(Setting.name == name).with_for_update())
        if now is None:
            connection.execute(insert(Setting).values(name=name, value=value, version=1))
            audit.append(connection, who, "set", "settings", name, after={"value": value})
            return 1
        seen = now if seen_version is None else seen_version
        return _change(connection, who, Setting.__table__, name, seen, {"value": value}, "set")


def save_preset(base: KnowledgeBase, who: Person, name: str, toml: str, seen_version: int | None = None) -> int:
    """Keep a mapping preset that people made; returns its version. Without seen_version it must be new."""
    require(who, "import")
    name = clean_name(name, "preset")
    sound_toml(name, toml)
    with base.writing() as connection:
        preset_id = connection.scalar(select(MappingPreset.mapping_preset_id).where(MappingPreset.name == name))
        if preset_id is not None:
            seen = 0 if seen_version is None else seen_version
            return _change(connection, who, MappingPreset.__table__, preset_id, seen, {"toml": toml}, "save")
        made = insert(MappingPreset).values(name=name, toml=toml, version=1)
        preset_id = connection.execute(made.returning(MappingPreset.mapping_preset_id)).scalar_one()
        audit.append(connection, who, "save", "mapping_presets", preset_id, after={"name": name, "toml": toml})
        return 1


def change_user(
    base: KnowledgeBase,
    who: Person,
    user_id: int,
    seen_version: int,
    *,
    role: str | None = None,
    departments: Sequence[str] | None = None,
    is_active: bool | None = None,
) -> int:
    """Change what is given of a user's role, departments and whether they are active; returns the new version."""
    require(who, "administer")
    if role is not None and role not in PERMISSIONS:
        raise Refused(f"there is no role {role}: choose {', '.join(PERMISSIONS)}")
    known_departments(*(departments or ()))
    with base.writing() as connection:
        before = dict(_row(connection, User.__table__, user_id)) | {"departments": _departments_of(connection, user_id)}
        wanted = {"role": role, "is_active": is_active, "departments": departments and sorted(set(departments))}
        after: dict[str, Any] = {name: before[name] if value is None else value for name, value in wanted.items()}
        _keep_an_administrator(connection, before, after)
        version = _guard(
            connection, User.__table__, user_id, seen_version, {name: after[name] for name in ("role", "is_active")}
        )
        _replace_departments(connection, user_id, after["departments"])
        kept = {name: before[name] for name in after}
        audit.append(connection, who, "change", "users", user_id, before=kept, after=after)
        return version


def take_back(base: KnowledgeBase, who: Person, audit_sequence: int) -> int:
    """Give back the values from before one recorded change of an objective, account owner, setting or preset.

    It is a change of its own, on record; a new objective is closed. Returns the new version. Raises Conflict where
    somebody changed the same values since.
    """
    require(who, "edit")
    with base.writing() as connection:
        entry = connection.execute(
            select(AuditEntry.__table__).where(AuditEntry.sequence == int(audit_sequence))
        ).first()
        made_new = entry is not None and entry.before is None and entry.subject_table != "objectives"
        if entry is None or entry.subject_table not in TAKEN_BACK or made_new:
            raise Refused(f"entry {audit_sequence} cannot be taken back: change the values by hand")
        table = Base.metadata.tables[entry.subject_table]
        subject = entry.subject if entry.subject_table == "settings" else int(entry.subject)
        before, after = _recorded(entry.before, entry.after)
        now = _row(connection, table, subject)
        differing = {name: now[name] for name in before if audit.plain(now[name]) != after.get(name)}
        if differing:
            raise Conflict("somebody changed it since: decide which value counts", differing, before)
        values = {name: _typed(table, name, value) for name, value in before.items()}
        return _change(
            connection, who, table, subject, now["version"], values, "take back", f"takes back entry {audit_sequence}"
        )


def _introduce(base: KnowledgeBase, name: str, department: str) -> Person:
    with base.writing() as connection:
        user_id = connection.scalar(select(User.user_id).where(User.name == name))
        departments = _departments_of(connection, user_id) if user_id is not None else []
        if user_id is None:
            made = insert(User).values(name=name, role="member", is_active=True, version=1)
            user_id = connection.execute(made.returning(User.user_id)).scalar_one()
        elif not departments:  # so far only a file named them, as somebody's account owner
            connection.execute(update(User).where(User.user_id == user_id).values(is_active=True))
        if department not in departments:
            connection.execute(insert(UserDepartment).values(user_id=user_id, department=department))
        _have_an_administrator(connection, user_id)
        who = person(connection, user_id, department)
        if department not in departments:
            audit.append(connection, who, "introduce", "users", user_id, after={"name": name, "department": department})
        return who


def _change(
    connection: Connection,
    who: Person,
    table: Any,
    row_id: int | str,
    seen_version: int,
    changes: Mapping[str, Any],
    verb: str = "change",
    reason: str | None = None,
) -> int:
    """Apply the changes where the row is still as it was seen, and record what really differs."""
    before = _row(connection, table, row_id)
    differing = {name: value for name, value in changes.items() if before[name] != value}
    version = _guard(connection, table, row_id, seen_version, changes)
    if differing:
        kept = {name: before[name] for name in differing}
        audit.append(connection, who, verb, table.name, row_id, before=kept, after=differing, reason=reason)
    return version


def _guard(connection: Connection, table: Any, row_id: int | str, seen_version: int, changes: Mapping[str, Any]) -> int:
    key, seen = _key(table), int(seen_version)
    values = {**changes, "version": seen + 1}
    guarded = update(table).where(key == _plain_id(row_id), table.c.version == seen).values(values)
    if not connection.execute(guarded).rowcount:
        theirs = _row(connection, table, row_id)
        raise Conflict(
            "somebody else changed this after you opened it: nothing of yours was saved, decide which value counts",
            {name: theirs[name] for name in changes},
            dict(changes),
        )
    return seen + 1


def _row(connection: Connection, table: Any, row_id: int | str) -> Mapping[str, Any]:
    row = connection.execute(select(table).where(_key(table) == _plain_id(row_id))).mappings().one_or_none()
    if row is None:
        raise Refused(f"{table.name} {row_id} does not exist any more: reload the page")
    return dict(row)


def _key(table: Any) -> Any:
    return next(iter(table.primary_key.columns))


def _plain_id(row_id: int | str) -> int | str:
    return row_id if isinstance(row_id, str) else int(row_id)


def _recorded(before: str | None, after: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the entry says was before and after; a thing newly made counts as open before it is closed."""
    if before is None:
        return {"is_closed": True}, {"is_closed": False}
    return json.loads(before), json.loads(after or "{}")


def _typed(table: Any, name: str, value: Any) -> Any:
    is_day = isinstance(table.c[name].type, Date)
    return date.fromisoformat(value) if is_day and value is not None else value


def _departments_of(connection: Connection, user_id: int) -> list[str]:
    wanted = select(UserDepartment.department).where(UserDepartment.user_id == int(user_id))
    return sorted(connection.scalars(wanted))


def _replace_departments(connection: Connection, user_id: int, departments: Sequence[str]) -> None:
    connection.execute(delete(UserDepartment).where(UserDepartment.user_id == int(user_id)))
    for department in departments:
        connection.execute(insert(UserDepartment).values(user_id=int(user_id), department=department))


def _have_an_administrator(connection: Connection, user_id: int) -> None:
    """Where nobody looks after the base yet, the first to introduce themselves does."""
    if connection.scalar(select(User.user_id).where(User.role == "admin").limit(1)) is None:
        connection.execute(update(User).where(User.user_id == user_id, User.is_active).values(role="admin"))


def _keep_an_administrator(connection: Connection, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    was = before["role"] == "admin" and before["is_active"]
    stays = after["role"] == "admin" and after["is_active"]
    others = select(User.user_id).where(User.role == "admin", User.is_active, User.user_id != before["user_id"])
    if was and not stays and connection.scalar(others.limit(1)) is None:
        raise Refused(f"{before['name']} is the last administrator: name another one first")
