"""What a change is made of: contributions of members that add up to it, rate and mix apart.

Arrays by member, and a frame only of what is shown: the split that tells most is chosen among a dozen, and their frames
would cost most of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.metric import Metric, rounded

Floats = NDArray[np.float64]
Member = tuple[str, float, float]
"""Its name, its numerator and its denominator; nan for what was not recorded."""
PARTS = ("member", "before", "after", "rate_effect", "mix_effect", "contribution", "numerator", "denominator")


@dataclass(frozen=True)
class Sides:
    """All members of two periods in order; sums are nan where a member has none."""

    members: tuple[str, ...]
    numerators: tuple[Floats, Floats]
    denominators: tuple[Floats, Floats]

    @classmethod
    def of(cls, before: Iterable[Member], after: Iterable[Member]) -> Sides:
        """The members of both periods side by side."""
        periods = [{name: (above, below) for name, above, below in period} for period in (before, after)]
        members = tuple(sorted({*periods[0], *periods[1]}))
        nothing = (np.nan, np.nan)
        sums = [np.array([period.get(name, nothing) for name in members], float).reshape(-1, 2) for period in periods]
        return cls(members, (sums[0][:, 0], sums[1][:, 0]), (sums[0][:, 1], sums[1][:, 1]))

    def totals(self, period: int) -> tuple[float, float]:
        """Numerator and denominator of all members together in the first (0) or second (1) period."""
        return _total(self.numerators[period]), _total(self.denominators[period])

    @cached_property
    def sizes(self) -> Floats:
        """How large each member is in both periods together: by the denominators, by the sums where there are none."""
        has_denominators = any((~np.isnan(side)).any() for side in self.denominators)
        first, second = self.denominators if has_denominators else self.numerators
        sizes: Floats = np.nan_to_num(np.abs(first)) + np.nan_to_num(np.abs(second))
        return sizes


@dataclass(frozen=True)
class Split:
    """What each member of both periods carries; all arrays by member, in the unit of the metric."""

    sides: Sides
    before: Floats
    after: Floats
    rate: Floats
    mix: Floats

    @property
    def contribution(self) -> Floats:
        """The contributions; they sum to the change."""
        return self.rate + self.mix

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Columns PARTS, largest contribution first; numerator and denominator are those after."""
        columns = (
            self.sides.members, self.before, self.after, self.rate, self.mix, self.contribution,
            self.sides.numerators[1], self.sides.denominators[1],
        )  # fmt: skip
        order = np.argsort(-np.abs(self.contribution), kind="stable")
        return pd.DataFrame({name: np.asarray(column)[order] for name, column in zip(PARTS, columns, strict=True)})

    @cached_property
    def concentration(self) -> float:
        """0: members carry the change as their size suggests, or undo each other; towards 1: a small one carries all.

        The parts' share of all contributions against the members' share of the denominator (of the sum, where there is
        none) in both periods, as 1 - exp(-divergence), times the part of the contributions that does not cancel out;
        nan below two members or without a change.
        """
        weights, sizes = np.abs(self.contribution), self.sides.sizes
        if len(weights) < 2 or not weights.sum():
            return float("nan")
        shares, due = weights / weights.sum(), np.clip(sizes / sizes.sum(), 0.001, 1.0)
        carried = shares > 0
        divergence = max(float((shares[carried] * np.log(shares[carried] / due[carried])).sum()), 0.0)
        return (1 - math.exp(-divergence)) * abs(float(self.contribution.sum())) / float(weights.sum())


def of_sums(sides: Sides) -> Split:
    """Each member's difference; none of it is mix."""
    was, now = sides.numerators
    return Split(sides, was, now, np.nan_to_num(now) - np.nan_to_num(was), np.zeros(len(was)))


def of_ratios(sides: Sides, scale: float = 1.0) -> Split:
    """A ratio of sums.

    With shares w of the denominator, ratios r and R the mean of both totals: the rate effect is
    (r1 - r0) * (w0 + w1) / 2, the mix effect (w1 - w0) * ((r0 + r1) / 2 - R). A member of one period only is mix.
    """
    (n0, n1), (d0, d1) = (map(np.nan_to_num, both) for both in (sides.numerators, sides.denominators))
    w0, w1 = d0 / d0.sum(), d1 / d1.sum()
    r0, r1 = _quotient(n0, d0), _quotient(n1, d1)
    middle = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    rate = np.nan_to_num((r1 - r0) * (w0 + w1) / 2)
    whole = n1 / d1.sum() - n0 / d0.sum() - (w1 - w0) * middle
    return Split(sides, r0 * scale, r1 * scale, rate * scale, (whole - rate) * scale)


def of_products(sides: Sides, scale: float = 1.0) -> Split:
    """A product of ratios, by the steps it multiplies; both periods must know the same steps.

    Each step carries its difference of logarithms times the logarithmic mean of both products: these add up exactly.
    """
    r0, r1 = (_quotient(*sums) for sums in zip(sides.numerators, sides.denominators, strict=True))
    first, second = np.nan_to_num(r0, nan=1.0), np.nan_to_num(r1, nan=1.0)
    was, now = float(first.prod()), float(second.prod())
    if was <= 0 or now <= 0:
        # a step at zero has no logarithm: its members cannot be told apart
        each = np.full(len(r0), (now - was) / len(r0)) * scale
        return Split(sides, r0 * scale, r1 * scale, each, np.zeros(len(r0)))
    mean = was if math.isclose(was, now) else (now - was) / math.log(now / was)
    effect = mean * np.log(second / first) * scale
    only_once = np.isnan(r0) | np.isnan(r1)
    return Split(sides, r0 * scale, r1 * scale, np.where(only_once, 0, effect), np.where(only_once, effect, 0))


def finding(metric: Metric, before: float, after: float, parts: pd.DataFrame, by: str, currency: str = "") -> str:
    """One sentence: which way it went, by how much, and which member carries most of it."""
    if math.isnan(before) or math.isnan(after):
        missing = "in either period" if math.isnan(after) and math.isnan(before) else "in one of the two periods"
        return f"{metric.name}: no data {missing}, so no change can be told"
    change, now = after - before, metric.worded(after, currency)
    if math.isclose(before, after, rel_tol=1e-9, abs_tol=1e-12):
        return f"{metric.name} did not change: {now}"
    went = "rose" if change > 0 else "fell"
    head = f"{metric.name} {went} {amount(metric, change, currency)} to {now}"
    same_way = parts[np.sign(parts["contribution"]) == np.sign(change)]
    if same_way.empty:
        return head
    top = same_way.iloc[0]
    part = f"{by.replace('_', ' ')} {top['member']} carries {rounded(abs(top['contribution']))} of it"
    return f"{head}: {part}{_why(metric, top)}"


def amount(metric: Metric, change: float, currency: str = "") -> str:
    """A difference without its sign: points for percent, the unit's own words otherwise."""
    return f"{rounded(abs(change))} points" if metric.unit == "percent" else metric.worded(abs(change), currency)


def _why(metric: Metric, part: pd.Series) -> str:
    if not metric.is_quotient or metric.kind == "product":
        return ""
    return " (rate)" if abs(part["rate_effect"]) >= abs(part["mix_effect"]) else " (mix)"


def _total(sums: Floats) -> float:
    """The sum of what was recorded, nan where nothing was."""
    known = sums[~np.isnan(sums)]
    return float(known.sum()) if len(known) else float("nan")


def _quotient(above: Floats, below: Floats) -> Floats:
    share: Floats = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return share
