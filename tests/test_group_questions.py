"""Questions about groups, by hand on a small grouped company: sizes, trends, costs, places, records, what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import insert, update

from analytics import charts, questions
from analytics.periods import Period
from kb import editing
from kb.access import Person
from kb.errors import Refused
from kb.facts.fingerprint import fingerprint
from kb.models import Import, Membership, Run
from kb.store import KnowledgeBase
from tests.small_company import add

JUNE = Period.months(date(2025, 6, 1))
STRANGER = Person("Nobody", "sales", "none")
JOINT, SEAL, CHARGE = 1, 2, 3


def at(month: int, day: int) -> datetime:
    return datetime(2025, month, day, 12, tzinfo=UTC)


@pytest.fixture
def grouped(base: KnowledgeBase) -> KnowledgeBase:
    """Twelve nonconformances: nine cold joints (one in March, eight in June), two seals, one in no group; two returns
    and a complaint of one symptom."""
    with base.writing() as connection:
        add(connection, "products", "sku family unit_price", ("A", "Drills", 5.0), ("B", "Saws", 9.0))
        add(connection, "materials", "material_number", ("M1",))
        add(connection, "suppliers", "supplier_number", ("S1",))
        add(connection, "lots", "lot_number product_id shift", ("L1", 1, "early"), ("L2", 2, "late"))
        add(connection, "lot_materials", "lot_id material_id supplier_id supplier_lot_number",
            (1, 1, 1, "X-1"), (1, 1, 1, "X-2"), (2, 1, 1, "X-2"))  # fmt: skip
        add(connection, "customers", "customer_number name segment version", ("K1", "Kay", "trade", 1))
        defects = [(f"N{n}", at(6, n), 1, "cold joint", 2.0) for n in range(1, 9)]
        defects += [("N9", at(3, 1), 2, "cold joint dull", 3.0), ("N10", at(5, 1), 2, "seal", None)]
        defects += [("N11", at(5, 2), 2, "seal lip", 1.0), ("N12", at(5, 3), 2, "audit", 1.0)]
        add(connection, "nonconformances", "nonconformance_number detected_at lot_id text cost", *defects)
        add(connection, "returns", "return_number returned_on product_id lot_id customer_id text credit",
            ("R1", "2025-06-03", 1, 1, 1, "dead", 7.0), ("R2", "2025-06-04", 1, None, 1, "flat", None))  # fmt: skip
        add(connection, "complaints", "complaint_number received_on product_id text", ("C1", "2025-02-04", 1, "empty"))
        add(connection, "groups", "side name terms status typical stability map_x map_y",
            ("factory", "cold, joint", "cold, joint", "alive", '["defect:9", "defect:12"]', 0.9, 0.0, 0.1),
            ("factory", "seal", "seal", "alive", None, 0.41, 0.5, 0.2),
            ("field", "dead, flat", None, "alive", '["return:2"]', None, 0.1, 0.1))  # fmt: skip
        add(connection, "runs", "started_at finished_at data_revision data_hash kind",
            (at(7, 1), at(7, 2), 1, fingerprint(connection), "refresh"))  # fmt: skip
        rows = [("factory", "defect", n, JOINT if n < 10 else SEAL if n < 12 else None, 0.5 if n == 8 else 0.99)
                for n in range(1, 13)]  # fmt: skip
        rows += [("field", kind, n, CHARGE, 0.95) for kind, n in (("return", 1), ("return", 2), ("complaint", 1))]
        connection.execute(insert(Membership), [
            {"side": side, "record_type": kind, "record_id": n, "group_id": group, "model_group_id": group,
             "confidence": sure, "is_pinned": False}
            for side, kind, n, group, sure in rows
        ])  # fmt: skip
    return base


def test_groups_have_their_size_trend_cost_and_stability(grouped: KnowledgeBase, who: Person) -> None:
    found = questions.groups(grouped, who, "factory", period=JUNE)
    assert (found.records, found.without, found.unsure) == (12, 1, 1)
    assert [span.label for span in found.spans] == ["Apr to Jun 2025", "Jan to Mar 2025"]
    joint, seal = found.rows.to_dict("records")
    assert [joint[name] for name in ("name", "records", "now", "before", "trend", "status", "cost", "stability")] == [
        "cold, joint", 9, 8, 1, "more", "bad", 19.0, "0.90",
    ]  # fmt: skip
    assert [seal[name] for name in ("records", "now", "before", "trend", "cost", "stability")] == [
        2, 2, 0, "no clear change", 1.0, "0.41, unstable",
    ]  # fmt: skip
    assert joint["months"] == [0] * 8 + [1, 0, 0, 8]
    assert found.finding == "One cause grows: “cold, joint”: 8 records in Apr to Jun 2025, 1 before"


def test_symptoms_cost_the_credits_of_their_returns_only(grouped: KnowledgeBase, who: Person) -> None:
    row = questions.groups(grouped, who, "field", period=JUNE).rows.iloc[0]
    assert (row["records"], row["cost"], row["stability"]) == (3, 7.0, "not measured")


def test_a_family_narrows_groups_and_a_longer_period_the_trend(grouped: KnowledgeBase, who: Person) -> None:
    found = questions.groups(grouped, who, "factory", period=JUNE, filters={"family": ("Saws",)})
    assert dict(zip(found.rows["name"], found.rows["records"], strict=True)) == {"cold, joint": 1, "seal": 2}
    assert (found.records, found.without) == (4, 1)
    half = questions.groups(grouped, who, "factory", period=Period.months(date(2025, 6, 1), 6)).spans
    assert half[0].label == "Jan to Jun 2025"


@pytest.mark.parametrize(
    ("now", "before", "told"), [(0, 0, "no clear change"), (3, 0, "no clear change"), (4, 0, "more"), (0, 4, "fewer"),
                                (60, 50, "no clear change"), (80, 50, "more")],
)  # fmt: skip
def test_only_a_clear_change_is_a_trend(now: int, before: int, told: str) -> None:
    from analytics.questions.groups import trend_of

    assert trend_of(now, before) == told


def test_an_open_group_shows_typical_records_that_are_still_in_it(grouped: KnowledgeBase, who: Person) -> None:
    group = questions.group(grouped, who, JOINT)
    assert group is not None
    assert (group.records, group.unsure, group.is_alive) == (9, 1, True)
    # defect 12 is in no group: the surest of the others stand in
    assert group.typical["number"].to_list()[0] == "N9"
    assert len(group.typical) == 3
    assert "N12" not in set(group.typical["number"])
    assert questions.group(grouped, who, 99) is None


def test_its_records_come_newest_first_with_how_sure_they_are(grouped: KnowledgeBase, who: Person) -> None:
    frame, total = questions.group_records(grouped, who, JOINT, limit=5)
    assert (len(frame), total) == (5, 9)
    assert frame["number"].to_list() == ["N8", "N7", "N6", "N5", "N4"]
    assert frame["sureness"].to_list() == ["unsure, 0.50", "", "", "", ""]
    frame, total = questions.group_records(grouped, who, JOINT, filters={"supplier_lot": ("X-2",)})
    assert (len(frame), total) == (9, 9)
    both = questions.group_records(grouped, who, CHARGE)[0]
    assert both["kind"].to_list() == ["return", "return", "complaint"]


def test_records_without_a_group_and_unsure_ones_are_listed(grouped: KnowledgeBase, who: Person) -> None:
    without, total = questions.left_records(grouped, who, "factory", "without")
    assert (without["number"].to_list(), total) == (["N12"], 1)
    unsure, total = questions.left_records(grouped, who, "factory", "unsure")
    assert (unsure[["number", "group_name"]].to_numpy().tolist(), total) == ([["N8", "cold, joint"]], 1)
    with pytest.raises(Refused, match="choose unsure or without"):
        questions.left_records(grouped, who, "factory", "all")


def test_shares_are_told_against_all_records_of_the_side(grouped: KnowledgeBase, who: Person) -> None:
    found = questions.group_shares(grouped, who, JOINT, "product")
    rows = found.rows.set_index("member")
    assert rows.loc["A", ["records", "share", "of_all", "lift"]].to_list() == pytest.approx(
        [8, 800 / 9, 800 / 12, 4 / 3]
    )
    assert (found.named, found.records) == (9, 9)
    assert rows["is_small"].to_dict() == {"A": False, "B": True}


def test_a_record_counts_once_for_each_supplier_lot_in_its_lot(grouped: KnowledgeBase, who: Person) -> None:
    rows = questions.group_shares(grouped, who, JOINT, "supplier_lot").rows.set_index("member")
    assert rows["records"].to_dict() == {"X-2": 9, "X-1": 8}
    assert rows.loc["X-2", "lift"] == pytest.approx(1)


def test_what_a_side_does_not_record_is_refused_or_said(grouped: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="choose one of product, lot"):
        questions.group_shares(grouped, who, JOINT, "segment")
    assert questions.group_shares(grouped, who, CHARGE, "segment").rows["member"].to_list() == ["trade"]
    assert questions.group_shares(grouped, who, CHARGE, "line").finding == "None of these records names a line"


def test_months_without_records_are_zero(grouped: KnowledgeBase, who: Person) -> None:
    frame = questions.group_months(grouped, who, JOINT, end=JUNE, months=4)
    assert frame["value"].to_list() == [1, 0, 0, 8]
    assert frame["month"].iloc[0] == pd.Timestamp("2025-03-01")


def test_results_are_older_than_the_data_after_an_import_and_say_since_when(
    grouped: KnowledgeBase, who: Person
) -> None:
    assert not questions.grouping(grouped, who).is_stale
    with grouped.writing() as connection:
        connection.execute(insert(Import).values(
            imported_at=at(8, 1), user_name="x", preset="p", preset_version="1", rows_read=1, rows_new=1,
            rows_changed=0, rows_same=0, rows_refused=0))  # fmt: skip
    found = questions.grouping(grouped, who)
    assert (found.is_stale, found.stale_since, found.fitted_at) == (True, at(8, 1), at(7, 2))
    assert found.texts == {"factory": 12, "field": 3}


def test_before_the_first_run_nothing_is_done(base: KnowledgeBase, who: Person) -> None:
    found = questions.grouping(base, who)
    assert (found.is_done, found.is_stale, dict(found.groups)) == (False, False, {})
    assert questions.groups(base, who, "factory", period=JUNE).rows.empty
    assert questions.group_changes(base, who, "factory").empty


def test_a_run_that_did_not_end_does_not_count(grouped: KnowledgeBase, who: Person) -> None:
    with grouped.writing() as connection:
        connection.execute(update(Run).values(finished_at=None))
    assert not questions.grouping(grouped, who).is_done


def test_what_the_last_refit_changed_is_told_in_words(grouped: KnowledgeBase, who: Person) -> None:
    with grouped.writing() as connection:
        add(connection, "runs", "started_at finished_at data_revision data_hash kind",
            (at(9, 1), at(9, 2), 2, "h", "refresh"), (at(9, 3), at(9, 4), 2, "h", "new"))  # fmt: skip
        add(connection, "group_changes", "run_id group_id kind other_id records",
            (1, 2, "born", None, 2), (2, 1, "split", 2, 9),
            (2, 2, "merged", 1, 5), (2, 3, "born", None, 3))  # fmt: skip
    told = questions.group_changes(grouped, who, "factory")
    assert set(told["what"]) == {"“cold, joint” was split off “seal”", "“seal” became part of “cold, joint”"}
    assert not told["is_first"].any()


def test_people_see_at_once_what_they_said_and_can_take_it_back(grouped: KnowledgeBase, who: Person) -> None:
    editing.rename_group(grouped, who, JOINT, "Cold joint", "its usual name")
    pin = editing.pin_record(grouped, who, "defect", 12, SEAL)
    editing.set_alias(grouped, who, "jt", "joint")
    editing.set_granularity(grouped, who, "field", 0.4)
    editing.merge_groups(grouped, who, SEAL, JOINT)
    assert questions.group_names(grouped, who, "factory") == {JOINT: "Cold joint"}
    gone = questions.group(grouped, who, SEAL)
    assert gone is not None
    assert (gone.is_alive, gone.became) == (False, (JOINT, "Cold joint"))
    said = questions.group_corrections(grouped, who, "factory")
    assert said["what"].to_list() == [
        "Made “seal” part of “Cold joint”", "The word “jt” stands for “joint”",
        "Put nonconformance N12 into “seal”", "Renamed “cold, joint” to “Cold joint”",
    ]  # fmt: skip
    assert said["reason"].to_list()[-1] == "its usual name"
    assert len(questions.group_corrections(grouped, who, "factory", JOINT)) == 2
    assert questions.group_granularity(grouped, who) == {"factory": 0.2, "field": 0.4}
    assert questions.group_words(grouped, who)[["word", "stands_for"]].to_numpy().tolist() == [["jt", "joint"]]
    editing.take_back_correction(grouped, who, pin)
    taken = questions.group_corrections(grouped, who, "factory").set_index("correction_id").loc[pin]
    assert taken["taken_back_by"] == who.name
    assert questions.left_records(grouped, who, "factory", "without")[1] == 1


def test_a_pinned_record_is_no_longer_unsure(grouped: KnowledgeBase, who: Person) -> None:
    editing.pin_record(grouped, who, "defect", 8, JOINT)
    assert questions.groups(grouped, who, "factory", period=JUNE).unsure == 0
    assert questions.group_records(grouped, who, JOINT)[0]["sureness"].iloc[0] == "put here by people"


def test_nobody_without_the_right_reads_groups(grouped: KnowledgeBase) -> None:
    for ask in (
        lambda: questions.grouping(grouped, STRANGER),
        lambda: questions.groups(grouped, STRANGER, "factory", period=JUNE),
        lambda: questions.group(grouped, STRANGER, JOINT),
        lambda: questions.group_records(grouped, STRANGER, JOINT),
        lambda: questions.left_records(grouped, STRANGER, "factory", "without"),
        lambda: questions.group_shares(grouped, STRANGER, JOINT, "product"),
        lambda: questions.group_months(grouped, STRANGER, JOINT, end=JUNE),
        lambda: questions.group_names(grouped, STRANGER, "factory"),
        lambda: questions.group_changes(grouped, STRANGER, "factory"),
        lambda: questions.group_corrections(grouped, STRANGER, "factory"),
        lambda: questions.group_words(grouped, STRANGER),
        lambda: questions.group_granularity(grouped, STRANGER),
    ):
        with pytest.raises(Refused, match="may not read"):
            ask()


def on_the_map(**more: list[object]) -> pd.DataFrame:
    columns = {"group_id": [4, 5], "name": ["<b>x</b>", "y"], "records": [100, 25], "now": [9, 1], "before": [1, 9],
               "status": ["bad", "good"], "x": [0.0, 1.0], "y": [0.0, 1.0]}  # fmt: skip
    return pd.DataFrame({**columns, **more})


def test_the_map_sizes_marks_by_records_and_colours_them_by_trend() -> None:
    drawn = charts.group_map(on_the_map(), finding="One cause grows")
    worse, better, same, names = drawn.figure.data
    assert (worse.marker.color, better.marker.color) == (charts.BAD, charts.GOOD)
    assert worse.marker.size[0] == 2 * better.marker.size[0]
    assert (list(worse.customdata), len(same.x), list(names.customdata)) == ([4], 0, [4, 5])
    assert "<b>" not in drawn.figure.to_json().replace("\\u003c", "<")
    assert drawn.title == "One cause grows"


def test_a_name_on_the_map_stands_where_it_covers_no_mark() -> None:
    ids = list(range(12))
    heights = [one / 11 for one in ids]
    column = pd.DataFrame({"group_id": ids, "name": "leads, wires", "records": [100 - one for one in ids], "now": 1,
                           "before": 1, "status": "neutral", "x": 0.5, "y": heights})  # fmt: skip
    names = charts.group_map(column, finding="f").figure.data[3]
    assert len(names.text) == 10
    assert {side for at, side in zip(names.y, names.textposition, strict=True) if 0 < at < 1} <= {
        "middle right", "middle left", "top right", "bottom right", "top left", "bottom left",
    }  # fmt: skip
    alone = charts.group_map(column.head(1), finding="f").figure.data[3]
    assert list(alone.textposition) == ["top center"]


def test_groups_without_a_place_are_left_off_the_map_and_none_is_no_error() -> None:
    drawn = charts.group_map(on_the_map(x=[None, 1.0]), finding="f")
    assert [len(trace.x) for trace in drawn.figure.data] == [0, 1, 0, 1]
    assert charts.group_map(on_the_map().head(0), finding="f").alt.startswith("Map of groups")


def test_what_clearly_stands_out_is_accented_and_few_records_say_their_number() -> None:
    rows = pd.DataFrame({"member": ["A", "B"], "records": [30, 2], "share": [90.0, 6.0], "of_all": [30.0, 5.0],
                         "lift": [3.0, 1.2], "is_clear": [True, False], "is_small": [False, True]})  # fmt: skip
    bars, ends = charts.group_shares(rows, finding="Product A stands out").figure.data
    assert list(bars.marker.color) == [charts.ACCENT, charts.GREY]
    assert list(ends.text) == [" 30 (×3.0)", " n = 2"]


def test_the_map_and_the_bars_stand_in_a_report_too() -> None:
    from analytics.report import pictures

    rows = pd.DataFrame({"member": ["A"], "records": [30], "share": [90.0], "of_all": [30.0], "lift": [3.0],
                         "is_clear": [True], "is_small": [False]})  # fmt: skip
    for drawn, told in (
        (charts.group_map(on_the_map(name=["one", "two"]), finding="f"), "more than before"),
        (charts.group_shares(rows, finding="f"), "30 (×3.0)"),
    ):
        assert told in pictures.svg(drawn)
