"""What makes a large import quick changes no value: keys kept as numbers, rows sent in binary form, no pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import BigInteger, Boolean, Date, Double, Integer, Text, text

from kb.importing import binary, bulk, pairs
from kb.importing.extract import Coded, objects
from kb.models import UtcDateTime
from kb.reading import light
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, count, load, put

TYPES = {
    "whole": BigInteger(), "narrow": Integer(), "number": Double(), "truth": Boolean(), "day": Date(),
    "moment": UtcDateTime(), "words": Text(),
}  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "whole": [1, 2**60, None, -1, 0],
    "narrow": [1.0, None, -2147483648, 2147483647, 7],
    "number": [0.1, -1e15, 3, None, 1e-9],
    "truth": [True, False, None, True, False],
    "day": ["1900-01-01", "2199-12-31", None, "2000-01-01", "1999-12-31"],
    "moment": ["2024-02-29 23:59:59.999999", None, "1970-01-01 00:00:00.000000", "2000-01-01 00:00:00.000001"] * 1
    + ["1999-12-31 23:59:59.000000"],
    "words": ["", "ü\u20ac", None, 'a,"b"\n\\N', "same length"],
}


def column(values: list[Any]) -> Coded:
    return Coded(np.arange(len(values)), objects(values))


@pytest.mark.postgres
def test_rows_in_binary_form_are_the_rows_as_text(postgres_base: KnowledgeBase) -> None:
    pieces = binary.encoded([column(values) for values in VALUES.values()], list(TYPES.values()))
    assert pieces is not None
    casts = {"moment": "timestamptz"}
    with postgres_base.writing() as connection:
        dialect = connection.dialect
        names = [f"{name} {casts.get(name, type_.compile(dialect))}" for name, type_ in TYPES.items()]
        connection.execute(text(f"CREATE TEMPORARY TABLE sent ({', '.join(names)})"))
        cursor: Any = connection.connection.cursor()
        with cursor.copy("COPY sent FROM STDIN (FORMAT binary)") as copy:
            for piece in pieces:
                copy.write(piece)
        shown = "whole, narrow, number, truth, day::text, (moment AT TIME ZONE 'UTC')::text, words"
        found = {tuple(row) for row in connection.execute(text(f"SELECT {shown} FROM sent"))}
    sent = list(zip(*VALUES.values(), strict=True))
    assert found == {(*row[:5], row[5] and row[5].rstrip("0").rstrip("."), row[6]) for row in sent}


@pytest.mark.parametrize(
    ("values", "type_"), [([2**31], Integer()), ([1.5], Integer()), ([2**63], BigInteger()), ([1], object())]
)
def test_what_does_not_fit_the_type_is_left_to_the_database_to_refuse(values: list[Any], type_: Any) -> None:
    assert binary.encoded([column(values)], [type_]) is None


def test_rows_of_too_many_shapes_are_sent_as_text() -> None:
    words = ["x" * length for length in range(binary.MOST_SHAPES + 1)]
    assert binary.encoded([column(words)], [Text()]) is None
    assert binary.encoded([column(words[1:])], [Text()]) is not None


def test_pairs_are_found_whatever_the_order_they_came_in() -> None:
    known, chance = pairs.Pairs(), np.random.default_rng(7)
    names = pairs.packed(chance.permutation(5_000) // 3, np.arange(5_000))
    for at in range(0, 5_000, 700):
        known.add(names[at : at + 700], np.arange(at, at + 700)[: len(names[at : at + 700])] + 1)
    assert known.find(names).tolist() == list(range(1, 5_001))
    assert known.find(pairs.packed([9_999, 0], [0, 9_999])).tolist() == [0, 0]
    assert len(known.runs) < 8


def test_numbers_that_make_no_pair_are_told_apart() -> None:
    assert (pairs.packed([1, 2**31, -1, 1, 1], [2, 1, 1, 1.5, float("nan")]) >= 0).tolist() == [True] + [False] * 4


def test_names_keep_the_order_of_their_first_rows() -> None:
    names, first, held = pairs.distinct(pairs.packed([3, 1, 3, 2, 1], [1, 1, 1, 1, 1]))
    assert pairs.unpacked(names) == [(3, 1), (1, 1), (2, 1)]
    assert first.tolist() == [0, 1, 3]
    assert held.tolist() == [0, 1, 0, 2, 1]


def test_a_line_number_too_large_for_a_pair_is_a_key_like_any_other(base: KnowledgeBase, tmp_path: Path) -> None:
    """SQLite takes it, PostgreSQL's column does not; neither may take it for another line."""
    large = 2**31 if base.is_sqlite else 2**31 - 1
    orders = ORDERS + f"SO9,K1,2024-05-04,{large},A,1,5,2024-05-12\nSO9,K1,2024-05-04,1,A,1,5,2024-05-12\n"
    again = orders + f"SO9,K1,2024-05-04,{large},A,1,5,2024-05-12\n"
    report = load(base, put(tmp_path, {**MASTERS, "order_lines.csv": again}))
    assert [cell.reason for cell in report.refused_cells] == ["stands already in line 5 of this file"]
    assert count(base, "order_lines") == 5
    assert load(base, put(tmp_path / "again", {"order_lines.csv": orders})).import_id is None


def test_orders_put_where_they_belong_though_lines_of_one_are_far_apart(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    header = ORDERS.splitlines()[0] + "\n"
    lines = [f"SO{i % 7},K1,2024-05-04,{i},A,{i},5,2024-05-12\n" for i in range(1, 200)]
    load(base, put(tmp_path, {**MASTERS, "order_lines.csv": header + "".join(lines)}))
    query = "SELECT order_number, line_number, quantity FROM order_lines JOIN sales_orders USING (sales_order_id)"
    with base.reading() as connection:
        found = {tuple(row) for row in connection.execute(text(query))}
    assert found == {(f"SO{i % 7}", i, i) for i in range(1, 200)}


def test_light_arrays_are_those_of_arrow() -> None:
    assert light.strings(["a", "", "ü\u20ac"]).to_pylist() == ["a", "", "ü\u20ac"]
    assert light.strings([]).to_pylist() == []
    assert light.plain(light.numbers(np.arange(5)).slice(2)).tolist() == [2, 3, 4]


def test_the_command_line_imports_files_without_pandas(home: Path, tmp_path: Path) -> None:
    """It takes a third of a second and is imported by the least call of pyarrow with a Python value."""
    put(tmp_path, {**MASTERS, "order_lines.csv": ORDERS})
    code = (
        "import sys; from kb.commands import main\n"
        f"assert main(['import', {str(tmp_path)!r}, '--preset', 'symbiosis']) == 0\n"
        "assert 'pandas' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stdout + done.stderr
