"""Made-up exports in the layouts of other systems, each with the answer, to judge what the mapping proposes.

`tuned = true` marks those the vocabulary was tuned on. The others were written before it and are held out: a word is
never added because of them.
"""

from __future__ import annotations

import csv
import random
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ROWS = 120
START = date(2024, 1, 8)


@dataclass(frozen=True)
class Layout:
    """One export: how its columns are called, what their cells look like, and where each belongs ("" for nowhere)."""

    name: str
    title: str
    tuned: bool
    table: str
    file: str
    delimiter: str
    lines: int
    columns: tuple[tuple[str, str, str], ...]
    dates: str
    decimal: str

    @property
    def truth(self) -> dict[str, str]:
        """Header -> our column, "customers.name" for one of another table, "" for none."""
        return {header: goal for header, goal, _ in self.columns}

    def write(self, folder: Path) -> Path:
        """The export as a CSV file, the same for every run."""
        chance = random.Random(self.name)
        path = folder / self.file
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=self.delimiter)
            out.writerow([header for header, _, _ in self.columns])
            for number in range(ROWS):
                group = number // self.lines
                day = START + timedelta(days=random.Random(f"{self.name} {group}").randrange(600))
                out.writerow([self._cell(recipe, number, day, chance) for _, _, recipe in self.columns])
        return path

    def _cell(self, recipe: str, number: int, day: date, chance: random.Random) -> str:
        kind, _, rest = recipe.partition(" ")
        group, place = divmod(number, self.lines)
        if kind == "maybe":
            share, _, inner = rest.partition(" ")
            filled = chance.random() * 100 < int(share)
            return self._cell(inner, number, day, chance) if filled else ""
        if kind == "each":
            return rest.format(n=number + 1)
        if kind == "group":
            return rest.format(n=group + 1)
        if kind == "place":
            return rest.format(n=place + 1, tens=10 * (place + 1))
        if kind == "pick":  # lists of one length go together: an article keeps its name
            return random.Random(f"{self.name} {number}").choice(rest.split("|"))
        if kind == "of_group":
            return random.Random(f"{group} {self.name}").choice(rest.split("|"))
        if kind == "number":
            return self._number(rest, chance)
        if kind == "day":
            return self._day(rest, day, chance)
        raise ValueError(f"{self.name}: no recipe {kind}")

    def _number(self, rest: str, chance: random.Random) -> str:
        low, high, digits = (int(part) for part in rest.split())
        return f"{chance.uniform(low, high):.{digits}f}".replace(".", self.decimal)

    @staticmethod
    def _day(rest: str, day: date, chance: random.Random) -> str:
        low, high, form = rest.split(" ", 2)
        moment = datetime(day.year, day.month, day.day) + timedelta(days=chance.randint(int(low), int(high)))
        return (moment + timedelta(minutes=chance.randrange(1_440))).strftime(form)


def layouts() -> list[Layout]:
    """All of them, those tuned on first."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return sorted(found, key=lambda layout: not layout.tuned)


def layout(name: str) -> Layout:
    return _read(FOLDER / f"{name}.toml")


def _read(path: Path) -> Layout:
    content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Layout(
        name=path.stem,
        title=content["title"],
        tuned=content["tuned"],
        table=content["table"],
        file=content["file"],
        delimiter=content.get("delimiter", ";"),
        lines=content.get("lines", 1),
        columns=tuple((header, goal, recipe) for header, goal, recipe in content["columns"]),
        dates=content["dates"],
        decimal=content["decimal"],
    )
