"""Who is asking and what they may do, read anew from the base each time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import update

import kb
from kb import access, editing
from kb.access import PERMISSIONS, Person
from kb.errors import Refused
from kb.models import User
from kb.store import KnowledgeBase

ALL = {"read", "export", "import", "undo", "edit", "administer"}


@pytest.mark.parametrize(
    "role, may",
    [
        ("viewer", {"read", "export"}),
        ("member", ALL - {"administer"}),
        ("admin", ALL),
        ("guest", set()),
        ("", set()),
        ("Admin", set()),
    ],
)
def test_each_role_may_do_its_own_and_nothing_else(role: str, may: set[str]) -> None:
    asking = Person("x", "sales", role)
    for permission in ALL | {"everything"}:
        if permission in may:
            access.require(asking, permission)
        else:
            with pytest.raises(Refused, match=f"may not {permission}: ask an administrator"):
                access.require(asking, permission)


def test_no_role_has_a_right_these_tests_do_not_know() -> None:
    assert set().union(*PERMISSIONS.values()) == ALL


def test_the_command_line_may_do_everything_and_bears_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert access.command_line().name == "ada (command line)"
    assert all(access.command_line().may(permission) for permission in ALL)

    def nameless() -> str:
        raise OSError("no login")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert access.command_line().name == "unknown (command line)"


def test_a_role_is_read_anew_each_time(base: KnowledgeBase, admin: Person) -> None:
    editing.introduce(base, "Ada Brandt", "executive")
    sam = editing.introduce(base, "Sam Dorn", "sales").user_id or 0
    editing.change_user(base, admin, sam, 1, role="viewer")
    with base.reading() as connection:
        assert access.person(connection, sam).role == "viewer"
    with base.writing() as connection:
        connection.execute(update(User).values(is_active=False))
    with base.reading() as connection, pytest.raises(Refused, match="no longer active"):
        access.person(connection, sam)


def test_nobody_acts_for_a_department_they_do_not_belong_to(base: KnowledgeBase) -> None:
    sam = editing.introduce(base, "Sam Dorn", "sales").user_id or 0
    with base.reading() as connection:
        assert access.person(connection, sam).department == "sales"
        for department in ("quality", "press"):
            with pytest.raises(Refused, match=f"does not belong to {department}: choose one of sales"):
                access.person(connection, sam, department)


def test_everybody_active_is_listed_by_name(base: KnowledgeBase, viewer: Person, admin: Person) -> None:
    for name in ("Zoe", "Abe", "Max"):
        editing.introduce(base, name, "sales")
    gone = editing.introduce(base, "Gone", "sales").user_id or 0
    editing.change_user(base, admin, gone, 1, is_active=False)
    assert [person.name for person in access.people(base, viewer)] == ["Abe", "Max", "Zoe"]
    with pytest.raises(Refused):
        access.people(base, Person("x", "sales", "guest"))


def test_every_function_that_takes_who_is_asking_checks_or_hands_on_who_it_is() -> None:
    """A parameter `who` that nothing in the function uses is a permission that nobody checks."""
    unused = []
    for path in Path(kb.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                arg.arg == "who" for arg in [*node.args.args, *node.args.kwonlyargs]
            ):
                names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                unused += [] if "who" in names else [f"{path.name}: {node.name}"]
    assert unused == []


def test_a_user_without_a_department_cannot_act(base: KnowledgeBase, admin: Person) -> None:
    sam = editing.introduce(base, "Sam Dorn", "sales").user_id or 0
    editing.change_user(base, admin, sam, 1, departments=[])
    with base.reading() as connection, pytest.raises(Refused, match="belongs to no department"):
        access.person(connection, sam)
