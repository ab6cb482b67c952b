"""What a change is made of: contributions of members that add up to it, rate and mix apart. Frames in, frames out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.metric import Metric, rounded

Floats = NDArray[np.float64]
PARTS = ("member", "before", "after", "rate_effect", "mix_effect", "contribution", "numerator", "denominator")


def of_sums(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Columns PARTS, largest contribution first: each member's difference. Both frames: member, numerator."""
    both = _side_by_side(before, after)
    was, now = _floats(both, "numerator_0"), _floats(both, "numerator_1")
    return _parts(both, was, now, np.nan_to_num(now) - np.nan_to_num(was), np.zeros(len(both)))


def of_ratios(before: pd.DataFrame, after: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Columns PARTS for a ratio of sums. Both frames: member, numerator, denominator.

    With shares w of the denominator, ratios r and R the mean of both totals: the rate effect is
    (r1 - r0) * (w0 + w1) / 2, the mix effect (w1 - w0) * ((r0 + r1) / 2 - R). A member of one period only is mix.
    """
    both = _side_by_side(before, after)
    n0, d0 = (np.nan_to_num(_floats(both, name)) for name in ("numerator_0", "denominator_0"))
    n1, d1 = (np.nan_to_num(_floats(both, name)) for name in ("numerator_1", "denominator_1"))
    w0, w1 = d0 / d0.sum(), d1 / d1.sum()
    r0, r1 = _quotient(n0, d0), _quotient(n1, d1)
    middle = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    rate = np.nan_to_num((r1 - r0) * (w0 + w1) / 2)
    whole = n1 / d1.sum() - n0 / d0.sum() - (w1 - w0) * middle
    return _parts(both, r0 * scale, r1 * scale, rate * scale, (whole - rate) * scale)


def of_products(before: pd.DataFrame, after: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Columns PARTS for a product of ratios, by the steps it multiplies; both periods must know the same steps.

    Each step carries its difference of logarithms times the logarithmic mean of both products: these add up exactly.
    """
    both = _side_by_side(before, after)
    r0 = _quotient(_floats(both, "numerator_0"), _floats(both, "denominator_0"))
    r1 = _quotient(_floats(both, "numerator_1"), _floats(both, "denominator_1"))
    first, second = np.nan_to_num(r0, nan=1.0), np.nan_to_num(r1, nan=1.0)
    was, now = float(first.prod()), float(second.prod())
    if was <= 0 or now <= 0:
        # a step at zero has no logarithm: its members cannot be told apart
        return _parts(both, r0 * scale, r1 * scale, np.full(len(both), (now - was) / len(both)) * scale, 0.0 * first)
    mean = was if math.isclose(was, now) else (now - was) / math.log(now / was)
    effect = mean * np.log(second / first) * scale
    only_once = np.isnan(r0) | np.isnan(r1)
    return _parts(both, r0 * scale, r1 * scale, np.where(only_once, 0, effect), np.where(only_once, effect, 0))


def concentration(parts: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> float:
    """0: members carry the change as their size suggests, or undo each other; towards 1: a small one carries it all.

    The parts' share of all contributions against the members' share of the denominator (of the sum, where there is
    none) in both periods, as 1 - exp(-divergence), times the part of the contributions that does not cancel out; nan
    below two members or without a change.
    """
    weights = parts["contribution"].abs().to_numpy(dtype=float)
    if len(parts) < 2 or not weights.sum():
        return float("nan")
    has_denominators = any(frame["denominator"].notna().any() for frame in (before, after))
    whole: dict[object, float] = {}
    for frame in (before, after):
        column = _floats(frame, "denominator" if has_denominators else "numerator")
        for member, size in zip(frame["member"], np.nan_to_num(np.abs(column)), strict=True):
            whole[member] = whole.get(member, 0.0) + float(size)
    sizes = np.array([whole[member] for member in parts["member"]])
    shares, due = weights / weights.sum(), np.clip(sizes / sizes.sum(), 0.001, 1.0)
    carried = shares > 0
    divergence = max(float((shares[carried] * np.log(shares[carried] / due[carried])).sum()), 0.0)
    return (1 - math.exp(-divergence)) * abs(float(parts["contribution"].sum())) / float(weights.sum())


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


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    columns = ["numerator", *(["denominator"] if "denominator" in before and "denominator" in after else [])]
    members = sorted({*before["member"], *after["member"]})
    sides: dict[str, object] = {"member": members}
    for period, frame in enumerate((before, after)):
        # by hand, because a merge costs a hundred times what looking up some tens of members does
        place = {member: number for number, member in enumerate(frame["member"])}
        at = np.array([place.get(member, -1) for member in members], dtype=int)
        for name in columns:
            sides[f"{name}_{period}"] = np.append(_floats(frame, name), np.nan)[at]
    return pd.DataFrame(sides)


def _floats(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=float)


def _quotient(above: Floats, below: Floats) -> Floats:
    share: Floats = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return share


def _parts(both: pd.DataFrame, before: Floats, after: Floats, rate: Floats, mix: Floats) -> pd.DataFrame:
    below = _floats(both, "denominator_1") if "denominator_1" in both else np.full(len(both), np.nan)
    columns = (both["member"], before, after, rate, mix, rate + mix, _floats(both, "numerator_1"), below)
    parts = pd.DataFrame(dict(zip(PARTS, columns, strict=True)))
    return parts.loc[np.argsort(-np.abs(rate + mix), kind="stable")].reset_index(drop=True)
