"""Files and folders: which are taken, which are named as unknown, and what stays out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb import audit, importing
from kb.access import Person
from kb.errors import Refused
from kb.importing import presets
from kb.models import Import, ImportFile, RefusedRow, Setting
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, WHO, company, count, everything, held, load, preset_of, put, refusals


def test_folders_are_searched_and_files_nobody_knows_are_named(base: KnowledgeBase, tmp_path: Path) -> None:
    put(tmp_path / "erp" / "orders", {"Order_Lines_2024.CSV": ORDERS, "notes.txt": "a;b\n", ".hidden.csv": "x\n"})
    put(tmp_path / "erp", {**MASTERS, "~$products.xlsx": b"x", "picture.png": b"x", "weather.csv": "day\n"})
    report = load(base, tmp_path / "erp")
    assert sorted(report.skipped_files) == ["notes.txt", "weather.csv"]
    assert [file.file_name for file in report.files][-1] == "Order_Lines_2024.CSV"
    assert count(base, "order_lines") == 3


def test_parents_are_read_first_whatever_the_order_of_the_files(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = put(tmp_path, {**MASTERS, "order_lines.csv": ORDERS})
    report = load(base, folder / "order_lines.csv", folder / "customers.csv", folder / "products.csv")
    assert report.files[-1].file_name == "order_lines.csv"
    assert refusals(report) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("weather.csv", "day\n1\n", ("symbiosis knows none of these files", "products*.csv")),
        ("products.csv", "", ("products.csv is empty",)),
        ("products.csv", "article,name\nA,Drill\n", ("products.csv has no column sku", "found: article, name")),
        ("products.xls", b"\xd0\xcf\x11\xe0old", ("knows none of these files",)),
        ("products.csv", b"\x1f\x8bzip", ("gzip archive",)),
    ],
)
def test_what_is_no_file_of_the_preset_is_refused_in_one_line(
    sqlite_base: KnowledgeBase, tmp_path: Path, name: str, content: str | bytes, words: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        load(sqlite_base, put(tmp_path, {name: content}) / name)
    assert all(word in str(refused.value) for word in words), str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_path_that_is_not_there_is_refused(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="does not exist: check the path"):
        load(sqlite_base, tmp_path / "absent.csv")


LOOK_UP = preset_of(
    '[[table]]\ntable = "products"\nfiles = ["p.csv"]\n'
    'columns = { sku = "sku", family = { from = "group", via = "groups.csv: id > name" } }'
)


def test_a_column_is_translated_by_another_file(base: KnowledgeBase, tmp_path: Path) -> None:
    files = {"p.csv": "sku,group\nA,1\nB,2\nC,\nD,9\n", "groups.csv": "id,name\n1,Drills\n2,Saws\n"}
    report = load(base, put(tmp_path, files), preset=LOOK_UP)
    assert held(base, "products", "sku", "family") == [("A", "Drills"), ("B", "Saws"), ("C", None)]
    assert refusals(report) == [(5, "group", "9", "is no id in groups.csv")]
    assert report.skipped_files == []


def test_a_look_up_whose_file_is_missing_is_refused_by_name(base: KnowledgeBase, tmp_path: Path) -> None:
    put(tmp_path, {"p.csv": "sku,group\nA,1\n"})
    with pytest.raises(Refused, match="p.csv needs groups.csv in the same import: name the folder or both files"):
        load(base, tmp_path / "p.csv", preset=LOOK_UP)
    put(tmp_path, {"groups.csv": "id,title\n1,x\n"})
    with pytest.raises(Refused, match="groups.csv has no column name"):
        load(base, tmp_path, preset=LOOK_UP)
    assert count(base, "products") == 0


def test_one_of_each_refuses_two_companies_at_once(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(
        'one_of_each = true\n[[table]]\ntable = "products"\nfiles = ["p.csv"]\ncolumns = { sku = "sku" }'
    )
    for company_name in ("first", "second"):
        put(tmp_path / company_name, {"p.csv": "sku\nA\n"})
    with pytest.raises(Refused, match=r"p.csv is there more than once \(first, second\)"):
        load(base, tmp_path, preset=preset)
    assert load(base, tmp_path / "second", preset=preset).total("new") == 1


def test_a_dry_run_writes_nothing_at_all(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    before, revision = everything(base), base.revision()
    owners = "customer_number,name,account_owner\nK1,Other,Kim Berger\nK3,Ost,Kim Berger\n"
    files = put(tmp_path / "next", {"products.csv": "sku\nA\nC\nC\n", "customers.csv": owners})
    told = load(base, files, dry_run=True)
    assert everything(base) == before
    assert base.revision() == revision
    done = load(base, files)
    for word in ("read", "new", "changed", "same", "refused"):
        assert told.total(word) == done.total(word)
    assert (told.refused_cells, told.changed_cells, told.created) == (
        done.refused_cells,
        done.changed_cells,
        done.created,
    )
    assert (told.import_id, done.import_id) == (None, 2)


def test_a_viewer_may_not_import_nor_try(base: KnowledgeBase, tmp_path: Path, viewer: Person) -> None:
    files = put(tmp_path, MASTERS)
    for dry_run in (False, True):
        with pytest.raises(Refused, match="may not import"):
            importing.run(base, viewer, [files], presets.load("symbiosis"), dry_run=dry_run)
    assert count(base, "products") == 0


def test_an_import_is_on_record(base: KnowledgeBase, tmp_path: Path) -> None:
    revision = base.revision()
    report = company(base, tmp_path)
    assert base.revision() == revision + 1
    entry = held(base, "audit_entries", "verb", "subject_table", "subject", "user_name")[-1]
    assert entry == ("import", "imports", str(report.import_id), WHO.name)
    assert audit.verify(base) == []


def test_the_ledger_adds_up_by_import_and_by_file(base: KnowledgeBase, tmp_path: Path) -> None:
    text = ORDERS + "SO3,K9,2024-05-03,1,A,20,100,2024-05-12\nSO4\n"
    report = load(base, put(tmp_path, {**MASTERS, "order_lines.csv": text}))
    with base.reading() as connection:
        ledger = connection.execute(select(Import.__table__)).mappings().one()
        files = connection.execute(select(ImportFile.__table__)).mappings().all()
        refused = connection.execute(select(RefusedRow.__table__).order_by(RefusedRow.line)).mappings().all()
    assert (ledger["status"], ledger["preset"], ledger["preset_version"]) == ("done", "symbiosis", "1")
    for word in ("read", "new", "changed", "same", "refused"):
        assert ledger[f"rows_{word}"] == report.total(word)
    assert ledger["rows_new"] == sum(file["rows_new"] for file in files) == 9
    for file in files:
        parts = (file[f"rows_{word}"] for word in ("new", "changed", "same", "skipped", "refused"))
        assert file["rows_read"] == sum(parts)
        assert len(file["sha256"]) == 64
    assert [(row["line"], row["column_name"], row["value"]) for row in refused] == [
        (5, "customer_number", "K9"), (6, "", ""),
    ]  # fmt: skip


def test_the_first_import_settles_the_currency_of_the_base(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = '%s[[table]]\ntable = "products"\nfiles = ["p.csv"]\ncolumns = { sku = "sku" }'
    file = put(tmp_path, {"p.csv": "sku\nA\n"})
    load(base, file, preset=preset_of(preset % 'currency = "USD"\n'))
    with base.reading() as connection:
        assert connection.scalar(select(Setting.value).where(Setting.name == "currency")) == "USD"
    with pytest.raises(Refused, match="this base counts in USD, the preset test in EUR"):
        load(base, file, preset=preset_of(preset % 'currency = "EUR"\n'))
    load(base, put(tmp_path, {"p.csv": "sku\nB\n"}), preset=preset_of(preset % ""))
    with base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Setting).where(Setting.value == "USD")) == 1


def test_what_was_found_in_each_file_is_told(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    text = "sku;name;unit_price\nA;Säge;1,5\n".encode("cp1252")
    found = load(sqlite_base, put(tmp_path, {"products.csv": text})).files[0].found
    assert found.startswith("CSV, Windows-1252, separated by ';', header in line 1")
    assert "decimal mark ','" in found


def test_an_excel_file_is_found_and_told(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    content = importing.templates.excel_template("products")
    sites = "site_number\nMUC\n"
    report = load(sqlite_base, put(tmp_path, {"products.xlsx": content, "sites.csv": sites}))
    assert report.files[-1].found.startswith("Excel, sheet 'products', header in row 1")
    assert held(sqlite_base, "products", "sku", "unit_price", "is_made") == [("DRL-104", 153.31, True)]
