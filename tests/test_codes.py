"""The code doctor: each code judged by records other than itself, on texts made for it and on a planted company."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics import charts, codes, questions
from analytics.periods import Period
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from tests.small_company import add

SOLDER, GASKET = "cold joint on board", "gasket pinched at lid"
JANUARY = Period.months(date(2025, 1, 1))


def entered(wrong: int = 5, uncoded: int = 3) -> tuple[list[str], list[str]]:
    """60 of each text with its code; of the first, some bear the other's code or none."""
    texts = [SOLDER] * 60 + [GASKET] * 60
    given = ["M41"] * wrong + [""] * uncoded + ["E12"] * (60 - wrong - uncoded) + ["M41"] * 60
    return texts, given


def test_what_bears_the_code_of_other_texts_disagrees_and_is_told_the_right_one() -> None:
    found = codes.judged(*entered())
    wrong = found.iloc[:5]
    assert wrong["disagrees"].all()
    assert set(wrong["called_for"]) == {"E12"}
    assert (wrong["sure"] > 0.67).all()
    assert not found["disagrees"].iloc[8:].any()


def test_a_record_without_a_code_is_told_what_its_text_calls_for() -> None:
    found = codes.judged(*entered()).iloc[5:8]
    assert set(found["code"]) == {codes.EMPTY}
    assert set(found["called_for"]) == {"E12"}
    assert found["of_own"].isna().all()


def test_no_record_is_judged_by_what_was_learned_from_itself() -> None:
    """A word that one record alone bears would tie it to its wrong code, had the model seen it."""
    texts, given = entered(wrong=0, uncoded=0)
    for at in range(3):  # three, so that the word is counted at all; each stands for its own code
        texts[at], given[at] = f"{SOLDER} zebra", ("E12", "E12", "M41")[at]
    assert codes.judged(texts, given)["called_for"].iloc[2] == "E12"


def test_a_text_that_says_nothing_is_not_given_the_usual_code() -> None:
    texts, given = entered(wrong=0, uncoded=0)
    shuffled = ["E12"] * 15 + ["M41"] * 15
    found = codes.judged([*texts, *["see ticket"] * 30, "?!"], [*given, *shuffled, "E12"])
    assert not found["disagrees"].iloc[120:].any()
    assert not found["is_judged"].iloc[-1]


def test_a_code_that_few_records_share_is_not_judged() -> None:
    texts, given = entered()
    found = codes.judged([*texts, SOLDER], [*given, "X1"]).iloc[-1]
    assert not found["is_judged"]
    assert not found["disagrees"]


def test_too_few_coded_records_are_refused_with_the_numbers() -> None:
    with pytest.raises(ValueError, match="20 records have a text and a code"):
        codes.judged([SOLDER] * 10 + [GASKET] * 10, ["E12"] * 10 + ["M41"] * 10)
    with pytest.raises(ValueError, match="two such codes"):
        codes.judged([SOLDER] * 100, ["E12"] * 100)


def test_codes_are_summed_up_with_their_usual_correction() -> None:
    found = codes.by_code(codes.judged(*entered())).set_index("code")
    assert found.loc["M41", ["records", "judged", "disagree"]].tolist() == [65, 65, 5]
    assert found.loc["M41", "share"] == pytest.approx(5 / 65)
    assert found.loc["M41", ["correction", "corrections"]].tolist() == ["E12", 5]
    assert found.loc["E12", ["disagree", "correction", "corrections"]].tolist() == [0, "", 0]
    assert found["is_vague"].to_dict() == {"M41": False, codes.EMPTY: True, "E12": False}


@pytest.mark.parametrize(
    ("code", "is_other"), [("Other", True), ("99 Sonstiges", True), ("E12", False), ("N/A", False)]
)
def test_a_code_named_other_says_nothing(code: str, is_other: bool) -> None:
    assert codes.is_named_other(code) is is_other


def test_a_code_whose_texts_call_for_many_others_is_a_catch_all() -> None:
    rows = pd.DataFrame({
        "code": ["Z99"] * 10, "called_for": list("ABCDEFGHIJ"), "is_judged": True, "disagrees": True,
    })  # fmt: skip
    assert codes.by_code(rows)["is_vague"].item()
    assert not codes.by_code(rows.assign(called_for="A"))["is_vague"].item()


def test_the_code_of_a_group_is_that_of_its_other_records() -> None:
    given, groups = ["A", "A", "A", "B", "", "C", "A"], [1, 1, 1, 1, 1, 2, -1]
    assert codes.code_of_others(given, groups) == ["A", "A", "A", "A", "A", "", ""]


