"""Every write a person can make: allowed, guarded, recorded, taken back."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, insert, select

from kb import audit, editing
from kb.access import Person
from kb.errors import Conflict, Refused
from kb.models import (
    AuditEntry,
    Comment,
    Customer,
    Event,
    Group,
    Membership,
    Nonconformance,
    Objective,
    Pin,
    Setting,
    User,
)
from kb.store import KnowledgeBase

OBJECTIVE = {
    "metric": "return_rate",
    "target": 0.02,
    "due_on": date(2026, 12, 31),
    "first_department": "production",
    "second_department": "sales",
}


EVENT = {"happened_on": date(2026, 3, 1), "kind": "price change", "title": "Prices up by 3 %"}
PIN = {"metric": "scrap_rate", "dimension": "line", "shape": "trend"}


def known(base: KnowledgeBase, who: Person) -> Person:
    """The same person as a user of the base: comments and pins belong to somebody."""
    with base.writing() as connection:
        user_id = connection.scalar(select(User.user_id).where(User.name == who.name))
        if user_id is None:
            made = insert(User).values(name=who.name, role=who.role, is_active=True, version=1)
            user_id = connection.execute(made.returning(User.user_id)).scalar_one()
    return replace(who, user_id=user_id)


def two_pins(base: KnowledgeBase, who: Person) -> int:
    first = editing.pin(base, who, **PIN)
    editing.pin(base, who, **(PIN | {"shape": "table"}))
    return first


def entries(base: KnowledgeBase) -> int:
    with base.reading() as connection:
        return connection.scalar(select(func.count()).select_from(AuditEntry)) or 0


def last_entry(base: KnowledgeBase) -> Any:
    with base.reading() as connection:
        return connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.sequence.desc()).limit(1)).one()


def row(base: KnowledgeBase, model: Any) -> Any:
    with base.reading() as connection:
        return connection.execute(select(model.__table__)).one()


def a_customer(base: KnowledgeBase) -> int:
    with base.writing() as connection:
        made = insert(Customer).values(customer_number="K1", name="Nordmarkt", version=1)
        return connection.execute(made.returning(Customer.customer_id)).scalar_one()


def change_something(base: KnowledgeBase, who: Person, admin: Person) -> Any:
    objective_id = editing.set_objective(base, admin, **OBJECTIVE)
    editing.change_objective(base, admin, objective_id, 1, target=0.01)
    return editing.take_back(base, who, last_entry(base).sequence)


def some_groups(base: KnowledgeBase) -> None:
    """Two causes, a symptom, and two records of the first cause."""
    with base.writing() as connection:
        for side in ("factory", "factory", "field"):
            connection.execute(insert(Group).values(side=side, name=side, status="alive"))
        for number, text in enumerate(["cold joint", "dull pad"], 1):
            connection.execute(insert(Nonconformance).values(nonconformance_number=f"D{number}", text=text))
            place = {"side": "factory", "record_type": "defect", "record_id": number, "confidence": 1.0}
            connection.execute(insert(Membership).values(**place, group_id=1, model_group_id=1))


def said(name: str, *arguments: Any) -> Callable[[KnowledgeBase, Person, Person], Any]:
    """A write of what people say of groups, on some that are there."""

    def write(base: KnowledgeBase, who: Person, admin: Person) -> Any:
        some_groups(base)
        return getattr(editing, name)(base, who, *arguments)

    return write


def take_back_a_correction(base: KnowledgeBase, who: Person, admin: Person) -> Any:
    some_groups(base)
    return editing.take_back_correction(base, who, editing.rename_group(base, admin, 1, "Cold joint"))


# What each write is called with. A new write function without a line here fails the test below.
WRITES: dict[str, Callable[[KnowledgeBase, Person, Person], Any]] = {
    "set_objective": lambda base, who, admin: editing.set_objective(base, who, **OBJECTIVE),
    "change_objective": lambda base, who, admin: editing.change_objective(
        base, who, editing.set_objective(base, admin, **OBJECTIVE), 1, target=0.01
    ),
    "close_objective": lambda base, who, admin: editing.close_objective(
        base, who, editing.set_objective(base, admin, **OBJECTIVE), 1
    ),
    "assign_account_owner": lambda base, who, admin: editing.assign_account_owner(
        base, who, a_customer(base), editing.introduce(base, "Sam Dorn", "sales").user_id, 1
    ),
    "set_setting": lambda base, who, admin: editing.set_setting(base, who, "currency", "EUR"),
    "save_preset": lambda base, who, admin: editing.save_preset(base, who, "ours", "zone = 'UTC'"),
    "change_user": lambda base, who, admin: editing.change_user(
        base, who, [editing.introduce(base, name, "sales").user_id or 0 for name in ("Ada", "Sam")][1], 1, role="viewer"
    ),
    "take_back": change_something,
    "enter_event": lambda base, who, admin: editing.enter_event(base, who, **EVENT),
    "change_event": lambda base, who, admin: editing.change_event(
        base, who, editing.enter_event(base, admin, **EVENT), 1, title="Prices up by 4 %"
    ),
    "withdraw_event": lambda base, who, admin: editing.withdraw_event(
        base, who, editing.enter_event(base, admin, **EVENT), 1
    ),
    "write_comment": lambda base, who, admin: editing.write_comment(base, known(base, who), "trend/orders", "Look."),
    "withdraw_comment": lambda base, who, admin: editing.withdraw_comment(
        base, known(base, who), editing.write_comment(base, known(base, admin), "trend/orders", "Look."), 1
    ),
    "pin": lambda base, who, admin: editing.pin(base, known(base, who), **PIN),
    "move_pin": lambda base, who, admin: editing.move_pin(
        base, known(base, who), two_pins(base, known(base, admin)), 1, places=1
    ),
    "unpin": lambda base, who, admin: editing.unpin(
        base, known(base, who), editing.pin(base, known(base, admin), **PIN), 1
    ),
    "rename_group": said("rename_group", 1, "Cold joint"),
    "merge_groups": said("merge_groups", 1, 2),
    "split_group": said("split_group", 1, "cold"),
    "pin_record": said("pin_record", "defect", 1, 2),
    "set_alias": said("set_alias", "brg", "bearing"),
    "set_granularity": said("set_granularity", "factory", 0.3),
    "judge_link": said("judge_link", 3, 1, True, "seen on the bench"),
    "take_back_correction": take_back_a_correction,
}
# What changes no number leaves the caches of data alone: the record's own count renews comments and pins.
TALK = ("write_comment", "withdraw_comment", "pin", "move_pin", "unpin")


def test_every_write_function_is_known_to_these_tests() -> None:
    public = {
        name
        for name, function in inspect.getmembers(editing, inspect.isfunction)
        if function.__module__.startswith(f"{editing.__name__}.") and not name.startswith("_")
    }
    assert public == {*WRITES, "introduce"}


@pytest.mark.parametrize("name", WRITES)
def test_every_write_leaves_an_entry_and_raises_the_revision(base: KnowledgeBase, admin: Person, name: str) -> None:
    before, revision = entries(base), base.revision()
    WRITES[name](base, admin, admin)
    assert entries(base) > before
    assert (base.revision() > revision) is (name not in TALK)
    assert last_entry(base).user_name == admin.name
    assert audit.verify(base) == []


@pytest.mark.parametrize("name", WRITES)
def test_no_write_is_open_to_a_viewer(sqlite_base: KnowledgeBase, admin: Person, viewer: Person, name: str) -> None:
    with pytest.raises(Refused, match="may not"):
        WRITES[name](sqlite_base, viewer, admin)


@pytest.mark.parametrize("name", WRITES)
def test_an_entry_that_cannot_be_written_takes_the_write_with_it(
    sqlite_base: KnowledgeBase, admin: Person, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = (Objective, Setting, User, Customer, Event, Comment, Pin)
    known(sqlite_base, admin)

    def content() -> list[Any]:
        with sqlite_base.reading() as connection:
            return [connection.execute(select(table.__table__)).all() for table in tables]

    def fails(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("no record")

    monkeypatch.setattr(audit, "append", fails)
    before = content()
    with pytest.raises((RuntimeError, Refused)):
        WRITES[name](sqlite_base, admin, admin)
    after = content()
    after[3] = before[3] if name == "assign_account_owner" else after[3]  # the test itself made the customer
    assert after == before


@pytest.mark.parametrize(
    "change",
    [
        {"second_department": "production"},
        {"first_department": "press"},
        {"target": float("nan")},
        {"due_on": None},
        {"metric": " "},
    ],
)
def test_an_unsound_objective_is_refused(sqlite_base: KnowledgeBase, who: Person, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        editing.set_objective(sqlite_base, who, **(OBJECTIVE | change))
    objective_id = editing.set_objective(sqlite_base, who, **OBJECTIVE)
    with pytest.raises(Refused):
        editing.change_objective(sqlite_base, who, objective_id, 1, **change)
    with pytest.raises(Refused, match="has no is_closed"):
        editing.change_objective(sqlite_base, who, objective_id, 1, is_closed=True)


def test_the_second_of_two_editors_sees_both_values_and_overwrites_nothing(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    assert editing.change_objective(base, who, objective_id, 1, target=0.01) == 2
    with pytest.raises(Conflict) as refused:
        editing.change_objective(base, who, objective_id, 1, target=0.03)
    assert (refused.value.theirs, refused.value.mine) == ({"target": 0.01}, {"target": 0.03})
    assert row(base, Objective).target == 0.01


def test_in_100_races_nothing_is_overwritten_silently(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    start = Barrier(2)

    def edit(seen: int, target: float) -> int | Conflict:
        start.wait()
        try:
            return editing.change_objective(base, who, objective_id, seen, target=target)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(2) as pool:
        for number in range(100):
            seen, targets = number + 1, (float(number), number + 0.5)
            answers = list(pool.map(edit, (seen, seen), targets))
            conflicts = [answer for answer in answers if isinstance(answer, Conflict)]
            winner = targets[0 if isinstance(answers[0], int) else 1]
            assert len(conflicts) == 1
            assert conflicts[0].theirs == {"target": winner}
    assert row(base, Objective).version == 101
    assert audit.verify(base) == []


def test_a_change_that_changes_nothing_leaves_no_entry(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    editing.change_objective(base, who, objective_id, 1, target=0.02)
    assert entries(base) == 1


def test_the_record_says_what_from_what_to_and_why(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    editing.change_objective(base, who, objective_id, 1, "as agreed", due_on=date(2027, 3, 31), target=0.02)
    entry = last_entry(base)
    assert (entry.verb, entry.subject, entry.reason) == ("change", str(objective_id), "as agreed")
    assert (entry.before, entry.after) == ('{"due_on": "2026-12-31"}', '{"due_on": "2027-03-31"}')
    assert entry.department == "quality"


def test_numbers_from_frames_are_kept_as_numbers(base: KnowledgeBase, who: Person) -> None:
    values = OBJECTIVE | {"target": np.float64(0.5), "baseline": np.float32(0.25)}
    objective_id = editing.set_objective(base, who, **values)
    editing.change_objective(base, who, np.int64(objective_id), np.int64(1), target=np.int64(3))
    assert row(base, Objective).target == 3.0
    assert row(base, Objective).baseline == 0.25
    assert row(base, Objective).version == 2


def test_a_change_is_taken_back_on_record(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    editing.change_objective(base, who, objective_id, 1, due_on=date(2027, 3, 31), target=0.5)
    assert editing.take_back(base, who, last_entry(base).sequence) == 3
    assert (row(base, Objective).due_on, row(base, Objective).target) == (date(2026, 12, 31), 0.02)
    assert last_entry(base).reason == "takes back entry 2"
    editing.take_back(base, who, last_entry(base).sequence)
    assert row(base, Objective).target == 0.5


def test_what_somebody_changed_since_is_not_taken_back(base: KnowledgeBase, who: Person) -> None:
    objective_id = editing.set_objective(base, who, **OBJECTIVE)
    editing.change_objective(base, who, objective_id, 1, target=0.5)
    editing.change_objective(base, who, objective_id, 2, target=0.7)
    with pytest.raises(Conflict) as refused:
        editing.take_back(base, who, 2)
    assert (refused.value.theirs, refused.value.mine) == ({"target": 0.7}, {"target": 0.02})


def test_a_new_objective_that_is_taken_back_is_closed_and_can_be_opened_again(base: KnowledgeBase, who: Person) -> None:
    editing.set_objective(base, who, **OBJECTIVE)
    editing.take_back(base, who, 1)
    assert row(base, Objective).is_closed
    editing.take_back(base, who, 2)
    assert not row(base, Objective).is_closed


def test_an_account_owner_is_assigned_and_taken_back(base: KnowledgeBase, who: Person) -> None:
    customer_id = a_customer(base)
    owner = editing.introduce(base, "Sam Dorn", "sales")
    assert editing.assign_account_owner(base, who, customer_id, owner.user_id, 1) == 2
    assert row(base, Customer).account_owner_id == owner.user_id
    editing.take_back(base, who, last_entry(base).sequence)
    assert row(base, Customer).account_owner_id is None
    with pytest.raises(Refused, match="does not exist"):
        editing.assign_account_owner(base, who, customer_id, 999, 3)


def test_settings_and_presets_keep_their_versions(base: KnowledgeBase, who: Person) -> None:
    assert editing.set_setting(base, who, "currency", "EUR") == 1
    assert editing.set_setting(base, who, "currency", "USD") == 2
    assert row(base, Setting).value == "USD"
    editing.take_back(base, who, last_entry(base).sequence)
    assert row(base, Setting).value == "EUR"
    assert editing.save_preset(base, who, "ours", "a = 1") == 1
    assert editing.save_preset(base, who, "ours", "a = 2", 1) == 2
    with pytest.raises(Conflict):
        editing.save_preset(base, who, "ours", "a = 3")
    with pytest.raises(Refused, match="not valid TOML"):
        editing.save_preset(base, who, "theirs", "a = = 1")
    for number in (4, 99):
        with pytest.raises(Refused, match="cannot be taken back"):
            editing.take_back(base, who, number)
