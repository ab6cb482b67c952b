"""Returns in which nothing was found: why they came back all the same, by rules that say what they saw."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from analytics import no_trouble_words as spoken


@dataclass(frozen=True)
class Kind:
    """Why a return came back without trouble: what it means, who can act on it, and the words that tell it."""

    name: str
    meaning: str
    who_can_act: str
    words: str = ""


INTERMITTENT = Kind(
    "intermittent",
    "The customer says it comes and goes: a short test sees nothing.",
    "quality",
    spoken.INTERMITTENT,
)
TEST_GAP = Kind(
    "test gap", "The same symptom, or the same lot, has confirmed faults: our test does not see this one.",
    "production and quality",
)  # fmt: skip
USE = Kind(
    "use",
    "The customer asks how, or handled it wrong: better told than repaired.",
    "customer care and sales",
    spoken.USE,
)
EXPECTATION = Kind(
    "expectation",
    "It does what it should; the customer expected something else.",
    "sales and product management",
    spoken.EXPECTATION,
)
NO_FAULT = Kind(
    "no fault claimed",
    "Sent back for another reason: ordered wrong, cancelled, not wanted, hurt in transport, paperwork.",
    "sales",
    spoken.NO_FAULT,
)
UNCLEAR = Kind(
    "unclear", "Neither the words nor other returns tell why: ask the customer, and note what was tested.",
    "customer care and quality",
)  # fmt: skip
KINDS: tuple[Kind, ...] = (TEST_GAP, INTERMITTENT, USE, EXPECTATION, NO_FAULT, UNCLEAR)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
FEWEST_CONFIRMED, SHARE_CONFIRMED = 3, 0.5
"""A symptom has confirmed faults where at least so many of its other inspected returns, and this share, had one."""


def _pattern(words: str) -> re.Pattern[str]:
    """Any of the patterns between semicolons, as whole words."""
    each = [" ".join(word.split()) for word in words.split(";")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)


_NOTHING = _pattern(spoken.NOTHING_FOUND)
_SPOKEN = {kind.name: _pattern(kind.words) for kind in KINDS if kind.words}


def says_nothing_was_found(text: str) -> bool:
    """Whether a finding or reason says in common English or German words that nothing is wrong."""
    return bool(_NOTHING.search(text))


def without_trouble(returns: pd.DataFrame) -> pd.Series[bool]:
    """Which returns were found without trouble: flag says so, or finding or reason do and no flag denies it.

    `returns` has flag (True, False or none), finding and reason ('' for none).
    """
    said = returns["finding"].map(says_nothing_was_found) | returns["reason"].map(says_nothing_was_found)
    flagged, denied = (returns["flag"].map(lambda flag, value=value: flag is value) for value in (True, False))
    return flagged | (said & ~denied)


def confirmed(returns: pd.DataFrame) -> pd.Series[bool]:
    """Which returns were inspected and found faulty: a finding that is none of the above, or a flag that says no."""
    found = (returns["finding"].str.strip() != "") | returns["flag"].map(lambda flag: flag is False)
    return found & ~without_trouble(returns)


def split(returns: pd.DataFrame, linked: Mapping[int, str]) -> pd.DataFrame:
    """Why each return without trouble came back. `linked`: symptom -> names of the causes an asserted link ties it to.

    `returns` holds all returns with flag, finding, reason, text, group_id (-1 for none), lot ('' for none). Gives
    those without trouble, with kind (one of KINDS), why (what the rule saw), also (other kinds whose signs it bears).
    Intermittent words go first, then faults of the same symptom, words of use, expectation and no fault, then faults
    of the same lot; what bears no sign is unclear.
    """
    is_confirmed = confirmed(returns)
    kept = returns[without_trouble(returns)]
    symptoms = _of_symptoms(returns, is_confirmed)
    lots = returns[is_confirmed & (returns["lot"] != "")]["lot"].value_counts().to_dict()
    judged = [_judged(one, symptoms, lots, linked) for one in kept.to_dict("records")]
    return kept.assign(**{name: [one[name] for one in judged] for name in ("kind", "why", "also")})


def _of_symptoms(returns: pd.DataFrame, is_confirmed: pd.Series[bool]) -> dict[int, tuple[int, int]]:
    """By symptom: inspected returns with a fault, and all inspected."""
    inspected = is_confirmed | without_trouble(returns)
    known = returns.assign(faulty=is_confirmed)[inspected & (returns["group_id"] >= 0)]
    counts = known.groupby("group_id")["faulty"].agg(["sum", "size"])
    return {int(group): (int(faulty), int(size)) for group, faulty, size in counts.itertuples()}


def _judged(
    one: Mapping[Hashable, object],
    symptoms: Mapping[int, tuple[int, int]],
    lots: Mapping[Hashable, int],
    linked: Mapping[int, str],
) -> dict[str, str]:
    text = f"{one['text']} {one['reason'] if not str(one['text']).strip() else ''}"
    signs: list[tuple[str, str]] = []
    heard = {name: match.group(0) for name, pattern in _SPOKEN.items() if (match := pattern.search(text))}
    if INTERMITTENT.name in heard:
        signs.append((INTERMITTENT.name, f'says "{heard.pop(INTERMITTENT.name)}"'))
    if why := _of_symptom(int(str(one["group_id"])), symptoms, linked):
        signs.append((TEST_GAP.name, why))
    signs += [(kind.name, f'says "{heard[kind.name]}"') for kind in (USE, EXPECTATION, NO_FAULT) if kind.name in heard]
    if n := lots.get(str(one["lot"]), 0):
        signs.append((TEST_GAP.name, f"{n:,} other {'return' if n == 1 else 'returns'} of the lot had a fault"))
    kind, why = signs[0] if signs else (UNCLEAR.name, "no sign" if text.strip() else "no text")
    return {"kind": kind, "why": why, "also": ", ".join(dict.fromkeys(name for name, _ in signs[1:] if name != kind))}


def _of_symptom(group: int, symptoms: Mapping[int, tuple[int, int]], linked: Mapping[int, str]) -> str:
    faulty, inspected = symptoms.get(group, (0, 0))
    others = max(inspected - 1, 0)  # the return itself was inspected, too
    if faulty >= FEWEST_CONFIRMED and faulty >= SHARE_CONFIRMED * others:
        return f"{faulty:,} of {others:,} other inspected returns of the symptom had a fault"
    return f"the symptom is linked to {linked[group]}" if group in linked else ""
