"""The quality page's questions and methods: by hand on the small company, and on data made for the purpose."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection

from analytics import charts, grains, questions
from analytics.cohorts import Triangle, triangle
from analytics.pareto import crossed, pareto
from analytics.periods import Period
from kb import importing, store
from kb.access import Person
from kb.errors import Refused
from kb.importing import presets
from kb.store import KnowledgeBase
from tests import small_company
from tests.small_company import add

JANUARY = Period.months(date(2025, 1, 1))
UNKNOWN = "not recorded"
STRANGER = Person("Nobody", "sales", "none")


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build(base)
    return base


def totals(**values: float) -> pd.DataFrame:
    return pd.DataFrame({"member": list(values), "value": [float(value) for value in values.values()]})


def month(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# Ranking


def test_the_vital_few_are_the_largest_that_reach_80_percent() -> None:
    ranked = pareto(totals(a=10, b=50, c=30, d=6, e=4))
    assert list(ranked.rows["member"]) == ["b", "c", "a", "d", "e"]
    assert list(ranked.rows["is_vital"]) == [True, True, False, False, False]
    assert (ranked.vital, ranked.members, ranked.total) == (2, 5, 100)
    assert list(ranked.rows["cumulative"]) == pytest.approx([0.5, 0.8, 0.9, 0.96, 1.0])


def test_other_stands_last_and_the_bars_still_sum_to_the_total() -> None:
    ranked = pareto(totals(**{f"m{n:02d}": n for n in range(1, 31)}))
    assert len(ranked.rows) == 12
    assert ranked.rows["member"].iloc[-1] == "Other"
    assert ranked.rows["count"].iloc[-1] == 19
    assert ranked.rows["value"].sum() == ranked.whole["value"].sum() == 465
    assert len(ranked.whole) == 30


def test_what_names_no_member_counts_in_the_total_and_stands_behind_other() -> None:
    ranked = pareto(totals(**{UNKNOWN: 50, "a": 30, "b": 20}), unknown=UNKNOWN)
    assert list(ranked.rows["member"]) == ["a", "b", UNKNOWN]
    assert ranked.vital == 0
    assert not ranked.rows["is_vital"].any()
    assert ranked.unknown_share == 0.5
    drawn = charts.pareto(ranked, by="defect_code", measure="cost")
    assert drawn.title == "50 % of the cost names no defect code"


def test_nothing_above_zero_is_no_ranking() -> None:
    ranked = pareto(totals(a=0.0, b=-3.0, c=math.nan))
    assert (len(ranked.rows), ranked.total, ranked.members) == (0, 0.0, 0)
    assert charts.pareto(ranked, by="line", measure="count").title == "Nonconformances by line"


@pytest.mark.parametrize(
    ("values", "by", "measure", "title"),
    [
        ({"a": 50, "b": 30, "c": 15, "d": 5}, "defect_code", "cost", "Two of 4 defect codes make up 80 % of the cost"),
        ({"a": 90, "b": 5, "c": 5}, "family", "quantity", "One of 3 families makes up 80 % of the units"),
        ({"a": 1.0}, "line", "count", "All nonconformances with a line fall on one: a"),
    ],
)
def test_the_title_of_a_ranking_is_its_finding(values: dict[str, float], by: str, measure: str, title: str) -> None:
    assert charts.pareto(pareto(totals(**values)), by=by, measure=measure).title == title


def test_a_pareto_has_bars_from_zero_flat_labels_and_given_ticks_to_100_percent() -> None:
    figure = charts.pareto(pareto(totals(a=50, b=30, c=15, d=5)), by="line", measure="count").figure
    bars, line = figure.data
    assert list(bars.marker.color) == [charts.ACCENT, charts.ACCENT, charts.GREY, charts.GREY]
    assert list(line.x) == pytest.approx([50, 80, 95, 100])
    assert figure.layout.xaxis.range[0] == 0
    assert figure.layout.xaxis2.ticktext == ("0 %", "20 %", "40 %", "60 %", "80 %", "100 %")
    assert figure.layout.yaxis.tickangle == 0
    # one scale for both axes: the line starts at the end of the first bar
    assert figure.layout.xaxis.range[1] / 100 == pytest.approx(figure.layout.xaxis2.range[1] / 100)


def test_markup_in_the_data_stays_text_in_every_chart() -> None:
    bad = "<b>x</b>"
    table = pd.DataFrame([[1.0]], index=pd.Index([bad], name="product"), columns=pd.Index([bad], name="defect_code"))
    rows = pd.DataFrame({"station": [bad], "inspected": [100.0], "first_pass": [90.0], "lost": [10.0],
                         "rolled": [90.0], "is_small": [False]})  # fmt: skip
    drawn = [
        charts.pareto(pareto(totals(**{bad: 1.0})), by="line", measure="count").figure,
        charts.heatmap(table, what="cost", unit="money").figure,
        charts.steps(rows).figure,
    ]
    assert not [figure for figure in drawn if "<b>" in figure.to_json() or "\\u003cb\\u003e" in figure.to_json()]
    assert all("&lt;b" in figure.layout.yaxis.ticktext[0] for figure in drawn)


def test_names_that_are_cut_to_one_stay_two_bars_told_apart() -> None:
    found = pareto(totals(**{"Thermoform temperature too low": 3, "Thermoform temperature too high": 2}))
    figure = charts.pareto(found, by="defect_code", measure="count").figure
    assert list(figure.data[0].y) == [0, 1]
    assert len(set(figure.layout.yaxis.ticktext)) == 2


def test_more_bars_are_kept_where_the_vital_ones_need_them() -> None:
    found = pareto(totals(**{f"m{n:02d}": 100 - n for n in range(17)}))
    assert found.vital == 14
    assert list(found.rows["is_vital"]) == [True] * 14 + [False]


def test_a_table_of_two_dimensions_is_cut_to_12_by_12_and_keeps_its_sum() -> None:
    rng = np.random.default_rng(1)
    found = pd.DataFrame(
        [(f"p{p}", f"c{c}", rng.integers(1, 99)) for p in range(20) for c in range(15)],
        columns=["product", "defect_code", "value"],
    )
    table = crossed(found, "product", "defect_code", unknown=UNKNOWN)
    assert table.shape == (12, 12)
    assert (table.index[-1], table.columns[-1]) == ("Other", "Other")
    assert table.to_numpy().sum() == found["value"].sum()
    assert list(table.iloc[:-1].sum(axis=1)) == sorted(table.iloc[:-1].sum(axis=1), reverse=True)


def test_the_unknown_takes_the_last_place_of_a_table() -> None:
    found = pd.DataFrame(
        [("p", f"c{n}", n + 1.0) for n in range(14)] + [("p", UNKNOWN, 999.0)], columns=["product", "code", "value"]
    )
    table = crossed(found, "product", "code", unknown=UNKNOWN)
    assert table.shape == (1, 12)
    assert list(table.columns[-2:]) == ["Other", UNKNOWN]
    assert np.nansum(table.to_numpy()) == found["value"].sum()


def test_nonconformances_are_ranked_by_count_quantity_and_cost(company: KnowledgeBase, who: Person) -> None:
    def ranking(measure: str) -> dict[str, float]:
        found = questions.defects(company, who, "defect_code", measure, period=JANUARY)
        assert found.reason is None
        return dict(zip(found.pareto.rows["member"], found.pareto.rows["value"], strict=True))

    assert ranking("count") == {"E1": 2, "E2": 1}
    assert ranking("quantity") == {"E1": 4, "E2": 4}
    assert ranking("cost") == pytest.approx({"E1": 12.5, "E2": 12.0})  # E2: 4 scrapped saws of 3.00


def test_a_line_is_known_by_the_lot_and_what_has_none_stands_last(company: KnowledgeBase, who: Person) -> None:
    rows = questions.defects(company, who, "line", "count", period=JANUARY).pareto.rows
    assert list(zip(rows["member"], rows["value"], strict=True)) == [("L1", 2), (UNKNOWN, 1)]


def test_each_supplier_lot_takes_an_equal_share(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        add(connection, "lot_materials", "lot_id material_id supplier_id supplier_lot_number",
            (1, 1, 1, "A"), (1, 1, 2, "B"), (1, 1, 2, "C"))  # fmt: skip
    found = questions.defects(company, who, "supplier", "count", period=JANUARY)
    assert found.is_shared
    shares = dict(zip(found.pareto.rows["member"], found.pareto.rows["value"], strict=True))
    assert shares == pytest.approx({"S2": 4 / 3, "S1": 2 / 3, UNKNOWN: 1})


def test_filters_narrow_the_ranking(company: KnowledgeBase, who: Person) -> None:
    found = questions.defects(company, who, "defect_code", "count", period=JANUARY, filters={"family": ("Saws",)})
    assert list(found.pareto.rows["member"]) == ["E2"]


@pytest.mark.parametrize(
    ("by", "told"), [("supplier", "lot_materials.supplier_number"), ("station", "nonconformances.station")]
)
def test_a_dimension_without_data_says_what_to_import(company: KnowledgeBase, who: Person, by: str, told: str) -> None:
    found = questions.defects(company, who, by, "count", period=JANUARY)
    assert f"import {told}" in str(found.reason)


def test_no_records_at_all_and_none_for_the_filter_are_told_apart(base: KnowledgeBase, who: Person) -> None:
    nothing = questions.defects(base, who, "defect_code", "count", period=JANUARY)
    assert nothing.reason == "There are no nonconformances: import nonconformances."
    small_company.build(base)
    other = questions.defects(base, who, "defect_code", "count", period=Period.months(date(2024, 1, 1)))
    assert "for this filter" in str(other.reason)


def test_an_unknown_dimension_is_refused(company: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="choose one of defect_code"):
        questions.defects(company, who, "weather", "count", period=JANUARY)


def test_the_usual_weight_is_what_is_recorded(base: KnowledgeBase, who: Person) -> None:
    assert questions.default_measure(base, who) == "count"
    small_company.build(base)
    assert questions.default_measure(base, who) == "cost"


def test_the_grid_sums_to_the_ranking(company: KnowledgeBase, who: Person) -> None:
    grid = questions.defect_grid(company, who, "product", "defect_code", "quantity", period=JANUARY)
    assert grid.loc["A", "E1"] == 4
    assert grid.loc["B", "E2"] == 4
    assert np.isnan(grid.loc["A", "E2"])
    drawn = charts.heatmap(grid, what="units", unit="units")
    assert drawn.title.startswith("Most units is in E1 on A: 4") or drawn.title.startswith("Most units")


# Steps


def test_yields_by_step_come_in_the_order_of_the_process(company: KnowledgeBase, who: Person) -> None:
    found = questions.yield_steps(company, who, period=JANUARY)
    assert list(found.rows["station"]) == ["ICT", "EOL"]  # not by name: lots pass ICT first
    assert list(found.rows["first_pass"]) == pytest.approx([90.0, 80.0])
    assert list(found.rows["rolled"]) == pytest.approx([90.0, 72.0])
    assert found.rolled == pytest.approx(72.0)
    drawn = charts.steps(found.rows)
    assert drawn.title == "Most is lost at EOL: 20 % of its units; 72 % pass all 2 steps in the first run"


def test_a_step_of_few_units_says_how_many_and_is_not_blamed() -> None:
    rows = pd.DataFrame({"station": ["A", "B"], "inspected": [500.0, 4.0], "first_pass": [95.0, 50.0],
                         "lost": [5.0, 50.0], "rolled": [95.0, 47.5], "is_small": [False, True]})  # fmt: skip
    drawn = charts.steps(rows)
    assert "lost at A" in drawn.title
    assert "n = 4" in drawn.figure.data[0].text[1]


def test_without_inspections_the_reason_is_told(base: KnowledgeBase, who: Person) -> None:
    assert "import inspections" in str(questions.yield_steps(base, who, period=JANUARY).reason)


# Cohorts


def test_a_cohort_counts_only_ages_it_has_reached() -> None:
    shipped = pd.DataFrame({"month": [month("2025-01-01"), month("2025-02-01")], "units": [100.0, 200.0]})
    returned = pd.DataFrame({
        "month": [month("2025-01-01")] * 3 + [month("2025-02-01")], "age": [0, 1, 3, 0], "units": [2.0, 1.0, 4.0, 10.0],
    })  # fmt: skip
    table = triangle(returned, shipped, date(2025, 4, 30)).shares
    assert list(table.columns) == [0, 1, 2]
    assert list(table.loc[month("2025-01-01")]) == pytest.approx([2, 3, 3])
    assert list(table.loc[month("2025-02-01")])[:2] == pytest.approx([5, 5])
    assert np.isnan(table.loc[month("2025-02-01"), 2])


@pytest.mark.parametrize(
    ("last_on", "ages"), [("2025-02-28", 1), ("2025-02-27", 0), ("2025-03-30", 1), ("2025-03-31", 2)]
)
def test_an_age_counts_when_the_last_unit_of_the_month_has_completed_it(last_on: str, ages: int) -> None:
    shipped = pd.DataFrame({"month": [month("2025-01-01")], "units": [10.0]})
    none = pd.DataFrame({"month": pd.Series(dtype="datetime64[us]"), "age": [], "units": []})
    assert triangle(none, shipped, date.fromisoformat(last_on)).shares.notna().sum().sum() == ages


def test_months_before_returns_were_recorded_are_left_out() -> None:
    months = pd.date_range("2024-01-01", periods=12, freq="MS")
    shipped = pd.DataFrame({"month": months, "units": 10.0})
    none = pd.DataFrame({"month": pd.Series(dtype="datetime64[us]"), "age": [], "units": []})
    table = triangle(none, shipped, date(2025, 12, 31), first_on=date(2024, 7, 15)).shares
    assert table.index[0] == month("2024-06-01")


def test_returns_by_months_in_service_are_what_they_are_by_hand(company: KnowledgeBase, who: Person) -> None:
    found = questions.months_in_service(company, who, end=Period.months(date(2025, 9, 1)))
    january = found.triangle.shares.loc[month("2025-01-01")]
    # 35 units left in January. Back at once: R1 and R3; after a month R2's share of it, 5 of 15 sold saws; R4 after 7.
    assert january[0] == pytest.approx(100 * 2 / 35)
    assert january[1] == pytest.approx(100 * (2 + 2 / 3) / 35)
    assert january[6] == pytest.approx(100 * (2 + 2 / 3) / 35)
    assert january[7] == pytest.approx(100 * (3 + 2 / 3) / 35)
    assert found.triangle.shares.loc[month("2025-02-01"), 0] == pytest.approx(100 * (4 / 3) / 10)
    assert "within 1 months" in found.table.columns
    assert found.triangle.sent[month("2025-01-01")] == 35


def test_the_triangle_names_the_month_that_stands_out() -> None:
    months = pd.date_range("2025-01-01", periods=8, freq="MS")
    shares = pd.DataFrame({age: 1.0 for age in range(7)}, index=months)
    shares.loc[months[2]] = 3.0
    drawn = charts.triangle(Triangle(shares, pd.Series(100.0, index=months)))
    assert drawn.title == (
        "Units shipped in Mar 2025 came back most: 3 % within 6 months, those of the other months 1 %"
    )
    assert drawn.figure.layout.xaxis.ticktext[0] == "1"


def test_without_the_origin_of_returns_the_triangle_says_so(base: KnowledgeBase, who: Person) -> None:
    assert questions.months_in_service(base, who, end=JANUARY).reason


# Control charts of what is recorded


def inspected(connection: Connection, until: date = date(2025, 12, 31)) -> None:
    """Two lines over 36 months of 1,000 units: L1 always rejects 20, L2 rejects 20, and 60 in the last three."""
    add(connection, "sites", "site_number", ("MUC",))
    add(connection, "products", "sku family", ("A", "Drills"))
    add(connection, "work_centers", "line site_id", ("L1", 1), ("L2", 1))
    add(connection, "lots", "lot_number product_id work_center_id", ("LOT-1", 1, 1), ("LOT-2", 1, 2))
    months = pd.date_range(end="2025-12-31", periods=36, freq="ME")
    for at, day in enumerate(months):
        for lot in (1, 2):
            wrong = 60 if lot == 2 and at >= 33 else 18 + 4 * ((at + lot) % 2)
            row = (f"I{lot}-{at}", lot, "EOL", min(day.date(), until), 1000, wrong)
            columns = "inspection_number lot_id station inspected_on quantity_inspected quantity_rejected"
            add(connection, "inspections", columns, (*row[:3], str(row[3]), *row[4:]))


@pytest.fixture
def drifting(base: KnowledgeBase) -> KnowledgeBase:
    with base.writing() as connection:
        inspected(connection)
    return base


YEAR = Period.months(date(2025, 12, 1))


def test_a_line_that_drifts_is_found_and_the_other_is_not(drifting: KnowledgeBase, who: Person) -> None:
    found = questions.unstable(drifting, who, "rejected", "line", end=YEAR)
    assert list(found["member"]) == ["L2", "L1"]
    assert list(found["beyond"]) == [3, 0]
    assert found["usual"].iloc[0] == pytest.approx(2.0)
    chart = questions.stability(drifting, who, "rejected", end=YEAR, filters={"line": ("L2",)})
    assert chart.finding == "Rejected units, line L2: too high in 3 of 12 months, first Oct 2025"
    assert (chart.baseline, chart.judged) == ("Jan 2023 to Dec 2024", "Jan 2025 to Dec 2025")
    assert len(chart.points) == 36
    assert list(chart.points["label"][chart.points["rules"] != ""]) == ["Oct 2025", "Nov 2025", "Dec 2025"]
    calm = questions.stability(drifting, who, "rejected", end=YEAR, filters={"line": ("L1",)})
    assert calm.finding == "Rejected units, line L1: no sign of a change in the last 12 months"


def test_limits_can_be_taken_from_all_points(drifting: KnowledgeBase, who: Person) -> None:
    chart = questions.stability(drifting, who, "rejected", end=YEAR, all_points=True, filters={"line": ("L2",)})
    assert chart.baseline == chart.judged == "Jan 2023 to Dec 2025"
    assert chart.centre == pytest.approx(100 * (33 * 20 + 180) / 36_000, rel=0.01)


def test_weeks_are_added_up_from_monday(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        inspected(connection)
    chart = questions.stability(base, who, "rejected", end=YEAR, every="week", filters={"line": ("L1",)})
    counted = chart.points.dropna(subset=["size"])
    assert all(day.weekday() == 0 for day in chart.points["time"])
    assert counted["size"].eq(1000).all()
    assert chart.points["label"].iloc[-1].startswith("week of 2025-12-")


def test_the_partial_month_is_left_out_and_said_so(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        inspected(connection, until=date(2025, 12, 10))
    chart = questions.stability(base, who, "rejected", end=YEAR)
    assert chart.left_out == "Dec 2025 is left out: it is not complete."
    assert chart.points["label"].iloc[-1] == "Nov 2025"


def test_a_period_that_ends_within_a_month_leaves_that_month_out(drifting: KnowledgeBase, who: Person) -> None:
    chart = questions.stability(drifting, who, "rejected", end=Period(date(2025, 6, 1), date(2025, 6, 17)))
    assert chart.left_out == "Jun 2025 is left out: it is not complete."
    assert chart.points["label"].iloc[-1] == "May 2025"


def test_nonconformances_are_counted_per_unit_produced(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        for at, day in enumerate(pd.date_range("2024-01-15", periods=24, freq="30D")):
            add(connection, "lots", "lot_number product_id quantity_good quantity_scrapped started_on",
                (f"L{at}", 1, 990, 10, str(day.date())))  # fmt: skip
        moment = datetime(2024, 1, 20, 12, tzinfo=UTC)
        for at in range(6):
            add(connection, "nonconformances", "nonconformance_number detected_at product_id quantity",
                (f"N{at}", moment + timedelta(days=120 * at), 1, 3))  # fmt: skip
    chart = questions.stability(base, who, "nonconformances", end=Period.months(date(2025, 9, 30)))
    january = chart.points.iloc[0]
    assert (january["count"], january["size"], january["rate"]) == (1, 1000, pytest.approx(1.0))
    assert chart.points["count"].iloc[1] == 0
    assert chart.watched.unit == "per 1000"


def test_what_was_never_recorded_is_named(base: KnowledgeBase, who: Person) -> None:
    told = questions.watchable(base, who)
    assert told["rejected"] == "There are no inspections with a day: import inspections."
    assert questions.stability(base, who, "rejected", end=YEAR).reason == told["rejected"]
    assert questions.unstable(base, who, "rejected", "line", end=YEAR).empty


def test_a_split_that_is_not_recorded_is_refused(drifting: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="not recorded by station"):
        questions.unstable(drifting, who, "scrapped", "station", end=YEAR)


def test_a_control_chart_marks_and_labels_what_it_found(drifting: KnowledgeBase, who: Person) -> None:
    chart = questions.stability(drifting, who, "rejected", end=YEAR, filters={"line": ("L2",)})
    drawn = charts.control(chart.points, finding=chart.finding, unit="percent", centre=chart.centre)
    marked = next(trace for trace in drawn.figure.data if trace.name == "out of control, worse")
    assert list(marked.text) == ["1", "1", "1"]
    assert marked.marker.symbol == "triangle-up"
    said = [note.text for note in drawn.figure.layout.annotations]
    assert [one.split("<br>")[0] for one in said] == ["upper limit", "lower limit", "mean"]
    assert "Oct 2025 beyond a limit" in drawn.alt


def test_months_with_few_units_are_hollow_and_say_so() -> None:
    points = pd.DataFrame({
        "time": pd.date_range("2025-01-01", periods=2, freq="MS"), "label": ["Jan 2025", "Feb 2025"],
        "count": [1.0, 50.0], "size": [10.0, 1000.0], "rate": [10.0, 5.0], "low": [0.0, 3.0], "high": [25.0, 7.0],
        "is_judged": [False, True], "is_baseline": True, "rules": "", "broken": "", "is_worse": [True, False],
    })  # fmt: skip
    line = charts.control(points, finding="x", unit="percent", centre=5.0).figure.data[-1]
    assert list(line.marker.symbol) == ["circle-open", "circle"]
    assert "too few to judge" in line.customdata[0]


@pytest.mark.parametrize(
    ("day", "every", "last"),
    [
        ("2026-10-30", "month", "2026-10-31"),  # only a Saturday is missing
        ("2026-10-29", "month", "2026-09-30"),
        ("2026-10-30", "week", "2026-11-01"),
        ("2026-10-29", "week", "2026-10-25"),
    ],
)
def test_a_month_or_week_is_over_when_only_a_weekend_is_missing(day: str, every: grains.Every, last: str) -> None:
    assert grains.last_whole(date.fromisoformat(day), every) == date.fromisoformat(last)


ASKS: list[Callable[[KnowledgeBase, Person], object]] = [
    lambda base, who: questions.defects(base, who, "line", "count", period=JANUARY),
    lambda base, who: questions.defect_grid(base, who, "line", "defect_code", "count", period=JANUARY),
    lambda base, who: questions.default_measure(base, who),
    lambda base, who: questions.yield_steps(base, who, period=JANUARY),
    lambda base, who: questions.months_in_service(base, who, end=JANUARY),
    lambda base, who: questions.stability(base, who, "rejected", end=JANUARY),
    lambda base, who: questions.unstable(base, who, "rejected", "line", end=JANUARY),
    lambda base, who: questions.watchable(base, who),
]


@pytest.mark.parametrize("ask", ASKS)
def test_who_may_not_read_gets_no_answer(
    sqlite_base: KnowledgeBase, ask: Callable[[KnowledgeBase, Person], object]
) -> None:
    with pytest.raises(Refused):
        ask(sqlite_base, STRANGER)


@pytest.mark.slow
def test_dated_scrap_reasons_of_a_real_bicycle_maker_sum_to_the_raw_file(
    shared_data: Path, tmp_path: Path, who: Person
) -> None:
    base = store.open_base(f"sqlite:///{tmp_path / 'base.sqlite'}")
    importing.run(base, who, [shared_data / "adventureworks"], presets.load("adventureworks"))
    orders = pd.read_csv(shared_data / "adventureworks" / "WorkOrder.csv", low_memory=False)
    reasons = pd.read_csv(shared_data / "adventureworks" / "ScrapReason.csv")
    raw = (
        orders.dropna(subset=["ScrapReasonID", "EndDate"])
        .merge(reasons, on="ScrapReasonID")
        .groupby("Name")["ScrappedQty"]
        .sum()
    )
    every = Period(date(2000, 1, 1), date(2030, 12, 31))
    found = questions.defects(base, who, "defect_code", "quantity", period=every)
    ranked = found.pareto.whole.set_index("member")["value"]
    base.close()
    assert ranked.to_dict() == raw.astype(float).to_dict()
    assert ranked.index[0] == raw.idxmax()
    assert found.pareto.vital == int((raw.sort_values(ascending=False).cumsum() / raw.sum() < 0.8).sum()) + 1
