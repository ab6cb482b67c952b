"""The causes page: every view as a link, what people shape is seen at once, the analysis started from the page."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics import refresh
from kb import editing, store
from kb.access import Person
from kb.store import KnowledgeBase
from pages.ui import refreshing
from tests import talking_company
from tests.importing import WHO, load, put_rows
from tests.test_pages import introduce, sound, told, unfold

PAGE = "causes.py"
PARTS = ("All of them", "Left over", "Last refit", "Words and corrections")
SIDES = ("Causes of the factory", "Symptoms of customers")
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def grouped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company whose texts were grouped, made once."""
    folder = tmp_path_factory.mktemp("grouped")
    base = store.open_base(f"sqlite:///{folder / 'grouped.sqlite'}")
    load(base, talking_company.write(folder / "files"))
    refresh.refresh(base, WHO)
    base.close()
    with sqlite3.connect(folder / "grouped.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "grouped.sqlite"


@pytest.fixture
def grouped(home: Path, grouped_file: Path) -> Iterator[KnowledgeBase]:
    shutil.copyfile(grouped_file, home / "symbiosis.sqlite")
    base = store.open_base()
    editing.introduce(base, "Quinn Abel", "quality")
    yield base
    base.close()


@pytest.fixture
def own(grouped: KnowledgeBase, open_page: Open) -> Open:
    return lambda **parameters: open_page(PAGE, base="Own", **parameters)


@pytest.fixture
def no_runs() -> Iterator[dict[str, Any]]:
    """What the page started is forgotten before and after."""
    refreshing._runs.clear()
    yield refreshing._runs
    for run in refreshing._runs.values():
        run.told.unlink(missing_ok=True)
    refreshing._runs.clear()


def said(test: AppTest) -> str:
    return told(test).replace("\\", "")


def ids(base: KnowledgeBase, side: str) -> list[int]:
    from analytics import questions

    return list(questions.group_names(base, WHO, side))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_each_side_is_a_link(own: Open, part: str, side: str) -> None:
    test = sound(own(part=part, side=side))
    assert test.radio(key="side").value == side
    assert "Groups of" in said(test) or part in ("Left over", "Words and corrections")


def test_all_groups_stand_in_a_table_with_trend_cost_and_stability(own: Open) -> None:
    test = own()
    frame = test.dataframe[0].value
    assert {"name", "records", "now", "before", "trend", "cost", "stability", "terms"} <= set(frame.columns)
    assert set(frame["stability"]) == {"not measured"}
    assert "largest is" in said(test) or "grow" in said(test)


def test_a_group_is_opened_by_its_link_and_shows_examples_before_anything_else(
    own: Open, grouped: KnowledgeBase
) -> None:
    symptom = ids(grouped, "field")[0]
    test = sound(own(group=str(symptom)))
    assert test.radio(key="side").value == SIDES[1]
    quotes = [one.value for one in test.markdown if one.value.startswith("“")]
    assert len(quotes) == 3
    assert said(test).index(quotes[0].replace("\\", "")) < said(test).index("records name it")
    assert "Records of" in said(test)


def test_a_group_that_never_was_shows_all_of_them(own: Open) -> None:
    for group in ("9999", "x", "-1", "9" * 30):
        assert len(sound(own(group=group)).tabs) == len(PARTS)


def test_the_box_opens_a_group_and_the_side_closes_it(own: Open, grouped: KnowledgeBase) -> None:
    test, cause = own(), ids(grouped, "factory")[0]
    sound(test.selectbox(key="open-factory-None").set_value(cause).run())
    assert test.query_params["group"] == str(cause)
    sound(test.radio(key="side").set_value(SIDES[1]).run())
    assert "group" not in test.query_params
    assert test.tabs


@pytest.mark.parametrize("by", ["product", "lot", "line", "shift", "supplier_lot"])
def test_shares_by_anything_are_a_link_and_narrow_the_records(own: Open, grouped: KnowledgeBase, by: str) -> None:
    cause = ids(grouped, "factory")[0]
    test = sound(own(group=str(cause), factory_by=by.replace("_", " ")))
    members = test.selectbox(key=f"of-{cause}-{by}")
    if len(members.options) > 1:
        before = len(test.dataframe[0].value)
        sound(members.set_value(members.options[1]).run())
        assert 0 < len(test.dataframe[0].value) <= before


def test_a_name_is_given_seen_at_once_told_as_an_event_and_taken_back(own: Open, grouped: KnowledgeBase) -> None:
    cause = ids(grouped, "factory")[0]
    test = own(group=str(cause))
    old = test.subheader[0].value
    introduce(test)
    unfold(test, "shape-group")
    field = next(one for one in test.text_input if one.label == "Call it")
    field.set_value("Cold joint")
    test.text_input(key=f"rename-{cause}-why").set_value("its usual name")
    next(one for one in test.button if one.label == "Rename").click().run()
    assert sound(test).subheader[0].value == "Cold joint"
    assert "“Cold joint”. Because: its usual name" in said(test)
    next(one for one in test.button if one.label == "Take back").click().run()
    assert sound(test).subheader[0].value == old
    assert "Taken back by" in said(test)


def test_a_merged_group_says_where_it_went(own: Open, grouped: KnowledgeBase, who: Person) -> None:
    one, other = ids(grouped, "factory")[:2]
    editing.merge_groups(grouped, who, one, other)
    test = sound(own(group=str(one)))
    assert "Somebody made it part of" in said(test)
    next(button for button in test.button if button.label == "Open that one").click().run()
    assert test.query_params["group"] == str(other)


def test_a_split_by_a_word_nobody_uses_is_refused_with_the_reason(own: Open, grouped: KnowledgeBase) -> None:
    cause = ids(grouped, "factory")[0]
    test = own(group=str(cause))
    introduce(test)
    unfold(test, "shape-group")
    test.text_input(key=f"split-{cause}-word").set_value("xylophone")
    next(one for one in test.button if one.label == "Split").click().run()
    assert "no record of this group uses" in test.error[0].value.replace("\\", "")


def test_a_record_is_taken_out_of_its_group_and_found_without_one(own: Open, grouped: KnowledgeBase) -> None:
    cause = ids(grouped, "factory")[0]
    test = own(group=str(cause))
    introduce(test)
    key = f"members-{cause}"
    test.selectbox(key=f"{key}-full-None").set_value(0).run()
    unfold(test, f"{key}-move")
    into = next(one for one in test.selectbox if one.label == "Where it belongs")
    into.set_value(0)
    next(one for one in test.button if one.label == "Put it there for good").click().run()
    sound(test)
    left = sound(own(part="Left over", left="without"))
    assert "put here by people" not in said(test)
    assert next(one for one in left.radio if one.key == "left").options[1] != "Records without a group (0)"


def test_a_word_and_the_granularity_are_kept_for_the_next_refresh(own: Open) -> None:
    test = own(part="Words and corrections")
    introduce(test)
    unfold(test, "enter-word", "change-granularity")
    test.text_input(key="word-word").set_value("jt")
    test.text_input(key="word-meant").set_value("joint")
    next(one for one in test.button if one.label == "Enter word").click().run()
    assert "The word “jt” stands for “joint”" in said(sound(test))
    test.slider[0].set_value(0.4)
    next(one for one in test.button if one.label == "Set").click().run()
    assert "now 0.40" in said(sound(test))


def test_results_older_than_the_data_say_so_with_one_button(
    own: Open, grouped: KnowledgeBase, tmp_path: Path, no_runs: dict[str, Any]
) -> None:
    (tmp_path / "more").mkdir()
    put_rows(tmp_path / "more" / "products.csv", ["sku"], [("Z",)])
    load(grouped, tmp_path / "more")
    test = own()
    assert "older than the data" in test.warning[0].value.replace("\\", "")
    assert "Refresh now" in [one.label for one in test.button]


def test_the_button_asks_who_starts_it_and_then_starts_it(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, no_runs: dict[str, Any]
) -> None:
    started = []
    monkeypatch.setattr(refreshing, "start", lambda base, *options: started.append((base.url, options)))
    test = open_page(PAGE)
    assert "No causes were looked for yet" in said(test)
    next(one for one in test.button if one.label == "Find causes now").click().run()
    assert "First say who you are" in said(test)
    assert started == []
    introduce(test)
    assert started == [(store.address("demo"), ())]


def test_without_texts_there_is_nothing_to_find(sqlite_base: KnowledgeBase, open_page: Open) -> None:
    from tests.small_company import add

    with sqlite_base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "lots", "lot_number product_id started_on", ("L1", 1, "01-10"))
    test = sound(open_page(PAGE, base="Own"))
    assert "has a text" in said(test)
    assert not [one for one in test.button if one.label == "Find causes now"]