def fill(base: KnowledgeBase, wrong: int = 5, uncoded: int = 3) -> None:
    columns = "nonconformance_number detected_at product_id defect_code text"
    with base.writing() as connection:
        add(connection, "products", "sku family", ("A", "Drills"))
        for at, (text, code) in enumerate(zip(*entered(wrong, uncoded), strict=True)):
            moment = datetime(2025, 1, 2, 12, tzinfo=UTC) + timedelta(hours=at if at < 100 else 24 * 40)
            add(connection, "nonconformances", columns, (f"N{at:03d}", moment, 1, code or None, text))


def test_the_doctor_learns_from_all_and_shows_the_period(base: KnowledgeBase, who: Person) -> None:
    fill(base)
    found = questions.code_doctor(base, who, "Defect codes", period=JANUARY)
    assert (found.records, found.judged, found.disagree, found.fill_in, found.vague) == (100, 97, 5, 3, 3)
    assert found.finding.startswith("5 of 97 defect codes (5 %) disagree with their texts; most often M41")
    wrong = found.proposals[found.proposals["code_now"] == "M41"]
    assert sorted(wrong["number"]) == ["N000", "N001", "N002", "N003", "N004"]
    assert list(wrong["how_sure"]) == sorted(wrong["how_sure"], reverse=True)
    assert set(found.proposals["code_proposed"]) == {"E12"}
    assert found.proposals["how_sure"].between(50, 99).all()
    assert found.proposals["record"].iloc[0].startswith("defect:")
    assert questions.code_doctor(base, who, "Defect codes", period=None).records == 120


def test_filters_narrow_what_is_shown(base: KnowledgeBase, who: Person) -> None:
    fill(base)
    found = questions.code_doctor(base, who, "Defect codes", period=None, filters={"family": ("Vacuums",)})
    assert found.records == 0
    assert found.reason == (
        "No nonconformance of this filter can be judged. Choose another period or reset the filters."
    )


def test_the_doctor_changes_no_record(base: KnowledgeBase, who: Person) -> None:
    fill(base)
    before = base.revisions()
    questions.code_doctor(base, who, "Defect codes", period=None)
    assert base.revisions() == before


def test_codes_that_all_agree_are_said_to(base: KnowledgeBase, who: Person) -> None:
    fill(base, wrong=0, uncoded=0)
    found = questions.code_doctor(base, who, "Defect codes", period=None)
    assert found.finding == "Defect codes: all 120 agree with their texts"
    assert found.proposals.empty


def test_without_records_or_with_few_the_doctor_says_so(base: KnowledgeBase, who: Person) -> None:
    told = questions.code_doctor(base, who, "Return reasons", period=None)
    assert told.reason == "There are no returns: import returns."
    with base.writing() as connection:
        add(connection, "returns", "return_number reason text", ("R1", "defective", "goes dead"))
    with pytest.raises(Refused, match="no code doctor for Colours"):
        questions.code_doctor(base, who, "Colours", period=None)


def test_who_may_not_read_gets_no_doctor(sqlite_base: KnowledgeBase) -> None:
    with pytest.raises(Refused):
        questions.code_doctor(sqlite_base, Person("Nobody", "sales", "none"), "Defect codes", period=None)


def test_the_chart_names_the_correction_and_greys_what_says_nothing() -> None:
    frame = codes.by_code(codes.judged(*entered())).assign(share=lambda rows: rows["share"] * 100)
    drawn = charts.disagreements(frame, finding="five")
    bars = drawn.figure.data[0]
    assert (list(bars.y), list(bars.x)) == (["M41", "(none)"], [5, 3])
    assert list(bars.marker.color) == [charts.ACCENT, "#808080"]
    assert "M41 5 (7.69 %), to E12 most often" in drawn.alt


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "key", "code", "precise", "complete"),
    [("defects", "defect_id", "defect_code", 0.97, 0.55), ("returns", "return_id", "reason_code", 0.8, 0.75)],
)
def test_most_flags_on_a_planted_company_are_right(
    shared_data: Path, file: str, key: str, code: str, precise: float, complete: float
) -> None:
    """A code is wrong where it is not the usual one of the record's true cause; noise has no cause, a flag is wrong."""
    folder = shared_data / "planted" / "first"
    truth = pd.read_csv(folder / "truth" / "record_cause.csv").query("table == @file")
    rows = pd.read_csv(folder / f"{file}.csv").merge(truth, left_on=key, right_on="record_id")
    rows = rows.dropna(subset=["text", code])
    usual = rows.groupby("cause_id")[code].agg(lambda some: some.value_counts().index[0])
    is_wrong = rows["cause_id"].notna() & (rows[code] != rows["cause_id"].map(usual))
    flagged = codes.judged(list(rows["text"]), list(rows[code])).set_index(rows.index)["disagrees"]
    assert (flagged & is_wrong).sum() / flagged.sum() > precise
    assert (flagged & is_wrong).sum() / is_wrong.sum() > complete
