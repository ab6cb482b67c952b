"""Apache Superset as its makers run it: an environment of its own, gunicorn, caches that all its workers share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import ROOT
from tests.browser.serving import free_port

REQUIREMENTS = ROOT / "requirements-bench.txt"
NAME, PASSWORD = "bench", "bench"
PYTHONS = ((3, 10), (3, 12))
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


class Missing(RuntimeError):
    """Superset cannot be measured here; says why in words for the reader."""


@dataclass(frozen=True)
class Superset:
    """A running Superset: where it listens, its first process, and its version."""

    url: str
    pid: int
    version: str
    workers: int


def home() -> Path:
    """Where the environment is kept between runs."""
    named = os.environ.get("SYMBIOSIS_BENCH_HOME")
    return Path(named) if named else Path.home() / ".cache" / "symbiosis-bench" / "superset"


@contextmanager
def superset(folder: Path) -> Iterator[Superset]:
    """Superset with its data under `folder` and one administrator, stopped at the end. Raises Missing."""
    programs = _installed(home())
    settings = _prepared(programs, folder)
    port, workers = free_port(), os.cpu_count() or 1
    command = [str(programs / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", str(workers), *GUNICORN]
    with (folder / "superset.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "superset.app:create_app()"], env=settings, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"http://localhost:{port}", process, folder / "superset.log")
        yield Superset(f"http://localhost:{port}", process.pid, _version(programs), workers)
    finally:
        process.terminate()
        process.wait()


def _installed(place: Path) -> Path:
    """The folder of Superset's programs; made anew where requirements-bench.txt is not what was installed."""
    programs, done = place / "environment" / "bin", place / "installed.txt"
    wanted = REQUIREMENTS.read_text("utf-8")
    if done.exists() and done.read_text("utf-8") == wanted:
        return programs
    place.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    print(f"Installing Superset into {place / 'environment'}, once; it needs some minutes and 1 GB ...", flush=True)
    shutil.rmtree(place / "environment", ignore_errors=True)
    subprocess.run([_python(), "-m", "venv", str(place / "environment")], check=True)
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS)]
    _ran(command, dict(os.environ), "pip could not install requirements-bench.txt")
    done.write_text(wanted, "utf-8")
    print(f"Installed in {time.perf_counter() - started:.0f} s.", flush=True)
    return programs


def _python() -> str:
    first, last = PYTHONS
    if first <= sys.version_info[:2] <= last:
        return sys.executable
    names = [f"python3.{minor}" for minor in range(last[1], first[1] - 1, -1)]
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing(f"Superset 6.1 needs one of {', '.join(names)}, which is not on this machine")
    return found


def _prepared(programs: Path, folder: Path) -> dict[str, str]:
    """The settings of its processes, after its own tables, roles and one administrator were made."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "superset_config.py"
    settings.write_text(CONFIGURATION.format(metadata=folder / "metadata.sqlite", caches=folder / "caches"), "utf-8")
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(settings), "FLASK_APP": "superset.app:create_app()"}
    environment.pop("DATABASE_URL", None)
    tables = home() / "metadata.sqlite"
    if tables.exists() and tables.stat().st_mtime > (home() / "installed.txt").stat().st_mtime:
        shutil.copyfile(tables, folder / "metadata.sqlite")
        return environment
    person = ["--username", NAME, "--password", PASSWORD, "--firstname", "Be", "--lastname", "Nch"]
    for words in (
        ["db", "upgrade"],
        ["fab", "create-admin", *person, "--email", "bench@example.org"],
        ["init"],
    ):
        _ran([str(programs / "superset"), *words], environment, f"superset {words[0]} failed")
    shutil.copyfile(folder / "metadata.sqlite", tables)
    return environment


def _ran(command: list[str], environment: dict[str, str], failed: str) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Missing(f"{failed}: {' '.join(last)}")


def _version(programs: Path) -> str:
    asked = "from importlib.metadata import version; print(version('apache-superset'))"
    return subprocess.run([programs / "python", "-c", asked], capture_output=True, text=True, check=True).stdout.strip()


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
