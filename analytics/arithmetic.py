"""From sums to values. Sums first, then the division.

Plain numbers by group and no frames: an answer holds tens of values, and for so few a frame costs more at every step
than the whole arithmetic. Nothing recorded is None in sums and nan in values, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from analytics.intervals import mean_interval, median_interval, median_of_counts, wilson
from analytics.metric import SMALL, Metric

# Beyond these no mean can lie, whatever its interval says.
LIMITS = {"days": (0.0, math.inf), "points": (-100.0, 100.0)}
RESULT = ("value", "numerator", "denominator", "low", "high", "is_small", "is_mature")
NAN = float("nan")
NOTHING = (NAN, NAN, NAN, NAN, NAN, False)

Group = tuple[Any, ...]
"""Values of some dimensions, the month as text (YYYY-MM), counted numbers; None for what is not recorded."""
Pair = tuple[float | None, float | None]
"""Numerator and denominator."""
Value = tuple[float, float, float, float, float, bool]
"""RESULT without is_mature."""
Way = Callable[[Metric, list[tuple[Group, Pair]], Sequence[str]], Value | None]
"""From the sums of one group, and the names of their parts, to its value."""


def inner_groups(metric: Metric) -> tuple[str, ...]:
    """What the sums must be split by, beside what is asked, before the value can be taken."""
    if metric.kind in ("snapshot", "cohort"):
        return ("month",)
    return (metric.step,) if metric.step else ()


def combine(
    metric: Metric, sums: Mapping[Group, Pair], groups: Sequence[str], by: Sequence[str], last_mature: str | None = None
) -> list[Group]:
    """Rows of the values of `by`, then RESULT: one for each group in order, exactly one without `by`.

    `groups` names the parts of the sums' groups: those of `by` and of inner_groups, in any order. Cohorts younger
    than the month of `last_mature` count only where there is nothing older, and say so.
    """
    chosen, young = _chosen_months(metric, sums, groups, by, last_mature)
    places = [groups.index(name) for name in by]
    parts: dict[Group, list[tuple[Group, Pair]]] = {}
    for group, pair in chosen.items():
        parts.setdefault(tuple(group[place] for place in places), []).append((group, pair))
    ways: dict[str, Way] = {"product": _product, "median": _middle, "mean": _middle, "balance": _balance}
    way = ways.get(metric.kind, _quotient)
    taken = {group: way(metric, some, groups) for group, some in parts.items()}
    rows = [
        (*group, *value, not any(one in young for one, _ in parts[group]))
        for group, value in taken.items()
        if value is not None
    ]
    if not rows and not by:
        return [(*NOTHING, True)]
    return sorted(rows, key=lambda row: [(part is None, part or "") for part in row[: len(by)]])


def added(one: float | None, other: float | None) -> float | None:
    """The sum; what is not recorded adds nothing, and nothing recorded at all stays None."""
    if one is None or other is None:
        return one if other is None else other
    return one + other


def total(pairs: Iterable[Pair]) -> Pair:
    """Numerators and denominators summed apart."""
    above: float | None = None
    below: float | None = None
    for numerator, denominator in pairs:
        above, below = added(above, numerator), added(below, denominator)
    return above, below


def _chosen_months(
    metric: Metric, sums: Mapping[Group, Pair], groups: Sequence[str], by: Sequence[str], last_mature: str | None
) -> tuple[Mapping[Group, Pair], set[Group]]:
    """The sums that count, and those of them that are of a cohort too young to judge."""
    if metric.kind not in ("snapshot", "cohort"):
        return sums, set()
    place = list(groups).index("month")
    dated = {group: pair for group, pair in sums.items() if group[place] is not None}
    if metric.kind == "cohort":
        young = {group for group in dated if last_mature is None or group[place] > last_mature}
        if "month" in by or len(young) == len(dated):
            return dated, young
        return {group: pair for group, pair in dated.items() if group not in young}, set()
    # beside stock of an earlier month, a later month without any is not a stock of nothing
    newest = max((group[place] for group, pair in dated.items() if pair[0] is not None), default=None)
    return {group: pair for group, pair in dated.items() if "month" in by or group[place] == newest}, set()


def _share(pair: Pair) -> float:
    above, below = pair
    return NAN if above is None or below is None or below <= 0 else above / below


def _number(value: float | None) -> float:
    return NAN if value is None else value


def _interval(successes: float, trials: float) -> tuple[float, float]:
    low, high = wilson(successes, trials)
    return float(low), float(high)


def _quotient(metric: Metric, some: list[tuple[Group, Pair]], groups: Sequence[str]) -> Value:
    above, below = total(pair for _, pair in some)
    if not metric.denominator:
        return _number(above), _number(above), NAN, NAN, NAN, False
    is_small = 0 < _number(below) < SMALL and metric.is_counted
    low, high = _interval(_number(above), _number(below)) if is_small and metric.is_proportion else (NAN, NAN)
    scale = metric.scale
    return _share((above, below)) * scale, _number(above), _number(below), low * scale, high * scale, is_small


def _product(metric: Metric, some: list[tuple[Group, Pair]], groups: Sequence[str]) -> Value | None:
    place = list(groups).index(str(metric.step))
    steps: dict[Any, list[Pair]] = {}
    for group, pair in some:
        steps.setdefault(group[place], []).append(pair)
    known = [pair for pair in map(total, steps.values()) if not math.isnan(_share(pair))]
    if not known:
        return None
    above, below = total(known)
    fewest = min(_number(denominator) for _, denominator in known)
    value = math.prod(map(_share, known)) * metric.scale
    return value, _number(above), _number(below), NAN, NAN, fewest < SMALL


def _balance(metric: Metric, some: list[tuple[Group, Pair]], groups: Sequence[str]) -> Value:
    above, below = total(pair for _, pair in some)
    both = NAN if above is None or below is None or above + below <= 0 else above + below
    if math.isnan(both):
        return NAN, _number(above), _number(below), NAN, NAN, False
    scale, low, high = metric.scale, NAN, NAN
    if both < SMALL:
        first, last = _interval(_number(above), both)
        low, high = min(_evenness(first), _evenness(last)), _evenness(min(max(0.5, first), last))
    value = _evenness(_number(above) / both)
    return value * scale, _number(above), _number(below), low * scale, high * scale, both < SMALL


def _evenness(share: float) -> float:
    """1 where both sides have half, 0 where one has all: 1 - |a - b| / (a + b)."""
    return 1 - abs(2 * share - 1)


def _middle(metric: Metric, some: list[tuple[Group, Pair]], groups: Sequence[str]) -> Value | None:
    place = list(groups).index(str(metric.step))
    known = [(group[place], above) for group, (above, _) in some if group[place] is not None and above is not None]
    if not known:
        return None
    values, counts = np.array(known, dtype=float).T
    n, is_small = float(counts.sum()), bool(counts.sum() < SMALL)
    if metric.kind == "median":
        low, high = median_interval(values, counts) if is_small else (NAN, NAN)
        return median_of_counts(values, counts), NAN, n, low, high, is_small
    whole = float((values * counts).sum())
    low, high = mean_interval(values, counts) if is_small else (NAN, NAN)
    lowest, highest = LIMITS.get(metric.unit, (-math.inf, math.inf))
    return whole / n, whole, n, max(low, lowest), min(high, highest), is_small
