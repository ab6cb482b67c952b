"""The tests' own set-up: bases are empty, apart from each other, and of the kind they claim to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from kb import access, audit, migrations, starting, store
from kb.store import KnowledgeBase
from tests import postgres

ROOT = Path(__file__).parents[1]
SKIPPING = "from tests.needs import missing\ndef test_a():\n    missing('the moon')\n"


@pytest.mark.parametrize("round_number", [1, 2])
def test_every_test_gets_an_empty_base_of_its_own(base: KnowledgeBase, who: access.Person, round_number: int) -> None:
    assert base.revision() == 0
    with base.writing() as connection:
        audit.append(connection, who, "note", "settings", round_number)
    assert base.revision() == 1


def test_the_programs_own_address_leads_to_the_tests_base(base: KnowledgeBase) -> None:
    assert store.address() == base.url
    assert migrations.current(base) == migrations.head()


def test_a_blank_database_has_no_schema(blank_url: str) -> None:
    assert migrations.current(store.engines(blank_url)) is None
    store.engines(blank_url).close()


@pytest.mark.postgres
def test_postgres_is_a_real_server_of_version_15_or_newer(postgres_base: KnowledgeBase) -> None:
    with postgres_base.reading() as connection:
        assert int(connection.scalar(text("SHOW server_version_num")) or 0) >= 150000


@pytest.mark.postgres
def test_a_restarted_server_still_has_the_data(
    postgres_base: KnowledgeBase, postgres_server: postgres.Server, who: access.Person
) -> None:
    with postgres_base.writing() as connection:
        audit.append(connection, who, "note", "settings", 1)
    postgres_server.restart()
    assert postgres_base.revision() == 1


def test_the_home_of_a_test_is_not_the_users(home: Path) -> None:
    assert starting.home() == home
    assert make_url(store.address("demo")).database == str(home / "demo.sqlite")


@pytest.mark.parametrize(("required", "word", "code"), [("0", "1 skipped", 0), ("1", "1 failed", 1)])
def test_a_missing_part_skips_and_fails_where_everything_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: str, word: str, code: int
) -> None:
    (tmp_path / "test_moon.py").write_text(SKIPPING)
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    monkeypatch.setenv("SYMBIOSIS_REQUIRE_ALL", required)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (word in run.stdout, "the moon is missing" in run.stdout, run.returncode) == (True, True, code), run.stdout
