"""Records of manufacturers with other words and other products, made without a look at the method they measure.

Each file of companies/ holds one firm's words: families of products, small talk of both sides, and 28 causes, each with
names of the part and of the fault (factory) and symptoms and topics (customers). A usual company is as clear as
planted/second by numbers of records and noise, by how codes scatter over causes and causes over families; a heavy one
as planted/hard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tomllib import loads
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.random import Generator

COMPANIES = Path(__file__).with_name("companies")
OTHER_CODE = "X99"
CODES = [f"{letter}{number}" for letter in "EMS" for number in range(11, 22)]
NO_CODE, WRONG_CODE, WRONG_IS_OTHER = 0.02, 0.2, 0.4
REASONS = ["defective", "other", "not_as_described", "damaged", "changed_mind", "incomplete", "late", "no_reason"]
SHARES = (0.42, 0.15, 0.12, 0.1, 0.07, 0.05, 0.05, 0.04)
LARGEST, SMALLEST, MAIN_FAMILY, SHARED_CASES = 0.11, 0.008, 0.55, 0.092
FLOOR_CORES = ["{a} {b}", "{a}: {b}", "{a} - {b}", "{b} {a}", "{b}, {a}", "{b} on {a}", "{a} / {b}", "{b} ({a})"]
FIELD_CORES = ["{a}: {b}", "the {a}: {b}", "{a} - {b}", "about the {a}: {b}"]
JOINTS = ["{a}, {b}", "{a}; {b}", "{a} and {b}", "{a}. {b}", "{a}, also {b}", "{a} - {b}"]
CLOSINGS = ["{a} {b}", "{a}, {b}", "{a} - {b}", "{a}. {b}", "{a} / {b}", "{a} ({b})"]
MOMENTS = ["{b} {a}", "{b}, {a}", "{a} {b}", "{a}, {b}", "{a} ({b})"]
ENDS = ["", "", ".", ".", ".", "!", "!!", "..."]


@dataclass(frozen=True)
class Level:
    """How many records a side has and how unclear they are."""

    size: int
    noise: float
    vague: float
    typos: float
    second_typo: float
    two_causes: float
    usual_code: float = 0.0
    second_codes: tuple[int, int] = (1, 2)


@dataclass(frozen=True)
class Side:
    """How one side writes: its lists of words, its patterns and how often it uses them."""

    kind: str
    lists: tuple[str, str, str]
    cores: list[str]
    two_phrases: float
    named: float
    named_by_product: float
    vague_named: float


SIDES = {
    "factory": Side("factory", ("floor", "parts", "faults"), FLOOR_CORES, 0.25, 0.87, 0.0, 0.5),
    "field": Side("customers", ("field", "topics", "symptoms"), FIELD_CORES, 0.31, 0.3, 0.3, 0.0),
}
LEVELS = {
    ("factory", False): Level(12_000, 0.04, 0.06, 0.16, 0.0, 0.015, 0.545),
    ("factory", True): Level(6_000, 0.04, 0.12, 0.35, 0.5, 0.04, 0.435, (2, 2)),
    ("field", False): Level(7_500, 0.11, 0.09, 0.16, 0.0, 0.015),
    ("field", True): Level(3_700, 0.11, 0.18, 0.35, 0.5, 0.04),
}


def records(company: str, side: str, *, heavy: bool = False, seed: int = 0) -> pd.DataFrame:
    """One row per record: text, product (SKU), family, code, case, cause ('' none), shuffled as they came in."""
    words = loads((COMPANIES / f"{company}.toml").read_text(encoding="ascii"))
    causes = {cause["key"]: cause for cause in words["causes"] if cause["kind"] in ("both", SIDES[side].kind)}
    level, rng = LEVELS[side, heavy], np.random.default_rng([seed, crc32(f"{company} {side} {heavy}".encode())])
    rows = pd.DataFrame({"cause": _drawn(list(causes), level, rng)})
    rows["family"] = _families(rows["cause"], words, np.random.default_rng([seed, crc32(company.encode())]), rng)
    rows["product"] = [_one(list(words["families"][family]), rng) for family in rows["family"]]
    rows["code"] = _codes(rows["cause"], level, rng) if side == "factory" else rng.choice(REASONS, len(rows), p=SHARES)
    writer = _Writer(words, causes, SIDES[side], level, rng)
    rows["text"] = [writer.text(*row) for row in rows[["cause", "family", "product"]].itertuples(index=False)]
    rows["case"] = _cases(rows, rng) if side == "field" else np.arange(len(rows))
    rows = rows.sample(frac=1, random_state=rng, ignore_index=True)
    return rows.assign(case=pd.factorize(rows["case"])[0])[["text", "product", "family", "code", "case", "cause"]]


def _one(items: list[str], rng: Generator) -> str:
    return items[int(rng.integers(len(items)))]


def _drawn(keys: list[str], level: Level, rng: Generator) -> list[str]:
    sizes, noise = rng.permutation(np.geomspace(LARGEST, SMALLEST, len(keys))), round(level.size * level.noise)
    counts = np.round(sizes / sizes.sum() * (level.size - noise)).astype(int)
    counts[counts.argmax()] += level.size - noise - counts.sum()
    return [*np.repeat(keys, counts).tolist(), *[""] * noise]


def _families(keys: pd.Series, words: dict[str, Any], shared: Generator, rng: Generator) -> list[str]:
    """The main family (the first after a shuffle that both sides share) or one of the others; noise has no main one."""
    own = {cause["key"]: shared.permutation(cause["families"]).tolist() for cause in words["causes"]}
    own[""] = ["", *words["families"]]
    return [own[k][0] if k and rng.random() < MAIN_FAMILY else _one(own[k][1:] or own[k], rng) for k in keys]


def _codes(keys: pd.Series, level: Level, rng: Generator) -> list[str]:
    plan = dict(zip(sorted(set(keys) - {""}), rng.permutation(len(CODES)).tolist(), strict=False))
    return [_code(plan.get(key), level, rng) for key in keys]


def _code(place: int | None, level: Level, rng: Generator) -> str:
    """The usual code, a neighbour of it, a wrong one or none."""
    chance = rng.random()
    if chance < NO_CODE:
        return ""
    if place is None or chance < NO_CODE + WRONG_CODE:
        return OTHER_CODE if rng.random() < WRONG_IS_OTHER else _one(CODES, rng)
    aside = 0 if chance < NO_CODE + WRONG_CODE + level.usual_code else 1 + rng.integers(level.second_codes[place % 2])
    return CODES[(place + int(aside)) % len(CODES)]


def _cases(rows: pd.DataFrame, rng: Generator) -> pd.Series:
    """Numbers of cases; now and then two records of one cause and product share theirs."""
    number, pair = pd.Series(np.arange(len(rows))), rows.groupby(["cause", "product"]).cumcount() // 2
    partner = number.groupby([rows["cause"], rows["product"], pair]).transform("first")
    return number.mask((rng.random(len(rows)) < SHARED_CASES)[partner] & (rows["cause"] != ""), partner)


def _mixed(patterns: list[str], first: str, second: str, rng: Generator) -> str:
    return _one(patterns, rng).replace("{a}", first).replace("{b}", second)


def _deck(phrases: list[str], rng: Generator) -> Iterator[str]:
    """Phrases without end: each of them soon, the first ones more often."""
    yield from rng.permutation(phrases).tolist()
    weights = 1 / np.sqrt(np.arange(1, len(phrases) + 1))
    while True:
        yield str(rng.choice(phrases, p=weights / weights.sum()))


def _mistyped(text: str, rng: Generator) -> str:
    """Two letters swapped, one lost or one doubled."""
    places = [i for i, (a, b) in enumerate(pairwise(text)) if a.isalpha() and b.isalpha() and a != b]
    if not places:
        return text
    i = int(rng.choice(places))
    return text[:i] + _one([text[i + 1] + text[i], text[i + 1], text[i] * 2 + text[i + 1]], rng) + text[i + 2 :]


class _Writer:
    def __init__(self, words: dict[str, Any], causes: dict[str, Any], side: Side, level: Level, rng: Generator) -> None:
        self.causes, self.side, self.level, self.rng = causes, side, level, rng
        talk, names, phrases = side.lists
        self.products, self.talk = words["families"], {kind: _deck(said, rng) for kind, said in words[talk].items()}
        self.names = {key: _deck(cause[names], rng) for key, cause in causes.items()}
        self.phrases = {key: _deck(cause[phrases], rng) for key, cause in causes.items()}

    def text(self, key: str, family: str, product: str) -> str:
        """One record in full, typing errors included."""
        body = self._body(key, family, self.products[family][product])
        text = self._factory_text(body) if self.side.kind == "factory" else self._field_text(body)
        while "{n}" in text:
            text = text.replace("{n}", str(self.rng.integers(1, 10)), 1)
        for _ in range(1 + self._chance(self.level.second_typo) if self._chance(self.level.typos) else 0):
            text = _mistyped(text, self.rng)
        return text

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _body(self, key: str, family: str, called: str) -> str:
        if not key:
            return next(self.talk["noise"])
        if self._chance(self.level.vague):
            part = f"{next(self.names[key])} " if self._chance(self.side.vague_named) else ""
            return part + next(self.talk["vague"])
        core = self._core(key, called)
        if self._chance(self.level.two_causes / (1 - self.level.noise) / (1 - self.level.vague)):
            others = [other for other, cause in self.causes.items() if family in cause["families"] and other != key]
            core = _mixed(JOINTS, core, self._core(_one(others, self.rng), called), self.rng)
        return core

    def _core(self, key: str, called: str) -> str:
        told, side = next(self.phrases[key]), self.side
        if self._chance(side.two_phrases) and (second := next(self.phrases[key])) != told:
            told = _mixed(JOINTS, told, second, self.rng)
        if not self._chance(side.named):
            return told
        name = called if self._chance(side.named_by_product) else next(self.names[key])
        return _mixed(side.cores, name, told, self.rng)

    def _factory_text(self, body: str) -> str:
        text = f"{next(self.talk['openings'])} {body}" if self._chance(0.45) else body
        text = _mixed(CLOSINGS, text, next(self.talk["closings"]), self.rng) if self._chance(0.5) else text
        return text.upper().replace("{N}", "{n}") if self._chance(0.07) else text

    def _field_text(self, body: str) -> str:
        text = _mixed(MOMENTS, body, next(self.talk["moments"]), self.rng) if self._chance(0.26) else body
        text = (text[:1].upper() + text[1:] if self._chance(0.6) else text) + _one(ENDS, self.rng)
        text = f"{next(self.talk['greetings'])} {text}" if self._chance(0.2) else text
        text = f"{text} {next(self.talk['asks'])}" if self._chance(0.28) else text
        return text.lower() if self._chance(0.25) else text.upper() if self._chance(0.05) else text
