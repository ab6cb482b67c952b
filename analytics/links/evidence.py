"""The kinds of evidence between symptoms and causes, each a function of arrays: lots x groups or products x groups.

A table of evidence has a row for each symptom and a column for each cause.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import norm

from analytics.intervals import Z95

Floats = NDArray[np.float64]
LONGEST_HALF = 100.0
"""Of an interval in logarithms: nearly nothing on one side leaves it open, not beyond what a float holds."""
BACKGROUND = 0.1
"""Share of a group's records that come from any product: wrong codes, other causes."""
PROFILE_FLOOR = np.exp(-10.0)
RECORD = 0.5
"""From this much of a record a lot counts as touched: more likely than not."""
DAMPING = 0.05
"""Keeps a score without any variance finite."""
VERDICTS = 10.0
"""How many verdicts the weights from invented companies outweigh."""


def total(counts: Floats, product: sp.csr_array) -> Floats:
    """Sums over the lots of each product; `product` has a row for each product and a column for each lot."""
    return np.asarray(product @ counts, dtype=np.float64)


def expected(counts: Floats, units: Floats, product: sp.csr_array) -> Floats:
    """What each lot would have if the product's rate held in all its lots: units * rate of product and group."""
    rate = total(counts, product) / np.maximum(total(units, product), 1e-9)[:, None]
    return np.asarray(units[:, None] * (product.T @ rate), dtype=np.float64)


def excess(
    counts: Floats, mean: Floats, drivers: list[sp.csr_array], shrinkage: float, driver_shrinkage: float
) -> Floats:
    """How far each lot's rate of each cause lies above its product's, as a share, pulled to none where little is known.

    (A - m) / (m + k), the posterior mean of a Gamma-Poisson rate less 1; the same over what a lot shares with others
    (`drivers`: lots x supplier lots, lots x weeks of a line), averaged over its drivers of a kind and added.
    """
    found = (counts - mean) / (mean + shrinkage)
    for driver in drivers:
        rate = (driver.T @ (counts - mean)) / (driver.T @ mean + driver_shrinkage)
        per_lot = np.maximum(np.asarray(driver.sum(axis=1)), 1.0)[:, None]
        found = found + (driver @ rate) / per_lot
    return np.asarray(found, dtype=np.float64)


def lot_score(found: Floats, symptoms: Floats, exposure: Floats, product: sp.csr_array) -> Floats:
    """z of each pair: do records of the symptom, beyond their product's rate, come from lots where the cause exceeds?

    Sum of excess times residual over lots, over the root of its variance; about standard normal without a link. The
    variance is the mean of two: over all orders of the lots within products (which a few heavy lots make too small),
    and of the products themselves (which a true link makes too large). With lots shuffled within their products a
    link was asserted in 3 % of companies.
    """
    lots = np.maximum(np.asarray(product.sum(axis=1)), 1.0)[:, None]
    x = found - product.T @ (total(found, product) / lots)
    b = symptoms - expected(symptoms, exposure, product)
    shuffled = (total(b**2, product) / np.maximum(lots - 1, 1)).T @ total(x**2, product)
    observed = (b**2).T @ x**2
    return np.asarray(b.T @ x / np.sqrt((shuffled + observed) / 2 + DAMPING), dtype=np.float64)


def finding_score(told: sp.csr_array, symptoms: sp.csr_array, product: sp.csr_array) -> Floats:
    """z of each pair from returns whose finding names a cause, against the share of that cause in their products.

    Returns x causes (1 where named), returns x symptoms, products x returns.
    """
    share = (product @ told).toarray() / np.maximum(np.asarray(product.sum(axis=1)), 1.0)[:, None]
    count = (product @ symptoms).toarray().T
    seen = (symptoms.T @ told).toarray()
    variance = count @ (share * (1 - share))
    return np.asarray((seen - count @ share) / np.sqrt(variance + DAMPING), dtype=np.float64)


