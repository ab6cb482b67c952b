"""Links and their evidence: what is told of them, why none is asserted, what people say, the part that shows it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics import charts, questions
from analytics.counterparts import Candidate, Search, records_needed, wanting
from kb import editing
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from pages.ui import people
from tests import linked_company
from tests.linked_company import BURR, DEAD, JOINT, LOUD, VIEW
from tests.small_company import add, change
from tests.test_pages import sound, told

Open = Callable[..., AppTest]
STRANGER = Person("Nobody", "sales", "none")
PAGE = "feedback.py"


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    linked_company.build(base)
    return base


@pytest.fixture
def own(sqlite_base: KnowledgeBase) -> KnowledgeBase:
    linked_company.build(sqlite_base)
    return sqlite_base


def links(base: KnowledgeBase, who: Person, group: int) -> questions.Linked:
    found = questions.linked(base, who, group)
    assert found is not None
    return found


def search(**told: object) -> Search:
    usual = {"side": "field", "records": 100, "with_lot": 90, "other_records": 1000, "other_with_lot": 1000}
    return Search(**{**usual, "shipments_with_lot": 500, "other_groups": 20, **told})  # type: ignore[arg-type]


def test_a_symptom_has_its_causes_in_order_under_the_names_people_gave(company: KnowledgeBase, who: Person) -> None:
    found = links(company, who, DEAD)
    assert (found.side, found.name, found.records) == ("field", "goes dead", 3)
    assert list(found.links["name"]) == ["joint, cold", "burr, edge"]
    assert list(found.links["standing"]) == ["asserted", "not asserted"]
    assert found.links.loc[0, ["rate_ratio", "ci_low", "ci_high", "lag_days"]].tolist() == [3.0, 1.5, 6.0, 30.0]
    assert found.wanting == ()


def test_a_cause_has_its_symptoms_back(company: KnowledgeBase, who: Person) -> None:
    found = links(company, who, JOINT)
    assert list(found.links["name"]) == ["goes dead", "loud, too"]
    assert len(found.standing) == 1


def test_a_group_that_is_not_there_has_no_links(company: KnowledgeBase, who: Person) -> None:
    assert questions.linked(company, who, 99) is None
    assert questions.linked(company, who, "no number") is None


def test_only_who_may_read_sees_links(company: KnowledgeBase) -> None:
    for asked in (
        lambda: questions.linked(company, STRANGER, DEAD),
        lambda: questions.link_evidence(company, STRANGER, DEAD, JOINT),
        lambda: questions.said_of_link(company, STRANGER, DEAD, JOINT),
    ):
        with pytest.raises(Refused):
            asked()


def test_the_evidence_is_lots_origins_and_words(company: KnowledgeBase, who: Person) -> None:
    found = questions.link_evidence(company, who, DEAD, JOINT)
    assert found.lots.loc[0, ["lot", "exposure", "field_records"]].tolist() == ["LOT-1", 30.0, 2.4]
    assert found.lots["started_on"].dtype == "datetime64[us]"
    assert found.origins.loc[0, ["kind", "name", "q_value"]].tolist() == ["supplier lot", "S1-7", 0.01]
    assert found.words.loc[0, ["word", "factory_word"]].tolist() == ["dead", "cold"]


def test_a_link_without_evidence_has_empty_tables(company: KnowledgeBase, who: Person) -> None:
    found = questions.link_evidence(company, who, LOUD, BURR)
    assert found.lots.empty
    assert found.origins.empty
    assert found.words.empty


def test_where_nothing_is_asserted_it_is_computed_what_would_change_it(company: KnowledgeBase, who: Person) -> None:
    found = " ".join(links(company, who, LOUD).wanting)
    assert "The best candidate is “burr, edge”: 1.2 times (0.8 to 1.8)" in found
    assert "about 10 records instead of 2" in found
    assert "0 % of its records name a lot (0 of 2)" in found
    assert "25 % of factory records name no lot (1 of 4)" in found
    assert "It has 2 records, which are few" in found


def test_a_confirmed_link_stands_though_it_was_not_asserted(company: KnowledgeBase, who: Person) -> None:
    editing.judge_link(company, who, LOUD, JOINT, True, "seen on the bench")
    found = links(company, who, LOUD)
    assert list(found.links["standing"]) == ["confirmed", "not asserted"]
    assert found.wanting == ()


def test_a_refused_link_comes_last_and_counts_no_more(company: KnowledgeBase, who: Person) -> None:
    editing.judge_link(company, who, DEAD, JOINT, False, "other circuit")
    found = links(company, who, DEAD)
    assert list(found.links["standing"]) == ["not asserted", "refused"]
    assert found.wanting[0].startswith("1 link was refused by people")


def test_a_confirmed_link_that_the_model_never_proposed_is_shown_without_numbers(
    company: KnowledgeBase, who: Person
) -> None:
    with company.writing() as connection:
        add(connection, "groups", "side name status run_id", ("factory", "gear, dry", "alive", 1))
    editing.judge_link(company, who, LOUD, 5, True, "grease was missing")
    row = links(company, who, LOUD).links.iloc[0]
    assert (row["name"], row["standing"], row["rate_ratio"] != row["rate_ratio"]) == ("gear, dry", "confirmed", True)


def test_a_person_may_link_with_what_nothing_proposes(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        add(connection, "groups", "side name status run_id", ("factory", "gear, dry", "alive", 1))
        add(connection, "groups", "side name status run_id", ("factory", "away", "gone", 1))
    assert questions.unlinked(company, who, LOUD) == {5: "gear, dry"}
    assert questions.unlinked(company, who, 5) == {DEAD: "goes dead", LOUD: "loud, too"}
    assert questions.unlinked(company, who, 99) == {}


def test_what_was_said_stays_on_record_when_it_is_taken_back(company: KnowledgeBase, who: Person) -> None:
    number = editing.judge_link(company, who, DEAD, JOINT, False, "other circuit")
    editing.take_back_correction(company, who, number)
    said = questions.said_of_link(company, who, DEAD, JOINT)
    assert said.loc[0, ["verdict", "by", "department", "reason", "taken_back_by"]].tolist() == [
        "refused", "Quinn Abel", "quality", "other circuit", "Quinn Abel",
    ]  # fmt: skip
    assert links(company, who, DEAD).links["standing"].iloc[0] == "asserted"


def test_without_groups_on_the_other_side_that_is_the_only_reason() -> None:
    assert wanting(search(other_groups=0))[0].startswith("There are no causes to compare with")
    assert wanting(search(side="factory", other_groups=0))[0].startswith("There are no symptoms to compare with")


def test_without_lots_of_shipments_nothing_ties_the_sides() -> None:
    (only,) = wanting(search(shipments_with_lot=0))
    assert only.startswith("No shipment names its lot")


def test_the_share_of_traced_records_is_told() -> None:
    told_of = " ".join(wanting(search(records=200, with_lot=62)))
    assert "31 % of its records name a lot (62 of 200); with every lot traced, 3.23 times as many" in told_of


def test_a_symptom_clearly_unlike_any_cause_is_likely_made_outside() -> None:
    told_of = " ".join(wanting(search(best=Candidate("burr", 1.02, 0.9, 1.15, 0.8))))
    assert "likely something customers meet outside the factory" in told_of
    assert "instead of" not in told_of


def test_an_interval_above_one_that_is_not_asserted_is_explained_by_the_many_pairs() -> None:
    told_of = " ".join(wanting(search(best=Candidate("burr", 1.5, 1.1, 2.0, 0.08))))
    assert "Among so many pairs some look like that by chance (q = 0.08, below .05 counts)" in told_of


def test_four_times_the_records_halve_the_interval() -> None:
    assert records_needed(100, Candidate("burr", 2.0, 0.5, 8.0, 0.4)) == 400
    assert records_needed(100, Candidate("burr", 1.0, 0.5, 2.0, 0.4)) > 100_000


def drawn(company: KnowledgeBase, who: Person, group: int) -> charts.Drawing:
    found = links(company, who, group)
    return charts.rate_ratios(found.links, of=found.name, side=found.side)


def test_the_title_of_the_ratios_says_how_many_times_as_often(company: KnowledgeBase, who: Person) -> None:
    said = "Lots with “joint, cold” come back with “goes dead” 3 times as often as others"
    assert drawn(company, who, DEAD).title == said
    assert drawn(company, who, JOINT).title == said


def test_the_ratios_have_one_row_a_cause_on_a_log_axis_with_one_marked(company: KnowledgeBase, who: Person) -> None:
    figure = drawn(company, who, DEAD).figure
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(10 ** trace.x[0], trace.y[0]) for trace in marks] == [(pytest.approx(3.0), 0), (pytest.approx(1.1), 1)]
    assert [trace.marker.color for trace in marks] == [charts.ACCENT, charts.GREY]
    ticks = dict(zip(figure.layout.xaxis.ticktext, figure.layout.xaxis.tickvals, strict=True))
    assert (ticks["1"], ticks["2"]) == (0, pytest.approx(-ticks["0.5"]))
    assert figure.layout.shapes[0].x0 == ticks["1"]


def test_a_ratio_without_an_interval_is_left_out_and_an_endless_one_cut() -> None:
    rows = pd.DataFrame({
        "name": ["<b>a</b>", "b"], "standing": ["asserted", "not asserted"], "rate_ratio": [2.0, None],
        "ci_low": [0.0, None], "ci_high": [float("inf"), None],
    })  # fmt: skip
    figure = charts.rate_ratios(rows, of="x").figure
    assert [10**end for end in figure.data[0].x] == pytest.approx([1 / 20, 50.0])
    assert len(figure.data) == 2
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;a&lt;/b&gt;",)


def test_nothing_to_compare_is_a_title_too() -> None:
    empty = pd.DataFrame(columns=["name", "standing", "rate_ratio", "ci_low", "ci_high"]).astype(
        {"rate_ratio": float, "ci_low": float, "ci_high": float}
    )
    assert charts.rate_ratios(empty, of="x").title == "There is nothing to compare"


def shown(open_page: Open, symptom: str, **more: str) -> AppTest:
    return sound(open_page(PAGE, **VIEW, symptom=symptom, evidence="true", **more))


def plainly(test: AppTest) -> str:
    return told(test).replace("\\", "")


def test_the_part_shows_each_kind_of_evidence_apart(own: KnowledgeBase, open_page: Open) -> None:
    test = shown(open_page, "goes dead")
    assert "Lots with “joint, cold” come back with “goes dead” 3 times as often" in plainly(test)
    figures = {one.label: one.value for one in test.metric}
    assert (figures["Rate ratio"], figures["q value"], figures["Shared lots"]) == ("3", "0.001", "1")
    assert figures["Days to customer"] == "30"
    columns = [set(one.value.columns) for one in test.dataframe]
    assert any("exposure" in some for some in columns)
    assert any("factory_expected" in some for some in columns)
    assert any("customers_say" in some for some in columns)


def test_the_part_says_that_no_counterpart_is_found_and_why(own: KnowledgeBase, open_page: Open) -> None:
    said = plainly(shown(open_page, "loud, too"))
    assert "**No counterpart found** for “loud, too” (2 records)" in said
    assert "0 % of its records name a lot" in said
    assert "were asserted or confirmed at the last refresh" in said


def test_a_person_refuses_a_link_sees_it_at_once_and_takes_it_back(
    own: KnowledgeBase, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    quinn = editing.introduce(own, "Quinn Abel", "quality")
    monkeypatch.setattr(people, "current", lambda _: quinn)
    test = shown(open_page, "goes dead")
    test.session_state["judge"] = True
    test.run()
    test.radio(key=f"verdict-{DEAD}-{JOINT}").set_value("Refuse")
    test.text_input(key=f"why-{DEAD}-{JOINT}").set_value("other circuit")
    next(one for one in test.button if one.label == "Say so").click()
    said = plainly(sound(test.run()))
    assert "**Refused**: other circuit" in said
    assert "Quinn Abel (quality), 20" in said
    next(one for one in test.button if one.label == "Take back").click()
    assert "Taken back by Quinn Abel" in plainly(sound(test.run()))
    assert questions.said_of_link(own, quinn, DEAD, JOINT)["taken_back_at"].notna().all()


def test_a_person_links_a_symptom_with_a_cause_that_nothing_proposed(
    own: KnowledgeBase, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    quinn = editing.introduce(own, "Quinn Abel", "quality")
    with own.writing() as connection:
        add(connection, "groups", "side name status run_id", ("factory", "gear, dry", "alive", 1))
    monkeypatch.setattr(people, "current", lambda _: quinn)
    test = shown(open_page, "loud, too")
    test.session_state["link-another"] = True
    test.run()
    next(one for one in test.selectbox if one.label == "Cause" and one.key != "counterpart").set_value(5)
    test.text_input(key=f"another-why-{LOUD}").set_value("grease was missing")
    next(one for one in test.button if one.label == "Link them").click()
    said = plainly(sound(test.run()))
    assert "Very likely it comes from what the factory calls “gear, dry”, confirmed by people" in said


def test_a_verdict_without_a_reason_is_refused(
    own: KnowledgeBase, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    quinn = editing.introduce(own, "Quinn Abel", "quality")
    monkeypatch.setattr(people, "current", lambda _: quinn)
    test = shown(open_page, "goes dead")
    test.session_state["judge"] = True
    test.run()
    next(one for one in test.button if one.label == "Say so").click()
    assert "the reason is empty" in plainly(test.run())
    assert questions.said_of_link(own, quinn, DEAD, JOINT).empty


def test_who_may_only_read_is_told_so(own: KnowledgeBase, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "current", lambda _: Person("Vera Cole", "sales", "viewer", None, ("sales",)))
    test = shown(open_page, "goes dead")
    test.session_state["judge"] = True
    assert "Your role may read links" in plainly(sound(test.run()))


def test_a_lot_leads_to_its_records_on_both_sides(own: KnowledgeBase, open_page: Open) -> None:
    test = shown(open_page, "goes dead")
    sound(test.selectbox(key=f"lot-{DEAD}-{JOINT}").set_value("LOT-1").run())
    assert {"Its returns", "Its complaints", "Its nonconformances"} <= {
        one.proto.label for one in test.get("page_link")
    }


def test_markup_in_a_name_is_shown_as_it_is(own: KnowledgeBase, open_page: Open) -> None:
    with own.writing() as connection:
        change(connection, "groups", "group_id name", (JOINT, "**bold** [a](http://x)"))
    assert "[a](http" not in told(shown(open_page, "goes dead"))
