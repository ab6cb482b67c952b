"""Returns without trouble: which they are, why they came back, and what each rule saw."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analytics import no_trouble as rules
from analytics import questions
from analytics.periods import Period
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from tests.small_company import add

MARCH = Period.months(date(2025, 3, 1))


def returns(*rows: tuple[object, str, str, int, str]) -> pd.DataFrame:
    """flag, finding, text, group_id, lot."""
    frame = pd.DataFrame(list(rows), columns=["flag", "finding", "text", "group_id", "lot"])
    return frame.assign(flag=pd.Series([row[0] for row in rows], dtype=object), reason="")


def kind(text: str, group: int = -1, lot: str = "", more: tuple[tuple[object, str, str, int, str], ...] = ()) -> str:
    return str(rules.split(returns((True, "", text, group, lot), *more), {9: "cold joint"})["kind"].iloc[0])


FAULTS = tuple((False, "cold joint", "dead", 1, "L1") for _ in range(3))


@pytest.mark.parametrize(
    "finding",
    ["No trouble found", "NTF", "n.f.f.", "no fault found after 48 h", "could not reproduce", "within specification",
     "kein Fehler feststellbar", "ohne Befund", "i.O.", "Gerät in Ordnung", "nicht reproduzierbar"],
)  # fmt: skip
def test_a_finding_says_in_common_words_that_nothing_is_wrong(finding: str) -> None:
    assert rules.says_nothing_was_found(finding)


@pytest.mark.parametrize("finding", ["cold joint on BMS", "n.i.O.", "nicht in Ordnung", "motor bio", "seal broken", ""])
def test_a_finding_of_a_fault_does_not(finding: str) -> None:
    assert not rules.says_nothing_was_found(finding)


def test_a_mark_goes_before_the_words_of_the_finding() -> None:
    frame = returns((True, "scratch", "", -1, ""), (None, "NTF", "", -1, ""), (False, "NTF", "", -1, ""),
                    (None, "cold joint", "", -1, ""), (None, "", "", -1, ""))  # fmt: skip
    assert list(rules.without_trouble(frame)) == [True, True, False, False, False]
    assert list(rules.confirmed(frame)) == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sometimes it will not start", "intermittent"), ("Fehler kommt ab und zu", "intermittent"),
        ("Wackelkontakt am Kabel", "intermittent"), ("stopped, then it worked again", "intermittent"),
        ("How do I pair it?", "use"), ("the booklet makes no sense", "use"), ("Wo finde ich die Anleitung", "use"),
        ("I expected more power", "expectation"), ("zu laut für die Wohnung", "expectation"),
        ("ordered the wrong one", "no fault claimed"), ("falsch bestellt", "no fault claimed"),
        ("carton was torn open", "no fault claimed"), ("dead", "unclear"), ("", "unclear"),
    ],
)  # fmt: skip
def test_the_customers_words_tell_the_kind(text: str, expected: str) -> None:
    assert kind(text) == expected


def test_the_same_symptom_with_confirmed_faults_is_a_test_gap() -> None:
    found = rules.split(returns((True, "", "dead", 1, ""), *FAULTS), {})
    assert list(found["kind"]) == ["test gap"]
    assert found["why"].iloc[0] == "3 of 3 other inspected returns of the symptom had a fault"


def test_two_confirmed_faults_or_a_minority_prove_nothing() -> None:
    assert kind("dead", 1, more=FAULTS[:2]) == "unclear"
    assert kind("dead", 1, more=(*FAULTS, *((True, "", "dead", 1, ""),) * 8)) == "unclear"


def test_a_symptom_that_is_linked_to_a_cause_is_a_test_gap() -> None:
    found = rules.split(returns((True, "", "dead", 9, "")), {9: "cold joint"})
    assert found["why"].iloc[0] == "the symptom is linked to cold joint"


def test_the_symptom_goes_before_words_of_use_and_the_lot_after_them() -> None:
    assert kind("how do I start it, it is dead", 1, more=FAULTS) == "test gap"
    assert kind("how do I start it", lot="L1", more=FAULTS) == "use"
    assert kind("dead", lot="L1", more=FAULTS) == "test gap"
    found = rules.split(returns((True, "", "how do I start it", -1, "L1"), *FAULTS), {}).iloc[0]
    assert (found["why"], found["also"]) == ('says "how do"', "test gap")


def test_words_of_coming_and_going_go_before_everything() -> None:
    found = rules.split(returns((True, "", "comes and goes", 1, "L1"), *FAULTS), {}).iloc[0]
    assert (found["kind"], found["also"]) == ("intermittent", "test gap")


def test_every_kind_says_what_it_means_and_who_can_act() -> None:
    assert all(one.meaning and one.who_can_act for one in rules.KINDS)
    assert list(questions.NO_TROUBLE_KINDS) == [one.name for one in rules.KINDS]


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    columns = "return_number returned_on product_id lot_id quantity credit is_no_trouble_found finding text"
    with base.writing() as connection:
        add(connection, "products", "sku family unit_price", ("A", "Drills", 10.0), ("B", "Saws", 20.0))
        add(connection, "lots", "lot_number product_id", ("L1", 1))
        add(
            connection, "returns", columns,
            ("R1", "03-02", 1, None, 1, 5.0, True, None, "how do I start it"),
            ("R2", "03-05", 1, None, 2, None, None, "no fault found", "comes and goes"),
            ("R3", "03-06", 1, 1, 1, 0.0, False, "cold joint", "dead"),
            ("R4", "03-07", 2, None, 1, 1.0, None, None, "dead"),
            ("R5", "02-07", 1, 1, 1, 1.0, True, None, "dead"),
        )  # fmt: skip
    return base


def test_kinds_are_counted_with_shares_cost_and_the_period_before(company: KnowledgeBase, who: Person) -> None:
    found = questions.no_trouble(company, who, period=MARCH)
    assert (found.returns, found.inspected, found.found, found.cost) == (4, 3, 2, 25.0)
    kinds = found.kinds.set_index("kind")
    assert kinds.loc["use", ["returns", "share", "share_of_all", "cost", "before"]].tolist() == [1, 50.0, 25.0, 5.0, 0]
    assert kinds.loc["intermittent", ["returns", "cost", "example"]].tolist() == [1, 20.0, "comes and goes"]
    assert kinds.loc["test gap", ["returns", "before"]].tolist() == [0, 1]
    assert list(found.records["number"]) == ["R2", "R1"]
    months = found.months.set_index(["kind", "month"])["value"]
    assert months["use", pd.Timestamp("2025-03-01")] == 1
    assert months["test gap", pd.Timestamp("2025-02-01")] == 1
    assert len(months) == 12 * len(rules.KINDS)
    assert found.finding.startswith("In 2 of 3 inspected returns nothing was found (Mar 2025, 4 returns)")


def test_a_filter_leaves_out_other_families(company: KnowledgeBase, who: Person) -> None:
    found = questions.no_trouble(company, who, period=MARCH, filters={"family": ("Saws",)})
    assert (found.returns, found.found) == (1, 0)
    assert found.reason is not None
    assert "was inspected for this filter" in found.reason


def test_what_was_never_recorded_is_named(base: KnowledgeBase, who: Person) -> None:
    assert questions.no_trouble(base, who, period=MARCH).reason == "There are no returns: import returns."
    with base.writing() as connection:
        add(connection, "returns", "return_number returned_on text", ("R1", "03-02", "dead"))


def test_returns_that_were_never_inspected_say_what_to_import(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        add(connection, "returns", "return_number returned_on text", ("R1", "03-02", "dead"))
    reason = questions.no_trouble(base, who, period=MARCH).reason
    assert reason == "No return says whether trouble was found: import returns.is_no_trouble_found or returns.finding."


def test_who_may_not_read_gets_no_answer(sqlite_base: KnowledgeBase) -> None:
    with pytest.raises(Refused):
        questions.no_trouble(sqlite_base, Person("Nobody", "sales", "none"), period=MARCH)
