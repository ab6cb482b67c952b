"""Refused rows come out as CSV, are mended, and go in again with the same preset; no cell is a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kb import importing
from kb.errors import Refused
from kb.importing import Report
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, company, count, held, load, put, refusals

WRONG = ORDERS + (
    "SO3,K9,2024-05-03,1,X9,many,100,2024-05-12\n"
    "SO4,K1,2024-05-03,1\n"
    'SO5,K1,2024-05-03,1,A,20,100,2024-05-12,"more, and more"\n'
    "SO6,K1,2024-05-03,1,A,20,1\0,2024-05-12\n"
)


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def refused(base: KnowledgeBase, tmp_path: Path) -> Report:
    company(base, tmp_path)
    return load(base, put(tmp_path / "wrong", {"order_lines.csv": WRONG}))


def test_every_refused_cell_is_listed(refused: Report) -> None:
    listed = rows(importing.refused_csv(refused))
    assert listed[0] == ["file", "line", "column", "value", "reason"]
    assert [row[:4] for row in listed[1:4]] == [
        ["order_lines.csv", "8", "amount", "1\u2400"] if row[1] == "8" else row[:4] for row in listed[1:4]
    ]
    assert len(listed) - 1 == len(refused.refused_cells)
    assert {row[1] for row in listed[1:]} == {"5", "6", "7", "8"}


def test_each_refused_row_stands_once_with_its_own_cells_and_its_reasons(refused: Report) -> None:
    found = rows(importing.mendable(refused, "order_lines.csv"))
    assert found[0] == [*ORDERS.splitlines()[0].split(","), "reason"]
    whole = [row for row in found[1:] if row[0] == "SO3"]
    assert [row[:8] for row in whole] == [["SO3", "K9", "2024-05-03", "1", "X9", "many", "100", "2024-05-12"]]
    assert "is not a number" in whole[0][8]
    assert sorted(row[0] for row in found[1:]) == ["SO3", "SO4", "SO5", "SO6"]
    assert [row[8] for row in found[1:] if row[0] == "SO5"] == ["more, and more"]


def test_rows_that_nobody_mended_are_refused_again(base: KnowledgeBase, refused: Report, tmp_path: Path) -> None:
    folder = put(tmp_path / "again", {"order_lines.csv": importing.mendable(refused, "order_lines.csv")})
    again = load(base, folder)
    assert (again.files[0].read, again.files[0].refused, again.import_id) == (4, 4, None)


def test_mended_rows_come_in(base: KnowledgeBase, refused: Report, tmp_path: Path) -> None:
    found = rows(importing.mendable(refused, "order_lines.csv"))
    mended = [found[0]]
    for row in found[1:]:
        mended.append([row[0], "K1", "2024-05-03", "1", "A", "20", "100", "2024-05-12", "mended"])
    out = io.StringIO(newline="")
    csv.writer(out).writerows(mended)
    report = load(base, put(tmp_path / "mended", {"order_lines.csv": out.getvalue()}))
    assert refusals(report) == []
    assert held(base, "sales_orders", "order_number")[2:] == [row[0] for row in mended[1:]]
    assert count(base, "order_lines") == 7


def test_a_file_with_a_reason_of_its_own_keeps_it(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    text = "return_number,sku,reason\nR1,X,defective\nR2,A,other\n"
    report = load(base, put(tmp_path / "returns", {"returns.csv": text}))
    found = rows(importing.mendable(report, "returns.csv"))
    assert found[0] == ["return_number", "sku", "reason", "reason (2)"]
    assert found[1][:3] == ["R1", "X", "defective"]


def test_no_refused_cell_is_a_formula(base: KnowledgeBase, tmp_path: Path) -> None:
    payloads = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\uff1d1+1")
    text = "sku,name,unit_price,=header\n" + "".join(f"P{i},{p},{p},{p}\n" for i, p in enumerate(payloads))
    report = load(base, put(tmp_path, {"products.csv": text, "customers.csv": MASTERS["customers.csv"]}))
    assert report.files[-1].refused + report.files[0].refused == len(payloads)
    for content in (importing.refused_csv(report), importing.mendable(report, "products.csv")):
        cells = [cell for row in rows(content) for cell in row]
        assert [cell for cell in cells if cell.strip()[:1] in ("=", "+", "@", "\uff1d") or cell == "-2+3"] == []
    assert rows(importing.mendable(report, "products.csv"))[1][1] == "'=1+1"


def test_only_files_of_the_import_can_be_mended(refused: Report) -> None:
    with pytest.raises(Refused, match="this import read no file absent.csv: choose one of order_lines.csv"):
        importing.mendable(refused, "absent.csv")
