"""Public files through the door, every number against the raw files, counted with nothing but csv and openpyxl."""

from __future__ import annotations

import csv
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kb import importing, store
from kb.importing import Report
from kb.store import KnowledgeBase
from tests.importing import WHO, count, dump, everything, held, load, put

pytestmark = pytest.mark.slow
FOLDERS = ("nhtsa", "fda_recalls", "excavator_work_orders", "online_retail")
Loaded = dict[str, tuple[KnowledgeBase, Report]]


@pytest.fixture(scope="module")
def loaded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Each folder in a base of its own."""
    bases = {name: store.open_base(f"sqlite:///{tmp_path_factory.mktemp(name) / 'base.sqlite'}") for name in FOLDERS}
    yield {name: (base, load(base, shared_data / name, preset=name)) for name, base in bases.items()}
    for base in bases.values():
        base.close()


def raw(path: Path, **options: Any) -> list[dict[str, str]]:
    with path.open(encoding=options.pop("encoding", "utf-8-sig"), newline="") as file:
        return list(csv.DictReader(file, **options))


def flat(path: Path) -> list[list[str]]:
    quoting = csv.QUOTE_NONE if path.suffix == ".txt" else csv.QUOTE_MINIMAL
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=quoting))


@pytest.mark.parametrize("name", FOLDERS)
def test_every_row_is_kept_or_refused_and_again_changes_nothing(loaded: Loaded, shared_data: Path, name: str) -> None:
    base, report = loaded[name]
    assert report.files
    before = everything(base)
    assert load(base, shared_data / name, preset=name).import_id is None
    assert everything(base) == before


@pytest.mark.parametrize("name", FOLDERS)
def test_undo_leaves_an_empty_base(sqlite_base: KnowledgeBase, shared_data: Path, name: str) -> None:
    empty = dump(sqlite_base)
    report = load(sqlite_base, shared_data / name, preset=name)
    assert report.import_id is not None
    importing.undo(sqlite_base, WHO, report.import_id)
    assert {t: r for t, r in dump(sqlite_base).items() if t != "settings"} == {
        t: r for t, r in empty.items() if t != "settings"
    }


def test_complaints_of_owners_agree_with_the_files(loaded: Loaded, shared_data: Path) -> None:
    base, report = loaded["nhtsa"]
    rows = raw(shared_data / "nhtsa" / "complaints_structured.csv")
    samples = [flat(shared_data / "nhtsa" / name) for name in ("complaints_random100.tsv", "complaints_sample.txt")]
    narrated = list(
        {(row[1], *row[3:6], row[7], row[11], row[19]): row for sample in samples for row in sample}.values()
    )
    assert (len(rows), len(narrated), sum(map(len, samples))) == (24_613, 200, 201)
    assert count(base, "complaints") == len(rows) + len(narrated)
    assert report.total("refused") == 0
    assert report.skipped_files == ["service_bulletins_sample.txt"]
    harmed = sum(
        "True" in (row["crash_involved"], row["fire_involved"]) or (row["injuries"], row["deaths"]) != ("0", "0")
        for row in rows
    ) + sum("Y" in (row[6], row[8]) or any(cell not in ("", "0") for cell in (row[9], row[10])) for row in narrated)
    assert Counter(held(base, "complaints", "severity"))[5] == harmed > 1_000
    days = Counter(row["incident_date"] for row in rows) + Counter(
        f"{row[16][:4]}-{row[16][4:6]}-{row[16][6:]}" for row in narrated
    )
    assert Counter(day.isoformat() for day in held(base, "complaints", "received_on")) == days
    words = Counter(row["component"].strip() for row in rows) + Counter(row[19].strip() for row in narrated)
    assert Counter(held(base, "complaints", "text")) == words


def test_recalls_of_vehicles_agree_with_the_files(loaded: Loaded, shared_data: Path) -> None:
    base, _ = loaded["nhtsa"]
    rows = raw(shared_data / "nhtsa" / "recalls.csv")
    sample = flat(shared_data / "nhtsa" / "recalls_sample.txt")
    assert count(base, "recalls") == len(rows) + len(sample) == 1_091
    started = Counter(row["recall_date"] for row in rows) + Counter(
        f"{row[15][:4]}-{row[15][4:6]}-{row[15][6:]}" for row in sample
    )
    assert Counter(day.isoformat() for day in held(base, "recalls", "started_on")) == started
    cars = {(row["make"], row["model"], row["model_year"]) for name in ("complaints_structured", "recalls")
            for row in raw(shared_data / "nhtsa" / f"{name}.csv")}  # fmt: skip
    cars |= {tuple(row[2:5]) for row in sample}
    for name in ("complaints_sample.txt", "complaints_random100.tsv"):
        cars |= {tuple(cell.strip() for cell in row[3:6]) for row in flat(shared_data / "nhtsa" / name)}
    assert set(held(base, "products", "sku")) == {" ".join(" ".join(car).split(" ")).strip() for car in cars}


def test_recalls_of_food_agree_with_the_clean_file_and_the_workbook(loaded: Loaded, shared_data: Path) -> None:
    base, report = loaded["fda_recalls"]
    folder = shared_data / "fda_recalls"
    clean = raw(folder / "fda_recalls_2024_2025_clean.csv", encoding="cp1252")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(folder / "fda_recalls_2024_2025_dirty.xlsx", read_only=True)
        head, *body = workbook.active.iter_rows(values_only=True)
        workbook.close()
    book = [dict(zip(head, row, strict=True)) for row in body]
    assert (len(clean), len(book)) == (3_115, 5_453)
    assert report.total("refused") == 0
    numbers = {f"{row['recall_id']}-{row['product_id']}" for row in clean}
    numbers |= {f"{row['Event ID']}-{row['Product ID']}" for row in book}
    assert set(held(base, "recalls", "recall_number")) == numbers
    classes = {f"{r['Event ID']}-{r['Product ID']}": r["Event Classification"] for r in book}
    assert Counter(held(base, "recalls", "severity")) == Counter(
        text.removeprefix("Class ") for text in classes.values()
    )
    days = {number: day for number, day in held(base, "recalls", "recall_number", "started_on")}
    assert all(days[f"{r['Event ID']}-{r['Product ID']}"] == r["Center Classification Date"].date() for r in book)


def test_the_texts_of_technicians_agree_with_the_file(loaded: Loaded, shared_data: Path) -> None:
    base, report = loaded["excavator_work_orders"]
    folder = shared_data / "excavator_work_orders"
    rows = raw(folder / "excavators-cleaned.csv", escapechar="\\", doublequote=False)
    assert len(rows) == 5_485 and all(file.read == 5_485 for file in report.files)
    refused = [row for row in rows if not is_number(row["Cost"])]
    assert [cell.reason for cell in report.refused_cells] == ["is not a number with decimal mark '.'"] * 2
    assert len(refused) == 1
    good = [row for row in rows if row not in refused]
    assert sum(held(base, "nonconformances", "cost")) == pytest.approx(sum(float(row["Cost"]) for row in good))
    assert Counter(held(base, "nonconformances", "defect_code")) == Counter(
        None if row["FM"] == "NA" else row["FM"] for row in good
    )
    assert Counter(held(base, "nonconformances", "text")) == Counter(row["OriginalShorttext"].strip() for row in good)
    assert sorted(held(base, "products", "sku")) == sorted({row["Asset"] for row in good})


def is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit()


def test_invoices_of_the_shop_agree_with_the_file(loaded: Loaded, shared_data: Path) -> None:
    base, report = loaded["online_retail"]
    rows = raw(shared_data / "online_retail" / "online_retail.csv")
    assert count(base, "order_lines") == len(rows) == 4_792
    assert report.total("refused") == 0
    assert count(base, "sales_orders") == len({row["InvoiceNo"] for row in rows})
    assert sum(held(base, "order_lines", "quantity")) == sum(int(row["Quantity"]) for row in rows)
    value = sum(int(row["Quantity"]) * float(row["UnitPrice"]) for row in rows)
    assert sum(held(base, "order_lines", "amount")) == pytest.approx(value)
    credits = [row for row in rows if row["InvoiceNo"].startswith("C")]
    negative = [number for number in held(base, "order_lines", "quantity") if number < 0]
    assert credits and len(negative) == sum(int(row["Quantity"]) < 0 for row in rows)
    countries = {row["CustomerID"]: row["Country"] for row in reversed(rows)}
    assert dict(held(base, "customers", "customer_number", "country")) == countries
    days = Counter(row["InvoiceDate"][:10] for row in {row["InvoiceNo"]: row for row in reversed(rows)}.values())
    assert Counter(day.isoformat() for day in held(base, "sales_orders", "ordered_on")) == days


def test_refused_rows_of_a_flat_file_are_mended_as_csv(
    sqlite_base: KnowledgeBase, shared_data: Path, tmp_path: Path
) -> None:
    sample = (shared_data / "nhtsa" / "complaints_sample.txt").read_text(encoding="utf-8")
    spoilt = sample.replace("\t19950103\t19950103\t", "\t19950103\t19959903\t", 1)
    report = load(sqlite_base, put(tmp_path / "a", {"FLAT_CMPL.txt": spoilt}), preset="nhtsa")
    assert [(cell.column, cell.value) for cell in report.refused_cells] == [("LDATE", "19959903")]
    mended = importing.mendable(report, "FLAT_CMPL.txt").decode("utf-8-sig").replace("19959903", "19950103")
    load(sqlite_base, put(tmp_path / "b", {"FLAT_CMPL.csv": mended}), preset="nhtsa")
    assert count(sqlite_base, "complaints") == 100
    whole = put(tmp_path / "c", {"FLAT_CMPL.txt": sample})
    assert load(sqlite_base, whole, preset="nhtsa").import_id is None


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["online_retail", "nhtsa"])
def test_public_files_enter_postgresql_as_they_enter_sqlite(
    loaded: Loaded, postgres_base: KnowledgeBase, shared_data: Path, name: str
) -> None:
    report = load(postgres_base, shared_data / name, preset=name)
    for table in ("products", "customers", "complaints", "recalls", "order_lines", "sales_orders"):
        assert count(postgres_base, table) == count(loaded[name][0], table), table
    assert load(postgres_base, shared_data / name, preset=name).import_id is None
    assert report.import_id is not None
    importing.undo(postgres_base, WHO, report.import_id)
    assert count(postgres_base, "products") == 0


def test_owners_of_flat_files_speak_in_their_own_words(loaded: Loaded) -> None:
    base, _ = loaded["nhtsa"]
    rows = held(base, "complaints", "complaint_number", "received_on", "channel", "text")
    told = {number.split("~")[0]: rest for number, *rest in rows}
    day, channel, words = told["10548147"]
    assert (day, channel) == (date(2013, 10, 16), "hotline")
    assert words.startswith("TL* THE CONTACT OWNS A 2011 FORD F-150.")
