"""How people write: shop-floor shorthand and customers' sentences, with their typos and habits."""

from __future__ import annotations

import numpy as np

from kb.demo import words_customers as heard
from kb.demo import words_factory as seen

PARTS = {key: row[0].split("|") for key, row in seen.SHOP_FLOOR.items()}
FAULTS = {key: row[1].split("|") for key, row in seen.SHOP_FLOOR.items()}
FLOOR_GERMAN = {key: row[2].split("|") for key, row in seen.SHOP_FLOOR.items()}
SYMPTOMS = {key: row[0].split("|") for key, row in heard.CUSTOMERS.items()}
CUSTOMER_GERMAN = {key: row[1].split("|") for key, row in heard.CUSTOMERS.items()}
TOPICS = {key: row.split("|") for key, row in heard.TOPICS.items()}
WISHES = {theme: row.split("|") for theme, row in heard.WISHES.items()}
OPENINGS, CLOSINGS, FLOOR_VAGUE, FLOOR_NOISE = (
    text.split("|") for text in (seen.OPENINGS, seen.CLOSINGS, seen.VAGUE, seen.NOISE)
)
GREETINGS, MOMENTS, ASKS, CUSTOMER_VAGUE, CUSTOMER_NOISE, PRAISE, LUKEWARM = (
    text.split("|")
    for text in (
        heard.GREETINGS, heard.MOMENTS, heard.ASKS, heard.VAGUE, heard.NOISE, heard.PRAISE, heard.LUKEWARM,
    )
)  # fmt: skip
ABBREVIATIONS = {
    "bearing": "brg", "connector": "conn", "torque": "trq", "solder": "sldr", "sensor": "snsr", "board": "brd",
    "cover": "cvr", "weld": "wld", "adhesive": "adh", "strain": "strn", "thermal": "therm", "screws": "scrws",
    "missing": "miss.", "broken": "brkn", "low": "lo", "high": "hi",
}  # fmt: skip


class Dice:
    """Quick random choices out of one numpy generator."""

    def __init__(self, rng: np.random.Generator, block: int = 50_000) -> None:
        self._rng, self._block = rng, block
        self._pool: list[float] = []

    def roll(self) -> float:
        """A number from 0 to 1."""
        if not self._pool:
            self._pool = self._rng.random(self._block).tolist()
        return self._pool.pop()

    def pick(self, items: list[str] | tuple[str, ...]) -> str:
        """One of the items, numbers filled in."""
        item = items[int(self.roll() * len(items))]
        return item.replace("{n}", str(2 + int(self.roll() * 8))) if "{n}" in item else item

    def usual(self, items: list[str]) -> str:
        """One of the items, those named first more often: some ways to say it are common, most are rare."""
        return self.pick(items[: 1 + int(self.roll() ** 0.7 * len(items))])


def phrasings() -> tuple[set[str], set[str]]:
    """The base phrasings of the factory (part and fault) and of customers (symptoms), before any habit of writing."""
    floor = {f"{part} {fault}" for key in PARTS for part in PARTS[key] for fault in FAULTS[key]}
    german = {text for texts in FLOOR_GERMAN.values() for text in texts}
    field = {text for table in (SYMPTOMS, CUSTOMER_GERMAN) for texts in table.values() for text in texts}
    return floor | german, field


def shop_floor(dice: Dice, cause: str) -> str:
    """One factory record in shorthand; without a cause it is noise."""
    text = _floor_core(dice, cause) if cause else dice.pick(FLOOR_NOISE)
    if dice.roll() < 0.45:
        text = f"{dice.pick(OPENINGS)} {text}"
    if dice.roll() < 0.5:
        text = f"{text}{dice.pick((',', ' -', '', '.'))} {dice.pick(CLOSINGS)}"
    if dice.roll() < 0.3:
        text = " ".join(ABBREVIATIONS.get(word, word) for word in text.split(" "))
    text = _typo(dice, text) if dice.roll() < 0.16 else text
    return text.upper() if dice.roll() < 0.07 else text


