"""Facts: tidy selects over the tables, one for each grain. A dimension's name means the same thing in all of them."""

from __future__ import annotations

from kb.errors import Refused
from kb.facts import fulfilment, hearing, making, planning, selling, standing, together
from kb.facts.fact import UNKNOWN, Column, Fact, Join

__all__ = ["FACTS", "UNKNOWN", "Column", "Fact", "Join", "get"]

AREAS = (selling, fulfilment, making, hearing, planning, standing, together)
FACTS: dict[str, Fact] = {fact.name: fact for area in AREAS for fact in area.FACTS}


def get(name: str) -> Fact:
    """The fact of this name. Raises Refused for a name nobody declared."""
    if name not in FACTS:
        raise Refused(f"there is no fact {name}: choose one of {', '.join(FACTS)}")
    return FACTS[name]
