"""Apache Superset as its makers run it: an environment of its own, gunicorn, caches that all its workers share."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.environments import Environment, Missing, ran
from tests.browser.serving import free_port

ENVIRONMENT = Environment("Superset", "requirements-bench.txt", pythons=((3, 10), (3, 12)), gigabytes=1)
NAME, PASSWORD = "bench", "bench"
START_SECONDS = 120
# Two caches for queries and two for state, in files that every worker reads; a day, so that none expires in a run.
CONFIGURATION = """
SECRET_KEY = "only for a bench on this machine, never for a server that others reach"
SQLALCHEMY_DATABASE_URI = "sqlite:///{metadata}?check_same_thread=false"
PREVENT_UNSAFE_DB_CONNECTIONS = False  # without it Superset refuses SQLite as a source

def _cache(name):
    return {{
        "CACHE_TYPE": "FileSystemCache", "CACHE_DIR": "{caches}/" + name, "CACHE_DEFAULT_TIMEOUT": 86400,
        "CACHE_THRESHOLD": 100000,
    }}

CACHE_CONFIG = _cache("metadata")
DATA_CACHE_CONFIG = _cache("data")
FILTER_STATE_CACHE_CONFIG = _cache("filters")
EXPLORE_FORM_DATA_CACHE_CONFIG = _cache("explore")
"""
# The command of Superset's own container image (docker/entrypoints/run-server.sh), with a worker for each core.
GUNICORN = (
    "--worker-class", "gthread", "--threads", "20", "--timeout", "60", "--keep-alive", "2", "--limit-request-line", "0",
    "--limit-request-field_size", "0",
)  # fmt: skip


@dataclass(frozen=True)
class Superset:
    """A running Superset: where it listens, its first process, and its version."""

    url: str
    pid: int
    version: str
    workers: int


@contextmanager
def superset(folder: Path) -> Iterator[Superset]:
    """Superset with its data under `folder` and one administrator, stopped at the end. Raises Missing."""
    programs = ENVIRONMENT.programs()
    settings = _prepared(programs, folder)
    port, workers = free_port(), os.cpu_count() or 1
    command = [str(programs / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", str(workers), *GUNICORN]
    with (folder / "superset.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "superset.app:create_app()"], env=settings, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"http://localhost:{port}", process, folder / "superset.log")
        yield Superset(f"http://localhost:{port}", process.pid, ENVIRONMENT.version("apache-superset"), workers)
    finally:
        process.terminate()
        process.wait()


def _prepared(programs: Path, folder: Path) -> dict[str, str]:
    """The settings of its processes, after its own tables, roles and one administrator were made."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "superset_config.py"
    settings.write_text(CONFIGURATION.format(metadata=folder / "metadata.sqlite", caches=folder / "caches"), "utf-8")
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(settings), "FLASK_APP": "superset.app:create_app()"}
    environment.pop("DATABASE_URL", None)
    tables = ENVIRONMENT.home / "metadata.sqlite"
    if tables.exists() and tables.stat().st_mtime > ENVIRONMENT.mark.stat().st_mtime:
        shutil.copyfile(tables, folder / "metadata.sqlite")
        return environment
    person = ["--username", NAME, "--password", PASSWORD, "--firstname", "Be", "--lastname", "Nch"]
    for words in (
        ["db", "upgrade"],
        ["fab", "create-admin", *person, "--email", "bench@example.org"],
        ["init"],
    ):
        ran([str(programs / "superset"), *words], environment, f"superset {words[0]} failed")
    shutil.copyfile(folder / "metadata.sqlite", tables)
    return environment


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > give_up:
            raise Missing(f"Superset did not start: {' '.join(log.read_text('utf-8').strip().splitlines()[-1:])}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
