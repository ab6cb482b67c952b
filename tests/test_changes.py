"""What a change is made of: parts that always add up to it, rate and mix apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import catalog, changes

SCRAP, REVENUE = catalog.get("scrap_rate"), catalog.get("revenue")
Rows = list[tuple[str, float, float]]
PEOPLE = st.sampled_from("ABCDEFGH")
SHARES = st.floats(0, 1)
AMOUNTS = st.floats(0.5, 1e6)
MEMBERS = st.lists(st.tuples(PEOPLE, SHARES, AMOUNTS), min_size=1, max_size=8, unique_by=lambda row: row[0])


def frame(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["member", "numerator", "denominator"])


def shared(rows: Rows) -> pd.DataFrame:
    """Rows of (member, share, denominator) as sums."""
    return frame([(member, share * below, below) for member, share, below in rows])


def both(before: pd.DataFrame, after: pd.DataFrame) -> changes.Sides:
    return changes.Sides.of(*(side.itertuples(index=False, name=None) for side in (before, after)))


def by_ratio(earlier: Rows, later: Rows) -> pd.DataFrame:
    return changes.of_ratios(both(frame(earlier), frame(later))).parts


def total(sums: pd.DataFrame) -> float:
    return float(sums["numerator"].sum() / sums["denominator"].sum())


@given(MEMBERS, MEMBERS)
def test_contributions_to_a_ratio_add_up_to_its_change(earlier: Rows, later: Rows) -> None:
    before, after = shared(earlier), shared(later)
    parts = changes.of_ratios(both(before, after), 100).parts
    assert parts["contribution"].sum() == pytest.approx(100 * (total(after) - total(before)), abs=1e-9)
    assert (parts["rate_effect"] + parts["mix_effect"]).to_list() == pytest.approx(parts["contribution"].to_list())


@given(MEMBERS, MEMBERS)
def test_contributions_to_a_sum_add_up_to_its_change_and_none_is_mix(earlier: Rows, later: Rows) -> None:
    before, after = frame(earlier), frame(later)
    parts = changes.of_sums(both(before, after)).parts
    assert parts["contribution"].sum() == pytest.approx(after["numerator"].sum() - before["numerator"].sum(), abs=1e-6)
    assert (parts["mix_effect"] == 0).all()


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=1, max_size=8))
def test_contributions_to_a_product_add_up_to_its_change(steps: list[tuple[float, float]]) -> None:
    names = [f"step {number}" for number in range(len(steps))]
    before = frame([(name, r0, 1.0) for name, (r0, _) in zip(names, steps, strict=True)])
    after = frame([(name, r1, 1.0) for name, (_, r1) in zip(names, steps, strict=True)])
    parts = changes.of_products(both(before, after), 100).parts
    change = math.prod(r1 for _, r1 in steps) - math.prod(r0 for r0, _ in steps)
    assert parts["contribution"].sum() == pytest.approx(100 * change, abs=1e-9)


def test_rate_and_mix_are_told_apart_by_hand() -> None:
    # line L1 got worse at the same share; line L2, better than L1, did not change
    worse = changes.of_ratios(
        both(frame([("L1", 10, 100), ("L2", 0, 100)]), frame([("L1", 20, 100), ("L2", 0, 100)]))
    ).parts
    first = worse.iloc[0]
    assert (first["member"], first["rate_effect"], first["mix_effect"]) == ("L1", pytest.approx(0.05), pytest.approx(0))
    # nobody got worse, but more is made on the worse line: w 1/2 -> 3/4, R the mean of .05 and .075
    mix = changes.of_ratios(
        both(frame([("L1", 10, 100), ("L2", 0, 100)]), frame([("L1", 30, 300), ("L2", 0, 100)]))
    ).parts
    effects = mix.set_index("member")["mix_effect"]
    assert effects["L1"] == pytest.approx(0.25 * (0.1 - 0.0625))
    assert effects["L2"] == pytest.approx(-0.25 * (0.0 - 0.0625))
    assert mix["rate_effect"].to_list() == pytest.approx([0, 0])


def test_a_member_of_one_period_only_counts_as_mix() -> None:
    parts = changes.of_ratios(
        both(frame([("old", 1, 10), ("both", 1, 10)]), frame([("new", 5, 10), ("both", 1, 10)]))
    ).parts
    alone = parts[parts["member"] != "both"]
    assert (alone["rate_effect"] == 0).all()
    assert (alone["mix_effect"] != 0).all()


def test_returns_of_a_member_that_shipped_nothing_still_add_up() -> None:
    before, after = frame([("A", 1, 10), ("B", 0, 10)]), frame([("A", 2, 10), ("B", 3, 0)])
    assert changes.of_ratios(both(before, after)).parts["contribution"].sum() == pytest.approx(5 / 10 - 1 / 20)


def test_the_largest_part_comes_first() -> None:
    before, after = frame([("A", 5, 1), ("B", 5, 1), ("C", 5, 1)]), frame([("A", 6, 1), ("B", 0, 1), ("C", 8, 1)])
    assert changes.of_sums(both(before, after)).parts["member"].to_list() == ["B", "C", "A"]


def concentrated(earlier: Rows, later: Rows) -> float:
    before, after = frame(earlier), frame(later)
    return changes.of_ratios(both(before, after)).concentration


def test_a_small_member_that_carries_all_concentrates_more_than_a_large_one() -> None:
    small = concentrated([("A", 1, 10), ("B", 9, 90)], [("A", 5, 10), ("B", 9, 90)])
    large = concentrated([("A", 1, 10), ("B", 9, 90)], [("A", 1, 10), ("B", 13, 90)])
    assert small == pytest.approx(0.9)
    assert large == pytest.approx(0.1)


def test_nothing_is_concentrated_where_all_carry_their_share_or_undo_each_other() -> None:
    assert concentrated([("A", 1, 10), ("B", 9, 90)], [("A", 2, 10), ("B", 18, 90)]) == pytest.approx(0, abs=1e-9)
    assert concentrated([("A", 1, 50), ("B", 9, 50)], [("A", 9, 50), ("B", 1, 50)]) == pytest.approx(0, abs=1e-9)
    assert math.isnan(concentrated([("A", 1, 50)], [("A", 9, 50)]))


def test_the_finding_names_the_direction_the_amount_and_who_carries_it() -> None:
    before, after = frame([("L1", 10, 500), ("L3", 11, 500)]), frame([("L1", 11, 500), ("L3", 18, 500)])
    parts = changes.of_ratios(both(before, after), 100).parts
    told = changes.finding(SCRAP, 2.1, 2.9, parts, "line")
    assert told == "Scrap rate rose 0.8 points to 2.9 %: line L3 carries 0.7 of it (rate)"


def test_the_finding_of_a_sum_says_no_word_of_rate_or_mix() -> None:
    before, after = frame([("Drills", 900, 1), ("Saws", 300, 1)]), frame([("Drills", 500, 1), ("Saws", 350, 1)])
    parts = changes.of_sums(both(before, after)).parts
    told = changes.finding(REVENUE, 1200, 850, parts, "family", "EUR")
    assert told == "Revenue fell 350 EUR to 850 EUR: family Drills carries 400 of it"


def test_a_finding_without_data_or_without_change_is_neutral() -> None:
    none = pd.DataFrame(columns=list(changes.PARTS))
    assert changes.finding(SCRAP, np.nan, 2.0, none, "line").endswith("so no change can be told")
    assert changes.finding(SCRAP, 2.0, 2.0, none, "line") == "Scrap rate did not change: 2 %"
