"""The product feedback page: choosing, reading, searching, and what it says when there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kb.store import KnowledgeBase
from tests.small_company import add
from tests.test_pages import sound, told

Open = Callable[..., AppTest]
PAGE = "feedback.py"
PARTS = (
    "Symptoms",
    "All products",
    "Texts",
    "Praise and wishes",
    "Who is touched",
    "What it costs",
    "Reasons and trends",
)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_on_the_full_company(full: Path, open_page: Open, part: str) -> None:
    test = sound(open_page(PAGE, part=part))
    assert len(test.metric) >= 6


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_for_one_product_and_a_year(full: Path, open_page: Open, part: str) -> None:
    test = sound(open_page(PAGE, part=part, product="TRL-2 Child trailer Duo", period="Last 12 months"))
    assert "Product TRL-2" in told(test).replace("\\", "")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_says_what_is_missing_where_nothing_was_heard(
    sqlite_base: KnowledgeBase, open_page: Open, part: str
) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "sales_orders", "order_number ordered_on", ("SO-1", "01-10"))
        add(connection, "order_lines", "sales_order_id line_number product_id quantity amount", (1, 1, 1, 2.0, 10.0))
    test = sound(open_page(PAGE, base="Own", part=part))
    assert "there are no returns: import returns" in told(test).replace("\\", "").lower()
    assert any("Choose" in one.value or "choose" in one.value or "import" in one.value for one in test.info)


def test_the_six_figures_are_those_of_the_product(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, product="CHG-4A Fast charger 4 A")
    names = ["Return rate (ship cohort)", "Complaint rate (ship cohort)", "Returns", "Customers touched"]
    assert [one.label for one in test.metric] == [*names, "Cost of returns", "NPS"]
    assert test.metric[2].value == "12"


def test_an_unknown_product_in_a_link_is_no_error(full: Path, open_page: Open) -> None:
    test = sound(open_page(PAGE, product="no such product"))
    assert "All families" in told(test)


def test_a_family_on_the_left_narrows_the_products_to_choose(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, family="Chargers", part="All products")
    assert test.selectbox(key="product").options == ["CHG-2A Charger 2 A", "CHG-4A Fast charger 4 A"]
    assert set(test.dataframe[0].value["product"]) == {"CHG-2A", "CHG-4A"}


def test_the_table_of_products_ignores_the_chosen_one_so_that_one_can_go_on(full: Path, open_page: Open) -> None:
    assert len(open_page(PAGE, part="All products", product="CHG-4A Fast charger 4 A").dataframe[0].value) == 12


def test_a_search_finds_the_words_at_any_time_and_says_how_many(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Texts", say="LADEGERÄT", ever="true")
    assert all("ladeger" in text.lower() for text in test.dataframe[0].value["text"])
    assert f"{len(test.dataframe[0].value)} texts at any time" in told(test)


def test_a_search_that_finds_nothing_now_tells_of_other_times(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Texts", say="ladegeraet")
    assert "were written at other times: tick At any time" in told(test).replace("\\", "")


def test_a_search_for_words_nobody_wrote_says_so(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Texts", say="xylophone *", ever="true")
    assert "No text holds all of the words" in told(test)


def test_more_texts_than_the_cap_are_cut_with_a_note(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Texts", period="Last 12 months")
    assert len(test.dataframe[0].value) == 200
    assert "the newest 200 shown" in told(test)


def test_a_text_is_read_in_full_with_who_said_it_of_what(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Texts", voices="Requests", product="CHG-4A Fast charger 4 A")
    first = test.dataframe[0].value.iloc[0]
    sound(test.selectbox(key="full").set_value(0).run())
    assert first["text"] in told(test).replace("\\", "")
    assert first["number"] in told(test).replace("\\", "")


def test_the_wish_for_the_camper_charger_is_visible(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Praise and wishes")
    said = told(test).replace("\\", "")
    assert "Chargers: " in said
    assert "12 V" in said
    words = next(one.value for one in test.dataframe if "first said on" in one.value.columns)
    assert "12 v" in set(words["term"])


def test_the_customers_who_are_touched_are_named_with_their_account_owner(full: Path, open_page: Open) -> None:
    frame = open_page(PAGE, part="Who is touched").dataframe[0].value
    assert frame["account_owner"].notna().equals(frame["customer"] != "not recorded")
    assert "customers sent something back or complained in Oct 2026" in told(open_page(PAGE, part="Who is touched"))


def test_the_bars_are_a_table_too_with_the_way_to_their_records(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, heard="Complaints by severity")
    assert "Severity 3 leads with 37 of 96 complaints" in told(test)


def test_a_product_outside_the_family_chosen_later_is_let_go(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, product="LUX-60 Front light 60 lux")
    assert "Product LUX-60" in told(test).replace("\\", "")
    sound(test.sidebar.multiselect(key="family").set_value(["Chargers"]).run())
    assert test.selectbox(key="product").value is None
    assert "Product LUX-60" not in told(test).replace("\\", "")


def test_customers_and_costs_are_reached_by_link(full: Path, open_page: Open) -> None:
    test = open_page(PAGE, part="Who is touched")
    chosen = test.selectbox(key="touched-one")
    sound(chosen.set_value(chosen.options[0]).run())
    assert {"Their returns", "Their complaints"} <= {link.proto.label for link in test.get("page_link")}
