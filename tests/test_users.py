"""Users: who introduces themselves, and what an administrator changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, insert, select

from kb import editing
from kb.access import Person
from kb.errors import Conflict, Refused
from kb.models import AuditEntry, User
from kb.store import KnowledgeBase


def entries(base: KnowledgeBase) -> int:
    with base.reading() as connection:
        return connection.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_the_first_to_introduce_themselves_looks_after_the_base(base: KnowledgeBase) -> None:
    roles = [editing.introduce(base, name, "sales").role for name in ("Ada Brandt", "Sam Dorn", "Ada Brandt")]
    assert roles == ["admin", "member", "admin"]


def test_introducing_oneself_makes_a_member_once_and_adds_departments(base: KnowledgeBase) -> None:
    editing.introduce(base, "Ada Brandt", "executive")
    first = editing.introduce(base, "  Sam   Dorn ", "sales")
    again = editing.introduce(base, "Sam Dorn", "sales")
    second = editing.introduce(base, "Sam Dorn", "quality")
    assert (first.name, first.role, first.department) == ("Sam Dorn", "member", "sales")
    assert again == first
    assert second.user_id == first.user_id
    assert second.departments == ("quality", "sales")
    assert entries(base) == 3


def test_the_same_person_in_eight_browsers_is_made_once(base: KnowledgeBase) -> None:
    with ThreadPoolExecutor(8) as pool:
        people = list(pool.map(lambda _number: editing.introduce(base, "Sam Dorn", "sales"), range(8)))
    assert len({person.user_id for person in people}) == 1
    assert entries(base) == 1


@pytest.mark.parametrize("name, department", [("", "sales"), ("   ", "sales"), ("x" * 300, "sales"), ("Sam", "press")])
def test_nobody_without_a_name_or_department_is_made(sqlite_base: KnowledgeBase, name: str, department: str) -> None:
    with pytest.raises(Refused):
        editing.introduce(sqlite_base, name, department)
    assert entries(sqlite_base) == 0


def test_an_administrator_changes_a_user_but_never_removes_the_last_administrator(
    base: KnowledgeBase, admin: Person
) -> None:
    sam = editing.introduce(base, "Sam Dorn", "sales").user_id or 0
    assert editing.change_user(base, admin, sam, 1, role="admin", departments=["quality", "executive"]) == 2
    assert editing.introduce(base, "Sam Dorn", "quality").departments == ("executive", "quality")
    for change in ({"role": "member"}, {"is_active": False}):
        with pytest.raises(Refused, match="last administrator"):
            editing.change_user(base, admin, sam, 2, **change)
    with pytest.raises(Refused, match="no role"):
        editing.change_user(base, admin, sam, 2, role="emperor")
    with pytest.raises(Conflict):
        editing.change_user(base, admin, sam, 1, role="admin")


def test_somebody_no_longer_active_cannot_introduce_themselves(base: KnowledgeBase, admin: Person) -> None:
    editing.introduce(base, "Ada Brandt", "executive")
    sam = editing.introduce(base, "Sam Dorn", "sales").user_id or 0
    editing.change_user(base, admin, sam, 1, is_active=False)
    with pytest.raises(Refused, match="no longer active"):
        editing.introduce(base, "Sam Dorn", "sales")


def test_somebody_only_a_file_named_so_far_becomes_active_by_introducing_themselves(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        connection.execute(insert(User).values(name="Sam Dorn", role="member", is_active=False, version=1))
    assert editing.introduce(base, "Sam Dorn", "sales").departments == ("sales",)
    with base.reading() as connection:
        assert connection.scalar(select(User.is_active))
