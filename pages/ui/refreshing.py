"""The analysis, started from a page: a child process for the open base, one at a time, its end seen by everybody."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from kb.store import KnowledgeBase
from pages.ui.plain import plain

ROOT = Path(__file__).parents[2]
LOOK_EVERY = 2
LONGEST_LINE = 400
_starting = threading.Lock()


@dataclass(frozen=True)
class Running:
    """One run: its process, when it began, and the file its standard error goes to."""

    process: subprocess.Popen[bytes]
    began_at: datetime
    told: Path

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    @property
    def has_failed(self) -> bool:
        return bool(self.process.poll())

    def last_line(self) -> str:
        """The last that it said on standard error: its phase, or why it failed."""
        if not self.told.is_file():  # a later run took its place
            return ""
        lines = self.told.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:LONGEST_LINE] if lines else ""


# The last run of each base, by its URL; kept until the server stops.
_runs: dict[str, Running] = {}


def start(base: KnowledgeBase, *options: str) -> bool:
    """Start the analysis of this base unless one runs already; true where it was started.

    Options of the command: --new only puts new records into the groups there are, --stability measures these.
    """
    command = [sys.executable, "-m", "analytics", "refresh", *options]
    with _starting:
        known = _runs.get(base.url)
        if known is not None and not known.is_over:
            return False
        if known is not None:
            known.told.unlink(missing_ok=True)
        number, name = tempfile.mkstemp(prefix="symbiosis-refresh-", suffix=".log")
        # it works in the same folder, because the address of the base may be relative to it
        environment = {**os.environ, "DATABASE_URL": base.url, "PYTHONPATH": str(ROOT)}
        with os.fdopen(number, "wb") as told:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told
            )
        _runs[base.url] = Running(process, datetime.now(UTC), Path(name))
    threading.Thread(target=process.wait, daemon=True).start()  # no dead process is left behind
    return True


def last(base: KnowledgeBase) -> Running | None:
    """The last run that this server started for the base, running or over."""
    return _runs.get(base.url)


def progress(base: KnowledgeBase) -> bool:
    """Show that the analysis runs, or why it failed; true while it runs. When it ends, the page shows what it found."""
    run = last(base)
    if run is None:
        return False
    if not run.is_over:
        _watch(base.url)
        return True
    if run.has_failed:
        st.error(plain(f"The analysis ended without a result: {run.last_line() or 'it was stopped'}. Nothing changed."))
    return False


@st.fragment(run_every=LOOK_EVERY)
def _watch(url: str) -> None:
    run = _runs.get(url)
    if run is None or run.is_over:
        st.rerun()
    seconds = (datetime.now(UTC) - run.began_at).seconds
    phase = run.last_line() or "starting"
    st.info(plain(f"The analysis has been running for {seconds} seconds: {phase}. You can go on meanwhile."))
