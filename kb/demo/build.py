"""Make the demo's base: the invented company goes the same road as any company's files."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy import func, inspect, make_url, select

from kb import editing, importing
from kb.access import command_line
from kb.demo.clock import AFTER_LAST_WEEK
from kb.demo.company import invent, write
from kb.demo.story import DRIFT_LINE, DRIFT_WEEKS
from kb.errors import Refused
from kb.models import Import, Setting
from kb.store import KnowledgeBase, address, engines, open_base

DUE = date(2027, 6, 30)
PEOPLE = (
    # Account owners are named by the customers' file; here they get their department.
    ("Ines Falk", "executive"),
    ("Katrin Vollmer", "sales"),
    ("Joost Baan", "sales"),
    ("Elin Sandahl", "sales"),
    ("Paolo Trevi", "sales"),
    ("Grace Whitlow", "sales"),
    ("Tom Harder", "production"),
    ("Mira Kolb", "quality"),
    ("Sven Aalto", "purchasing"),
    ("Lea Brandt", "customer care"),
)
# metric, target and value when it was set (both in its unit), the two owners, product family
OBJECTIVES: tuple[tuple[str, float, float, str, str, str | None], ...] = (
    ("first_pass_yield", 96.0, 95.5, "production", "quality", None),
    ("on_time_to_promise", 95.0, 88.5, "sales", "production", None),
    ("return_rate_cohort", 1.0, 2.4, "customer care", "production", None),
    ("scrap_rate", 1.5, 2.0, "production", "purchasing", None),
    ("supplier_reject_rate", 1.0, 1.8, "purchasing", "quality", None),
    ("forecast_bias", 5.0, 8.0, "sales", "purchasing", "Displays"),
)
# weeks before the end, kind, title, what it is limited to, who enters it; those of fixes are the days of the actions
EVENTS: tuple[tuple[int, str, str, str, str, str], ...] = (
    (74, "fix", "CAPA-002 calibration", "line", "L1", "Tom Harder"),
    (41, "fix", "CAPA-007 gears", "family", "Drive units", "Sven Aalto"),
    (DRIFT_WEEKS, "line move", "L5 moved to hall 2", "line", DRIFT_LINE, "Tom Harder"),
    (20, "fix", "CAPA-009 boards", "family", "Batteries", "Mira Kolb"),
)
COMMENT = (
    "Line L5 carries most of the rise since it was moved in May: more than 7 % in October.\n"
    "We look at its bonding station first."
)


def build(url: str, *, seed: int = 1, progress: Callable[[str], None] = lambda message: None) -> dict[str, float]:
    """Make the invented company and put it at a SQLite URL in one step; what was there before is replaced.

    Returns the seconds of each phase. Raises Refused for another database, and where own data would be lost.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite" or not target.database:
        raise Refused("the demo lives in a SQLite file of its own: unset DATABASE_URL or name sqlite:///FILE")
    _spare_own_data(url, Path(target.database))
    phases: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="symbiosis-demo-") as folder:
        started = time.perf_counter()
        progress("Inventing a company")
        write(invent(seed), Path(folder) / "files")
        phases["invent"] = time.perf_counter() - started
        base = open_base(f"sqlite:///{Path(folder) / 'demo.sqlite'}")
        started = time.perf_counter()
        who = command_line()
        preset = importing.presets.load("symbiosis")
        report = importing.run(base, who, [Path(folder) / "files"], preset, progress=progress)
        if report.refused_cells:
            raise Refused(f"the demo's own files do not fit the preset, please report this: {report.refused_cells[0]}")
        phases["import"] = time.perf_counter() - started
        progress("Settling in")
        _settle(base)
        base.close()
        _put(Path(folder) / "demo.sqlite", Path(target.database))
    return phases


def _spare_own_data(url: str, place: Path) -> None:
    """Only the demo's own address, an empty base or an earlier demo may be replaced."""
    if url == address("demo") or not place.is_file():
        return
    with engines(url).reading() as connection:
        if not inspect(connection).has_table("imports"):
            raise Refused(f"{place} is something else than a knowledge base: name another file for the demo")
        is_demo = connection.scalar(select(Setting.value).where(Setting.name == "is_demo"))
        if is_demo != "yes" and connection.scalar(select(func.count()).select_from(Import)):
            raise Refused(f"{place} holds data of its own, which the demo would replace: name another file")


def _settle(base: KnowledgeBase) -> None:
    """People, what they agreed on, what they know happened and what they say about it."""
    people = {name: editing.introduce(base, name, department) for name, department in PEOPLE}
    person = people["Lea Brandt"]
    for metric, goal, baseline, first, second, family in OBJECTIVES:
        editing.set_objective(
            base, person, metric=metric, target=goal, due_on=DUE, first_department=first, second_department=second,
            scope=family, baseline=baseline,
        )  # fmt: skip
    for weeks, kind, title, dimension, member, name in EVENTS:
        day = (AFTER_LAST_WEEK - np.timedelta64(7 * weeks, "D")).astype(date)
        editing.enter_event(
            base, people[name], happened_on=day, kind=kind, title=title, dimension=dimension, member=member
        )
    editing.write_comment(base, people["Mira Kolb"], "trend/scrap_rate", COMMENT, "overview?metric=Scrap+rate")
    editing.set_setting(base, person, "is_demo", "yes")


def _put(made: Path, place: Path) -> None:
    """Copy through the database, so that a server that has the old demo open sees the new one whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(place)) as goal:
        source.backup(goal)
