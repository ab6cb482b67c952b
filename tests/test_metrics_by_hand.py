"""Every metric of the catalogue, worked out by hand on a company of a few rows, on both databases."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from analytics import catalog, metrics
from analytics.metrics import Period
from kb.access import Person
from kb.errors import Refused
from kb.facts import UNKNOWN
from kb.store import KnowledgeBase
from tests import small_company

JANUARY, FEBRUARY = Period.months(date(2025, 1, 1)), Period.months(date(2025, 2, 1))
NAN = float("nan")
# metric: (value, numerator, denominator) in January, and in February
BY_HAND: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "revenue": ((100 + 50 + 200, 350, NAN), (120 - 20, 100, NAN)),
    "orders": ((2, 2, NAN), (1, 1, NAN)),
    "units_shipped": ((10 + 3 + 2 + 20, 35, NAN), (10, 10, NAN)),
    "complaints": ((NAN, NAN, NAN), (2, 2, NAN)),
    # cost given 12.5, scrap 4 at 3 each; cost given 7, credits 6 and 5
    "cost_of_poor_quality": ((12.5 + 4 * 3, 24.5, NAN), (7 + 6 + 5, 18, NAN)),
    "first_pass_yield": ((85.0, 90 + 45 + 81 + 39, 300), (95.0, 19, 20)),
    # ICT 135 of 150, EOL 120 of 150
    "rolled_throughput_yield": ((90 * 80 / 100, 255, 300), (95.0, 19, 20)),
    # LOT-1 10 of 100, LOT-2 2 of 50; LOT-3 0 of 100, WO-2 5 of 25
    "scrap_rate": ((8.0, 12, 150), (4.0, 5, 125)),
    "internal_ppm": ((150_000, 10 + 5 + 9 + 21, 300), (50_000, 1, 20)),
    "on_time_to_promise": ((200 / 3, 2, 3), (0.0, 0, 1)),
    "on_time_to_request": ((200 / 3, 2, 3), (0.0, 0, 1)),
    "supplier_reject_rate": ((10.0, 20, 200), (2.5, 1, 40)),
    # credits 6 and 5
    "return_cost": ((NAN, NAN, NAN), (11, 11, NAN)),
    # the first return ever recorded is of 1 February: January is unknown, not free of returns
    "return_rate_calendar": ((NAN, NAN, 35), (20.0, 2, 10)),
    # R1 and R3 whole, of R2 two units times 5/15 in January and 10/15 in February; R4 came after 219 days
    "return_rate_cohort": ((100 * (2 + 2 / 3) / 35, 2 + 2 / 3, 35), (100 * (4 / 3) / 10, 4 / 3, 10)),
    # C1 and C2 whole, C3 as the return it names
    "complaint_rate_cohort": ((1000 * (2 + 1 / 3) / 35, 2 + 1 / 3, 35), (1000 * (2 / 3) / 10, 2 / 3, 10)),
    # R2 had no trouble
    "customer_ppm": ((1e6 * 2 / 35, 2, 35), (0.0, 0, 10)),
    # last version: A 40 against 30, B 4 against 5; B 12 against 10
    "forecast_error": ((100 * 11 / 35, 11, 35), (20.0, 2, 10)),
    "forecast_bias": ((100 * 9 / 35, 9, 35), (20.0, 2, 10)),
    "capa_cycle_time": ((20, NAN, 3), (4, NAN, 1)),
    "inventory_value": ((160 + 10 * 3, 190, NAN), (50, 50, NAN)),
    # SO16 of December: 6 of 8 units for 80 never left
    "order_backlog": ((60, 60, NAN), (60, 60, NAN)),
    "on_time_in_full": ((200 / 3, 2, 3), (0.0, 0, 1)),
    # SO1 has a late line, R3 came 16 days after SO2 was shipped; SO3 left late
    "perfect_order": ((0.0, 0, 2), (0.0, 0, 1)),
    # SO1 10 days (its last part arrived on the 20th), SO2 5; SO3 15
    "order_cycle_time": ((7.5, 15, 2), (15, 15, 1)),
    # K3's complaint of December is open until 1 February; K1's was closed on the 25th, K2's is open
    "revenue_at_risk": ((120, 120, NAN), (200, 200, NAN)),
    # of K1, K2, K3, K4 only K4 did not come back; of K2, K3, K4 only K2 did
    "retention": ((75.0, 3, 4), (100 / 3, 1, 3)),
    # inspections 20 and an action 30; inspections 3
    "cost_of_poor_quality_apics": ((24.5 + 20 + 30, 74.5, NAN), (18 + 3, 21, NAN)),
    "cost_of_poor_quality_share": ((100 * 24.5 / 350, 24.5, 350), (18.0, 18, 100)),
    "scrap_rate_records": ((100 * 4 / 150, 4, 150), (100 * 1 / 125, 1, 125)),
    "rework_rate": ((100 * (1 + 3) / 150, 4, 150), (0.0, 0, 125)),
    "nonconformances": ((3, 3, NAN), (1, 1, NAN)),
    # no lot names its materials: each record is one whole share
    "nonconformances_shared": ((3, 3, NAN), (1, 1, NAN)),
    "units_nonconforming": ((1 + 4 + 3, 8, NAN), (1, 1, NAN)),
    "returns": ((NAN, NAN, NAN), (2, 2, NAN)),
    # credits 6 and 5 and a third of two units at 10; shipped 60 as given, 5, 20 and 100 at list price
    "return_value_rate": (
        (100 * (11 + 20 / 3) / (60 + 30 + 20 + 100), 11 + 20 / 3, 210), (100 * (40 / 3) / 100, 40 / 3, 100)
    ),
    # as the return rate, with R4 after seven months
    "claims_per_1000": ((1000 * (3 + 2 / 3) / 35, 3 + 2 / 3, 35), (1000 * (4 / 3) / 10, 4 / 3, 10)),
    # R3 was inspected, R1 was not
    "no_trouble_found_rate": ((NAN, NAN, NAN), (0.0, 0, 1)),
    # 10, 9 and 9 praise, 7 is neither, 6 does not; one of 0
    "nps": ((40.0, 200, 5), (-100.0, -100, 1)),
    "csat": ((200 / 3, 2, 3), (0.0, 0, 1)),
    "requests": ((2, 2, NAN), (1, 1, NAN)),
    "recalls": ((1, 1, NAN), (NAN, NAN, NAN)),
    # shipped from February 2024 to January 2025: A 12 + 30 at 2, B 2 + 5 at 3; a month later A 30, B 2 + 15
    "days_of_supply": ((190 * 365 / 105, 190, 105 / 365), (50 * 365 / 111, 50, 111 / 365)),
    # A 80 less 3 * 42 / 12 at 2, B 10 less 3 * 7 / 12 at 3; A 25 less 3 * 30 / 12 at 2
    "excess_stock": ((69.5 * 2 + 8.25 * 3, 163.75, NAN), (17.5 * 2, 35, NAN)),
    # due: 1 in time, 2 late; 4 still open, 5 in time
    "capa_on_time_closure": ((50.0, 1, 2), (50.0, 1, 2)),
    # E2 was found the day after action 2 was closed, E1 never again; again after action 5 only in the seventh month
    "capa_recurrence": ((50.0, 1, 2), (0.0, 0, 1)),
    # G1 known since 30 December, G2 since 5 January: 10 and 20 days; G3 5 days
    "time_to_know": ((15, NAN, 2), (5, NAN, 1)),
    # signal 1 after 3 days, the complaint told on the 14th after 1; signal 4 after 10
    "time_to_tell": ((2, NAN, 2), (10, NAN, 1)),
    # one from sales, two from production (what customer care used after sales is the same); none against one
    "exchange_balance": ((100 * (1 - 1 / 3), 1, 2), (0.0, 0, 1)),
}  # fmt: skip

SUMS = [metric for metric in catalog.METRICS.values() if metric.kind in ("sum", "snapshot") and not metric.is_quotient]


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build_longer(base)
    return base


def test_every_metric_of_the_catalogue_is_worked_out_by_hand() -> None:
    assert set(BY_HAND) == set(catalog.METRICS)


@pytest.mark.parametrize("key", BY_HAND)
def test_a_metric_agrees_with_the_hand(company: KnowledgeBase, who: Person, key: str) -> None:
    for period, expected in zip((JANUARY, FEBRUARY), BY_HAND[key], strict=True):
        row = metrics.evaluate(company, who, [key], period=period).iloc[0]
        assert [row["value"], row["numerator"], row["denominator"]] == pytest.approx(expected, nan_ok=True), (
            period.label
        )


def test_all_metrics_together_by_month_agree_with_the_hand(company: KnowledgeBase, who: Person) -> None:
    both = Period(JANUARY.start, FEBRUARY.end)
    values = metrics.evaluate(company, who, list(BY_HAND), period=both, by=["month"])
    told = {(row.metric, row.month.date()): row.value for row in values.itertuples()}
    for key, expected in BY_HAND.items():
        for period, (value, _, _) in zip((JANUARY, FEBRUARY), expected, strict=True):
            assert told.get((key, period.start), NAN) == pytest.approx(value, nan_ok=True), (key, period.label)


def test_several_periods_at_once_agree_with_one_at_a_time(company: KnowledgeBase, who: Person) -> None:
    together = metrics.over(company, who, list(BY_HAND), [JANUARY, FEBRUARY])
    for frame, period in zip(together, (JANUARY, FEBRUARY), strict=True):
        alone = metrics.evaluate(company, who, list(BY_HAND), period=period)
        pd.testing.assert_frame_equal(frame, alone, check_dtype=False)


def test_the_pages_cards_read_the_same_from_one_pass(company: KnowledgeBase, who: Person) -> None:
    year = Period.months(date(2025, 2, 1), 12)
    (now, before), monthly = metrics.history(company, who, list(BY_HAND), [FEBRUARY, JANUARY], year)
    for place, found in enumerate((before, now)):
        values = {key: expected[place][0] for key, expected in BY_HAND.items()}
        assert {key: answer.value for key, answer in found.items()} == pytest.approx(values, nan_ok=True)
    revenue = {month: answer.value for month, answer in monthly["revenue"].items() if not math.isnan(answer.value)}
    assert revenue == {"2024-12": 80.0, "2025-01": 350.0, "2025-02": 100.0}


def _by(base: KnowledgeBase, who: Person, key: str, by: str, period: Period | None = JANUARY) -> dict[object, float]:
    values = metrics.evaluate(base, who, [key], period=period, by=[by])
    return dict(zip(values[by], values["value"], strict=True))


def test_a_rate_is_divided_within_each_member_after_the_sum(company: KnowledgeBase, who: Person) -> None:
    assert _by(company, who, "scrap_rate", "line") == pytest.approx({"L1": 10.0, "L2": 4.0})
    assert _by(company, who, "scrap_rate", "family") == pytest.approx({"Drills": 10.0, "Saws": 4.0})
    assert _by(company, who, "scrap_rate", "shift") == pytest.approx({"early": 10.0, "late": 4.0})
    assert _by(company, who, "first_pass_yield", "station") == pytest.approx({"EOL": 80.0, "ICT": 90.0})
    assert _by(company, who, "supplier_reject_rate", "supplier") == pytest.approx({"S1": 5.0, "S2": 15.0})


def test_field_rates_are_told_by_the_line_that_made_the_lot(company: KnowledgeBase, who: Person) -> None:
    assert _by(company, who, "customer_ppm", "line") == pytest.approx({"L1": 1e6 * 2 / 30, "L2": 0.0})
    assert _by(company, who, "units_shipped", "region") == pytest.approx({"NORTH": 15.0, "SOUTH": 20.0})


def test_a_missing_member_is_named_and_can_be_filtered(company: KnowledgeBase, who: Person) -> None:
    assert _by(company, who, "revenue", "site") == pytest.approx({"MUC": 300.0, UNKNOWN: 50.0})
    chosen = metrics.evaluate(company, who, ["revenue"], period=JANUARY, filters={"site": (UNKNOWN,)})
    assert chosen["value"].iloc[0] == 50.0
    both = metrics.evaluate(company, who, ["revenue"], period=JANUARY, filters={"site": (UNKNOWN, "MUC")})
    assert both["value"].iloc[0] == 350.0


def test_a_line_without_a_site_of_its_own_takes_the_products_and_a_saw_is_made_where_its_line_is(
    company: KnowledgeBase, who: Person
) -> None:
    assert _by(company, who, "scrap_rate", "site") == pytest.approx({"MUC": 8.0})


def test_filters_hold_for_numerator_and_denominator(company: KnowledgeBase, who: Person) -> None:
    row = metrics.evaluate(company, who, ["return_rate_calendar"], period=FEBRUARY, filters={"family": ("Saws",)})
    assert row[["value", "numerator", "denominator"]].iloc[0].tolist() == [0.0, 0.0, 10.0]


def test_undated_records_count_without_a_period_and_stand_apart_by_month(company: KnowledgeBase, who: Person) -> None:
    everything = metrics.evaluate(company, who, ["scrap_rate"], period=None).iloc[0]
    assert (everything["numerator"], everything["denominator"]) == (17.0, 285.0)
    by_month = metrics.evaluate(company, who, ["scrap_rate"], period=None, by=["month"])
    assert by_month["month"].isna().sum() == 1
    assert by_month.loc[by_month["month"].isna(), "denominator"].iloc[0] == 10.0


def test_an_immature_cohort_is_flagged_and_left_out_of_the_headline(company: KnowledgeBase, who: Person) -> None:
    year = Period(date(2025, 1, 1), date(2025, 9, 30))
    by_month = metrics.evaluate(company, who, ["return_rate_cohort"], period=year, by=["month"])
    assert by_month.set_index("month")["is_mature"].to_dict() == {
        pd.Timestamp(2025, 1, 1): True, pd.Timestamp(2025, 2, 1): True, pd.Timestamp(2025, 9, 1): False,
    }  # fmt: skip
    headline = metrics.evaluate(company, who, ["return_rate_cohort"], period=year).iloc[0]
    assert (headline["numerator"], headline["denominator"]) == (pytest.approx(4.0), 45.0)
    assert bool(headline["is_mature"])


def test_a_period_of_immature_cohorts_only_says_so(company: KnowledgeBase, who: Person) -> None:
    row = metrics.evaluate(company, who, ["return_rate_cohort"], period=Period.months(date(2025, 9, 1))).iloc[0]
    assert not row["is_mature"]
    assert row["denominator"] == 50.0


def test_a_median_of_two_months_is_not_the_mean_of_their_medians(company: KnowledgeBase, who: Person) -> None:
    row = metrics.evaluate(company, who, ["capa_cycle_time"], period=Period(JANUARY.start, FEBRUARY.end)).iloc[0]
    assert (row["value"], row["denominator"]) == (15.0, 4.0)


def test_stock_of_two_months_is_that_of_the_last_one(company: KnowledgeBase, who: Person) -> None:
    row = metrics.evaluate(company, who, ["inventory_value"], period=Period(JANUARY.start, FEBRUARY.end)).iloc[0]
    assert row["value"] == 50.0


def test_a_yield_over_both_months_multiplies_pooled_steps(company: KnowledgeBase, who: Person) -> None:
    row = metrics.evaluate(company, who, ["rolled_throughput_yield"], period=Period(JANUARY.start, FEBRUARY.end)).iloc[
        0
    ]
    assert row["value"] == pytest.approx(100 * (154 / 170) * (120 / 150))


def test_a_small_sample_carries_wilsons_interval_and_a_large_one_none(company: KnowledgeBase, who: Person) -> None:
    small = metrics.evaluate(company, who, ["on_time_to_promise"], period=JANUARY).iloc[0]
    assert bool(small["is_small"])
    assert (small["low"], small["high"]) == pytest.approx((20.766, 93.851), abs=1e-3)
    large = metrics.evaluate(company, who, ["scrap_rate"], period=JANUARY).iloc[0]
    assert not large["is_small"] and math.isnan(large["low"]) and math.isnan(large["high"])


def test_no_data_is_nan_and_never_zero(company: KnowledgeBase, who: Person) -> None:
    long_ago = Period.months(date(2001, 1, 1))
    values = metrics.evaluate(company, who, list(BY_HAND), period=long_ago)
    assert len(values) == len(BY_HAND)
    assert values["value"].isna().all()
    assert metrics.evaluate(company, who, list(BY_HAND), period=long_ago, by=["month"]).empty


def test_an_empty_base_gives_a_row_for_each_metric_and_a_reason(base: KnowledgeBase, who: Person) -> None:
    values = metrics.evaluate(base, who, list(BY_HAND), period=JANUARY)
    assert values["value"].isna().all()
    assert set(metrics.unsupported(base, who)) == set(BY_HAND)


def test_every_metric_can_be_split_by_each_of_its_dimensions(company: KnowledgeBase, who: Person) -> None:
    for key, metric in catalog.METRICS.items():
        for by in metric.dimensions:
            split = metrics.evaluate(company, who, [key], period=FEBRUARY, by=[by, "month"])
            assert list(split.columns[:3]) == ["metric", by, "month"]
            assert (split["month"] == pd.Timestamp(2025, 2, 1)).all(), (key, by)


def test_parts_of_a_sum_add_up_by_every_dimension(company: KnowledgeBase, who: Person) -> None:
    for key, by in [(m.key, d) for m in SUMS for d in m.dimensions]:
        total = metrics.evaluate(company, who, [key], period=FEBRUARY)["value"].iloc[0]
        parts = metrics.evaluate(company, who, [key], period=FEBRUARY, by=[by])["value"].astype(float)
        assert parts.sum(min_count=1) == pytest.approx(total, nan_ok=True), (key, by)


def test_a_dimension_that_a_metric_does_not_have_is_refused(company: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="Revenue: not recorded by supplier; choose month or one of product"):
        metrics.evaluate(company, who, ["revenue"], period=JANUARY, by=["supplier"])
    with pytest.raises(Refused, match="not recorded by line"):
        metrics.evaluate(company, who, ["revenue"], period=JANUARY, filters={"line": ("L1",)})
    with pytest.raises(Refused, match="there is no metric profit"):
        metrics.evaluate(company, who, ["profit"], period=JANUARY)


def test_nobody_without_the_right_to_read_gets_a_value(company: KnowledgeBase) -> None:
    stranger = Person("Nobody", "sales", "none")
    with pytest.raises(Refused, match="may not read"):
        metrics.evaluate(company, stranger, ["revenue"], period=JANUARY)
    with pytest.raises(Refused, match="may not read"):
        metrics.unsupported(company, stranger)
