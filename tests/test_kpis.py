"""KPIs beyond their value: parts and filters, small samples, months without anything, rivals."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete

from analytics import catalog, metrics, questions
from analytics.metrics import Period
from kb import allocation, facts
from kb.access import Person
from kb.errors import Refused
from kb.facts import UNKNOWN
from kb.models import Base
from kb.store import KnowledgeBase
from tests import small_company

JANUARY, FEBRUARY = Period.months(date(2025, 1, 1)), Period.months(date(2025, 2, 1))


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build_longer(base)
    return base


def value(base: KnowledgeBase, who: Person, key: str, period: Period | None, **filters: str) -> float:
    chosen = {name: (member,) for name, member in filters.items()}
    return float(metrics.evaluate(base, who, [key], period=period, filters=chosen)["value"].iloc[0])


def parts(base: KnowledgeBase, who: Person, key: str, by: str, period: Period = JANUARY) -> dict[Any, float]:
    values = metrics.evaluate(base, who, [key], period=period, by=[by])
    return dict(zip(values[by], values["value"], strict=True))


# metric, dimension, its parts in January, and one of them as a filter
PARTS: list[tuple[str, str, dict[str, float]]] = [
    ("order_backlog", "family", {"Drills": 0.0, "Saws": 60.0}),
    ("order_backlog", "segment", {"retail": 0.0, "trade": 0.0, UNKNOWN: 60.0}),
    ("on_time_in_full", "family", {"Drills": 100.0, "Saws": 0.0}),
    ("perfect_order", "customer", {"K1": 0.0, "K2": 0.0}),
    ("order_cycle_time", "customer", {"K1": 10.0, "K2": 5.0}),
    ("revenue_at_risk", "family", {"Drills": 120.0, "Saws": 0.0}),
    ("revenue_at_risk", "region", {"NORTH": 0.0, "SOUTH": 120.0, UNKNOWN: 0.0}),
    ("retention", "region", {"NORTH": 100.0, "SOUTH": 100.0, UNKNOWN: 0.0}),
    ("cost_of_poor_quality_apics", "family", {"Drills": 12.5 + 20, "Saws": 12.0, UNKNOWN: 30.0}),
    ("cost_of_poor_quality_share", "family", {"Drills": 100 * 12.5 / 300, "Saws": 24.0}),
    ("scrap_rate_records", "family", {"Drills": 0.0, "Saws": 8.0}),
    ("rework_rate", "line", {"L1": 4.0, "L2": 0.0, UNKNOWN: math.nan}),
    ("nonconformances", "defect_code", {"E1": 2, "E2": 1}),
    ("units_nonconforming", "disposition", {"rework": 4, "scrap": 4}),
    ("nps", "family", {"Drills": 100.0, "Saws": -50.0}),
    ("csat", "segment", {"retail": 100.0, "trade": 50.0}),
    ("requests", "kind", {"wish": 1, "lost order": 1}),
    ("return_value_rate", "line", {"L1": 100 * 11 / 160, "L2": 100 * (20 / 3) / 50}),
    ("claims_per_1000", "family", {"Drills": 1000 * 3 / 30, "Saws": 1000 * (2 / 3) / 5}),
    ("days_of_supply", "family", {"Drills": 160 * 365 / 84, "Saws": 30 * 365 / 21}),
    ("excess_stock", "product", {"A": 139.0, "B": 24.75}),
    ("capa_on_time_closure", "defect_code", {"E1": 100.0, "E2": 0.0}),
    ("capa_recurrence", "defect_code", {"E1": 0.0, "E2": 100.0, UNKNOWN: math.nan}),
    ("time_to_know", "side", {"factory": 10, "field": 20}),
    ("time_to_tell", "told_to", {"sales": 3, "purchasing": 1}),
    ("exchange_balance", "told_to", {"production": 0.0, "sales": 0.0}),
]


@pytest.mark.parametrize(("key", "by", "expected"), PARTS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_kpi_agrees_with_the_hand_in_its_parts_and_under_a_filter(
    company: KnowledgeBase, who: Person, key: str, by: str, expected: dict[str, float]
) -> None:
    assert parts(company, who, key, by) == pytest.approx(expected, nan_ok=True)
    for member, one in expected.items():
        assert value(company, who, key, JANUARY, **{by: member}) == pytest.approx(one, nan_ok=True), member


def test_nonconformances_are_shared_over_the_supplier_lots_of_their_lot(company: KnowledgeBase) -> None:
    statement = facts.get("nonconformance_shares").totals(["nonconformances", "failure_cost"], ["supplier"])
    with company.reading() as connection:
        found = {name: (count, cost) for name, count, cost in connection.execute(*statement)}
    # LOT-1 took one supplier lot of S1 and three of S2: N1 (12.5) and N3; LOT-3 one of S1: N4 (7); N2 (12) and N5 none
    assert found["S1"] == pytest.approx((2 / 4 + 1, 12.5 / 4 + 7))
    assert found["S2"] == pytest.approx((2 * 3 / 4, 12.5 * 3 / 4))
    assert found[None] == pytest.approx((2, 12))


def test_a_line_sent_in_part_is_on_time_and_not_in_full(company: KnowledgeBase, who: Person) -> None:
    december = Period.months(date(2024, 12, 1))
    assert value(company, who, "on_time_to_promise", december) == 100.0
    assert value(company, who, "on_time_in_full", december) == 0.0
    assert value(company, who, "perfect_order", december) == 0.0
    assert value(company, who, "perfect_order", Period.months(date(2024, 2, 1))) == 100.0


def test_a_month_in_which_everything_left_has_a_backlog_of_nothing(company: KnowledgeBase, who: Person) -> None:
    assert value(company, who, "order_backlog", Period.months(date(2024, 11, 1))) == 0.0
    year = Period.months(date(2024, 12, 1), 12)
    assert value(company, who, "order_backlog", year) == 60.0
    assert value(company, who, "order_backlog", year, family="Drills") == 0.0
    assert math.isnan(value(company, who, "order_backlog", Period.months(date(2001, 1, 1))))


def test_what_is_ordered_in_one_month_and_left_in_the_next_is_open_between(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        small_company.add(connection, "sales_orders", "order_number customer_id ordered_on", ("SO20", 1, "02-27"))
        small_company.add(
            connection, "order_lines", "sales_order_id line_number product_id quantity amount",
            (12, 1, 1, 10, 100), (12, 2, 2, 3, 33), (12, 3, 2, None, 7), (12, 4, 2, None, 9),
        )  # fmt: skip
        small_company.add(
            connection, "shipments", "shipment_number order_line_id product_id quantity shipped_on",
            ("SH20", 14, 1, 4, "02-28"), ("SH21", 14, 1, 6, "03-02"), ("SH22", 17, 2, None, "03-03"),
        )  # fmt: skip
    # of 10 for 100 six remain; nothing left of 33, of 7 and of 9, the last two without a quantity
    assert value(company, who, "order_backlog", FEBRUARY) == pytest.approx(60 + 60 + 33 + 7 + 9)
    assert value(company, who, "order_backlog", Period.months(date(2025, 3, 1))) == 60.0 + 33 + 7


def test_claims_count_up_to_twelve_months_and_only_cohorts_that_reached_them(
    company: KnowledgeBase, who: Person
) -> None:
    with company.writing() as connection:
        small_company.add(
            connection, "returns", "return_number returned_on product_id order_line_id quantity",
            ("R5", "2024-03-05", 1, 9, 2), ("R6", "2024-03-06", 1, 9, 1),
        )  # fmt: skip
        allocation.renew(connection)
    row = metrics.evaluate(company, who, ["claims_per_1000"], period=Period.months(date(2023, 3, 1))).iloc[0]
    assert (row["value"], row["denominator"], bool(row["is_mature"])) == (pytest.approx(1000 * 2 / 6), 6.0, True)
    young = metrics.evaluate(company, who, ["claims_per_1000"], period=JANUARY).iloc[0]
    assert not young["is_mature"]
    everything = metrics.evaluate(company, who, ["claims_per_1000"], period=None).iloc[0]
    assert everything["denominator"] == 5 + 4 + 6 + 12 + 6, "only what was shipped by September 2024"


def test_demand_of_a_young_product_is_averaged_over_its_own_months(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        small_company.add(connection, "products", "sku family unit_cost", ("C", "Bells", 1.0), ("D", "Bells", 1.0))
        small_company.add(connection, "shipments", "shipment_number product_id quantity shipped_on",
                          ("SH30", 3, 5, "2024-12-15"), ("SH31", 3, 3, "01-15"))  # fmt: skip
        small_company.add(connection, "stock_levels", "stock_number product_id location counted_on quantity amount",
                          ("30", 3, "W1", "01-31", 20, 40), ("31", 4, "W1", "01-31", 7, 70))  # fmt: skip
    # 8 in two months are 4 a month: 8 of 20 are beyond; D was never shipped
    assert parts(company, who, "excess_stock", "product") == pytest.approx({"A": 139.0, "B": 24.75, "C": 16.0, "D": 70})


def test_small_samples_carry_intervals_that_fit_their_kind(company: KnowledgeBase, who: Person) -> None:
    def ends(key: str) -> tuple[float, float]:
        row = metrics.evaluate(company, who, [key], period=JANUARY).iloc[0]
        assert bool(row["is_small"]), key
        return float(row["low"]), float(row["high"])

    # Student: 40 +- 2.776 * sqrt(8000 / 5), not beyond 100; 7.5 +- 12.706 * 2.5, not below 0
    assert ends("nps") == pytest.approx((-71.04, 100.0), abs=0.01)
    assert ends("order_cycle_time") == pytest.approx((0.0, 7.5 + 12.706 * 2.5), abs=0.01)
    # Wilson for 1 of 3: 6.1 % to 79.2 %; balanced is possible
    assert ends("exchange_balance") == pytest.approx((12.3, 100.0), abs=0.1)
    assert ends("csat") == pytest.approx((20.766, 93.851), abs=1e-3)
    assert all(math.isnan(end) for end in ends("time_to_know"))


def test_money_and_days_of_stock_are_never_called_a_small_sample(company: KnowledgeBase, who: Person) -> None:
    for key in ("cost_of_poor_quality_share", "days_of_supply", "return_value_rate"):
        assert not metrics.evaluate(company, who, [key], period=JANUARY)["is_small"].iloc[0], key


def test_the_records_of_a_month_end_add_up_to_its_value(company: KnowledgeBase, who: Person) -> None:
    year = Period.months(date(2025, 2, 1), 12)
    for key, measure in (("order_backlog", "open_value"), ("inventory_value", "stock_value"),
                         ("excess_stock", "excess_value"), ("revenue_at_risk", "revenue_at_risk")):  # fmt: skip
        rows, _ = questions.records(company, who, key, period=year)
        assert rows[measure].sum() == pytest.approx(value(company, who, key, year)), key


@pytest.mark.parametrize("key", ["time_to_know", "time_to_tell", "exchange_balance"])
def test_what_nothing_fills_yet_says_so(company: KnowledgeBase, who: Person, key: str) -> None:
    assert key not in metrics.unsupported(company, who)
    with company.writing() as connection:
        for name in ("exchange_events", "signals", "groups"):
            connection.execute(delete(Base.metadata.tables[name]))
    assert metrics.unsupported(company, who)[key].startswith(("no signal has", "no department has told"))


def test_scores_of_another_kind_are_no_nps(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        small_company.add(
            connection, "feedback", "feedback_number received_on kind score", ("F1", "01-01", "review", 5)
        )
    assert metrics.unsupported(base, who)["nps"] == "no feedback is of the kind NPS: import feedback.kind and score"


def test_every_metric_is_a_card_and_a_trend_that_ends_with_its_value(company: KnowledgeBase, who: Person) -> None:
    cards = questions.cards(company, who, list(catalog.METRICS), FEBRUARY)
    # the last month followed for a year is one in which nothing was shipped; nothing was recalled in February
    assert {card.metric.key for card in cards if math.isnan(card.value)} == {"claims_per_1000", "recalls"}
    for card in cards:
        assert card.reason is None, card.metric.key
        trend = questions.trend(company, who, card.metric.key, end=card.period)
        assert float(trend["value"].iloc[-1]) == pytest.approx(card.value, nan_ok=True), card.metric.key
        assert card.sparkline[-1] == pytest.approx(card.value, nan_ok=True), card.metric.key


def test_a_balance_is_not_split_into_contributions(company: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="do not add up to a change of Exchange balance: compare its values by group"):
        questions.moved(company, who, "exchange_balance", period=FEBRUARY, by="told_to")


def test_a_mean_is_split_like_a_rate(company: KnowledgeBase, who: Person) -> None:
    moved = questions.moved(company, who, "order_cycle_time", period=FEBRUARY, by="customer")
    assert (moved.before, moved.after) == (7.5, 15.0)
    assert moved.parts["contribution"].sum() == pytest.approx(7.5)
    assert moved.finding.startswith("Order fulfilment cycle time rose 7.5 days to 15 days")


def test_neither_more_nor_less_of_a_band_is_coloured(company: KnowledgeBase, who: Person) -> None:
    card = questions.cards(company, who, ["days_of_supply"], FEBRUARY)[0]
    assert card.delta < 0 and card.status == "neutral"
    metric = catalog.get("days_of_supply")
    assert [questions.goals.is_reached(metric, days, 30.0) for days in (26.9, 27.0, 33.0, 33.1)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_rivals_know_each_other_and_measure_alike() -> None:
    for key, metric in catalog.METRICS.items():
        found = catalog.rivals(key)
        assert not found or metric in found
        assert {rival.direction for rival in found} <= {metric.direction}
        assert {rival.family for rival in found} <= {metric.family}
        assert not metric.family or len(found) > 1, f"{key} is alone in {metric.family}"
    assert [rival.key for rival in catalog.rivals("return_rate_cohort")] == [
        "return_rate_calendar", "return_rate_cohort", "return_value_rate", "claims_per_1000",
    ]  # fmt: skip
    assert catalog.rivals("revenue") == ()


def test_two_witnesses_are_two_metrics_and_a_reason() -> None:
    for pair in catalog.WITNESSES:
        assert pair.production != pair.customers
        assert catalog.get(pair.production).name != catalog.get(pair.customers).name
        assert pair.why.endswith(".")
