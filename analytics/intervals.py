"""How sure a rate or a middle is: arrays in, arrays out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z95 = 1.959963984540054
# Student's t at 97.5 % for 1 to 29 degrees of freedom
T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
)  # fmt: skip


def wilson(successes: ArrayLike, trials: ArrayLike, z: float = Z95) -> tuple[Floats, Floats]:
    """Lower and upper end of Wilson's interval for a share, as fractions; nan without trials."""
    n = np.asarray(trials, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.asarray(successes, dtype=float) / n, 0.0, 1.0)
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    usable = n > 0
    low = np.where(usable, np.clip(middle - half, 0.0, 1.0), np.nan)
    return low, np.where(usable, np.clip(middle + half, 0.0, 1.0), np.nan)


def median_of_counts(values: ArrayLike, counts: ArrayLike) -> float:
    """The median of a histogram: the mean of the two middle values where the count is even; nan of nothing."""
    order = np.argsort(np.asarray(values, dtype=float))
    points, weights = np.asarray(values, dtype=float)[order], np.asarray(counts, dtype=float)[order]
    total = weights.sum()
    if total <= 0:
        return float("nan")
    reached = np.cumsum(weights)
    lower = points[np.searchsorted(reached, total / 2, side="left")]
    upper = points[np.searchsorted(reached, total / 2 + 0.5, side="left")]
    return float((lower + upper) / 2)


def median_interval(values: ArrayLike, counts: ArrayLike, z: float = Z95) -> tuple[float, float]:
    """The order statistics that hold the median at 95 %; nan where there are fewer than six."""
    order = np.argsort(np.asarray(values, dtype=float))
    points, weights = np.asarray(values, dtype=float)[order], np.asarray(counts, dtype=float)[order]
    total = weights.sum()
    if total < 6:
        return float("nan"), float("nan")
    reached, reach = np.cumsum(weights), z * np.sqrt(total) / 2
    ranks = np.clip([np.floor(total / 2 - reach), np.ceil(total / 2 + reach) + 1], 1, total)
    low, high = points[np.searchsorted(reached, ranks, side="left")]
    return float(low), float(high)


def mean_interval(values: ArrayLike, counts: ArrayLike) -> tuple[float, float]:
    """Student's interval for the mean of a histogram at 95 %; nan for fewer than two or where all are the same."""
    points, weights = np.asarray(values, dtype=float), np.asarray(counts, dtype=float)
    total = weights.sum()
    if total < 2 or len(np.unique(points[weights > 0])) < 2:
        return float("nan"), float("nan")
    mean = float((points * weights).sum() / total)
    spread = float((weights * (points - mean) ** 2).sum() / (total - 1))
    t = T95[int(total) - 2] if total - 1 <= len(T95) else Z95
    half = t * math.sqrt(spread / total)
    return mean - half, mean + half
