"""How sure a rate or a middle is: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z95 = 1.959963984540054


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
