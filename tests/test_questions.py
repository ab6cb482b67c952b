"""What pages ask: cards, trends, what moved, records, objectives, what there is and what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import insert

from analytics import catalog, metrics, questions
from analytics.periods import Period, add_months
from kb.access import Person
from kb.errors import Refused
from kb.models import Base
from kb.store import KnowledgeBase
from tests import small_company

JANUARY, FEBRUARY = Period.months(date(2025, 1, 1)), Period.months(date(2025, 2, 1))
STRANGER = Person("Nobody", "sales", "none")
T = Base.metadata.tables


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build(base)
    return base


def set_objective(base: KnowledgeBase, **values: Any) -> None:
    given = {
        "metric": "scrap_rate", "target": 3.0, "due_on": date(2025, 12, 31), "first_department": "production",
        "second_department": "purchasing", "scope": None, "baseline": 8.0, "is_closed": False, "version": 1,
        "created_at": datetime(2025, 1, 1, tzinfo=UTC), **values,
    }  # fmt: skip
    with base.writing() as connection:
        connection.execute(insert(T["objectives"]).values(**given))


def test_a_card_tells_now_before_the_change_and_a_year(company: KnowledgeBase, who: Person) -> None:
    card = questions.cards(company, who, ["scrap_rate"], FEBRUARY)[0]
    assert (card.value, card.previous, card.delta) == pytest.approx((4.0, 8.0, -4.0))
    assert (card.delta_label, card.n, card.status, card.reason) == ("vs Jan 2025", 125.0, "good", None)
    assert len(card.sparkline) == 12
    assert card.sparkline[-2:] == pytest.approx((8.0, 4.0))
    assert all(map(math.isnan, card.sparkline[:10]))


def test_a_cohort_card_takes_the_latest_mature_month_and_names_it(company: KnowledgeBase, who: Person) -> None:
    card = questions.cards(company, who, ["return_rate_cohort"], Period.months(date(2025, 9, 1)))[0]
    assert card.period == Period.months(date(2025, 3, 1))
    assert card.note == "shipped Mar 2025, the latest months followed long enough"
    assert card.delta_label == "vs Feb 2025"
    assert card.previous == pytest.approx(100 * (4 / 3) / 10)


def test_cards_come_in_the_order_asked_and_say_why_there_is_no_value(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        connection.execute(T["inspections"].delete())
    keys = ["first_pass_yield", "orders", "revenue"]
    cards = questions.cards(company, who, keys, FEBRUARY, {"family": ("Drills",)})
    assert [card.metric.key for card in cards] == keys
    assert cards[0].reason == "there are no inspections: import inspections"
    assert cards[1].reason == "Orders: not recorded by family; clear this filter to see it"
    assert (cards[2].reason, cards[2].value) == (None, -20.0)


def test_the_status_follows_the_target_where_there_is_one(company: KnowledgeBase, who: Person) -> None:
    set_objective(company, target=3.0)
    card = questions.cards(company, who, ["scrap_rate"], FEBRUARY)[0]
    assert (card.target, card.status) == (3.0, "bad")


def test_a_small_sample_is_never_called_good_or_bad(company: KnowledgeBase, who: Person) -> None:
    card = questions.cards(company, who, ["on_time_to_promise"], FEBRUARY)[0]
    assert card.is_small and card.status == "neutral" and card.high > card.value


def test_a_trend_has_a_row_for_every_month_and_the_target(company: KnowledgeBase, who: Person) -> None:
    set_objective(company)
    trend = questions.trend(company, who, "scrap_rate", end=FEBRUARY)
    columns = ["month", "value", "numerator", "denominator", "low", "high", "is_mature", "target"]
    assert list(trend.columns) == columns
    assert len(trend) == 12 and trend["month"].is_monotonic_increasing
    assert trend["value"].tolist()[-2:] == pytest.approx([8.0, 4.0])
    assert trend["value"].isna().sum() == 10
    assert (trend["target"] == 3.0).all()


def test_a_trend_by_a_dimension_has_every_member_in_every_month(company: KnowledgeBase, who: Person) -> None:
    trend = questions.trend(company, who, "scrap_rate", end=FEBRUARY, months=2, by="line")
    assert [tuple(row) for row in trend[["line", "value"]].to_numpy()] == [
        ("L1", 10.0), ("L2", 4.0), ("L1", 20.0), ("L2", 0.0),
    ]  # fmt: skip


def test_a_trend_greys_immature_cohorts(company: KnowledgeBase, who: Person) -> None:
    trend = questions.trend(company, who, "return_rate_cohort", end=Period.months(date(2025, 9, 1)))
    shipped = trend[trend["denominator"].notna()]
    assert shipped["is_mature"].tolist() == [True, True, False]


SPLIT = [key for key, metric in catalog.METRICS.items() if metric.kind not in ("median", "balance")]


@pytest.mark.parametrize("key", SPLIT)
def test_the_parts_of_every_change_add_up(base: KnowledgeBase, who: Person, key: str) -> None:
    small_company.build_longer(base)
    metric = catalog.get(key)
    splits = [metric.step] if metric.kind == "product" else list(metric.dimensions)
    for by in filter(None, splits):
        moved = questions.moved(base, who, key, period=FEBRUARY, against=JANUARY, by=by)
        if not math.isnan(moved.change):
            assert moved.parts["contribution"].sum() == pytest.approx(moved.change, abs=1e-6), by


def test_what_moved_says_who_carries_it(company: KnowledgeBase, who: Person) -> None:
    moved = questions.moved(company, who, "revenue", period=FEBRUARY, by="family")
    assert moved.finding == "Revenue fell 250 EUR to 100 EUR: family Drills carries 320 of it"
    assert dict(zip(moved.parts["member"], moved.parts["contribution"], strict=True)) == {
        "Drills": -320.0,
        "Saws": 70.0,
    }
    assert (moved.against, moved.before, moved.after) == (JANUARY, 350.0, 100.0)


def test_the_dimension_that_concentrates_the_change_is_found(company: KnowledgeBase, who: Person) -> None:
    best = questions.moved_by(company, who, "revenue", period=FEBRUARY)
    assert best is not None
    others = [
        questions.moved(company, who, "revenue", period=FEBRUARY, by=by) for by in ("family", "segment", "customer")
    ]
    assert best.concentration >= max(other.concentration for other in others)


def test_a_median_and_a_product_by_another_split_are_refused_because_nothing_adds_up(
    company: KnowledgeBase, who: Person
) -> None:
    with pytest.raises(Refused, match="do not add up to a change of CAPA cycle time: compare its values by group"):
        questions.moved(company, who, "capa_cycle_time", period=FEBRUARY, by="department")
    with pytest.raises(Refused, match="split it by station"):
        questions.moved(company, who, "rolled_throughput_yield", period=FEBRUARY, by="line")
    assert questions.moved_by(company, who, "capa_cycle_time", period=FEBRUARY) is None


def test_records_behind_a_number_sum_to_it(company: KnowledgeBase, who: Person) -> None:
    rows, total = questions.records(company, who, "scrap_rate", period=JANUARY)
    assert total == len(rows) == 2
    assert rows["number"].tolist() == ["LOT-2", "LOT-1"]
    assert (rows["units_scrapped"].sum(), rows["units_produced"].sum()) == (12.0, 150.0)


def test_records_of_two_sources_say_what_they_are_and_a_limit_says_how_many_there_were(
    company: KnowledgeBase, who: Person
) -> None:
    rows, total = questions.records(company, who, "cost_of_poor_quality", period=FEBRUARY)
    assert dict(zip(rows["number"], rows["record"], strict=True)) == {
        "R3": "Returns", "R1": "Returns", "N4": "Nonconformances",
    }  # fmt: skip
    capped, all_of_them = questions.records(company, who, "cost_of_poor_quality", period=FEBRUARY, limit=1)
    assert (len(capped), all_of_them, total) == (1, 3, 3)


def test_records_heed_filters(company: KnowledgeBase, who: Person) -> None:
    rows, _ = questions.records(company, who, "complaints", period=None, filters={"channel": ("mail",)})
    assert set(rows["number"]) == {"C2", "C3"}


@pytest.mark.parametrize("key", catalog.METRICS)
def test_every_metric_opens_its_records(base: KnowledgeBase, who: Person, key: str) -> None:
    small_company.build_longer(base)
    rows, total = questions.records(base, who, key, period=None)
    assert total == len(rows) > 0
    assert {"record", "number", "on"} <= set(rows.columns)


@pytest.mark.parametrize(
    ("target", "due_on", "baseline", "status"),
    [(5.0, date(2025, 12, 31), 8.0, "reached"), (1.0, date(2025, 12, 31), 8.0, "on the way"),
     (1.0, date(2025, 3, 15), 8.0, "behind"), (1.0, date(2025, 2, 28), 8.0, "behind"),
     (1.0, date(2026, 1, 1), None, "behind")],
)  # fmt: skip
def test_an_objective_is_judged_by_the_line_from_its_baseline(
    company: KnowledgeBase, who: Person, target: float, due_on: date, baseline: float | None, status: str
) -> None:
    set_objective(company, target=target, due_on=due_on, baseline=baseline)
    found = questions.objectives(company, who, FEBRUARY)[0]
    assert (found.value, found.status) == (pytest.approx(4.0), status)
    assert found.finding == f"Scrap rate: 4 % in Feb 2025, target {target:g} % by {due_on}: {status}"


def test_an_objective_of_one_family_is_measured_on_it_and_closed_ones_are_left_out(
    company: KnowledgeBase, who: Person
) -> None:
    set_objective(company, scope="Saws")
    set_objective(company, metric="complaints", is_closed=True)
    found = questions.objectives(company, who, FEBRUARY)
    assert [(one.name, one.value) for one in found] == [("Scrap rate, Saws", pytest.approx(20.0))]
    assert questions.cards(company, who, ["scrap_rate"], FEBRUARY, {"family": ("Saws",)})[0].target == 3.0
    assert questions.cards(company, who, ["scrap_rate"], FEBRUARY)[0].target is None


def test_an_objective_without_data_says_so(base: KnowledgeBase, who: Person) -> None:
    set_objective(base)
    assert questions.objectives(base, who, FEBRUARY)[0].status == "no data"


def test_an_objective_needs_two_departments_that_can_move_it() -> None:
    questions.check_objective("first_pass_yield", "quality", "production")
    with pytest.raises(Refused, match="only sales can move Orders"):
        questions.check_objective("orders", "sales", "production")
    with pytest.raises(Refused, match="of these two only production can move First pass yield"):
        questions.check_objective("first_pass_yield", "sales", "production")
    with pytest.raises(Refused, match="choose two different departments"):
        questions.check_objective("first_pass_yield", "quality", "quality")
    with pytest.raises(Refused, match="neither sales nor executive"):
        questions.check_objective("first_pass_yield", "sales", "executive")


def test_the_span_ends_with_the_last_complete_month_of_selling(company: KnowledgeBase, who: Person) -> None:
    span = questions.span(company, who)
    assert (span.first_on, span.last_on) == (date(2025, 1, 1), date(2025, 9, 30))
    assert span.last_month == Period.months(date(2025, 9, 1))
    assert span.currency == "EUR" and not span.is_demo


def test_a_month_that_ends_on_a_weekend_is_complete_on_its_last_friday(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        small_company.add(connection, "sales_orders", "order_number ordered_on", ("SO1", "2025-08-29"))
    assert questions.span(base, who).last_month == Period.months(date(2025, 8, 1))
    with base.writing() as connection:
        small_company.add(connection, "sales_orders", "order_number ordered_on", ("SO2", "2025-09-29"))
    assert questions.span(base, who).last_month == Period.months(date(2025, 8, 1))


def test_choices_are_sorted_and_hold_only_what_there_is(company: KnowledgeBase, who: Person) -> None:
    choices = questions.choices(company, who)
    assert choices["family"] == ["Drills", "Saws"]
    assert choices["site"] == ["MUC"]
    assert choices["category"] == []


def test_freshness_counts_dates_and_the_last_import_of_each_table(company: KnowledgeBase, who: Person) -> None:
    at = datetime(2025, 10, 1, 8, tzinfo=UTC)
    counts = {"rows_new": 1, "rows_changed": 0, "rows_same": 0, "rows_refused": 0, "rows_read": 1}
    with company.writing() as connection:
        first = {
            "imported_at": at,
            "user_name": "Quinn",
            "preset": "symbiosis",
            "preset_version": "1",
            "status": "done",
        }
        connection.execute(insert(T["imports"]).values(**first, **counts))
        file = {"import_id": 1, "file_name": "lots.csv", "sha256": "", "found": "", "table_name": "lots"}
        connection.execute(insert(T["import_files"]).values(**file, **counts, rows_skipped=0))
    lots = questions.freshness(company, who).set_index("table").loc["lots"]
    assert (lots["title"], lots["rows"], lots["last_import_at"]) == ("Lots", 3, pd.Timestamp(at))
    assert (lots["first_on"], lots["last_on"]) == (pd.Timestamp(2025, 1, 2), pd.Timestamp(2025, 2, 1))


def test_completeness_shows_the_share_and_what_the_gap_costs(company: KnowledgeBase, who: Person) -> None:
    gaps = questions.completeness(company, who).set_index("what")
    assert tuple(gaps.loc["Returns with a lot", ["numerator", "denominator", "share"]]) == (2, 4, 0.5)
    assert tuple(gaps.loc["Work orders with a day", ["numerator", "denominator"]]) == (2, 3)
    assert tuple(gaps.loc["Returns traced to a shipment", ["numerator", "denominator"]]) == (4, 4)
    assert "On-time delivery to promise" in gaps.loc["Order lines with a promised day", "costs"]


def test_an_unsupported_metric_names_the_columns_to_import(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        connection.execute(T["field_allocations"].delete())
        connection.execute(T["returns"].update().values(lot_id=None, order_line_id=None, customer_id=None))
    assert metrics.unsupported(company, who)["return_rate_cohort"] == (
        "returns name no lot, order or customer: 0 of 4; import returns.lot_number, order_number or customer_number"
    )


def test_every_question_opens_on_an_empty_base(base: KnowledgeBase, who: Person) -> None:
    span = questions.span(base, who)
    assert (span.first_on, span.last_on, span.last_month, span.imported_at) == (None, None, None, None)
    assert all(card.reason for card in questions.cards(base, who, list(catalog.METRICS), FEBRUARY))
    assert questions.trend(base, who, "revenue", end=FEBRUARY)["value"].isna().all()
    assert questions.trend(base, who, "revenue", end=FEBRUARY, by="family").empty
    assert "no data" in questions.moved(base, who, "revenue", period=FEBRUARY, by="family").finding
    assert questions.moved_by(base, who, "revenue", period=FEBRUARY) is None
    assert questions.records(base, who, "revenue", period=FEBRUARY)[1] == 0
    assert questions.objectives(base, who, FEBRUARY) == []
    assert questions.choices(base, who)["family"] == []
    assert (questions.freshness(base, who)["rows"] == 0).all()
    assert questions.completeness(base, who)["share"].isna().all()


QUESTIONS: list[Callable[[KnowledgeBase], object]] = [
    lambda base: questions.cards(base, STRANGER, ["revenue"], FEBRUARY),
    lambda base: questions.trend(base, STRANGER, "revenue", end=FEBRUARY),
    lambda base: questions.moved(base, STRANGER, "revenue", period=FEBRUARY, by="family"),
    lambda base: questions.moved_by(base, STRANGER, "revenue", period=FEBRUARY),
    lambda base: questions.records(base, STRANGER, "revenue", period=FEBRUARY),
    lambda base: questions.objectives(base, STRANGER, FEBRUARY),
    lambda base: questions.span(base, STRANGER),
    lambda base: questions.choices(base, STRANGER),
    lambda base: questions.freshness(base, STRANGER),
    lambda base: questions.completeness(base, STRANGER),
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_no_question_answers_somebody_who_may_not_read(
    sqlite_base: KnowledgeBase, ask: Callable[[KnowledgeBase], object]
) -> None:
    with pytest.raises(Refused, match="may not read"):
        ask(sqlite_base)


def test_periods_are_named_as_people_name_them() -> None:
    assert Period.months(date(2024, 2, 29)).label == "Feb 2024"
    assert Period.months(date(2025, 12, 1), 12).label == "2025"
    assert Period.months(date(2025, 2, 1), 3).label == "Dec 2024 to Feb 2025"
    assert Period(date(2025, 3, 3), date(2025, 3, 9)).label == "3 Mar 2025 to 9 Mar 2025"
    assert Period.months(date(2025, 3, 31), 3).previous() == Period(date(2024, 10, 1), date(2024, 12, 31))
    assert Period(date(2025, 3, 3), date(2025, 3, 9)).previous() == Period(date(2025, 2, 24), date(2025, 3, 2))
    assert add_months(date(2025, 1, 31), -13) == date(2023, 12, 1)
