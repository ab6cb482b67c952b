"""A person who keeps editing: `python -m tests.bench.writer URL NAME FOLDER`, until FOLDER/stop exists.

Each edit goes through kb.editing: a setting of their own, and one that all of them raise by one, each guarded by the
version they saw. Prints as JSON how many edits were saved, how often another was first, the longest edit, and errors.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from sqlalchemy import select

from kb import editing, store
from kb.access import Person
from kb.errors import Conflict
from kb.models import Setting
from kb.store import KnowledgeBase

SHARED = "bench count"
PAUSE = 0.05


def raise_by_one(base: KnowledgeBase, who: Person) -> int:
    """Returns how often somebody else was first."""
    conflicts = 0
    while True:
        with base.reading() as connection:
            seen = connection.execute(select(Setting.value, Setting.version).where(Setting.name == SHARED)).one()
        try:
            editing.set_setting(base, who, SHARED, str(int(seen.value) + 1), seen.version)
            return conflicts
        except Conflict:
            conflicts += 1


def main(url: str, name: str, folder: str) -> None:
    base, who, place = store.open_base(url), Person(name, "sales", "member"), Path(folder)
    edits = conflicts = 0
    longest, errors = 0.0, []
    (place / f"ready {name}").touch()
    while not (place / "stop").exists():
        started = time.perf_counter()
        try:
            editing.set_setting(base, who, f"bench {name}", str(edits + 1))
            conflicts += raise_by_one(base, who)
            edits += 1
        except Exception as error:  # any failure at all is what this looks for
            errors.append(f"{type(error).__name__}: {str(error)[:200]}")
        longest = max(longest, time.perf_counter() - started)
        time.sleep(PAUSE)
    print(json.dumps({"name": name, "edits": edits, "conflicts": conflicts, "longest": longest, "errors": errors}))
    base.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
