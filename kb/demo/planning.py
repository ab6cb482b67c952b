"""Demand, forecasts and what the planners let the factory build."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kb.demo import story
from kb.demo.clock import DATA_END, Clock, Floats
from kb.demo.house import LINES, PRODUCTS

COVER_WEEKS = 3.6
LOTS_A_WEEK = 1.9
AHEAD_MONTHS = 3
# A forecast speaks of the month in which units leave, some days after their order.
LEAD_DAYS = 16


@dataclass(frozen=True)
class Demand:
    """Units per week (rows) and product (columns): what customers order, and what the plan believed."""

    expected: Floats
    ordered: Floats
    plan: Floats


def demand(rng: np.random.Generator, clock: Clock) -> Demand:
    """Season, growth and chance; the plan carries the bias of the story."""
    weekly = np.array([p.weekly for p in PRODUCTS], dtype=float)
    slope = rng.normal(0, 0.03, len(PRODUCTS)) * (np.arange(clock.weeks)[:, None] / 52 - clock.weeks / 104)
    expected = clock.season()[:, None] * weekly * np.exp(slope)
    ordered = expected * rng.lognormal(-0.005, 0.1, expected.shape)
    ordered[0] = 0  # the first week only builds
    return Demand(expected, ordered, expected * (1 + bias(clock)) * rng.lognormal(0, 0.06, expected.shape))


def bias(clock: Clock) -> Floats:
    """Planted bias of the forecast per week and product."""
    skus = [p.sku for p in PRODUCTS]
    planted = np.zeros((clock.weeks, len(skus)))
    planted[max(clock.weeks - story.BIAS_WEEKS, 0) :, skus.index(story.BIASED_SKU)] = story.BIAS
    planted[max(clock.weeks - story.BIAS_WEEKS, 0) :, skus.index(story.LOW_SKU)] = story.LOW_BIAS
    return planted


def builds(wanted: Demand) -> Floats:
    """Units to build per week and product: the plan, corrected by stock, except where nobody looks at the stock."""
    weekly = np.array([p.weekly for p in PRODUCTS], dtype=float)
    looks = np.array([p.sku != story.BIASED_SKU for p in PRODUCTS])
    weeks = len(wanted.plan)
    stock, built = np.zeros(len(PRODUCTS)), np.zeros_like(wanted.plan)
    for week in range(weeks):
        unwatched = ~looks & (week >= weeks - story.BIAS_WEEKS)
        soon = wanted.plan[week : week + 3].mean(axis=0)
        target = COVER_WEEKS * np.maximum(soon, 0.7 * weekly)
        correction = np.where(unwatched, 0.0, (0.6 if week < 3 else 0.3) * (target - stock))
        built[week] = np.clip(soon + correction, 0, 2.4 * weekly)
        stock += built[week] - wanted.ordered[max(week - 1, 0)]
    return built


def forecasts(rng: np.random.Generator, clock: Clock, wanted: Demand) -> pd.DataFrame:
    """The template `forecasts`: per month the plan of three months before and the plan of one month before."""
    frames = []
    months = clock.month_starts(AHEAD_MONTHS)
    for begin, end in zip(months[:-1], months[1:], strict=True):
        month = (clock.start + np.timedelta64(begin, "D")).astype("datetime64[M]")
        expected = _within(clock, wanted.expected * (1 + bias(clock)), begin - LEAD_DAYS, end - LEAD_DAYS)
        for before, spread in ((3, 0.14), (1, 0.07)):
            version = month - before
            units = expected * rng.lognormal(-(spread**2) / 2, spread, len(PRODUCTS))
            if version <= DATA_END.astype("datetime64[M]"):
                frames.append(_version(str(month), str(version), units))
    return pd.concat(frames, ignore_index=True).sort_values(["month_on", "sku"], kind="stable", ignore_index=True)


def _within(clock: Clock, weekly: Floats, begin: int, end: int) -> Floats:
    """Units of the days begin to end; weeks outside the data repeat those of a year nearer to it."""
    weeks = np.arange(begin, end) // 7
    weeks = np.where(weeks < 0, weeks + 52, weeks)
    weeks = np.where(weeks >= clock.weeks, weeks - 52, weeks)
    return np.asarray(weekly[weeks].sum(axis=0) / 7)


def _version(month: str, version: str, units: Floats) -> pd.DataFrame:
    skus = [p.sku for p in PRODUCTS]
    return pd.DataFrame(
        {"sku": skus, "month_on": f"{month}-01", "forecast_version": version, "quantity": units.round().astype(int)}
    )


def capacities(rng: np.random.Generator, clock: Clock) -> pd.DataFrame:
    """The template `capacities`: hours per line and month."""
    months = [clock.date(day) for day in clock.month_starts()]
    rows = [(line, month, float(rng.integers(300, 345))) for line in LINES for month in months]
    return pd.DataFrame(rows, columns=["line", "month_on", "hours"])


def planted_bias() -> pd.DataFrame:
    """Truth: the planted bias per product in the last months."""
    known = {story.BIASED_SKU: story.BIAS, story.LOW_SKU: story.LOW_BIAS}
    return pd.DataFrame([(p.sku, known.get(p.sku, 0.0)) for p in PRODUCTS], columns=["sku", "bias"])
