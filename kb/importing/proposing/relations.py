"""What columns say about each other: which day comes first, and a time of day in a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.importing.proposing.phrases import kind
from kb.importing.proposing.profile import Profile

if TYPE_CHECKING:
    from kb.importing.proposing import Guess


def checked(table: str, guesses: tuple[Guess, ...], profiles: Mapping[str, Profile]) -> tuple[Guess, ...]:
    """The guesses with a clock column joined to the day it belongs to."""
    return _with_clock(table, guesses, profiles)


def _with_clock(table: str, guesses: tuple[Guess, ...], profiles: Mapping[str, Profile]) -> tuple[Guess, ...]:
    moment = next((g for g in guesses if g.goal and "." not in g.goal and kind(table, g.goal) == "time"), None)
    if moment is None or profiles[moment.header].clock_share > 0:
        return guesses
    clock = next((g for g in guesses if not g.goal and profiles[g.header].bare_clock_share > 0.9), None)
    if clock is None:
        return guesses
    reason = f"its cells are times of day, put behind the day in {moment.header}"
    joined = replace(clock, goal=moment.goal, confidence=0.8, reason=reason, asks=False)
    return tuple(joined if g is clock else g for g in guesses)
