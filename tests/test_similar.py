"""Similar records: the index by itself, and the question with what became of each record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, update

from analytics import questions
from analytics.similar import SimilarTexts
from kb.access import Person
from kb.errors import Refused
from kb.models import Revision
from kb.store import KnowledgeBase
from tests.small_company import add

TEXTS = ["cold joint on BMS", "cold joint at J7", "gasket pinched", "won't hold charge", "WON'T HOLD CHARGE!"]


def test_the_most_similar_text_comes_first_and_strangers_not_at_all() -> None:
    places, likeness = SimilarTexts().fit(TEXTS).search("cold joint on BMS board")
    assert list(places[:2]) == [0, 1]
    assert likeness[0] > likeness[1] > 0
    assert 2 not in places


def test_case_and_marks_do_not_count_and_the_same_is_wholly_alike() -> None:
    places, likeness = SimilarTexts().fit(TEXTS).search("Won't hold charge")
    assert set(places[:2]) == {3, 4}
    assert likeness[:2] == pytest.approx([1.0, 1.0], abs=1e-5)


def test_a_slip_of_the_pen_does_not_hide_a_text() -> None:
    assert SimilarTexts().fit(TEXTS).search("gaskett pinchd")[0][0] == 2


def test_the_text_that_is_asked_for_is_left_out_and_no_more_than_wanted_come() -> None:
    index = SimilarTexts().fit(TEXTS)
    assert 3 not in index.search("won't hold charge", without=3)[0]
    assert len(index.search("cold joint gasket charge", most=2)[0]) == 2


@pytest.mark.parametrize("texts", [[], ["?!"], ["one"]])
def test_few_texts_or_none_find_little_and_break_nothing(texts: list[str]) -> None:
    places, _ = SimilarTexts().fit(texts).search("one text")
    assert len(places) <= len(texts)


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    with base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "nonconformances", "nonconformance_number detected_at product_id defect_code disposition text",
            ("N1", datetime(2025, 1, 2, tzinfo=UTC), 1, "E12", "return_to_supplier", "cold joint on charge board"),
            ("N2", datetime(2025, 1, 3, tzinfo=UTC), 1, "E12", "rework", "cold joint"))  # fmt: skip
        add(
            connection, "returns",
            "return_number returned_on product_id credit finding is_no_trouble_found text",
            ("R1", "02-01", 1, 9.5, "cold joint", False, "does not hold charge"),
            ("R2", "02-02", 1, None, None, True, "will not hold charge"),
            ("R3", "02-03", 1, None, None, None, "no charge"),
        )  # fmt: skip
        add(connection, "complaints", "complaint_number received_on closed_on text",
            ("C1", "02-01", "02-05", "charge is gone"), ("C2", "02-02", None, "charge"))  # fmt: skip
        add(connection, "actions", "action_number title opened_on defect_code status version",
            ("CAPA-1", "Reflow", "01-10", "E12", "closed", 1),
            ("CAPA-2", "Better flux", "03-10", "E12", "open", 1))  # fmt: skip
        tie(connection)
    return base


def tie(connection: Connection) -> None:
    """A symptom of R1 that an asserted link ties to the cause of both factory records."""
    add(connection, "groups", "side name given_name",
        ("factory", "joint, cold", "Cold joint"), ("field", "charge", None))  # fmt: skip
    add(
        connection, "memberships", "group_id side record_type record_id confidence",
        (1, "factory", "defect", 1, 1.0), (1, "factory", "defect", 2, 1.0), (2, "field", "return", 1, 1.0),
    )  # fmt: skip
    add(connection, "links", "symptom_id cause_id rank score q_value", (2, 1, 1, 2.0, 0.01))


def test_records_of_both_sides_come_with_what_became_of_them(company: KnowledgeBase, who: Person) -> None:
    found = questions.similar(company, who, text="hold charge")
    rows = found.rows.set_index("number")
    assert found.searched == 7
    assert set(rows["side"]) == {"Factory", "Customers"}
    assert list(rows["likeness"]) == sorted(rows["likeness"], reverse=True)
    outcomes = {"R1": "cold joint", "R2": "no trouble found", "R3": "not inspected", "C1": "closed 2025-02-05",
                "C2": "open", "N1": "return to supplier"}  # fmt: skip
    assert {name: rows.loc[name, "outcome"] for name in outcomes} == outcomes
    assert rows.loc["R1", "credit"] == 9.5
    assert rows.loc["R1", "group"] == "charge"
    assert rows.loc["R1", "linked_cause"] == "Cold joint"


def test_the_latest_action_stands_at_the_code_and_at_what_is_linked_to_it(company: KnowledgeBase, who: Person) -> None:
    rows = questions.similar(company, who, text="hold charge").rows.set_index("number")
    assert rows.loc["N1", "action"] == rows.loc["R1", "action"] == "CAPA-2 Better flux (open)"
    assert rows.loc["R2", "action"] == ""


@pytest.mark.parametrize("named", [{"record": "defect:1"}, {"record": "n1"}, {"text": "N1"}])
def test_a_record_is_picked_by_its_key_or_number_and_does_not_find_itself(
    company: KnowledgeBase, who: Person, named: dict[str, str]
) -> None:
    found = questions.similar(company, who, **named)
    assert (found.number, found.text) == ("N1", "cold joint on charge board")
    assert "N1" not in set(found.rows["number"])
    assert found.rows["number"].iloc[0] == "N2"


def test_one_side_alone_can_be_asked_for(company: KnowledgeBase, who: Person) -> None:
    rows = questions.similar(company, who, text="charge", sides=("Factory",)).rows
    assert set(rows["side"]) == {"Factory"}


def test_each_side_has_half_of_the_places(company: KnowledgeBase, who: Person) -> None:
    rows = questions.similar(company, who, text="cold charge", limit=2).rows
    assert sorted(rows["side"]) == ["Customers", "Factory"]


def test_what_cannot_be_found_is_said(company: KnowledgeBase, who: Person) -> None:
    told = {
        "There is no record defect:99": questions.similar(company, who, record="defect:99"),
        "Paste a text": questions.similar(company, who, text="x"),
        "No record shares a word": questions.similar(company, who, text="qqqq zzzz"),
    }
    assert all(found.rows.empty and str(found.reason).startswith(begin) for begin, found in told.items())


def test_an_empty_base_says_what_to_import(base: KnowledgeBase, who: Person) -> None:
    assert "import nonconformances, returns or complaints" in str(questions.similar(base, who, text="dead").reason)


def test_a_new_record_is_found_as_soon_as_the_data_changed(company: KnowledgeBase, who: Person) -> None:
    assert questions.similar(company, who, text="lid squeaks").rows.empty
    with company.writing() as connection:
        add(connection, "complaints", "complaint_number received_on text", ("C9", "03-01", "lid squeaks"))
        connection.execute(update(Revision).values(data_revision=Revision.data_revision + 1))
    assert list(questions.similar(company, who, text="lid squeaks").rows["number"]) == ["C9"]


def test_who_may_not_read_finds_nothing(sqlite_base: KnowledgeBase) -> None:
    with pytest.raises(Refused):
        questions.similar(sqlite_base, Person("Nobody", "sales", "none"), text="dead")
