"""What a change is made of: contributions of members that add up to it, rate and mix apart. Frames in, frames out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analytics.metric import Metric, rounded

PARTS = ("member", "before", "after", "rate_effect", "mix_effect", "contribution", "numerator", "denominator")


def of_sums(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Columns PARTS, largest contribution first: each member's difference. Both frames: member, numerator."""
    both = _side_by_side(before, after)
    was, now = both["numerator_0"], both["numerator_1"]
    parts = both.assign(before=was, after=now, rate_effect=now.fillna(0) - was.fillna(0), mix_effect=0.0)
    return _sorted(parts.assign(denominator=np.nan))


def of_ratios(before: pd.DataFrame, after: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Columns PARTS for a ratio of sums. Both frames: member, numerator, denominator.

    With shares w of the denominator, ratios r and R the mean of both totals: the rate effect is
    (r1 - r0) * (w0 + w1) / 2, the mix effect (w1 - w0) * ((r0 + r1) / 2 - R). A member of one period only is mix.
    """
    both = _side_by_side(before, after)
    n0, n1, d0, d1 = (
        both[name].fillna(0.0) for name in ("numerator_0", "numerator_1", "denominator_0", "denominator_1")
    )
    w0, w1 = d0 / d0.sum(), d1 / d1.sum()
    r0, r1 = n0 / d0.where(d0 > 0), n1 / d1.where(d1 > 0)
    middle = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    rate = ((r1 - r0) * (w0 + w1) / 2).fillna(0.0)
    whole = n1 / d1.sum() - n0 / d0.sum() - (w1 - w0) * middle
    effects = {"rate_effect": rate * scale, "mix_effect": (whole - rate) * scale}
    return _sorted(both.assign(before=r0 * scale, after=r1 * scale, denominator=both["denominator_1"], **effects))


def of_products(before: pd.DataFrame, after: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Columns PARTS for a product of ratios, by the steps it multiplies; both periods must know the same steps.

    Each step carries its difference of logarithms times the logarithmic mean of both products: these add up exactly.
    """
    both = _side_by_side(before, after)
    r0, r1 = both["numerator_0"] / both["denominator_0"], both["numerator_1"] / both["denominator_1"]
    was, now = r0.fillna(1.0).prod(), r1.fillna(1.0).prod()
    mean = was if math.isclose(was, now) else (now - was) / math.log(now / was)
    effect = mean * (np.log(r1.fillna(1.0)) - np.log(r0.fillna(1.0))) * scale
    only_once = r0.isna() | r1.isna()
    effects = {"rate_effect": effect.where(~only_once, 0.0), "mix_effect": effect.where(only_once, 0.0)}
    return _sorted(both.assign(before=r0 * scale, after=r1 * scale, denominator=both["denominator_1"], **effects))


def concentration(parts: pd.DataFrame) -> float:
    """0: every member carries the same, 1: one member carries all; nan below two members or without a change."""
    weights = parts["contribution"].abs()
    if len(parts) < 2 or not weights.sum():
        return float("nan")
    shares, even = weights / weights.sum(), 1 / len(parts)
    return float(((shares**2).sum() - even) / (1 - even))


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
    return f"{head}: {by.replace('_', ' ')} {top['member']} carries {rounded(abs(top['contribution']))} of it{_why(metric, top)}"


def amount(metric: Metric, change: float, currency: str = "") -> str:
    """A difference without its sign: points for percent, the unit's own words otherwise."""
    return f"{rounded(abs(change))} points" if metric.unit == "percent" else metric.worded(abs(change), currency)


def _why(metric: Metric, part: pd.Series) -> str:
    if not metric.denominator or metric.kind == "product":
        return ""
    return " (rate)" if abs(part["rate_effect"]) >= abs(part["mix_effect"]) else " (mix)"


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    columns = ["member", "numerator", *(["denominator"] if "denominator" in before and "denominator" in after else [])]
    both = before[columns].merge(after[columns], on="member", how="outer", suffixes=("_0", "_1"))
    return both.assign(numerator=both["numerator_1"])


def _sorted(parts: pd.DataFrame) -> pd.DataFrame:
    parts = parts.assign(contribution=parts["rate_effect"] + parts["mix_effect"])
    order = parts["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return parts.loc[order, list(PARTS)].reset_index(drop=True)
