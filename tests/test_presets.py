"""Presets say which file fills which table; what is wrong in one is said before any file is read."""

from __future__ import annotations

import csv
import io
import os
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from kb import importing
from kb.errors import Refused
from kb.importing import importable, presets, templates
from kb.importing.fields import target
from kb.importing.templates import csv_template, excel_template, headers
from kb.store import KnowledgeBase
from tests.importing import count, held, load, preset_of, put, refusals

SYSTEMS = (
    "dynamics365", "erpnext", "excavator_work_orders", "fda_recalls", "infor_crm", "nhtsa", "odoo", "online_retail",
    "sage_crm",
)  # fmt: skip
PRODUCTS = '[[table]]\ntable = "products"\nfiles = ["p.csv"]\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "unknown word 'colour'; known are"),
        ("", "fills no table"),
        ('time_zone = "Mars/Base"\n' + PRODUCTS, "no time zone 'Mars/Base'"),
        (PRODUCTS + "colour = 1", "table products: unknown word 'colour'"),
        (PRODUCTS + 'columns = { colour = "c" }', "no column 'colour'; it takes sku"),
        (PRODUCTS + 'columns = { sku = { from = "c", colour = "x" } }', "column sku: unknown word 'colour'"),
        (PRODUCTS + 'columns = { sku = { from = "c", via = "groups.csv" } }', "must read 'FILE: KEY > VALUE'"),
        ('[[table]]\ntable = "weather"\nfiles = ["w.csv"]', "no table 'weather' is filled by files"),
        ("[[table", "is no valid TOML"),
    ],
)
def test_a_wrong_preset_is_refused_and_says_where(text: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        preset_of(text)
    assert words in str(refused.value)
    assert "test" in str(refused.value) or "weather" in str(refused.value)


def test_a_preset_is_loaded_by_name_or_by_path(tmp_path: Path) -> None:
    assert {"adventureworks", "planted", "symbiosis", *SYSTEMS} == set(presets.names())
    file = tmp_path / "mine.toml"
    file.write_text(PRODUCTS + 'columns = { sku = "no" }', encoding="utf-8")
    assert presets.load(str(file)).name == "mine"
    with pytest.raises(Refused, match="no preset 'absent': choose one of adventureworks, dynamics365, .*, symbiosis"):
        presets.load("absent")


def test_a_preset_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for title, changed in (("before", 1_700_000_000), ("after", 1_700_000_100)):
        file.write_text(f'title = "{title}"\n{PRODUCTS}columns = {{ sku = "no" }}', encoding="utf-8")
        os.utime(file, (changed, changed))
        assert presets.load(str(file)).title == title


def test_a_preset_may_extend_another(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of('extends = "symbiosis"\ntime_zone = "Europe/Berlin"')
    assert preset.time_zone == "Europe/Berlin"
    assert {t.table for t in preset.tables} == {t.table for t in presets.load("symbiosis").tables}
    load(sqlite_base, put(tmp_path, {"products.csv": "sku\nA\n"}), preset=preset)
    assert held(sqlite_base, "products", "sku") == ["A"]


def test_every_preset_names_its_version_and_shows_its_shifts() -> None:
    for name in presets.names():
        preset = presets.load(name)
        assert preset.title and preset.version
        assert len(preset.shifts) == sum(bool(t.shift_days) for t in preset.tables)


def test_every_table_has_a_template_whose_headers_explain_themselves() -> None:
    assert set(templates.names()) | {"sales_orders"} == set(importable())
    for name in templates.names():
        assert len(set(headers(name))) == len(headers(name))
        for header in headers(name):
            meaning, example = importing.fields.example(header)
            assert meaning and example, f"{name}.{header}"


def by_parents() -> list[str]:
    """Template names, parents first; importable() is in that order."""
    return [name for name in importable() if name in templates.names()]


def import_examples(base: KnowledgeBase, folder: Path, form: str) -> None:
    """Every template as it is, parents first."""
    write = csv_template if form == "csv" else excel_template
    for name in by_parents():
        report = load(base, put(folder / name, {f"{name}.{form}": write(name)}))
        assert refusals(report) == [], name
        assert next(c for c in report.files[0].tables if c.table == name).new == 1, name


@pytest.mark.slow
def test_every_excel_template_imports_its_own_example(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    import_examples(sqlite_base, tmp_path, "xlsx")


def test_every_template_imports_its_own_example_after_its_parents(base: KnowledgeBase, tmp_path: Path) -> None:
    import_examples(base, tmp_path, "csv")
    for name in importable():
        assert count(base, name) == 1, name
    empty = {
        f"{name}.{field}" for name in importable() for field in target(name).fields if held(base, name, field) == [None]
    }
    assert empty == set()


def test_all_templates_go_in_together(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = put(tmp_path, {f"{name}.csv": csv_template(name) for name in templates.names()})
    report = load(base, folder)
    assert report.total("refused") == 0
    assert report.total("new") == len(importable())
    assert load(base, folder).import_id is None


def test_a_filled_excel_template_comes_in_as_it_was_filled(base: KnowledgeBase, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel_template("products")))
    sheet, place = book["products"], {header: i + 1 for i, header in enumerate(headers("products"))}
    sheet.delete_rows(2)
    for line, (sku, name, price, made) in enumerate((("00123", "Säge", 12.5, "yes"), ("B", "=1+1", 7, "no")), start=2):
        for header, value in (("sku", sku), ("name", name), ("unit_price", price), ("is_made", made)):
            cell = sheet.cell(line, place[header], value)
            cell.data_type = "s" if isinstance(value, str) else "n"
    book.save(tmp_path / "products.xlsx")
    load(base, tmp_path / "products.xlsx")
    rows = [("00123", "Säge", 12.5, True, None), ("B", "=1+1", 7.0, False, None)]
    assert held(base, "products", "sku", "name", "unit_price", "is_made", "family") == rows


def test_dates_and_times_that_excel_keeps_as_its_own_come_in_right(base: KnowledgeBase, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["nonconformance_number", "detected_at", "quantity"])
    book.active.append(["N1", datetime(2024, 3, 5, 14, 20), 3])
    book.active.append(["N2", datetime(2024, 3, 6), 2.5])
    book.save(tmp_path / "nonconformances.xlsx")
    book = openpyxl.Workbook()
    book.active.append(["customer_number", "since_on"])
    book.active.append(["K1", date(2017, 11, 27)])
    book.active.append(["K2", "2018-01-02"])
    book.save(tmp_path / "customers.xlsx")
    assert refusals(load(base, tmp_path)) == []
    moments = [datetime(2024, 3, 5, 14, 20, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC)]
    assert held(base, "nonconformances", "detected_at") == moments
    assert held(base, "nonconformances", "quantity") == [3.0, 2.5]
    assert held(base, "customers", "since_on") == [date(2017, 11, 27), date(2018, 1, 2)]


def test_a_template_holds_no_formula() -> None:
    for name in templates.names():
        for cells in csv.reader(io.StringIO(csv_template(name).decode("utf-8-sig"))):
            assert not [cell for cell in cells if cell[:1] in "=+-@" and cell[:1]]