def _floor_core(dice: Dice, cause: str) -> str:
    style = dice.roll()
    if style < 0.06:
        return dice.pick(FLOOR_GERMAN[cause])
    part, fault = dice.usual(PARTS[cause]), dice.usual(FAULTS[cause])
    if style < 0.12:
        return f"{part} {dice.pick(FLOOR_VAGUE)}"
    if style < 0.20:
        return fault
    if style < 0.24:
        return dice.pick(FLOOR_VAGUE)
    if style < 0.42:
        second = dice.pick(FAULTS[cause])
        return f"{part}: {fault}" if second == fault else f"{part}: {fault} + {second}"
    return f"{fault} {part}" if style < 0.6 else f"{part} {fault}"


def finding(dice: Dice, cause: str) -> str:
    """What the inspection of a return found, in the factory's words."""
    return f"{dice.pick(PARTS[cause])} {dice.pick(FAULTS[cause])}"


def customer(dice: Dice, cause: str, thing: str) -> str:
    """One customer's text; without a cause it is noise."""
    text = _customer_core(dice, cause, thing) if cause else dice.pick(CUSTOMER_NOISE)
    if dice.roll() < 0.26:
        text = f"{text} {dice.pick(MOMENTS)}"
    if dice.roll() < 0.8:
        text = text[0].upper() + text[1:] + ("." if dice.roll() < 0.8 else "!")
    if dice.roll() < 0.2:
        text = f"{dice.pick(GREETINGS)} {text}"
    if dice.roll() < 0.28:
        text = f"{text} {dice.pick(ASKS)}"
    text = _typo(dice, text) if dice.roll() < 0.2 else text
    return text.lower() if dice.roll() < 0.15 else text


def _customer_core(dice: Dice, cause: str, thing: str) -> str:
    style = dice.roll()
    if style < 0.08:
        return dice.pick(CUSTOMER_GERMAN[cause])
    if style < 0.17:
        return f"{thing} {dice.pick(CUSTOMER_VAGUE)}" if dice.roll() < 0.5 else dice.pick(CUSTOMER_VAGUE)
    text = dice.usual(SYMPTOMS[cause])
    if style < 0.40:
        return f"{dice.pick(TOPICS[cause])}{dice.pick((':', ' -', '!', ','))} {text}"
    if style < 0.46:
        return f"{text} ({dice.pick(TOPICS[cause])})"
    if style < 0.50:
        return f"{dice.pick(CUSTOMER_VAGUE)}, {text}"
    if style < 0.78:
        second = dice.usual(SYMPTOMS[cause])
        text = text if second == text else f"{text}{dice.pick((',', ' and', '. Also', ' -'))} {second}"
    return f"{dice.pick(('the', 'this', 'our', 'my'))} {thing}: {text}" if dice.roll() < 0.4 else text


def wish(dice: Dice, theme: str, thing: str) -> str:
    """A wish in a customer's words."""
    opening = dice.pick(("we need", "customers ask for", "would buy with", "please offer", "wanted:", "missing:", ""))
    text = f"{opening} {dice.pick(WISHES[theme])}".strip()
    return f"{text} ({thing})" if dice.roll() < 0.3 else text


def praise(dice: Dice, thing: str) -> str:
    """Something kind."""
    return dice.pick(PRAISE).replace("{thing}", thing)


def lukewarm(dice: Dice) -> str:
    """Neither kind nor angry."""
    return dice.pick(LUKEWARM)


def _typo(dice: Dice, text: str) -> str:
    """Two letters swapped, one lost or one doubled."""
    if len(text) < 6:
        return text
    at = 1 + int(dice.roll() * (len(text) - 3))
    kind = dice.roll()
    if kind < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind < 0.75 else text[:at] + text[at] + text[at:]
