"""The knowledge base under load, in other time zones, on broken files and through restarts of the server."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from kb import audit, editing, store
from kb.access import Person
from kb.errors import Refused
from kb.facts.state import once
from kb.models import AuditEntry, Product, Setting, User
from kb.store import KnowledgeBase
from tests import postgres

ROOT = Path(__file__).parents[1]
CANARY = "Kanarienvogel GmbH"


def raise_by_one(base: KnowledgeBase) -> None:
    """Read and write apart, as a person's edit does: the shape that loses updates without a lock."""
    with base.writing() as connection:
        seen = select(Setting.value).where(Setting.name == "count").with_for_update()
        value = int(connection.scalar(seen) or 0)
        connection.execute(update(Setting).where(Setting.name == "count").values(value=str(value + 1)))


@contextmanager
def a_big_writer(base: KnowledgeBase) -> Iterator[list[int]]:
    """An importer that writes large transactions one after the other."""
    stop, rounds = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            with base.writing() as connection:
                rows = [{"sku": f"P{len(rounds)}-{number}"} for number in range(20_000)]
                connection.execute(insert(Product), rows)
            rounds.append(len(rows))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        yield rounds
        stop.set()
        running.result()


@pytest.mark.slow
def test_eight_writing_threads_beside_an_importer_lose_nothing_and_never_fail(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        connection.execute(insert(Setting).values(name="count", value="0", version=1))
    with a_big_writer(base) as rounds, ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(raise_by_one, base) for _number in range(320)]:
            done.result()
    with base.reading() as connection:
        assert connection.scalar(select(Setting.value)) == "320"
        assert connection.scalar(select(func.count()).select_from(Product)) == sum(rounds) > 0


@pytest.mark.slow
def test_eight_writing_processes_lose_nothing_and_keep_the_audit_chain_whole(base: KnowledgeBase) -> None:
    script = (
        "import sys; from kb import editing, store; from kb.access import Person\n"
        "base = store.open_base(sys.argv[1]); who = Person(sys.argv[2], 'sales', 'member')\n"
        "for number in range(10): editing.set_setting(base, who, f'{sys.argv[2]}-{number}', 'x')\n"
    )
    command = [sys.executable, "-W", "error", "-c", script, base.url]
    running = [subprocess.Popen([*command, f"P{n}"], cwd=ROOT, stderr=subprocess.PIPE, text=True) for n in range(8)]
    errors = [process.communicate()[1] for process in running]
    assert [error for error in errors if error] == []
    with base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Setting)) == 80
        assert connection.scalar(select(func.count()).select_from(AuditEntry)) == 80
    assert audit.verify(base) == []


def test_a_writer_waits_for_another_with_a_notice(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    (tmp_path / "base.sqlite").write_bytes(sqlite_template.read_bytes())
    base, waits = store.engines(f"sqlite:///{tmp_path / 'base.sqlite'}"), []
    holds = threading.Event()

    def hold() -> None:
        with base.writing():
            holds.set()
            time.sleep(0.4)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(hold)
        holds.wait()
        with base.writing(notice=waits.append) as connection:
            connection.execute(insert(Setting).values(name="a", value="b", version=1))
        other.result()
    assert waits and waits == sorted(waits)
    with base.writing(), pytest.raises(Refused, match="try again later"), caplog.at_level(logging.WARNING):
        monkeypatch.setattr(store, "PATIENCE_SECONDS", 0.1)
        with base.writing():
            pass
    assert "waiting for another writer" in caplog.text
    base.close()


def test_readers_see_one_state_while_others_write(base: KnowledgeBase, who: Person) -> None:
    with base.reading() as connection:
        before = connection.scalar(select(func.count()).select_from(Setting))
        editing.set_setting(base, who, "currency", "EUR")
        assert connection.scalar(select(func.count()).select_from(Setting)) == before == 0


def test_a_question_inside_another_sees_the_same_state(base: KnowledgeBase, who: Person) -> None:
    with base.reading() as outer:
        assert outer.scalar(select(func.count()).select_from(Setting)) == 0
        editing.set_setting(base, who, "currency", "EUR")
        with base.reading() as inner:
            assert inner is outer
        assert outer.scalar(select(func.count()).select_from(Setting)) == 0
    with base.reading() as later:
        assert later.scalar(select(func.count()).select_from(Setting)) == 1


def test_what_a_state_says_is_asked_once_in_it_and_a_writer_asks_anew(base: KnowledgeBase) -> None:
    asked: list[int] = []

    def answer() -> int:
        asked.append(1)
        return len(asked)

    with base.reading() as connection:
        assert [once(connection, "that", answer) for _ in range(3)] == [1, 1, 1]
    with base.reading() as connection:
        assert once(connection, "that", answer) == 2
    with base.writing() as connection:
        assert [once(connection, "that", answer) for _ in range(2)] == [3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO settings (name, value) VALUES ('a', 'b')",
        "UPDATE settings SET value = 'x'",
        "DELETE FROM settings",
        "CREATE TABLE more (x int)",
        "DROP TABLE settings",
    ],
)
def test_a_reader_cannot_write(base: KnowledgeBase, statement: str) -> None:
    with pytest.raises(DBAPIError, match="readonly database|read-only transaction"), base.reading() as connection:
        connection.execute(text(statement))


