"""Symptoms for sales: what is heard, what the factory knows of it, what is done, and whom to call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics import questions
from analytics.periods import Period
from kb import editing
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from pages.ui import people
from tests import linked_company
from tests.linked_company import BURR, DEAD, JOINT, LOUD, OWNER, VIEW
from tests.small_company import add, change
from tests.test_pages import sound, told

Open = Callable[..., AppTest]
FEBRUARY = Period.months(date(2025, 2, 1))
MARCH = Period.months(date(2025, 3, 1))


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    linked_company.build(base)
    return base


@pytest.fixture
def own(sqlite_base: KnowledgeBase) -> KnowledgeBase:
    linked_company.build(sqlite_base)
    return sqlite_base


def known(base: KnowledgeBase, who: Person, symptom: int, **more: object) -> questions.Known:
    found = questions.known_of(base, who, symptom, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_each_symptom_has_its_records_customers_and_cause(company: KnowledgeBase, who: Person) -> None:
    found = questions.symptoms(company, who, period=FEBRUARY)
    assert found.has_groups
    rows = found.rows.set_index("group_id")
    columns = ["symptom", "records", "before", "customers", "knowledge", "cause", "action", "lots", "to_call"]
    assert rows.loc[DEAD, columns].tolist() == ["goes dead", 2, 0, 1, "very likely", "joint, cold", "none", 1, 2]
    assert rows.loc[LOUD, columns].tolist() == ["loud, too", 2, 0, 1, "not known", "no counterpart found", "", 0, 0]
    assert rows.loc[DEAD, "words"] == "goes, dead, off"


def test_what_came_in_before_stays_in_the_list(company: KnowledgeBase, who: Person) -> None:
    found = questions.symptoms(company, who, period=MARCH).rows.set_index("group_id")
    assert found.loc[DEAD, ["records", "before", "customers"]].tolist() == [0, 2, 0]


def test_a_product_narrows_records_and_lots(company: KnowledgeBase, who: Person) -> None:
    assert questions.symptoms(company, who, period=FEBRUARY, filters={"product": ("B",)}).rows.empty
    assert known(company, who, DEAD, filters={"product": ("B",)}).lots == ()
    assert known(company, who, DEAD, filters={"family": ("Drills",)}).lots == ("LOT-1",)
    assert known(company, who, DEAD, filters={"site": ("elsewhere",)}).lots == ()


def test_a_text_that_no_refresh_has_read_is_counted(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        add(connection, "complaints", "complaint_number received_on product_id text", ("C9", "02-21", 1, "smells"))
    assert questions.symptoms(company, who, period=FEBRUARY).unread == 1


def test_a_weaker_link_is_only_likely_and_a_confirmed_one_very_likely(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        change(connection, "links", "link_id q_value", (1, 0.03))
    assert known(company, who, DEAD).knowledge == "likely"
    editing.judge_link(company, who, DEAD, JOINT, True, "seen on the bench")
    assert (known(company, who, DEAD).knowledge, known(company, who, DEAD).is_confirmed) == ("very likely", True)


def test_a_refused_link_leaves_the_symptom_unknown(company: KnowledgeBase, who: Person) -> None:
    editing.judge_link(company, who, DEAD, JOINT, False, "other circuit")
    assert (known(company, who, DEAD).knowledge, known(company, who, DEAD).cause) == (
        "not known",
        "no counterpart found",
    )


def test_a_cause_that_people_named_against_the_model_goes_first(company: KnowledgeBase, who: Person) -> None:
    editing.judge_link(company, who, DEAD, BURR, True, "burr cuts the cable")
    assert known(company, who, DEAD).cause == "burr, edge"


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"closed_on": None, "implemented_on": None, "status": None}, "open since 2025-01-01"),
        ({"closed_on": None, "implemented_on": "02-03", "status": "open"}, "implemented on 2025-02-03"),
        ({"closed_on": "02-20", "implemented_on": "02-03", "status": None}, "closed on 2025-02-20"),
    ],
)
def test_the_action_on_the_causes_code_tells_its_state(
    company: KnowledgeBase, who: Person, dates: dict[str, str | None], said: str
) -> None:
    with company.writing() as connection:
        change(
            connection, "actions", f"action_id defect_code title {' '.join(dates)}", (1, "E1", "Fix", *dates.values())
        )
    assert questions.symptoms(company, who, period=FEBRUARY).rows.set_index("group_id").loc[DEAD, "action"] == said
    assert known(company, who, DEAD).actions == (f"1 Fix: {said}",)


def test_of_several_actions_on_a_code_the_one_that_shares_a_word_is_meant(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        change(
            connection, "actions", "action_id defect_code title", (1, "E1", "New gauge"), (3, "E1", "Solder profile")
        )
    assert [one.split(":")[0] for one in known(company, who, DEAD).actions] == ["3 Solder profile"]


def test_an_action_on_the_component_of_a_suspect_supplier_lot_counts_where_none_names_the_code(
    company: KnowledgeBase, who: Person
) -> None:
    with company.writing() as connection:
        change(connection, "materials", "material_id component", (1, "BMS"))
        add(connection, "lot_materials", "lot_id material_id supplier_id supplier_lot_number", (1, 1, 1, "S1-7"))
        change(connection, "actions", "action_id component title", (5, "BMS", "Boards blocked"))
    assert known(company, who, DEAD).actions == ("5 Boards blocked: closed on 2025-02-05",)


def test_the_call_list_names_who_was_shipped_the_lots(company: KnowledgeBase, who: Person) -> None:
    found = known(company, who, DEAD)
    assert found.whose == "all customers"
    assert found.calls[["customer", "lot", "quantity"]].to_numpy().tolist() == [
        ["K1", "LOT-1", 10.0], ["K2", "LOT-1", 20.0],
    ]  # fmt: skip
    assert f"{found.calls['shipped_on'].iloc[0]:%Y-%m-%d}" == "2025-01-12"


def test_who_looks_after_customers_calls_only_those(company: KnowledgeBase) -> None:
    found = known(company, OWNER, DEAD, owner_id=OWNER.user_id)
    assert found.whose == "your own customers"
    assert list(found.calls["customer"]) == ["K1"]
    rows = questions.symptoms(company, OWNER, period=FEBRUARY, owner_id=OWNER.user_id).rows.set_index("group_id")
    assert rows.loc[DEAD, "to_call"] == 1


def test_who_looks_after_nobody_calls_all(company: KnowledgeBase, who: Person) -> None:
    found = known(company, who, DEAD, owner_id=77)
    assert (found.whose, len(found.calls)) == ("all customers", 2)


def test_a_chosen_customer_narrows_records_and_calls_whoever_looks_after_it(company: KnowledgeBase) -> None:
    asked = {"filters": {"customer": ("K2",)}, "owner_id": OWNER.user_id}
    found = questions.symptoms(company, OWNER, period=FEBRUARY, **asked).rows  # type: ignore[arg-type]
    assert found[["symptom", "records"]].to_numpy().tolist() == [["loud, too", 1]]
    called = known(company, OWNER, DEAD, **asked)
    assert (called.whose, list(called.calls["customer"])) == ("the chosen customer", ["K2"])


def test_symptoms_are_for_who_may_read(company: KnowledgeBase) -> None:
    stranger = Person("Nobody", "sales", "none")
    with pytest.raises(Refused):
        questions.symptoms(company, stranger, period=FEBRUARY)
    with pytest.raises(Refused):
        questions.known_of(company, stranger, DEAD)


def test_a_cause_is_no_symptom(company: KnowledgeBase, who: Person) -> None:
    assert questions.known_of(company, who, JOINT) is None
    assert questions.known_of(company, who, 99) is None


def plainly(test: AppTest) -> str:
    return told(test).replace("\\", "")


def test_before_any_refresh_the_page_says_where_it_is_started(full: Path, open_page: Open) -> None:
    test = sound(open_page("feedback.py"))
    assert "It is started on the page Causes" in plainly(test)


def test_the_page_lists_symptoms_and_tells_what_is_known_of_one(own: KnowledgeBase, open_page: Open) -> None:
    test = sound(open_page("feedback.py", **VIEW, symptom="goes dead"))
    assert list(test.dataframe[0].value["symptom"]) == ["goes dead", "loud, too"]
    said = plainly(test)
    assert "Very likely it comes from what the factory calls “joint, cold”." in said
    assert "ask quality who takes it on" in said
    assert "Of all customers, 2 were shipped 1 of the 1 lots" in said
    assert "all customers, because none is recorded as yours" in said


def test_the_page_narrows_to_one_customer(own: KnowledgeBase, open_page: Open) -> None:
    test = sound(open_page("feedback.py", **VIEW, said_by="K1 Kauf"))
    assert list(test.dataframe[0].value["symptom"]) == ["goes dead"]
    assert "To call counts the chosen customer." in plainly(test)


def test_the_page_speaks_of_your_customers_to_who_has_any(
    own: KnowledgeBase, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "current", lambda _: OWNER)
    said = plainly(sound(open_page("feedback.py", **VIEW, symptom="goes dead")))
    assert "Of your own customers, 1 was shipped 1 of the 1 lots" in said


def test_sales_reads_no_statistics_until_it_asks_for_the_evidence(own: KnowledgeBase, open_page: Open) -> None:
    said = plainly(open_page("feedback.py", **VIEW, symptom="goes dead")).lower()
    assert not [word for word in ("rate ratio", "q value", "interval", "asserted") if word in said]


def test_an_unknown_cause_is_said_so(own: KnowledgeBase, open_page: Open) -> None:
    said = plainly(sound(open_page("feedback.py", **VIEW, symptom="loud, too")))
    assert "Not known: no counterpart was found" in said


def test_a_symptom_in_a_link_that_is_not_there_is_no_error(own: KnowledgeBase, open_page: Open) -> None:
    sound(open_page("feedback.py", **VIEW, symptom="gone", counterpart="gone", evidence="true"))


def test_a_period_without_grouped_records_says_what_to_choose(own: KnowledgeBase, open_page: Open) -> None:
    wanted = {**VIEW, "from": "2025-07-01", "to": "2025-07-31"}
    assert "Nothing that was grouped came in" in plainly(sound(open_page("feedback.py", **wanted)))


def test_lots_that_went_to_nobody_are_said_so(own: KnowledgeBase, open_page: Open) -> None:
    with own.writing() as connection:
        change(connection, "shipments", "shipment_id quantity", (1, 0), (4, 0))
    assert "Of all customers, nobody was shipped one of the 1 lots" in plainly(
        sound(open_page("feedback.py", **VIEW, symptom="goes dead"))
    )
