"""From sums to values: tidy frames in, tidy frames out. Sums first, then the division."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from analytics.intervals import Floats, mean_interval, median_interval, median_of_counts, wilson
from analytics.metric import SMALL, Metric

# Beyond these no mean can lie, whatever its interval says.
LIMITS = {"days": (0.0, np.inf), "points": (-100.0, 100.0)}
RESULT = ("value", "numerator", "denominator", "low", "high", "is_small", "is_mature")


def inner_groups(metric: Metric) -> tuple[str, ...]:
    """What the sums must be split by, beside what is asked, before the value can be taken."""
    if metric.kind in ("snapshot", "cohort"):
        return ("month",)
    return (metric.step,) if metric.step else ()


def combine(metric: Metric, sums: pd.DataFrame, by: Sequence[str], last_mature: date | None = None) -> pd.DataFrame:
    """Columns of `by`, then RESULT: one row for each group, exactly one without `by`.

    `sums` has the columns of `by`, those of inner_groups, numerator and denominator. Cohorts younger than the month
    of `last_mature` count only where there is nothing older, and say so. Nothing recorded gives nan, never zero.
    """
    frame = sums if sums.empty else _chosen_months(metric, sums, by, last_mature)
    if frame.empty:
        return _nothing(by)
    frame = frame.assign(_all=0)
    keys = ["_all", *by]
    ways = {"product": _products, "median": _middles, "mean": _middles, "balance": _balances}
    taken = ways.get(metric.kind, _quotients)(metric, frame, keys)
    taken["is_mature"] = True if "is_mature" not in frame else frame.groupby(keys, dropna=False)["is_mature"].all()
    return taken.reset_index().sort_values(keys)[[*by, *RESULT]].reset_index(drop=True)


def _chosen_months(metric: Metric, sums: pd.DataFrame, by: Sequence[str], last_mature: date | None) -> pd.DataFrame:
    if metric.kind == "snapshot":
        dated = sums[sums["month"].notna()]
        # beside stock of an earlier month, a later month without any is not a stock of nothing
        known = dated[dated["numerator"].notna()]
        return dated if "month" in by else dated[dated["month"] == known["month"].max()]
    if metric.kind != "cohort":
        return sums
    dated = sums[sums["month"].notna()]
    is_mature = dated["month"] <= pd.Timestamp(last_mature or date.min.replace(year=1900))
    dated = dated.assign(is_mature=is_mature)
    return dated if "month" in by or not is_mature.any() else dated[is_mature]


def _nothing(by: Sequence[str]) -> pd.DataFrame:
    row = {name: np.nan for name in RESULT} | {"is_small": False, "is_mature": True}
    frame = pd.DataFrame([row], columns=[*by, *RESULT])
    return frame.iloc[:0] if by else frame


def _quotients(metric: Metric, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    sums = frame.groupby(keys, dropna=False)[["numerator", "denominator"]].sum(min_count=1)
    if not metric.denominator:
        return sums.assign(value=sums["numerator"], low=np.nan, high=np.nan, is_small=False)
    share = sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    is_small = (sums["denominator"] > 0) & (sums["denominator"] < SMALL) & metric.is_counted
    low, high = wilson(sums["numerator"], sums["denominator"].where(is_small & metric.is_proportion))
    scale = metric.scale
    return sums.assign(value=share * scale, low=low * scale, high=high * scale, is_small=is_small)


def _products(metric: Metric, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    step = [metric.step] if metric.step and metric.step not in keys else []
    sums = frame.groupby([*keys, *step], dropna=False)[["numerator", "denominator"]].sum(min_count=1)
    sums["share"] = sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    steps = sums[sums["share"].notna()].groupby(keys, dropna=False)
    taken = steps[["numerator", "denominator"]].sum()
    taken["value"] = steps["share"].prod() * metric.scale
    return taken.assign(low=np.nan, high=np.nan, is_small=steps["denominator"].min() < SMALL)


def _balances(metric: Metric, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    sums = frame.groupby(keys, dropna=False)[["numerator", "denominator"]].sum(min_count=1)
    both = (sums["numerator"] + sums["denominator"]).where(lambda total: total > 0)
    low, high = wilson(sums["numerator"], both.where(both < SMALL))
    ends = pd.DataFrame({"low": low, "high": high, "middle": 0.5}, index=sums.index)
    nearest = ends["middle"].clip(ends["low"], ends["high"]).where(ends["low"].notna())
    scale = metric.scale
    return sums.assign(
        value=_evenness(sums["numerator"] / both) * scale,
        low=ends[["low", "high"]].apply(_evenness).min(axis=1) * scale,
        high=_evenness(nearest) * scale,
        is_small=both < SMALL,
    )


def _evenness(share: pd.Series) -> pd.Series:
    """1 where both sides have half, 0 where one has all: 1 - |a - b| / (a + b)."""
    return 1 - (2 * share - 1).abs()


def _middles(metric: Metric, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    counted = frame[frame[str(metric.step)].notna() & frame["numerator"].notna()]
    rows = {}
    for group, part in counted.groupby(keys, dropna=False):
        values, counts = part[str(metric.step)].to_numpy(float), part["numerator"].to_numpy(float)
        rows[group] = _mean(metric, values, counts) if metric.kind == "mean" else _median(values, counts)
    index = (
        pd.MultiIndex.from_tuples(list(rows), names=keys) if len(keys) > 1 else pd.Index([0] * len(rows), name="_all")
    )
    return pd.DataFrame(list(rows.values()), index=index, columns=list(RESULT[:-1]))


def _median(values: Floats, counts: Floats) -> tuple[float, ...]:
    n = counts.sum()
    low, high = median_interval(values, counts) if n < SMALL else (np.nan, np.nan)
    return median_of_counts(values, counts), np.nan, n, low, high, n < SMALL


def _mean(metric: Metric, values: Floats, counts: Floats) -> tuple[float, ...]:
    n, total = counts.sum(), (values * counts).sum()
    low, high = mean_interval(values, counts) if n < SMALL else (np.nan, np.nan)
    lowest, highest = LIMITS.get(metric.unit, (-np.inf, np.inf))
    return total / n, total, n, max(low, lowest), min(high, highest), n < SMALL
