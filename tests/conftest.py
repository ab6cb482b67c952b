"""What tests share: an empty knowledge base on each database, people, the home, the data beside the project."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb import store
from kb.access import DEPARTMENTS, Person
from kb.store import KnowledgeBase
from tests import postgres
from tests.needs import everything_is_required, missing

ROOT = Path(__file__).parents[1]
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip((yield))


def _no_skip(report: Any) -> Any:
    """With SYMBIOSIS_REQUIRE_ALL=1 a skip is a failure: a green run must have run everything."""
    if report.skipped and not hasattr(report, "wasxfail") and everything_is_required():
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"{reason} (SYMBIOSIS_REQUIRE_ALL=1 allows no skip)"
    return report


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that no test ever touches the user's own bases."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("SYMBIOSIS_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing(f"{folder} (the real data)")
    return folder


@pytest.fixture
def who() -> Person:
    """A member of quality: may import and edit, may not administer."""
    return Person("Quinn Abel", "quality", "member", None, ("quality",))


@pytest.fixture
def admin() -> Person:
    return Person("Ada Brandt", "executive", "admin", None, DEPARTMENTS)


@pytest.fixture
def viewer() -> Person:
    return Person("Vera Cole", "sales", "viewer", None, ("sales",))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A running server with a template that holds today's schema; under xdist each worker has its own."""
    with postgres.server() as server:
        server.run(f"CREATE DATABASE {server.template}")
        store.open_base(server.url(server.template)).close()
        yield server
        server.run(f"DROP DATABASE IF EXISTS {server.template} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    store.open_base(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_base(sqlite_template: Path, home: Path) -> Iterator[KnowledgeBase]:
    """An empty SQLite base with today's schema, at the place where the program looks for it."""
    shutil.copyfile(sqlite_template, home / "symbiosis.sqlite")
    base = store.open_base()
    yield base
    base.close()


@pytest.fixture
def postgres_base(postgres_server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    """An empty PostgreSQL base with today's schema, named by DATABASE_URL."""
    with postgres_server.database(postgres_server.template) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        base = store.open_base(url)
        yield base
        base.close()


@pytest.fixture(params=DATABASES)
def base(request: pytest.FixtureRequest) -> KnowledgeBase:
    """An empty knowledge base, once on SQLite and once on PostgreSQL; the program's own address leads to it."""
    return request.getfixturevalue(f"{request.param}_base")


@pytest.fixture(params=DATABASES)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any schema, for tests of migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.sqlite'}"
        return
    with request.getfixturevalue("postgres_server").database() as url:
        yield url


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented company, built once."""
    from kb import demo

    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    demo.build(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def full(home: Path, demo_file: Path) -> Path:
    """A home with the invented company."""
    shutil.copyfile(demo_file, home / "demo.sqlite")
    return home


@pytest.fixture
def open_page(home: Path) -> Iterator[Callable[..., Any]]:
    """`open_page("records.py", of="complaints")` runs a page and gives its AppTest.

    What pages keep is shared by the whole process, and each test has a base of its own: it is dropped at the end.
    """
    import streamlit
    from streamlit.testing.v1 import AppTest

    from pages.ui import door, people

    def opener(name: str = "overview.py", **parameters: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "pages" / "_main.py"), default_timeout=60)
        for key, value in parameters.items():
            test.query_params[key] = value
        if name != "overview.py":
            test.switch_page(str(ROOT / "pages" / name))
        return test.run()

    yield opener
    streamlit.cache_resource.clear()
    door.forget()
    people._remembered.clear()
