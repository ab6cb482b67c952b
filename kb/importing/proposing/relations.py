"""What columns say about each other: which day comes first, and a time of day in a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kb.importing.columns import fits, with_clocks
from kb.importing.proposing.phrases import kind
from kb.importing.proposing.profile import Profile
from kb.importing.proposing.sample import Sample

if TYPE_CHECKING:
    from kb.importing.proposing import Guess

# Days that come one after the other, by table; a file in which most rows say otherwise means something else.
ORDER = {
    "order_lines": (("ordered_on", "requested_on"), ("ordered_on", "promised_on")),
    "shipments": (("shipped_on", "delivered_on"),),
    "returns": (("sold_on", "returned_on"),),
    "complaints": (("received_on", "closed_on"),),
    "work_orders": (("started_on", "ended_on"), ("started_on", "due_on")),
    "lots": (("started_on", "ended_on"),),
    "purchase_receipts": (("ordered_on", "received_on"), ("ordered_on", "due_on")),
    "actions": (("opened_on", "closed_on"), ("opened_on", "implemented_on")),
    "products": (("launched_on", "discontinued_on"),),
    "bom_lines": (("valid_from_on", "valid_to_on"),),
}
MOST_ROWS, MOST_WRONG = 500, 0.5


def with_clock(table: str, guesses: tuple[Guess, ...], profiles: Mapping[str, Profile]) -> tuple[Guess, ...]:
    """The guesses with a column of bare times joined to the day it belongs to."""
    moment = next((g for g in guesses if g.goal and "." not in g.goal and kind(table, g.goal) == "time"), None)
    if moment is None or profiles[moment.header].clock_share > 0:
        return guesses
    clock = next((g for g in guesses if not g.goal and profiles[g.header].bare_clock_share > 0.9), None)
    if clock is None:
        return guesses
    reason = f"its cells are times of day, put behind the day in {moment.header}"
    joined = replace(clock, goal=moment.goal, confidence=0.8, reason=reason, asks=False)
    return tuple(joined if g is clock else g for g in guesses)


def checked(table: str, guesses: tuple[Guess, ...], sample: Sample) -> tuple[Guess, ...]:
    """The guesses, those that the rows contradict left out and asked."""
    doubts = _out_of_order(table, guesses, sample)
    return tuple(_doubted(g, doubts[g.header]) if g.header in doubts else g for g in guesses)


def _doubted(guess: Guess, why: str) -> Guess:
    return replace(
        guess, goal="", confidence=min(guess.confidence, 0.4), reason=f"{guess.reason}; but {why}", asks=True,
        others=(guess.goal, *guess.others),
    )  # fmt: skip


def _out_of_order(table: str, guesses: tuple[Guess, ...], sample: Sample) -> dict[str, str]:
    by_goal = {g.goal: g for g in guesses if g.goal}
    found = {}
    for first, second in ORDER.get(table, ()):
        if first in by_goal and second in by_goal:
            earlier, later = by_goal[first], by_goal[second]
            share = _later_share(sample, earlier.header, later.header)
            if share > MOST_WRONG:
                least = min(earlier, later, key=lambda g: g.confidence)
                found[least.header] = f"{100 * share:.0f} % of its rows have {second} before {first}"
    return found


def _later_share(sample: Sample, first: str, second: str) -> float:
    """The share of rows in which the first day comes after the second."""
    days = [_days(sample, header) for header in (first, second)]
    pairs = [(a, b) for a, b in zip(*days, strict=True) if a and b]
    return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0


def _days(sample: Sample, header: str) -> list[datetime | None]:
    forms = sample.profiles[header].day_forms
    ways = with_clocks(forms[0]) if len(forms) == 1 else ()
    cells = sample.cells.column(header).slice(0, MOST_ROWS).to_pylist()
    return [_moment(cell.strip(), ways) for cell in cells]


def _moment(text: str, ways: tuple[str, ...]) -> datetime | None:
    form = next((way for way in ways if fits(text, way)), None)
    return datetime.strptime(text, form).replace(tzinfo=None) if form else None
