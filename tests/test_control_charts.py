"""Control charts: against textbook examples, against figures worked out by hand, and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics import control
from analytics.control import Limits, broken_rules, limits

# D. C. Montgomery, Introduction to Statistical Quality Control, chapter 7: cans of orange juice, 30 samples of 50.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# The same chapter: purchase orders with errors, samples of 80 to 120.
ORDERS = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
ORDERED = [
    100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100, 90, 90,
]  # fmt: skip
# The same chapter: shipping errors in 20 weeks of 50 shipments.
ERRORS = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
POINTS, BASELINE = 36, 24


def places_beyond(found: Limits) -> list[int]:
    """Numbers, from 1 as books count, of the points outside their limits."""
    return [int(at) + 1 for at in np.flatnonzero((found.rate > found.high) | (found.rate < found.low))]


def numbered(found: Limits) -> dict[int, tuple[int, ...]]:
    return {at: rules for at, rules in enumerate(broken_rules(found)) if rules}


def judged(z: list[float]) -> Limits:
    """A chart whose points stand so many sigmas from a centre of one half (samples of 10,000)."""
    sigma = 0.005
    return limits("p", [10_000 * (0.5 + sigma * one) for one in [0.0] * 20 + z], [10_000] * (20 + len(z)),
                  [True] * 20 + [False] * len(z))  # fmt: skip


def test_the_p_chart_of_the_orange_juice_cans_is_the_textbooks() -> None:
    found = limits("p", CANS, [50] * 30, correct=False)
    assert found.centre == pytest.approx(0.2313, abs=5e-5)
    assert found.high[0] == pytest.approx(0.4102, abs=5e-5)
    assert found.low[0] == pytest.approx(0.0524, abs=5e-5)
    assert places_beyond(found) == [15, 23]
    assert found.name == "p chart"


def test_without_two_explained_samples_the_limits_move_as_in_the_textbook() -> None:
    baseline = [at not in (14, 22) for at in range(30)]
    found = limits("p", CANS, [50] * 30, baseline, correct=False)
    assert found.centre == pytest.approx(0.2150, abs=5e-5)
    assert found.high[0] == pytest.approx(0.3893, abs=5e-5)
    assert found.low[0] == pytest.approx(0.0407, abs=5e-5)
    assert 21 in places_beyond(found)


def test_limits_follow_the_size_of_each_sample_as_in_the_textbook() -> None:
    found = limits("p", ORDERS, ORDERED, correct=False)
    assert found.centre == pytest.approx(234 / 2450)
    assert found.high[0] == pytest.approx(0.184, abs=5e-4)
    assert found.high[1] > found.high[0] > found.high[11]
    assert places_beyond(found) == [11]


def test_the_u_chart_of_shipping_errors_is_the_textbooks() -> None:
    found = limits("u", ERRORS, [50] * 20, correct=False)
    assert found.centre == pytest.approx(0.0740)
    assert found.high[0] == pytest.approx(0.1894, abs=5e-5)
    assert found.low[0] == 0.0
    assert places_beyond(found) == []


def test_laneys_correction_is_what_it_is_by_hand() -> None:
    # Shares of 0.4 and 0.6 in turn, samples of 100: sigma 0.05, standardised -2 and 2, moving ranges all 4.
    found = limits("p", [40, 60] * 6, [100] * 12)
    sigma_z = 4 / 1.128379
    assert found.sigma_z == pytest.approx(sigma_z, rel=1e-6)
    assert found.is_corrected
    assert found.name == "p′ chart"
    assert (found.low[0], found.high[0]) == pytest.approx(
        (max(0.0, 0.5 - 0.15 * sigma_z), min(1.0, 0.5 + 0.15 * sigma_z))
    )
    assert found.z[1] == pytest.approx(2 / sigma_z)


def test_the_u_chart_is_corrected_the_same_way() -> None:
    # Four and sixteen records in turn on 100 units: mean 0.1, sigma 0.0316, standardised -1.897 and 1.897.
    found = limits("u", [4, 16] * 6, [100] * 12)
    sigma_z = 2 * 0.06 / math.sqrt(0.1 / 100) / 1.128379
    assert found.name == "u′ chart"
    assert found.sigma_z == pytest.approx(sigma_z, rel=1e-6)
    assert found.high[0] == pytest.approx(0.1 + 3 * math.sqrt(0.1 / 100) * sigma_z)


def test_limits_are_never_narrowed() -> None:
    calm = limits("p", [10] * 20, [100] * 20)
    plain = limits("p", [10] * 20, [100] * 20, correct=False)
    asked = limits("p", [10] * 20, [100] * 20, correct=True)
    assert calm.sigma_z == 0
    assert not calm.is_corrected
    assert calm.high[0] == plain.high[0] == asked.high[0]


def test_too_few_points_are_not_corrected() -> None:
    found = limits("p", [40, 60] * 3, [100] * 6)
    assert not found.is_corrected
    assert math.isnan(found.sigma_z)


def test_limits_come_from_the_baseline_alone() -> None:
    before, after = [50, 52, 48, 51, 49] * 4, [150] * 4
    found = limits("p", before + after, [1000] * 24, [True] * 20 + [False] * 4)
    assert found.centre == pytest.approx(0.05)
    assert numbered(found) == dict.fromkeys(range(20, 24), (1,))


def test_points_beyond_a_limit_on_either_side_break_rule_1() -> None:
    assert numbered(judged([3.1, 0.5, -3.1, 2.9])) == {20: (1,), 22: (1,)}


def test_nine_in_a_row_on_one_side_break_rule_2_from_the_ninth_on() -> None:
    eight = [0.5, 0.2] * 4
    assert numbered(judged(eight)) == {}
    assert numbered(judged([*eight, 0.1])) == {28: (2,)}
    assert numbered(judged([*eight, 0.1, 0.4])) == {28: (2,), 29: (2,)}
    assert numbered(judged([*eight, -0.1, 0.4])) == {}


def test_six_in_a_row_rising_or_falling_break_rule_3_at_the_sixth() -> None:
    assert numbered(judged([-1.2, -0.8, -0.4, 0.2, 0.6])) == {}
    assert numbered(judged([1.0, -1.2, -0.8, -0.4, 0.2, 0.6, 1.1])) == {26: (3,)}
    assert numbered(judged([-1.0, 1.2, 0.8, 0.4, -0.2, -0.6, -1.1])) == {26: (3,)}


def test_a_point_that_hardly_expects_anything_is_not_judged() -> None:
    counts, sizes = [10] * 20 + [9, 40], [1000] * 20 + [100, 1000]
    found = limits("p", counts, sizes, [True] * 20 + [False] * 2)
    assert list(found.is_judged[-2:]) == [False, True]
    assert found.rate[20] > found.high[20]
    assert numbered(found) == {21: (1,)}


def test_months_without_units_are_gaps_and_break_nothing() -> None:
    counts, sizes = [5.0, math.nan, 0.0, 5.0] * 6, [100.0, math.nan, 0.0, 100.0] * 6
    found = limits("p", counts, sizes)
    assert np.isnan(found.rate[1]) and np.isnan(found.rate[2])
    assert found.centre == pytest.approx(0.05)
    assert numbered(found) == {}


@pytest.mark.parametrize(("counts", "sizes"), [([], []), ([0], [0]), ([0, 0], [10, 10]), ([10, 10], [10, 10])])
def test_nothing_and_all_or_none_give_no_verdict(counts: list[float], sizes: list[float]) -> None:
    found = limits("p", counts, sizes)
    assert broken_rules(found) == [()] * len(counts)


def charts(rng: np.random.Generator, count: int, spread: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """So many charts of a process that never changes; with a spread its share varies a little from month to month."""
    sizes = rng.integers(2_000, 5_000, (count, POINTS))
    shares = np.clip(rng.normal(0.03, spread, sizes.shape), 0.001, 0.2)
    return rng.binomial(sizes, shares), sizes


def alarms(counts: NDArray[np.int64], sizes: NDArray[np.int64], rules: tuple[int, ...], correct: bool | None) -> float:
    """The share of judged months that break one of these rules."""
    baseline = np.arange(POINTS) < BASELINE
    found = 0
    for count, size in zip(counts, sizes, strict=True):
        broken = broken_rules(limits("p", count, size, baseline, correct=correct))[BASELINE:]
        found += sum(any(rule in rules for rule in one) for one in broken)
    return found / (len(counts) * (POINTS - BASELINE))


def test_a_process_that_never_changes_is_seldom_accused() -> None:
    counts, sizes = charts(np.random.default_rng(7), 1_500, 0.0)
    beyond, all_rules = (alarms(counts, sizes, rules, None) for rules in ((1,), (1, 2, 3)))
    print(f"false alarms a month, limits from {BASELINE} months: rule 1 {beyond:.3%}, rules 1 to 3 {all_rules:.3%}")
    assert 0.001 < beyond < 0.009  # 0.27 % with limits that are known, more with estimated ones
    assert beyond < all_rules < 0.02


def test_pure_chance_is_taken_for_overdispersion_in_one_chart_of_twenty() -> None:
    counts, sizes = charts(np.random.default_rng(8), 3_000, 0.0)
    share = float(np.mean([limits("p", c, s, np.arange(POINTS) < BASELINE).is_corrected for c, s in
                           zip(counts, sizes, strict=True)]))  # fmt: skip
    print(f"charts of pure chance that were corrected: {share:.2%}")
    assert 0.03 < share < 0.07


def test_a_plain_chart_of_overdispersed_counts_cries_wolf_and_laneys_does_not() -> None:
    counts, sizes = charts(np.random.default_rng(9), 1_000, 0.008)
    plain, laney, decided = (alarms(counts, sizes, (1,), correct) for correct in (False, True, None))
    print(f"overdispersed, false alarms of rule 1: plain {plain:.2%}, Laney {laney:.2%}, as decided {decided:.2%}")
    assert plain > 0.15
    assert laney < 0.02
    assert decided < 0.02
    assert plain > 10 * laney


def test_a_drift_is_found_within_months() -> None:
    rng = np.random.default_rng(10)
    sizes = rng.integers(2_000, 5_000, POINTS)
    rise = np.clip((np.arange(POINTS) - BASELINE) / 6, 0, 1)
    counts = rng.binomial(sizes, 0.03 * (1 + rise))
    broken = numbered(limits("p", counts, sizes, np.arange(POINTS) < BASELINE))
    assert min(broken) <= BASELINE + 3
    assert control.RULES[1] == "beyond a limit"