def profile(symptoms: Floats, exposure: Floats, causes: Floats, made: Floats) -> Floats:
    """How alike the products are in their rates: exp of minus the mean of both Kullback-Leibler divergences, up to 1.

    Counts by product and group, units exposed and made by product. The one divergence is of the symptom's shares of
    products from those it would have at the cause's rates, the other the same the other way round.
    """
    from_cause = _divergence(symptoms, causes / np.maximum(made, 1.0)[:, None], exposure)
    from_symptom = _divergence(causes, symptoms / np.maximum(exposure, 1.0)[:, None], made).T
    alike = np.maximum(np.exp(-(from_cause + from_symptom) / 2), PROFILE_FLOOR)
    return np.asarray(np.where(symptoms.T @ causes > 0, alike, PROFILE_FLOOR), dtype=np.float64)


def _divergence(counts: Floats, rates: Floats, units: Floats) -> Floats:
    """Groups of `counts` x groups of `rates`."""
    share = counts / np.maximum(counts.sum(axis=0), 1e-9)
    weight = rates * units[:, None]
    base = units / max(units.sum(), 1e-9)
    mixed = (1 - BACKGROUND) * weight / np.maximum(weight.sum(axis=0), 1e-9) + BACKGROUND * base[:, None]
    own = np.sum(share * np.log(np.maximum(share, 1e-12)), axis=0)
    return np.asarray(own[:, None] - share.T @ np.log(np.maximum(mixed, 1e-12)), dtype=np.float64)


def mantel_haenszel(
    symptoms: Floats, exposure: Floats, touched: NDArray[np.bool_], product: sp.csr_array
) -> tuple[Floats, Floats, Floats]:
    """Rate of each symptom in lots touched by each cause against the others, over products: ratio and 95 % interval.

    Person-time form with the variance of Greenland and Robins 1985; nan where one of both has no record or no
    exposure.
    """
    all_symptoms, all_units = total(symptoms, product), total(exposure, product)
    safe = np.maximum(all_units, 1e-9)
    ratio, half = np.full((2, symptoms.shape[1], touched.shape[1]), np.nan)
    for cause, inside in enumerate(touched.T.astype(np.float64)):
        units = total(inside * exposure, product)
        rest = np.maximum(all_units - units, 0.0)
        with_cause = total(inside[:, None] * symptoms, product)
        above = (rest / safe) @ with_cause
        below = (units / safe) @ np.maximum(all_symptoms - with_cause, 0.0)
        variance = (units * rest / safe**2) @ all_symptoms
        usable = (above > 1e-9) & (below > 1e-9)
        ratio[usable, cause] = above[usable] / below[usable]
        half[usable, cause] = Z95 * np.sqrt(variance[usable] / (above[usable] * below[usable]))
    half = np.minimum(half, LONGEST_HALF)
    return ratio, ratio * np.exp(-half), ratio * np.exp(half)


def false_discovery(z: Floats, weights: Floats) -> Floats:
    """Benjamini-Hochberg q over all pairs, each p divided by its weight (Genovese, Roeder and Wasserman 2006).

    The weights average 1 for a symptom and come from products, z from lots within products: independent of each other
    where there is no link, so the rate of false links holds.
    """
    if not z.size:
        return z
    share = weights / weights.mean(axis=1, keepdims=True)
    return benjamini_hochberg((norm.sf(z) / np.maximum(share, 1e-12)).ravel()).reshape(z.shape)


def benjamini_hochberg(chances: Floats) -> Floats:
    """The q of each p: the least rate of false finds at which it is still among them (Benjamini and Hochberg 1995)."""
    order = np.argsort(chances)
    stepped = chances[order] * len(chances) / np.arange(1, len(chances) + 1)
    q = np.empty_like(chances)
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return q


def learned_weights(features: Floats, confirmed: NDArray[np.bool_]) -> Floats:
    """Factors for the features from people's verdicts: a logistic regression that starts at 1 for each.

    The prior is worth about ten verdicts, so a few change little and many decide; no factor is negative.
    """
    start = np.ones(features.shape[1] + 1)
    start[0] = 0.0
    if not len(features) or confirmed.all() or not confirmed.any():
        return start[1:]
    design = np.column_stack([np.ones(len(features)), features])
    sign = np.where(confirmed, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (design @ weights)
        pull = VERDICTS / 4 * (weights - start) * (np.arange(len(start)) > 0)
        gradient = -design.T @ (sign * expit(-margin)) + pull
        return float(np.logaddexp(0, -margin).sum() + pull @ (weights - start) / 2), gradient

    return np.maximum(np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x[1:], dtype=np.float64), 0.0)
