"""What facts are made of: dates in SQL on both databases, and shares that sum to what they share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Date, literal, select

from kb import facts
from kb.facts.expressions import months_between
from kb.store import KnowledgeBase
from tests import small_company


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build(base)
    return base


def rows(base: KnowledgeBase, fact: str, measures: list[str], groups: list[str], **limits: Any) -> dict[Any, Any]:
    """The sums by their groups."""
    with base.reading() as connection:
        found = connection.execute(*facts.get(fact).totals(measures, groups, **limits))
        return {tuple(row[: len(groups)]): tuple(row[len(groups) :]) for row in found}


LIMITS: tuple[dict[str, Any], ...] = (
    {},
    {"since": date(2025, 1, 1), "until": date(2025, 1, 31)},
    {"until": date(2025, 2, 10), "filters": {"family": ("Drills",)}},
    {"filters": {"family": ("Drills", "Saws")}},
    {"filters": {"family": ("Saws", facts.UNKNOWN)}},
    {"filters": {"family": (facts.UNKNOWN,)}},
)


@pytest.mark.parametrize("fact", [name for name in facts.FACTS if "family" in facts.get(name).dimensions])
def test_a_statement_used_again_gives_what_one_of_its_own_would(company: KnowledgeBase, fact: str) -> None:
    source = facts.get(fact)
    measures = list(source.measures)
    with company.reading() as connection:
        for limits in LIMITS:
            shared, alone = (
                connection.execute(*one.totals(measures, ["family"], **limits)).all()
                for one in (source, replace(source, made={}))
            )
            assert sorted(shared, key=str) == sorted(alone, key=str)
    one, other = (source.totals(measures, ["family"], **{**LIMITS[2], "until": date(2025, day, 1)}) for day in (2, 3))
    assert one[0] is other[0]
    assert one[1] != other[1]


@pytest.mark.parametrize(
    ("first", "second", "months"),
    [("2025-01-31", "2025-02-28", 0), ("2025-01-31", "2025-03-31", 2), ("2025-01-15", "2025-02-15", 1),
     ("2024-12-15", "2025-02-14", 1), ("2024-02-29", "2025-02-28", 11), ("2025-03-01", "2025-02-01", -1)],
)  # fmt: skip
def test_months_are_whole_ones(base: KnowledgeBase, first: str, second: str, months: int) -> None:
    days = (literal(date.fromisoformat(day), Date()) for day in (first, second))
    with base.reading() as connection:
        assert connection.scalar(select(months_between(*days))) == months


def test_returns_carry_their_age_in_whole_months_without_a_limit(company: KnowledgeBase) -> None:
    by_age = rows(company, "returned", ["units_returned_any_age"], ["age_months"])
    # R1 after 20 days, R3 after 16 days, R2 after 55 and 51 (a third) and 18 days (two thirds of two units);
    # R4 after 232 and 219 days, shared 1:2
    assert {age: units for (age,), (units,) in by_age.items()} == pytest.approx({0: 2 + 4 / 3, 1: 2 / 3, 7: 1.0})
