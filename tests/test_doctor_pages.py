"""Code doctor, no trouble found and similar records as pages: full, empty, almost empty, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kb.store import KnowledgeBase
from tests.small_company import add
from tests.test_pages import sound, told

Open = Callable[..., AppTest]
YEAR = {"period": "Last 12 months"}
DOCTOR, NO_TROUBLE = {"look": "Code doctor"}, {"look": "No trouble found"}


def words(test: AppTest) -> str:
    """Everything the page says, without the marks that keep text from being read as markdown."""
    return told(test).replace("\\", "").replace("\u2060", "")


def columns(test: AppTest) -> list[set[str]]:
    return [set(frame.value.columns) for frame in test.dataframe]


def test_the_doctor_lists_proposals_with_the_code_now_and_the_code_proposed(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **DOCTOR))
    assert "defect codes" in words(test)
    assert "disagree with their texts" in words(test)
    assert "Nothing is changed here" in words(test)
    frame = next(one.value for one in test.dataframe if "code_proposed" in one.value.columns)
    assert {"number", "code_now", "how_sure", "text"} <= set(frame.columns)
    assert (frame["code_now"] != frame["code_proposed"]).all()


def test_proposals_are_narrowed_to_a_code_and_to_sure_ones(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **DOCTOR))
    test.multiselect(key="code_now").set_value(["Z99"]).run()
    test.slider(key="code_sure").set_value(90).run()
    frame = next(one.value for one in sound(test).dataframe if "code_proposed" in one.value.columns)
    assert set(frame["code_now"]) == {"Z99"}
    assert (frame["how_sure"] >= 90).all()
    assert "of them" in words(test)


def test_a_proposal_leads_to_the_records_like_it(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **DOCTOR))
    test.selectbox(key="proposal-one").select_index(0).run()
    link = next(one.proto for one in sound(test).get("page_link") if "Records similar to" in one.proto.label)
    assert "record=defect" in link.query_string


def test_the_doctor_also_reads_the_reasons_of_returns(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **DOCTOR, coded="Return reasons"))
    assert "return reasons" in words(test)


def test_every_code_leads_to_its_records(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **DOCTOR, **{"doctor-table": "true"}))
    frame = next(one.value for one in test.dataframe if "is_vague" in one.value.columns)
    assert frame["is_vague"][frame["code"].isin(["Z99", "(none)"])].all()
    test.selectbox(key="doctor-codes-records").set_value("(none)").run()
    link = next(one.proto for one in sound(test).get("page_link") if "none" in one.proto.label)
    assert "not" in link.query_string
    assert "defect_code" in link.query_string


def test_returns_without_trouble_stand_with_who_can_act(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py", **YEAR, **NO_TROUBLE))
    assert "inspected returns nothing was found" in words(test)
    kinds = next(one.value for one in test.dataframe if "who_can_act" in one.value.columns)
    assert set(kinds["kind"]) == {
        "test gap", "intermittent", "use", "expectation", "no fault claimed", "unclear",
    }  # fmt: skip
    test.multiselect(key="no_trouble_kind").set_value(["use"]).run()
    rows = next(one.value for one in sound(test).dataframe if "why" in one.value.columns)
    assert set(rows["kind"]) == {"use"}


@pytest.mark.parametrize("part", [DOCTOR, NO_TROUBLE])
def test_without_records_each_part_says_what_to_import(
    sqlite_base: KnowledgeBase, open_page: Open, part: dict[str, str]
) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "sales_orders", "order_number ordered_on", ("SO-1", "01-10"))
        add(connection, "order_lines", "sales_order_id line_number product_id quantity amount", (1, 1, 1, 2.0, 10.0))
    test = sound(open_page("quality.py", base="Own", **part))
    assert "import" in " ".join(str(one.value) for one in test.info)


def test_a_text_in_the_link_finds_records_of_both_sides(full: Path, open_page: Open) -> None:
    test = sound(open_page("similar.py", like="cold joint does not keep its charge"))
    rows = test.dataframe[0].value
    assert set(rows["side"]) == {"Factory", "Customers"}
    assert {"likeness", "group", "outcome", "linked_cause", "action"} <= set(rows.columns)
    assert len(rows) == 20


def test_a_record_in_the_link_stands_above_the_records_like_it(full: Path, open_page: Open) -> None:
    test = sound(open_page("similar.py", record="defect:17"))
    assert "Similar to **N100017**" in words(test)
    assert "N100017" not in set(test.dataframe[0].value["number"])
    next(one for one in test.button if one.label == "Search for another text").click().run()
    assert "Paste a text" in words(sound(test))


def test_a_record_that_is_not_there_is_said(full: Path, open_page: Open) -> None:
    test = sound(open_page("similar.py", record="defect:99999999"))
    assert "There is no record defect:99999999" in words(test)
    assert any(one.label == "Search for another text" for one in test.button)


def test_one_of_the_similar_records_is_read_in_full_and_leads_on(full: Path, open_page: Open) -> None:
    test = sound(open_page("similar.py", like="does not keep its charge"))
    test.selectbox(key="similar-one").select_index(0).run()
    assert "outcome" in words(sound(test))


def test_a_base_with_one_record_finds_nothing_like_it(sqlite_base: KnowledgeBase, open_page: Open) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "returns", "return_number returned_on product_id text", ("R1", "01-10", 1, "goes dead"))
    test = sound(open_page("similar.py", base="Own", record="return:1"))
    assert "No record shares a word" in words(test)
