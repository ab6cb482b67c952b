"""The analyses from the command line."""

from __future__ import annotations

import csv
import io
import json

import pytest

from analytics.__main__ import COLUMNS, main
from kb.store import KnowledgeBase
from tests import small_company


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    small_company.build(base)
    return base


Output = pytest.CaptureFixture[str]
JANUARY = ["--from", "2025-01-01", "--to", "2025-01-31"]


def rows(output: Output) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.readouterr().out)))


def test_metrics_are_printed_with_the_fixed_columns(company: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics", *JANUARY, "--format", "csv"]) == 0
    told = rows(capsys)
    assert list(told[0]) == COLUMNS
    scrap = next(row for row in told if row["metric"] == "scrap_rate")
    assert (scrap["period"], scrap["dimension"], float(scrap["value"])) == ("Jan 2025", "", 8.0)


def test_by_month_undated_records_are_told_apart(company: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics", "--by", "month", "--format", "csv"]) == 0
    scrap = {row["period"]: row["denominator"] for row in rows(capsys) if row["metric"] == "scrap_rate"}
    assert scrap == {"2025-01": "150.0", "2025-02": "125.0", "undated": "10.0"}


def test_without_a_period_everything_counts(company: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics", "--format", "csv"]) == 0
    scrap = next(row for row in rows(capsys) if row["metric"] == "scrap_rate")
    assert (scrap["period"], scrap["denominator"]) == ("everything", "285.0")


def test_a_dimension_leaves_out_the_metrics_that_do_not_have_it(company: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics", "--by", "line", *JANUARY, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(row["metric"], row["dimension"]): row["value"] for row in told if row["metric"] == "scrap_rate"} == {
        ("scrap_rate", "L1"): 10.0, ("scrap_rate", "L2"): 4.0,
    }  # fmt: skip
    assert not any(row["metric"] == "revenue" for row in told)


def test_a_table_says_no_data_where_there_is_none(company: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics", *JANUARY]) == 0
    complaints = next(line for line in capsys.readouterr().out.splitlines() if line.lstrip().startswith("complaints"))
    assert "no data" in complaints and "nan" not in complaints.lower()


def test_an_empty_base_prints_no_data_and_why(base: KnowledgeBase, capsys: Output) -> None:
    assert main(["metrics"]) == 0
    shown = capsys.readouterr()
    assert "revenue" in shown.out
    assert "revenue: there are no order lines: import order_lines" in shown.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["metrics", "--by", "colour"], "no metric is recorded by colour"),
     (["metrics", "--from", "2025-02-01", "--to", "2025-01-01"], "--from 2025-02-01 lies after --to 2025-01-01"),
     (["refresh", "--new", "--groups", "factory=20,field=30"], "--new and --stability take the groups there are"),
     (["refresh", "--new"], "there are no groups yet"),
     (["replay", "--from", "2025-01-01", "--to", "2025-02-01", "--every", "7"], "replay comes with a later")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_one_line(
    sqlite_base: KnowledgeBase, capsys: Output, arguments: list[str], reason: str
) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith("refused: ") and reason in told and told.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["measure"], ["metrics", "--from", "yesterday"], ["metrics", "--format", "xml"], ["replay"],
     ["replay", "--from", "2025-01-01", "--to", "2025-02-01"]],
)  # fmt: skip
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
