"""Every page opens on a full, an empty and a nearly empty base, and what people do on it arrives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kb import editing, history, store
from kb.access import Person
from kb.store import KnowledgeBase
from pages.ui import people
from pages.ui.plain import plain
from tests.small_company import add

ROOT = Path(__file__).parents[1]
PAGES = (
    "overview.py",
    "quality.py",
    "causes.py",
    "feedback.py",
    "metrics.py",
    "similar.py",
    "start.py",
    "records.py",
    "data.py",
    "glossary.py",
    "admin.py",
)
TABS = ("Bring in data", "Map by hand", "Templates", "Imports", "State of the data")
Open = Callable[..., AppTest]


def told(test: AppTest) -> str:
    """Everything the page says."""
    kinds = ("title", "markdown", "caption", "info", "error")
    return " ".join(str(element.value) for kind in kinds for element in test.get(kind))


def sound(test: AppTest) -> AppTest:
    assert not test.exception
    assert not test.error
    return test


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_on_the_full_company(full: Path, open_page: Open, name: str) -> None:
    test = sound(open_page(name))
    assert len(test.title) == 1
    assert "Demo data" in told(test)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_on_an_empty_base(sqlite_base: KnowledgeBase, open_page: Open, name: str) -> None:
    test = sound(open_page(name, base="Own"))
    assert "No data yet" in told(test)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_on_one_row(sqlite_base: KnowledgeBase, open_page: Open, name: str) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "sales_orders", "order_number ordered_on", ("SO-1", "01-10"))
        add(connection, "order_lines", "sales_order_id line_number product_id quantity amount", (1, 1, 1, 2.0, 10.0))
    sound(open_page(name, base="Own"))


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_where_no_figure_can_be_worked_out(
    sqlite_base: KnowledgeBase, open_page: Open, name: str
) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "lots", "lot_number product_id started_on", ("L1", 1, "01-10"))
    sound(open_page(name, base="Own"))


@pytest.mark.parametrize("tab", TABS)
def test_each_part_of_the_data_page_opens(full: Path, open_page: Open, tab: str) -> None:
    sound(open_page("data.py", section=tab))


@pytest.mark.parametrize("tab", TABS)
def test_each_part_of_the_data_page_opens_on_an_empty_base(
    sqlite_base: KnowledgeBase, open_page: Open, tab: str
) -> None:
    sound(open_page("data.py", section=tab, base="Own"))


def test_the_first_start_makes_the_invented_company(home: Path, open_page: Open) -> None:
    test = sound(open_page())
    assert test.title[0].value == "Overview"
    assert (home / "demo.sqlite").is_file()
    assert not (home / "symbiosis.sqlite").exists()


def test_six_cards_stand_in_two_groups(full: Path, open_page: Open) -> None:
    test = open_page()
    assert [one.value for one in test.subheader][:2] == ["Sales", "Production"]
    assert len(test.metric) == 6


def test_a_filter_is_said_under_the_title_and_can_be_reset(full: Path, open_page: Open) -> None:
    test = open_page()
    test.sidebar.multiselect(key="family").set_value(["Lights"]).run()
    assert "family Lights" in told(test).replace("Family", "family")
    next(button for button in test.button if button.label == "Reset filters").click().run()
    assert "All families" in told(test)


def test_records_follow_the_link(full: Path, open_page: Open) -> None:
    test = sound(open_page("records.py", of="complaints", where="product:LUX-60"))
    assert test.title[0].value == "Records of complaints"
    assert set(test.dataframe[0].value["product"]) == {"LUX-60"}


def test_a_link_may_name_the_days_of_its_records_and_one_click_takes_them_back(full: Path, open_page: Open) -> None:
    link = {"of": "internal_ppm", "where": "line:L5", "since": "2026-08-01", "until": "2026-08-31"}
    test = sound(open_page("records.py", **link))
    assert "Only line L5; Aug 2026" in told(test).replace("\\", "")
    assert set(test.dataframe[0].value["on"].dt.strftime("%Y-%m")) == {"2026-08"}
    next(button for button in test.button if button.label == "Show all").click().run()
    assert "Oct 2026, compared with" in told(test).replace("\\", "")


def test_days_that_are_none_are_left_out_of_a_link(full: Path, open_page: Open) -> None:
    for since, until in (("2026-02-30", "2026-03-01"), ("2026-03-01", "2026-02-01"), ("x", "")):
        assert "Oct 2026, compared" in told(sound(open_page("records.py", since=since, until=until))).replace("\\", "")


def test_more_records_than_the_cap_are_cut_with_a_note(full: Path, open_page: Open) -> None:
    test = open_page("records.py", of="revenue", period="Last 12 months")
    assert len(test.dataframe[0].value) == 2000
    assert "the latest 2,000 of them shown" in told(test)


def test_an_unknown_metric_in_a_link_is_no_error(full: Path, open_page: Open) -> None:
    sound(open_page("records.py", of="no such metric"))


def test_the_glossary_finds_by_word(full: Path, open_page: Open) -> None:
    test = open_page("glossary.py")
    test.text_input(key="search").set_value("first pass").run()
    assert "First pass yield" in test.subheader[0].value


def test_who_i_am_is_asked_before_the_first_change_and_kept(full: Path, open_page: Open) -> None:
    test = open_page("admin.py")
    introduce(test)
    assert people._remembered
    assert "Record of changes" in [one.value for one in test.subheader]
    sound(test)


def unfold(test: AppTest, *boxes: str) -> AppTest:
    """Open expanders and popovers, which draw what is in them only then."""
    for box in boxes:
        test.session_state[box] = True
    return test.run()


def introduce(test: AppTest) -> None:
    unfold(test, "identity")
    name = test.sidebar.selectbox(key="name-sidebar")
    name.set_value(name.options[0])
    test.sidebar.selectbox(key="department-sidebar").set_value("quality")
    next(button for button in test.sidebar.button if button.label == "That is me").click().run()


def test_an_objective_that_only_one_can_move_is_refused_with_the_reason(full: Path, open_page: Open) -> None:
    test = open_page()
    introduce(test)
    unfold(test, "new-objective-box")
    test.selectbox(key="objective-metric").set_value("orders").run()
    test.number_input(key="target-orders").set_value(500.0)
    next(button for button in test.button if button.label == "Set objective").click().run()
    assert "only sales can move Orders" in test.error[0].value.replace("\\", "")


def test_an_objective_is_set_and_shown_at_once(full: Path, open_page: Open) -> None:
    test = open_page()
    introduce(test)
    unfold(test, "new-objective-box")
    test.selectbox(key="objective-metric").set_value("scrap_rate").run()
    test.number_input(key="target-scrap_rate").set_value(1.5)
    next(button for button in test.button if button.label == "Set objective").click().run()
    sound(test)
    assert "target 1.5 %" in told(test).replace("\\", "")


def test_two_people_who_change_one_objective_see_both_values_and_lose_none(full: Path, open_page: Open) -> None:
    base = store.open_base(store.address("demo"))
    test = open_page()
    introduce(test)
    unfold(test, "change-objective-box")
    other = editing.introduce(base, "Somebody Else", "sales")
    editing.change_objective(base, other, 1, 1, target=90.0)
    test.number_input(key="target-1-1").set_value(80.0)
    test.button(key="save-1").click().run()
    refusal = test.error[0].value.replace("\\", "")
    assert "Theirs: target 90.0" in refusal
    assert "Yours: target 80.0" in refusal
    test.run()
    assert test.number_input(key="target-1-2").value == 90.0
    base.close()


def test_a_fault_is_one_plain_sentence_and_no_traceback(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a customer's secret")

    monkeypatch.setattr("analytics.questions.cards", broken)
    test = open_page()
    assert not test.exception
    assert "fault in the program" in test.error[0].value
    assert "secret" not in caplog.text
    assert "ValueError at" in caplog.text


@pytest.mark.parametrize(
    "text",
    ["![x](https://elsewhere.invalid/x.png)", "[x](https://elsewhere.invalid)", ":material/bolt:", "https://elsewhere.invalid",
     "<img src=x>", "$x^2$", ":red[x]", "# x", "`x`", "www.elsewhere.invalid", "a@elsewhere.invalid", "| a | b |"],
)  # fmt: skip
def test_text_from_data_keeps_no_working_sign(text: str) -> None:
    shown = plain(text)
    for sign in ("](", "://", ":material/", ":red[", "www.", "@e"):
        assert sign not in shown.replace("\\", "") or sign in ("](",)
    assert "](" not in shown
    assert not shown.startswith("#")


def test_plain_words_stay_as_they_are() -> None:
    assert plain("Scrap rate 5 % at 12:30").replace("\\", "") == "Scrap rate 5 % at 12:30"


def test_changes_of_objectives_are_open_to_all_and_the_rest_is_not(
    sqlite_base: KnowledgeBase, who: Person, viewer: Person, admin: Person
) -> None:
    editing.introduce(sqlite_base, "Quinn Abel", "quality")
    assert history.changes(sqlite_base, viewer, table="objectives").empty
    assert list(history.changes(sqlite_base, admin)["verb"]) == ["introduce"]
    with pytest.raises(Exception, match="may not administer"):
        history.changes(sqlite_base, viewer)


def test_the_store_is_not_made_by_looking(home: Path, full: Path, open_page: Open) -> None:
    open_page()
    assert not Path(store.address("own").removeprefix("sqlite:///")).exists()


QUALITY_VIEWS = (
    {"defects_by": "supplier", "weighed_by": "count"},
    {"watch": "nonconformances (u)", "apart_nonconformances": "family", "every": "week", "limits_from": "all points"},
    {"watch": "scrapped units (p)", "process_line": "all together"},
    {"look": "Yield by step"},
    {"look": "Returns by months in service"},
    {"grid_rows": "family", "grid_columns": "disposition", "cells_by": "quantity"},
)


@pytest.mark.parametrize("parameters", QUALITY_VIEWS)
def test_every_view_of_the_quality_page_is_a_link(full: Path, open_page: Open, parameters: dict[str, str]) -> None:
    test = sound(open_page("quality.py", **parameters))
    shown = {box.key: box.value for kind in ("selectbox", "segmented_control") for box in test.get(kind)}
    words = {"nonconformances": "nonconformances (u)", "scrapped": "scrapped units (p)"}
    chosen = {name: words.get(str(shown.get(name)), shown.get(name)) for name in parameters if name != "look"}
    assert chosen == {name: value for name, value in parameters.items() if name != "look"}
    assert not test.info


def test_the_quality_page_shows_the_line_that_drifts(full: Path, open_page: Open) -> None:
    test = sound(open_page("quality.py"))
    assert "Rejected units, line L5: too high in" in told(test).replace("\\", "")
    assert len(test.metric) == 6


def test_the_quality_page_says_what_is_missing_where_nothing_was_inspected(
    sqlite_base: KnowledgeBase, open_page: Open
) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "shipments", "shipment_number product_id quantity shipped_on", ("S1", 1, 5.0, "01-31"))
    for look in ("Products and defects", "Yield by step", "Returns by months in service"):
        said = told(sound(open_page("quality.py", base="Own", look=look))).replace("\\", "")
        assert "There are no nonconformances: import nonconformances." in said
        assert "There are no inspections with a day: import inspections." in said


def test_a_row_of_the_ranking_leads_to_its_records(full: Path, open_page: Open) -> None:
    test = open_page("quality.py")
    assert not [box for box in test.selectbox if box.key == "ranking-records"]
    test = sound(open_page("records.py", of="nonconformances", where="defect_code:E41"))
    assert set(test.dataframe[0].value["defect_code"]) == {"E41"}
