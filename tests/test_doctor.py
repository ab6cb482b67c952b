"""The doctor: a healthy base passes, each fault is found and named with its cure."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from kb import doctor, starting, store
from kb.errors import Refused
from kb.importing import bulk
from kb.models import Base, Import, ImportFile, Product
from kb.store import KnowledgeBase

SOUND = '[server]\nallowedHosts = ["localhost"]\n[client]\nshowErrorDetails = "none"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(SOUND)
    return path


def faults(base: KnowledgeBase, home: Path, config: Path, address: str | None = "localhost") -> dict[str, str]:
    checks = doctor.examine(base, address=address, home=home, config=config)
    return {check.name: check.detail for check in checks if not check.ok}


def an_import(base: KnowledgeBase, rows_said: int, rows_there: int, undone: bool = False) -> None:
    now = datetime.now(UTC)
    counts = {"rows_read": rows_said, "rows_new": rows_said, "rows_changed": 0, "rows_same": 0, "rows_refused": 0}
    ledger = {"import_id": 1, "imported_at": now, "user_name": "x", "preset": "p", "preset_version": "1", **counts}
    file = {"import_id": 1, "file_name": "products.csv", "sha256": "0", "found": "", "rows_skipped": 0, **counts}
    with base.writing() as connection:
        connection.execute(insert(Import).values(**ledger, status="done", undone_at=now if undone else None))
        connection.execute(insert(ImportFile).values(**file, table_name="products"))
        for number in range(rows_there):
            connection.execute(insert(Product).values(sku=f"P{number}", import_id=1))


def test_a_healthy_base_passes_every_check(sqlite_base: KnowledgeBase, home: Path, config: Path) -> None:
    an_import(sqlite_base, 3, 3)
    starting.cookie_secret(home)
    assert faults(sqlite_base, home, config) == {}


@pytest.mark.postgres
def test_on_postgresql_only_the_test_servers_speed_settings_are_faults(
    postgres_base: KnowledgeBase, home: Path, config: Path
) -> None:
    assert faults(postgres_base, home, config).keys() <= {"durable settings"}


def test_the_projects_own_settings_pass(sqlite_base: KnowledgeBase, home: Path) -> None:
    checks = doctor.examine(sqlite_base, address="localhost", home=home)
    assert [check for check in checks if not check.ok] == []


@pytest.mark.parametrize(
    "said, there, undone, found",
    [(3, 2, False, "brought 3 rows to products, 2 are there"), (2, 2, True, "was undone, yet products holds")],
)
def test_a_ledger_that_disagrees_with_the_tables_is_found(
    base: KnowledgeBase, home: Path, config: Path, said: int, there: int, undone: bool, found: str
) -> None:
    an_import(base, said, there, undone)
    assert found in faults(base, home, config)["import ledger"]


def test_a_row_that_points_to_nothing_is_found(sqlite_base: KnowledgeBase, home: Path, config: Path) -> None:
    with sqlite_base.writer.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("INSERT INTO lots (lot_number, product_id) VALUES ('L1', 99)"))
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
    assert "1 rows point to nothing (lots)" in faults(sqlite_base, home, config)["references"]


def test_references_left_unproved_by_a_cut_off_import_are_found_and_the_next_one_proves_them(
    postgres_base: KnowledgeBase, home: Path, config: Path
) -> None:
    lots = Base.metadata.tables["lots"]
    with postgres_base.writing() as connection:
        bulk.suspend_references(connection, lots)
        bulk.restore_references(connection)
    assert "are not proved" in faults(postgres_base, home, config)["references"]
    with postgres_base.writer.connect() as connection:
        bulk.complete(connection)
    assert "references" not in faults(postgres_base, home, config)


def test_an_index_that_a_cut_off_import_left_out_is_found_and_the_next_one_builds_it(
    postgres_base: KnowledgeBase, home: Path, config: Path
) -> None:
    with postgres_base.writing() as connection:
        connection.execute(text("DROP INDEX ix_sales_orders_ordered_on"))
    assert "builds the indexes ix_sales_orders_ordered_on" in faults(postgres_base, home, config)["references"]
    with postgres_base.writer.connect() as connection:
        bulk.complete(connection)
    assert "references" not in faults(postgres_base, home, config)


def test_a_damaged_page_is_found(sqlite_base: KnowledgeBase, home: Path, config: Path) -> None:
    an_import(sqlite_base, 2000, 2000)
    assert sqlite_base.path is not None
    sqlite_base.close()
    with open(sqlite_base.path, "r+b") as file:
        file.seek(os.path.getsize(sqlite_base.path) // 2)
        file.write(b"\xff" * 65536)
    assert "is damaged" in faults(sqlite_base, home, config)["pages of the base"]


def test_an_old_schema_and_a_changed_record_are_found(base: KnowledgeBase, home: Path, config: Path) -> None:
    with base.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        connection.execute(text("UPDATE revision SET audit_count = 7"))
    found = faults(base, home, config)
    assert "the schema is 0000" in found["schema"]
    assert "7 were written" in found["audit chain"]


@pytest.mark.parametrize("settings", ["", "[server]\nallowedHosts = ['*']\n[client]\nshowErrorDetails = 'full'\n"])
def test_open_settings_are_found(sqlite_base: KnowledgeBase, home: Path, config: Path, settings: str) -> None:
    config.write_text(settings)
    assert {"error details", "allowed hosts"} == faults(sqlite_base, home, config).keys()
    config.unlink()
    assert "is missing" in faults(sqlite_base, home, config)["allowed hosts"]


def test_the_environment_overrules_the_settings_file(
    sqlite_base: KnowledgeBase, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", "*")
    assert {"error details", "allowed hosts"} == faults(sqlite_base, home, config).keys()


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "LOCALHOST"])
def test_it_runs_open_on_this_machine(address: str) -> None:
    starting.may_start(address, accounts=False)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.7", "localhost.evil.example", "8.8.8.8"])
def test_on_a_network_it_refuses_to_run_without_sign_in(
    sqlite_base: KnowledgeBase, home: Path, config: Path, address: str | None
) -> None:
    with pytest.raises(Refused, match="nobody has to sign in"):
        starting.may_start(address, accounts=False)
    starting.may_start(address, accounts=True)
    assert "network" in faults(sqlite_base, home, config, address)


def test_the_cookie_secret_is_made_once_and_is_its_owners_only(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _number: starting.cookie_secret(home), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert [path.name for path in home.iterdir()] == [starting.SECRET_FILE]
    assert stat.S_IMODE((home / starting.SECRET_FILE).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_files_that_others_may_read_or_write_are_found(sqlite_base: KnowledgeBase, home: Path, config: Path) -> None:
    starting.cookie_secret(home)
    (home / starting.SECRET_FILE).chmod(0o644)
    home.chmod(0o777)
    assert {"home folder", "cookie secret"} == faults(sqlite_base, home, config).keys()


def test_a_full_disk_is_found(
    sqlite_base: KnowledgeBase, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    assert "make room" in faults(sqlite_base, home, config)["disk space"]


def test_a_base_that_does_not_open_is_a_failed_check_not_a_crash(home: Path, config: Path, tmp_path: Path) -> None:
    (tmp_path / "garbage.sqlite").write_bytes(b"no base at all" * 1000)
    base = store.engines(f"sqlite:///{tmp_path / 'garbage.sqlite'}")
    found = faults(base, home, config)
    assert found["base opens"] == "file is not a database"
    assert {"schema", "audit chain", "import ledger"} <= found.keys()


def test_checks_say_no_more_than_they_found(sqlite_base: KnowledgeBase, home: Path, config: Path) -> None:
    checks: list[Any] = doctor.examine(sqlite_base, address="localhost", home=home, config=config)
    assert len({check.name for check in checks}) == len(checks) >= 14
    assert all(check.detail and "\n" not in check.detail for check in checks)


def test_an_address_is_examined_as_it_is(
    home: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(url: str) -> set[str]:
        return {check.name for check in doctor.examine_address(url, home, config=config) if not check.ok}

    config.write_text(SOUND.replace("[server]", '[server]\naddress = "localhost"'))
    assert failed(f"sqlite:///{tmp_path / 'new.sqlite'}") == set()
    assert failed("mysql://host/base") == {"base opens"}
    (tmp_path / "garbage.sqlite").write_bytes(b"no base at all" * 1000)
    assert {"base opens", "schema"} <= failed(f"sqlite:///{tmp_path / 'garbage.sqlite'}")
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    assert failed(f"sqlite:///{tmp_path / 'new.sqlite'}") == {"network"}
