"""A real PostgreSQL server for the tests: made, started and thrown away, or one that SYMBIOSIS_TEST_POSTGRES names."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.needs import missing

# Nothing waits for the disk. Commits stay synchronous, or a restart would lose them and look like the program's fault.
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=64MB")
START_SECONDS = 60
DATABASE_COUNT = count(1)


@dataclass
class Server:
    """One server; `address` is the URL of its maintenance database."""

    address: str
    process: _Process | None = None
    template: str = field(default_factory=lambda: f"symbiosis_template_{os.getpid()}")

    def url(self, database: str) -> str:
        return make_url(self.address).set(database=database).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a new database, dropped afterwards."""
        name = f"symbiosis_test_{os.getpid()}_{next(DATABASE_COUNT)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def restart(self) -> None:
        """Stop at once, as a crash would, and start again on the same address."""
        if self.process is None:
            missing("a PostgreSQL server that the tests may restart (SYMBIOSIS_TEST_POSTGRES names a foreign one)")
        self.process.stop(signal.SIGQUIT)
        self.process.start()


class _Process:
    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.address = f"postgresql://postgres@/postgres?host={folder}"

    def initialise(self) -> None:
        command = [self.binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
        options = ["--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run([*command, *options], cwd=self.folder, capture_output=True, text=True, **_identity())
        assert made.returncode == 0, f"initdb failed: {made.stderr}"

    def start(self) -> None:
        settings = [part for setting in QUICK for part in ("-c", setting)]
        where = ["-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses="]
        with open(self.folder / "log", "ab") as log:
            self.running = subprocess.Popen(
                [self.binaries / "postgres", *where, *settings], cwd=self.folder, stdout=log, stderr=log, **_identity()
            )
        self._wait()

    def _wait(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.address).close()
                return
            except psycopg.OperationalError:
                if self.running.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}") from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.running.send_signal(how)
        self.running.wait(START_SECONDS)


@contextmanager
def server() -> Iterator[Server]:
    """The server that the environment names, else one of our own in a temporary folder, reached by a socket."""
    named = os.environ.get("SYMBIOSIS_TEST_POSTGRES")
    if named:
        yield Server(named)
        return
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL (initdb and postgres, for instance Debian's package postgresql)")
    # Not pytest's own temporary folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="symbiosis-postgres-"))
    process = _Process(binaries, folder)
    try:
        if identity := _identity():
            shutil.chown(folder, identity["user"], identity["group"])
        process.initialise()
        process.start()
        yield Server(process.address, process)
        process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL programs on this machine, none where there are none."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _identity() -> dict[str, Any]:
    """As whom the server runs: PostgreSQL refuses root, so root gives way to postgres or nobody."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd  # absent on Windows

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