def ended(base: KnowledgeBase, seconds: float = 90) -> refreshing.Running:
    run = refreshing.last(base)
    assert run is not None
    give_up = time.monotonic() + seconds
    while not run.is_over and time.monotonic() < give_up:
        time.sleep(0.1)
    assert run.is_over
    return run


def test_the_analysis_runs_as_a_child_process_once_at_a_time(grouped: KnowledgeBase, no_runs: dict[str, Any]) -> None:
    assert refreshing.start(grouped, "--new")
    assert not refreshing.start(grouped, "--new")
    assert not ended(grouped).has_failed
    with grouped.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM runs WHERE kind = 'new'").scalar() == 1
    assert refreshing.start(grouped, "--new")
    ended(grouped)


def test_why_the_analysis_failed_stands_on_the_page(
    sqlite_base: KnowledgeBase, open_page: Open, no_runs: dict[str, Any]
) -> None:
    from tests import small_company

    small_company.build(sqlite_base)
    refreshing.start(sqlite_base, "--new")
    assert ended(sqlite_base).has_failed
    test = open_page(PAGE, base="Own")
    assert "there are no groups yet" in test.error[0].value.replace("\\", "")


def test_a_running_analysis_is_said_with_its_phase(
    own: Open, grouped: KnowledgeBase, no_runs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    popen = subprocess.Popen
    slow = [
        sys.executable,
        "-c",
        "import sys, time; print('Group factory', file=sys.stderr, flush=True); time.sleep(60)",
    ]
    monkeypatch.setattr(refreshing.subprocess, "Popen", lambda command, **how: popen(slow, **how))
    refreshing.start(grouped)
    run = refreshing.last(grouped)
    assert run is not None
    try:
        give_up = time.monotonic() + 20
        while not run.last_line() and time.monotonic() < give_up:
            time.sleep(0.05)
        assert "Group factory" in said(sound(own()))
    finally:
        run.process.kill()
        run.process.wait()


@pytest.mark.parametrize("is_grouped", [True, False])
def test_an_import_puts_new_records_into_the_groups_there_are(
    request: pytest.FixtureRequest, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_grouped: bool
) -> None:
    base = request.getfixturevalue("grouped" if is_grouped else "sqlite_base")
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(refreshing, "start", lambda _, *options: started.append(options))
    editing.introduce(base, "Quinn Abel", "quality")
    (tmp_path / "more").mkdir()
    put_rows(tmp_path / "more" / "products.csv", ["sku"], [("Z",)])
    test = open_page("data.py", base="Own")
    introduce(test)
    test.text_input(key="folder").set_value(str(tmp_path / "more")).run()
    test.button(key="check-import").click().run()
    next(one for one in test.button if one.label == "Import 1 rows").click().run()
    assert "is done" in " ".join(one.value for one in test.success)
    assert started == ([("--new",)] if is_grouped else [])
