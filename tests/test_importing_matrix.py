"""Every cell of the base against what was meant, over encodings, separators, marks, date orders and traps."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb import importing
from kb.importing import Preset
from kb.store import KnowledgeBase
from tests.importing import WHO, held, load, preset_of, put, refusals

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
MARKS = (".", ",")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%Y%m%d")
HEADERS = ("sku", "name", "family", "unit_price", "launched_on", "is_made", "name")
ROWS = 40
NAMES = (
    "Säge", "00123", "NA", "null", "1e5", "Größe 5", 'say "so"', "two\nlines", "a;b,c|d\te", "=1+1", "+49 89", "TRUE",
    "-", "12.5", "1,5", "2024-01-02", "D'Arc", "é", "  ", "#N/A", "nan", "Müller, Söhne & Co", "\u20ac uro", "0",
)  # fmt: skip
TRAPS = {
    "too few cells": (lambda cells: cells[:-1], "cells instead of"),
    "too many cells": (lambda cells: [*cells, "more"], "cells instead of"),
    "NUL": (lambda cells: [cells[0], "a\0b", *cells[2:]], "NUL"),
    "empty key": (lambda cells: ["", *cells[1:]], "is empty"),
    "repeated key": (lambda cells: ["P0", *cells[1:]], "stands already"),
    "infinite": (lambda cells: [*cells[:3], "1e999", *cells[4:]], "larger than any"),
    "not a number": (lambda cells: [*cells[:3], "n/a", *cells[4:]], "is not a number"),
    "negative": (lambda cells: [*cells[:3], "-5", *cells[4:]], "is negative"),
    "no such day": (lambda cells: [*cells[:4], "99.99.9999", *cells[5:]], "is no date"),
    "another date form": (lambda cells: [*cells[:4], "May 3rd", *cells[5:]], "is no date"),
    "neither yes nor no": (lambda cells: [*cells[:5], "perhaps", *cells[6:]], "neither yes nor no"),
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How one file of the matrix is written."""

    encoding: str
    separator: str
    mark: str
    dates: str
    told: bool

    def preset(self) -> Preset:
        text = f'decimal = "{self.mark}"\ndates = ["{self.dates}"]\n' if self.told else ""
        return preset_of(
            f'{text}[[table]]\ntable = "products"\nfiles = ["p.csv"]\n[table.columns]\nsku = "sku"\nname = "name"\n'
            'family = "family"\nunit_price = "unit_price"\nlaunched_on = "launched_on"\nis_made = "is_made"\n'
            'model = "name (2)"\n'
        )

    def day(self, value: date | None) -> str:
        return value.strftime(self.dates) if value else ""

    def number(self, value: float | None, grouped: bool) -> str:
        if value is None:
            return ""
        text = f"{value:,.2f}" if grouped else f"{value:.2f}"
        return text if self.mark == "." else text.translate(str.maketrans(",.", ".,"))


def forms() -> Iterator[Form]:
    """Every combination; forms whose day and month nothing shows in a preset's place are told by it."""
    for i, (encoding, separator, mark, dates) in enumerate(itertools.product(ENCODINGS, SEPARATORS, MARKS, DATES)):
        yield Form(encoding, separator, mark, dates, told=dates == "%d-%m-%y" or i % 2 == 0)


def meant(chance: random.Random) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for i in range(ROWS):
        price = None if i % 11 == 5 else chance.randrange(0, 10_000_000) / 100
        launched = None if i % 13 == 5 else date(2015, 1, 31) + timedelta(days=chance.randrange(3000))
        name, other = chance.choice(NAMES), chance.choice(NAMES)
        rows.append((f"P{i}", name, chance.choice(NAMES), price, launched, chance.choice((True, False, None)), other))
    return rows


def written(form: Form, rows: list[tuple[Any, ...]], chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """The file, and which trap stands in which of its rows, by key."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=form.separator, lineterminator=chance.choice(("\n", "\r\n")))
    writer.writerow(HEADERS)
    trapped = dict(zip(chance.sample(range(1, ROWS), len(TRAPS)), TRAPS, strict=True))
    for i, row in enumerate(rows):
        sku, name, family, price, launched, made, other = row
        number = form.number(price, grouped=i % 2 == 0)
        cells = [sku, name, family, number, form.day(launched), {True: "yes", False: "no", None: ""}[made], other]
        writer.writerow(TRAPS[trapped[i]][0](cells) if i in trapped else cells)
    return out.getvalue().encode(form.encoding, "replace"), {rows[i][0]: trap for i, trap in trapped.items()}


def stored(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((value.strip() or None) if isinstance(value, str) else value for value in row)


def told(counts: Counter[str]) -> str:
    """The figures in words."""
    kinds = ", ".join(f"{kind} {counts[kind]}" for kind in TRAPS)
    return (
        f"matrix: {counts['files']} files, {counts['cells']:,} cells, silently wrong cells {counts['wrong']}; "
        f"refused rows: {kinds}"
    )


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    counts: Counter[str] = Counter()
    yield counts
    print(told(counts))


def judge(base: KnowledgeBase, folder: Path, form: Form, seed: int, tally: Counter[str]) -> None:
    """Import one file of the matrix into an empty table and compare cell by cell."""
    chance = random.Random(seed)
    rows = meant(chance)
    content, trapped = written(form, rows, chance)
    report = load(base, put(folder, {"p.csv": content}), preset=form.preset())
    columns = ("sku", "name", "family", "unit_price", "launched_on", "is_made", "model")
    found = {row[0]: row for row in held(base, "products", *columns)}
    expected = {row[0]: stored(row) for row in rows if row[0] not in trapped}
    wrong = [(found[key], row) for key, row in expected.items() if key in found and found[key] != row]
    tally.update(files=1, cells=len(found) * len(columns), wrong=len(wrong))
    assert wrong == [], form
    assert found.keys() == expected.keys(), f"{form}: {refusals(report)[:5]}"
    reasons = " ".join(cell.reason for cell in report.refused_cells)
    for trap in trapped.values():
        assert TRAPS[trap][1] in reasons, f"{form}: {trap}"
        tally[trap] += 1
    assert report.files[0].refused == len(trapped)


@pytest.mark.slow
def test_no_cell_is_silently_wrong_in_any_form_of_file(
    sqlite_base: KnowledgeBase, tmp_path: Path, tally: Counter[str]
) -> None:
    # every seventh of the forms holds each choice several times; tests/bench/matrix.py takes them all
    for seed, form in list(enumerate(forms()))[::7]:
        judge(sqlite_base, tmp_path, form, seed, tally)
        importing.undo(sqlite_base, WHO, held(sqlite_base, "imports", "import_id")[-1])
    assert tally["wrong"] == 0


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_postgresql_holds_the_same_cells(
    postgres_base: KnowledgeBase, tmp_path: Path, tally: Counter[str], encoding: str
) -> None:
    judge(postgres_base, tmp_path, Form(encoding, ";", ",", "%d.%m.%Y", told=False), 1, tally)
