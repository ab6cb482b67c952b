"""Mapping by hand on the Data page: proposed, corrected, seen, saved, imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
import xlsxwriter
from streamlit.testing.v1 import AppTest

from kb import editing
from kb.access import Person
from kb.importing import own
from kb.models import User
from kb.store import KnowledgeBase
from pages.ui import people
from tests.importing import held
from tests.layouts import layout

ROOT = Path(__file__).parents[1]
PAYLOAD = "[press](https://elsewhere.invalid) <b>x</b>"


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()
    people._remembered.clear()


@pytest.fixture
def page(sqlite_base: KnowledgeBase) -> AppTest:
    """The tab, opened by a member."""
    editing.introduce(sqlite_base, "Quinn Abel", "quality")
    test = AppTest.from_file(str(ROOT / "pages" / "_main.py"), default_timeout=60)
    test.query_params["section"] = "Map by hand"
    test.query_params["base"] = "Own"
    test.switch_page(str(ROOT / "pages" / "data.py")).run()
    test.selectbox(key="name-mapping").set_value("Quinn Abel")
    return press(test, "That is me")


def press(test: AppTest, label: str) -> AppTest:
    [button for button in test.button if button.label == label][-1].click().run()
    assert not test.exception
    return test


def bring(test: AppTest, path: Path) -> AppTest:
    test.file_uploader(key="mapping-files").set_value([(path.name, path.read_bytes(), "text/csv")]).run()
    assert not test.exception
    return test


def told(test: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "error", "success", "subheader")
    return " ".join(str(one.value) for kind in kinds for one in test.get(kind)).replace("\\", "").replace("\u2060", "")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def goal(test: AppTest, label: str) -> object:
    return next(box for box in test.selectbox if box.label == label)


def test_a_file_is_proposed_saved_and_imported_with_the_counts_that_were_shown(
    page: AppTest, sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    bring(page, layout("german_orders").write(tmp_path))
    assert "Proposed: 12 of 12 columns" in told(page)
    assert "Of the first 120 rows 120 would be taken and 0 refused." in told(page)
    assert list(page.dataframe[0].value.columns)[:3] == ["line in the file", "order_number", "line_number"]
    page.text_input(key="mapping-name-new").set_value("our_erp").run()
    press(page, "Save preset")
    assert "Saved as our_erp" in told(page)
    press(page, "Check without importing")
    assert "Read 120 rows = would take 120 + refused 0." in told(page)
    press(page, "Import 120 rows")
    assert len(held(sqlite_base, "order_lines", "order_line_id")) == 120
    assert [one.name for one in own.saved(sqlite_base, people.VISITOR)] == ["our_erp"]


def test_a_wrong_proposal_is_corrected_by_the_person(page: AppTest, tmp_path: Path) -> None:
    text = "RMA;Kunde;Menge;Sonst\n" + "".join(f"R{n};K{n % 3};{n};abc\n" for n in range(1, 9))
    bring(page, written(tmp_path, "Retouren.csv", text))
    assert goal(page, "Column 4 goes to").value == ""
    goal(page, "Column 4 goes to").set_value("reason").run()
    assert list(page.dataframe[0].value["reason"]) == ["abc"] * 8


def test_days_that_can_be_read_in_two_ways_are_asked_before_anything_is_shown(page: AppTest, tmp_path: Path) -> None:
    text = "RMA;Returned;Menge\n" + "".join(f"R{n};0{n}/0{n + 1}/2024;{n}\n" for n in range(1, 9))
    bring(page, written(tmp_path, "returns.csv", text))
    assert "Not yet: say above how days in Returned are written. Nothing is guessed." in told(page)
    assert not page.dataframe
    page.text_input(key="mapping-name-new").set_value("x").run()
    assert [button for button in page.button if button.label == "Save preset"][0].disabled
    goal(page, "Days in Returned are written").set_value("%m/%d/%Y").run()
    assert page.dataframe[0].value["returned_on"][0] == "2024-01-02"


def test_why_rows_are_refused_is_counted_and_parents_can_be_made(page: AppTest, tmp_path: Path) -> None:
    text = "RMA;Artikel;Menge\n" + "".join(f"R{n};P1;{n}\n" for n in range(1, 9))
    bring(page, written(tmp_path, "Retouren.csv", text))
    assert "8 rows: Artikel is not among the products" in told(page)
    next(box for box in page.multiselect if box.label.startswith("Make these")).set_value(["products"]).run()
    assert "Of the first 8 rows 8 would be taken and 0 refused." in told(page)


def test_what_is_missing_is_said_with_what_helps(page: AppTest, tmp_path: Path) -> None:
    text = "Auftrag;Artikel;Menge\n" + "".join(f"A{n};P{n};{n}\n" for n in range(1, 9))
    bring(page, written(tmp_path, "Aufträge.csv", text))
    assert "Not yet: " in told(page)
    assert "order_lines needs line_number" in told(page)
    box = next(one for one in page.text_input if one.label.startswith("line number"))
    box.set_value("1").run()
    assert set(page.dataframe[0].value["line_number"]) == {1}


def test_two_files_make_one_preset_and_come_in_together(
    page: AppTest, sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    masters = written(tmp_path, "Kunden.csv", "Kundennummer;Firma;Land\nK1;Nord;DE\nK2;Süd;AT\n")
    returns = written(tmp_path, "Retouren.csv", "RMA-Nr;Kunde;Menge\nR1;K1;2\nR2;K2;1\nR3;K1;1\n")
    both = [(path.name, path.read_bytes(), "text/csv") for path in (masters, returns)]
    page.file_uploader(key="mapping-files").set_value(both).run()
    assert "Each file is mapped on its own; all of them make one preset." in told(page)
    page.selectbox(key="mapping-file").set_value("Retouren.csv").run()
    assert "3 rows: Kunde is not among the customers" in told(page)
    page.text_input(key="mapping-name-new").set_value("pair").run()
    press(page, "Save preset")
    press(page, "Check without importing")
    press(page, "Import 5 rows")
    assert held(sqlite_base, "customers", "name") == ["Nord", "Süd"]
    assert held(sqlite_base, "returns", "customer_id") == [1, 2, 1]


def test_the_sheet_a_person_chose_is_the_one_that_comes_in(
    page: AppTest, sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "Retouren.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, numbers in (("Alt", ("A1", "A2")), ("Neu", ("N1", "N2", "N3"))):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["RMA-Nr", "Menge"])
            for line, number in enumerate(numbers, start=1):
                sheet.write_row(line, 0, [number, line])
    bring(page, path)
    page.selectbox(key="map-sheet-Retouren.xlsx").set_value("Neu").run()
    assert "Of the first 3 rows 3 would be taken and 0 refused." in told(page)
    page.text_input(key="mapping-name-new").set_value("sheets").run()
    press(page, "Save preset")
    press(page, "Check without importing")
    press(page, "Import 3 rows")
    assert held(sqlite_base, "returns", "return_number") == ["N1", "N2", "N3"]


def test_headers_of_a_file_are_shown_as_text_only(page: AppTest, tmp_path: Path) -> None:
    bring(page, written(tmp_path, "rma.csv", f"RMA,qty,{PAYLOAD}\n" + "R1,2,x\nR2,3,y\n"))
    shown = " ".join(str(one.value) for kind in ("markdown", "caption") for one in page.get(kind))
    assert PAYLOAD in shown.replace("\\", "").replace("\u2060", "")
    assert "](http" not in shown
    assert "<b>" not in shown


def test_a_file_of_sixty_columns_shows_what_matters_and_folds_the_rest(page: AppTest, tmp_path: Path) -> None:
    headers = ["RMA", "qty", *(f"attribute {n}" for n in range(58))]
    rows = [",".join([f"R{n}", "1", *(["x"] * 58)]) for n in range(20)]
    bring(page, written(tmp_path, "rma.csv", "\n".join([",".join(headers), *rows])))
    assert "Proposed: 2 of 60 columns" in told(page)
    assert [box.label for box in page.expander][0] == "Left out: 58"


def test_of_very_many_columns_those_looked_for_are_shown_and_what_was_chosen_stays(
    page: AppTest, tmp_path: Path
) -> None:
    headers = ["RMA", "qty", *(f"attribute {n}" for n in range(150))]
    rows = [",".join([f"R{n}", "1", *(["x"] * 150)]) for n in range(9)]
    bring(page, written(tmp_path, "rma.csv", "\n".join([",".join(headers), *rows])))
    assert "150 columns, the first 60 of them shown." in told(page)
    page.text_input(key="map-find-rma.csv").set_value("attribute 149").run()
    goal(page, "Column 152 goes to").set_value("reason").run()
    page.text_input(key="map-find-rma.csv").set_value("attribute 7").run()
    assert set(page.dataframe[0].value["reason"]) == {"x"}


def test_a_saved_preset_is_opened_again_and_nobody_overwrites_it(
    page: AppTest, sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    path = layout("german_orders").write(tmp_path)
    bring(page, path)
    page.text_input(key="mapping-name-new").set_value("our_erp").run()
    press(page, "Save preset")
    page.selectbox(key="mapping-origin").set_value("our_erp").run()
    assert "Mapped: 12 of 12 columns" in told(page)
    mine = own.saved(sqlite_base, people.VISITOR)[0]
    other = editing.introduce(sqlite_base, "Ada Brandt", "sales")
    editing.save_preset(sqlite_base, other, "our_erp", mine.toml.replace("our_erp", "our_erp", 1) + "# hers\n", 1)
    press(page, "Save preset")
    assert "saved by somebody else in the meantime: nothing of yours was saved." in told(page)
    assert own.saved(sqlite_base, people.VISITOR)[0].toml.endswith("# hers\n")
    press(page, "Open theirs instead of mine")
    press(page, "Save preset")
    assert "Saved as our_erp" in told(page)


def test_a_preset_can_be_changed_as_text_and_a_slip_in_it_is_refused(
    page: AppTest, sqlite_base: KnowledgeBase, who: Person
) -> None:
    text = 'name = "hers"\n[[table]]\ntable = "returns"\nfiles = "r.csv"\ncolumns = { return_number = "R" }\n'
    editing.save_preset(sqlite_base, who, "hers", text)
    page.run()
    page.selectbox(key="mapping-origin").set_value("hers").run()
    page.text_area(key="mapping-text-hers-1").set_value(text.replace("columns", "colums")).run()
    press(page, "Save text")
    assert "unknown word 'colums'" in told(page)
    page.text_area(key="mapping-text-hers-1").set_value(text.replace('"R"', '"Retoure"')).run()
    press(page, "Save text")
    assert '"Retoure"' in own.saved(sqlite_base, who)[0].toml


def test_a_viewer_is_told_why_they_cannot(page: AppTest, sqlite_base: KnowledgeBase) -> None:
    with sqlite_base.writing() as connection:
        connection.execute(User.__table__.update().values(role="viewer"))
    page.run()
    assert "You may look at everything, but not bring in data" in told(page)
    assert not page.get("file_uploader")


def test_a_visitor_is_asked_who_they_are_first(sqlite_base: KnowledgeBase) -> None:
    test = AppTest.from_file(str(ROOT / "pages" / "_main.py"), default_timeout=60)
    test.query_params["section"] = "Map by hand"
    test.query_params["base"] = "Own"
    test.switch_page(str(ROOT / "pages" / "data.py")).run()
    assert not test.exception
    assert "First say who you are." in told(test)
