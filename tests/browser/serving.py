"""Start the real application as a user would, on a free port and with a home of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class App:
    """A running application: where it listens, where its data lie, what it wrote to its log."""

    url: str
    home: Path
    log_file: Path
    pid: int = 0

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    folder: Path, script: Path = ROOT / "app.py", environment: Mapping[str, str] | None = None
) -> Iterator[App]:
    """The application with its home under `folder`, ready for its first request, stopped at the end.

    DATABASE_URL of the caller is not handed down; `environment` adds to or replaces what is.
    """
    app = App(f"http://localhost:{free_port()}", folder / "home", folder / "server.log")
    app.home.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    with app.log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.port", app.url.rsplit(":", 1)[1]],
            cwd=ROOT,
            env={**inherited, "SYMBIOSIS_HOME": str(app.home), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(app, process)
        yield replace(app, pid=process.pid)
    finally:
        _stop(process)


def _wait(app: App, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not _answers(app.url):
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"the application did not start:\n{app.log()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
