"""Make the demo's base: the invented company goes the same road as any company's files."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from kb import editing, importing
from kb.access import command_line
from kb.demo.company import invent, write
from kb.errors import Refused
from kb.store import KnowledgeBase, open_base

DUE = date(2027, 6, 30)
PEOPLE = (
    ("Ines Falk", "executive"),
    ("Tom Harder", "production"),
    ("Mira Kolb", "quality"),
    ("Sven Aalto", "purchasing"),
    ("Lea Brandt", "customer care"),
)
OBJECTIVES: tuple[dict[str, Any], ...] = (
    {"metric": "first_pass_yield", "target": 96.0, "first_department": "production", "second_department": "quality"},
    {"metric": "on_time_to_promise", "target": 95.0, "first_department": "sales", "second_department": "production"},
    {"metric": "return_rate_cohort", "target": 1.5, "first_department": "customer care", "second_department": "production"},
    {"metric": "scrap_rate", "target": 1.5, "first_department": "production", "second_department": "purchasing"},
)


def build(url: str, *, seed: int = 1, progress: Callable[[str], None] = lambda message: None) -> dict[str, float]:
    """Make the invented company and put it at a SQLite URL in one step; what was there before is replaced.

    Returns the seconds of each phase. Raises Refused for another database.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite" or not target.database:
        raise Refused("the demo lives in a SQLite file of its own: unset DATABASE_URL or name sqlite:///FILE")
    phases: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="symbiosis-demo-") as folder:
        started = time.perf_counter()
        progress("Inventing a company")
        write(invent(seed), Path(folder) / "files")
        phases["invent"] = time.perf_counter() - started
        base = open_base(f"sqlite:///{Path(folder) / 'demo.sqlite'}")
        started = time.perf_counter()
        who = command_line()
        importing.run(base, who, [Path(folder) / "files"], importing.presets.load("symbiosis"), progress=progress)
        phases["import"] = time.perf_counter() - started
        progress("Settling in")
        _settle(base)
        base.close()
        _put(Path(folder) / "demo.sqlite", Path(target.database))
    return phases


def _settle(base: KnowledgeBase) -> None:
    """People and what they agreed on."""
    for name, department in PEOPLE:
        person = editing.introduce(base, name, department)
    for objective in OBJECTIVES:
        editing.set_objective(base, person, due_on=DUE, **objective)


def _put(made: Path, place: Path) -> None:
    """Copy through the database, so that a server that has the old demo open sees the new one whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(place)) as goal:
        source.backup(goal)
