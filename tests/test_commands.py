"""python -m kb, as people use it: what it prints, what it leaves behind, and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb import store
from kb.commands import main
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, count, dump, held, put

ROOT = Path(__file__).parents[1]
Output = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    wrong = "SO3,K9,2024-05-03,1,A,20,100,2024-05-12\n"
    return put(tmp_path / "files", {**MASTERS, "order_lines.csv": ORDERS + wrong, "weather.csv": "day\n1\n"})


def load(files: Path, *more: str) -> int:
    return main(["import", str(files), "--preset", "symbiosis", *more])


def test_import_tells_what_came_in_and_what_did_not(base: KnowledgeBase, files: Path, capsys: Output) -> None:
    assert load(files) == 0
    told = capsys.readouterr().out
    assert "order_lines.csv: 4 rows read = 3 kept + 1 refused" in told
    assert "order_lines: 3 new, 0 changed, 0 same, 0 not for this table, 1 refused" in told
    assert "files the preset does not know: weather.csv" in told
    assert "refused: order_lines.csv line 5, customer_number 'K9' is not among the customers" in told
    assert "import 1 done: 9 new, 0 changed, 1 refused" in told
    assert count(base, "order_lines") == 3
    assert "(command line)" in held(base, "imports", "user_name")[0]


def test_import_again_says_that_there_is_nothing_new(base: KnowledgeBase, files: Path, capsys: Output) -> None:
    load(files)
    put(files, {"products.csv": MASTERS["products.csv"].replace("Saw", "Better saw")})
    capsys.readouterr()
    assert load(files) == 0
    assert "changed: products B, name: Saw -> Better saw" in capsys.readouterr().out
    assert load(files) == 0
    assert "nothing new: the base holds all of it already; 1 rows refused" in capsys.readouterr().out
    assert count(base, "imports") == 2


def test_a_dry_run_says_so_and_writes_nothing(base: KnowledgeBase, files: Path, capsys: Output) -> None:
    before = dump(base)
    assert load(files, "--dry-run") == 0
    assert "dry run, nothing was written: 9 new, 0 changed, 1 refused" in capsys.readouterr().out
    assert dump(base) == before


def test_refused_cells_are_written_to_a_file(base: KnowledgeBase, files: Path, tmp_path: Path, capsys: Output) -> None:
    assert load(files, "--refused", str(tmp_path / "refused.csv")) == 0
    assert "every refused cell is in" in capsys.readouterr().out
    lines = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "file,line,column,value,reason"
    assert lines[1].startswith("order_lines.csv,5,customer_number,K9,")


def test_undo_takes_an_import_back(base: KnowledgeBase, files: Path, capsys: Output) -> None:
    before = dump(base)
    load(files)
    assert main(["undo", "1"]) == 0
    told = capsys.readouterr().out
    assert "order_lines: 3 rows removed" in told
    assert "import 1 undone" in told
    assert dump(base) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["undo", "7"], "refused: there is no import 7"),
        (["import", "absent.csv", "--preset", "symbiosis"], "refused: absent.csv does not exist: check the path"),
        (["import", ".", "--preset", "absent"], "refused: no preset 'absent'"),
        (["export", "weather"], "refused: "),
    ],
)
def test_what_cannot_be_done_is_one_line_on_standard_error_and_exit_code_1(
    sqlite_base: KnowledgeBase, capsys: Output, arguments: list[str], words: str
) -> None:
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.err.startswith(words)
    assert len(output.err.strip().splitlines()) == 1
    assert output.out == ""


@pytest.mark.parametrize("arguments", [[], ["fly"], ["import"], ["undo", "first"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: Output) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m kb" in capsys.readouterr().err


def test_presets_tells_what_each_expects(capsys: Output) -> None:
    assert main(["presets"]) == 0
    told = capsys.readouterr().out
    assert "adventureworks (version 1): AdventureWorks" in told
    assert "All dates of work_orders from WorkOrder.csv are moved by +4,017 days." in told
    assert "returns from AdventureWorks_Returns.csv: OrderDate" not in told
    assert "one of each" not in told


def test_backup_and_restore_give_back_the_base(base: KnowledgeBase, files: Path, tmp_path: Path) -> None:
    load(files)
    before = dump(base)
    assert main(["backup", str(tmp_path / "kept")]) == 0
    assert main(["undo", "1"]) == 0
    assert main(["restore", str(tmp_path / "kept")]) == 0
    again = store.open_base()
    assert dump(again) == before
    again.close()


def test_export_writes_a_table(base: KnowledgeBase, files: Path, tmp_path: Path, capsys: Output) -> None:
    load(files)
    assert main(["export", "products", "--format", "csv", "--out", str(tmp_path / "products.csv")]) == 0
    assert "2 rows written to" in capsys.readouterr().out
    assert "Drill" in (tmp_path / "products.csv").read_text(encoding="utf-8-sig")


def test_the_command_runs_as_a_process_of_its_own(sqlite_base: KnowledgeBase, files: Path, home: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "kb", "import", str(files), "--preset", "symbiosis"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "import 1 done" in done.stdout
    assert count(sqlite_base, "products") == 2
