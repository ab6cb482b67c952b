"""People: who they say they are, what they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kb import audit
from kb.access import PERMISSIONS, Person, person, require
from kb.editing.guard import guard, row
from kb.entries import clean_name, known_departments
from kb.errors import Refused
from kb.models import User, UserDepartment
from kb.store import KnowledgeBase


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
        before = dict(row(connection, User.__table__, user_id)) | {"departments": _departments_of(connection, user_id)}
        wanted = {"role": role, "is_active": is_active, "departments": departments and sorted(set(departments))}
        after: dict[str, Any] = {name: before[name] if value is None else value for name, value in wanted.items()}
        _keep_an_administrator(connection, before, after)
        version = guard(
            connection, User.__table__, user_id, seen_version, {name: after[name] for name in ("role", "is_active")}
        )
        _replace_departments(connection, user_id, after["departments"])
        kept = {name: before[name] for name in after}
        audit.append(connection, who, "change", "users", user_id, before=kept, after=after)
        return version


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
