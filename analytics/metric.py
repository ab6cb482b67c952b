"""What a metric is: one entry of the catalogue, and how its values are written for people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from kb import facts

Kind = Literal["sum", "ratio", "product", "median", "mean", "snapshot", "cohort", "balance"]
Unit = Literal["money", "percent", "points", "ppm", "per 1000", "days", "count", "units"]
Direction = Literal["up", "down", "zero", "band"]
SCALES = {"percent": 100.0, "ppm": 1_000_000.0, "per 1000": 1_000.0}
SMALL = 30


@dataclass(frozen=True)
class Term:
    """A measure of a fact, to be summed."""

    fact: str
    measure: str


@dataclass(frozen=True)
class Need:
    """What must have been imported: at least one of these columns in at least one of these tables.

    `unmet` says what is missing where it is nothing that a file could bring.
    """

    sources: tuple[tuple[str, tuple[str, ...]], ...]
    unmet: str = ""


@dataclass(frozen=True)
class Metric:
    """A formula. Its target is data: an objective in the knowledge base.

    The values are the sum of the numerator's terms, divided (where there is a denominator) by the denominator's
    after both were summed, times the scale of the unit. `step` is the dimension whose ratios a product multiplies,
    or the number whose middle a median or a mean takes. A balance is 1 where both sums are the same, 0 where one is
    nothing. A snapshot speaks of the last month it knows, a cohort of the months that were followed long enough
    (`cohort` says what happened in them). Metrics of one `family` are rival definitions of the same thing.
    In a band neither more nor less is good. `is_proportion`: the numerator counts part of what the denominator
    counts; `is_counted`: the denominator counts at all, so that few are a small sample.
    """

    key: str
    name: str
    kind: Kind
    unit: Unit
    direction: Direction
    owners: tuple[str, ...]
    formula: str
    source: str
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    needs: tuple[Need, ...] = ()
    step: str | None = None
    is_proportion: bool = True
    is_counted: bool = True
    matures_after_days: int = 0
    cohort: str = "shipped"
    family: str = ""

    @property
    def scale(self) -> float:
        return SCALES.get(self.unit, 1.0)

    @property
    def is_quotient(self) -> bool:
        """Whether its values are a numerator over a denominator."""
        return bool(self.denominator) or self.kind == "mean"

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.numerator + self.denominator

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it reads, each once."""
        return tuple(dict.fromkeys(term.fact for term in self.terms))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it can be split and filtered by: the dimensions that all its facts share."""
        first, *others = (facts.get(name).dimensions for name in self.facts)
        return tuple(name for name in first if all(name in other for other in others))

    def worded(self, value: float, currency: str = "") -> str:
        """The value as people read it, three significant digits and the unit; 'no data' where there is none."""
        if math.isnan(value):
            return "no data"
        ends = {
            "percent": " %", "points": " points", "ppm": " ppm", "per 1000": " per 1,000", "days": " days",
            "money": f" {currency}",
        }  # fmt: skip
        return f"{rounded(value)}{ends.get(self.unit, '').rstrip()}"


def rounded(value: float) -> str:
    """Three significant digits, thousands separated, whole numbers from 100 upwards."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    text = f"{round(value, digits):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
