"""Who is asking, and what they may do."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from sqlalchemy import Connection, select

from kb.errors import Refused
from kb.models import User, UserDepartment
from kb.store import KnowledgeBase

DEPARTMENTS = ("sales", "customer care", "production", "quality", "purchasing", "executive")
PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"read", "export"}),
    "member": frozenset({"read", "export", "import", "undo", "edit"}),
    "admin": frozenset({"read", "export", "import", "undo", "edit", "administer"}),
}


@dataclass(frozen=True)
class Person:
    """Who asks, the department they act for now, and their role. user_id is none for the command line."""

    name: str
    department: str
    role: str
    user_id: int | None = None
    departments: tuple[str, ...] = ()

    def may(self, permission: str) -> bool:
        return permission in PERMISSIONS.get(self.role, frozenset())


def require(who: Person, permission: str) -> None:
    """Raise Refused unless this person's role allows it."""
    if not who.may(permission):
        raise Refused(f"{who.name} ({who.role}) may not {permission}: ask an administrator for the right")


def command_line() -> Person:
    """The person at the keyboard of the server: may do everything, named by their login."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Person(f"{name} (command line)", "executive", "admin", None, DEPARTMENTS)


def person(connection: Connection, user_id: int, department: str | None = None) -> Person:
    """The user as of now, acting for one of their departments. Raises Refused for nobody or a foreign department."""
    user = connection.execute(select(User.__table__).where(User.user_id == user_id, User.is_active)).one_or_none()
    if user is None:
        raise Refused("this user does not exist or is no longer active: choose who you are again")
    departments = tuple(
        connection.scalars(
            select(UserDepartment.department)
            .where(UserDepartment.user_id == user_id)
            .order_by(UserDepartment.department)
        )
    )
    if not departments:
        raise Refused(f"{user.name} belongs to no department: an administrator adds one")
    acting = department or departments[0]
    if acting not in departments:
        raise Refused(f"{user.name} does not belong to {acting}: choose one of {', '.join(departments)}")
    return Person(user.name, acting, user.role, user_id, departments)


def people(base: KnowledgeBase, who: Person) -> list[Person]:
    """Everybody who is active in a department, by name, each acting for their first one."""
    require(who, "read")
    belonging = (
        select(User.user_id, User.name, User.role, UserDepartment.department)
        .join(UserDepartment, UserDepartment.user_id == User.user_id)
        .where(User.is_active)
        .order_by(User.name, UserDepartment.department)
    )
    with base.reading() as connection:
        rows = connection.execute(belonging).all()
    departments: dict[int, list[str]] = {}
    for row in rows:
        departments.setdefault(row.user_id, []).append(row.department)
    known = {row.user_id: row for row in rows}
    return [
        Person(known[user_id].name, theirs[0], known[user_id].role, user_id, tuple(theirs))
        for user_id, theirs in departments.items()
    ]
