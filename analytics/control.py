"""Control charts of counts: limits that vary with the sample, Laney's correction, and the rules that a point breaks.

Arrays in, arrays out. A rate is a count over a size: a share of units (p chart) or records per unit (u chart).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["p", "u"]

SIGMAS = 3.0
RANGE_TO_SIGMA = 2 / math.sqrt(math.pi)
"""d2 of a moving range of two, 1.128."""
RANGE_VARIANCE = 0.826
"""The variance of a sigma estimated from m moving ranges is 0.826 sigma^2 / m (Cryer and Ryan 1990)."""
ONE_SIDED_95 = 1.6449
FEWEST_EXPECTED = 5.0
"""Below so many expected counts the limits of three sigma do not hold, and a point is not judged."""
FEWEST_POINTS = 8
RUN, TREND = 9, 6
RULES = {
    1: "beyond a limit",
    2: "nine in a row on one side of the mean",
    3: "six in a row rising or falling",
}
"""Nelson's rules 1 to 3, by number."""


@dataclass(frozen=True)
class Limits:
    """Limits and verdicts for each point.

    `rate`, `low` and `high` are fractions (p) or records per unit (u); `z` is the distance from the centre in sigmas
    of this point's size, after the correction. `sigma_z` is the spread of the baseline against what pure chance gives
    (1), `threshold` the value above which the correction is made.
    """

    kind: Kind
    centre: float
    rate: Floats
    low: Floats
    high: Floats
    z: Floats
    is_judged: Flags
    sigma_z: float
    threshold: float
    is_corrected: bool

    @property
    def name(self) -> str:
        """'p chart', or with Laney's correction 'p′ chart'."""
        return f"{self.kind}{'′' if self.is_corrected else ''} chart"


def limits(
    kind: Kind, counts: ArrayLike, sizes: ArrayLike, baseline: ArrayLike | None = None, *, correct: bool | None = None
) -> Limits:
    """Centre and limits at three sigma from the points of the baseline (all without one), applied to all points.

    The centre is the sum of counts over the sum of sizes. Limits follow each point's size: sqrt(c (1 - c) / n) for a
    p chart, sqrt(c / n) for a u chart. Where the baseline spreads more than chance allows, both are widened by
    sigma_z, the mean moving range of the standardised points over 1.128 (Laney 2002); `correct` decides it instead.
    They are never narrowed. Points without a size are nan; those with few expected counts are not judged.
    """
    count, size = np.asarray(counts, dtype=float), np.asarray(sizes, dtype=float)
    usable = (size > 0) & np.isfinite(size) & np.isfinite(count)
    chosen = usable if baseline is None else usable & np.asarray(baseline, dtype=bool)
    whole = size[chosen].sum()
    centre = float(count[chosen].sum() / whole) if whole > 0 else math.nan
    rate = np.divide(count, size, out=np.full(len(size), np.nan), where=usable)
    sigma = _sigma(kind, centre, np.where(usable, size, np.nan))
    rarer = min(centre, 1 - centre) if kind == "p" else centre
    judged = usable & (np.where(usable, size, 0.0) * rarer >= FEWEST_EXPECTED)
    z = np.divide(rate - centre, sigma, out=np.full(len(size), np.nan), where=usable & (sigma > 0))
    spread, threshold = _spread(z[chosen & judged])
    corrected = spread > threshold if correct is None else correct and math.isfinite(spread)
    factor = max(spread, 1.0) if corrected else 1.0
    reach = SIGMAS * sigma * factor
    low = np.maximum(centre - reach, 0.0)
    high = np.minimum(centre + reach, 1.0) if kind == "p" else centre + reach
    return Limits(kind, centre, rate, low, high, z / factor, judged, spread, threshold, bool(corrected))


def broken_rules(points: Limits) -> list[tuple[int, ...]]:
    """For each point the numbers of the rules it breaks: the last point of a run, any point beyond a limit.

    Points that are not judged break none and interrupt no run: they are passed over.
    """
    broken: list[tuple[int, ...]] = [()] * len(points.z)
    places = np.flatnonzero(points.is_judged & np.isfinite(points.z))
    z = points.z[places]
    steps = np.sign(np.diff(points.rate[places], prepend=np.nan))
    found = {1: np.abs(z) > SIGMAS, 2: _runs(np.sign(z), RUN), 3: _runs(steps, TREND - 1)}
    for at, place in enumerate(places):
        broken[place] = tuple(rule for rule, flags in found.items() if flags[at])
    return broken


def _sigma(kind: Kind, centre: float, size: Floats) -> Floats:
    variance = centre * (1 - centre) if kind == "p" else centre
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) / size))


def _spread(z: Floats) -> tuple[float, float]:
    """sigma_z, and the 95 % limit of it under pure chance; nan and infinite where there are too few points."""
    known = z[np.isfinite(z)]
    if len(known) < FEWEST_POINTS:
        return math.nan, math.inf
    ranges = np.abs(np.diff(known))
    threshold = 1 + ONE_SIDED_95 * math.sqrt(RANGE_VARIANCE / len(ranges))
    return float(ranges.mean() / RANGE_TO_SIGMA), threshold


def _runs(signs: Floats, length: int) -> Flags:
    """Where a run of one sign (not zero) has reached this length."""
    reached, run, before = np.zeros(len(signs), dtype=bool), 0, 0.0
    for at, sign in enumerate(signs):
        run = run + 1 if sign and sign == before else int(bool(sign) and not np.isnan(sign))
        before = sign
        reached[at] = run >= length
    return reached