def test_an_error_rolls_everything_back(base: KnowledgeBase) -> None:
    with pytest.raises(RuntimeError), base.writing() as connection:
        connection.execute(insert(Setting).values(name="a", value="b", version=1))
        raise RuntimeError
    with base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Setting)) == 0


def test_a_reference_to_nothing_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(IntegrityError), base.writing() as connection:
        connection.execute(insert(Product).values(sku="D-1", site_id=99))


def test_a_whole_number_from_a_frame_is_a_number(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        values = {
            "sku": "D-1",
            "warranty_months": np.int64(24),
            "unit_cost": np.float32(0.5),
            "is_made": np.bool_(True),
        }
        connection.execute(insert(Product).values(values))
        found = connection.execute(select(Product.warranty_months, Product.unit_cost, Product.is_made)).one()
    assert tuple(found) == (24, 0.5, True)


def test_no_value_stands_in_an_error_or_a_log(base: KnowledgeBase, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    said = []
    user = insert(User).values(name=CANARY, role="member", is_active=True, version=1)
    statements: list[tuple[Any, dict[str, Any]]] = [
        (user, {}),
        (user, {}),
        (text("INSERT INTO settings (name, value, version) VALUES (:name, NULL, 1)"), {"name": CANARY}),
        (text("SELECT CAST(:word AS no_such_type_at_all)(1)"), {"word": CANARY}),
        (select(User).where(User.user_id == bindparam("number")), {"number": object()}),
    ]
    if not base.is_sqlite:
        statements.append((text("SELECT CAST(:word AS integer)"), {"word": CANARY}))
        statements.append((text("SELECT CAST(:word AS date)"), {"word": CANARY}))
    for statement, parameters in statements:
        try:
            with base.writing() as connection:
                connection.execute(statement, parameters)
        except Exception:
            logging.getLogger("kb").exception("failed")
            said.append(caplog.text)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    assert len(said) == len(statements) - 1
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "url", ["mysql://host/base", "sqlite://", "sqlite:///:memory:", "sqlite:////proc/nowhere/base.sqlite"]
)
def test_an_address_that_cannot_be_used_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(Refused, match="DATABASE_URL|SYMBIOSIS_HOME"):
        store.open_base(url)


def test_a_server_that_is_not_there_is_refused_in_one_line() -> None:
    with pytest.raises(Refused, match="correct DATABASE_URL") as refused:
        store.open_base("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert "\n" not in str(refused.value)


def test_two_processes_may_make_the_same_new_base_together(blank_url: str) -> None:
    script = "import sys; from kb import store; print(store.open_base(sys.argv[1]).revision())"
    command = [sys.executable, "-W", "error", "-c", script, blank_url]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _n in range(4)
    ]
    assert [process.communicate() for process in running] == [("0\n", "")] * 4


def test_own_data_and_the_demo_live_apart(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.address() == f"sqlite:///{home / 'symbiosis.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", "postgresql://host/base")
    assert store.address() == "postgresql://host/base"
    assert store.address("demo") == f"sqlite:///{home / 'demo.sqlite'}"


@pytest.mark.postgres
def test_connections_that_the_server_ended_cost_nobody_an_error(
    postgres_base: KnowledgeBase, postgres_server: postgres.Server, who: Person
) -> None:
    for number in range(5):
        postgres_server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'symbiosis'"
        )
        editing.set_setting(postgres_base, who, "currency", f"E{number}")
        assert postgres_base.revision() == number + 1


@pytest.mark.postgres
def test_a_restart_of_postgresql_between_requests_costs_nobody_an_error(who: Person) -> None:
    with postgres.server() as own, own.database() as url:
        base = store.open_base(url)
        editing.set_setting(base, who, "currency", "EUR")
        own.restart()
        assert base.revision() == 1
        assert editing.set_setting(base, who, "currency", "USD") == 2
        assert audit.verify(base) == []
        base.close()


def test_the_settings_of_every_connection_are_the_safe_ones(sqlite_base: KnowledgeBase) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 5000}
    for engine, query_only in ((sqlite_base.reader, 1), (sqlite_base.writer, 0)):
        with engine.connect() as connection:
            found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
            assert found == wanted
            assert connection.scalar(text("PRAGMA query_only")) == query_only
