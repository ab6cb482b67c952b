"""Facts: tidy selects over the tables, one for each grain. A dimension's name means the same thing in all of them."""

from __future__ import annotations

from kb.errors import Refused
from kb.facts import hearing, making, planning, selling
from kb.facts.fact import UNKNOWN, Column, Fact, Join

__all__ = ["FACTS", "UNKNOWN", "Column", "Fact", "Join", "get"]

FACTS: dict[str, Fact] = {fact.name: fact for fact in (*selling.FACTS, *making.FACTS, *hearing.FACTS, *planning.FACTS)}


def get(name: str) -> Fact:
    """The fact of this name. Raises Refused for a name nobody declared."""
    if name not in FACTS:
        raise Refused(f"there is no fact {name}: choose one of {', '.join(FACTS)}")
    return FACTS[name]
