"""Times are UTC inside the base, whatever the zone of the machine, and a day stays a day."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from kb.models import Import, Product
from kb.store import KnowledgeBase

ROOT = Path(__file__).parents[1]


def test_a_time_without_a_zone_is_refused(base: KnowledgeBase) -> None:
    counts = dict.fromkeys(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_refused"), 0)
    naive = {"imported_at": datetime(2026, 1, 1), "user_name": "x", "preset": "p", "preset_version": "1", **counts}
    with pytest.raises(StatementError, match="attach a time zone"), base.writing() as connection:
        connection.execute(insert(Import).values(naive))


def test_every_zone_is_kept_as_utc(base: KnowledgeBase) -> None:
    counts = dict.fromkeys(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_refused"), 0)
    moment = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with base.writing() as connection:
        entry = {"imported_at": moment, "user_name": "x", "preset": "p", "preset_version": "1", **counts}
        connection.execute(insert(Import).values(entry))
        found = connection.scalar(select(Import.imported_at))
    assert found == moment
    assert found is not None and found.tzinfo is UTC


SAME_ROWS = """
import sys
from datetime import UTC, date, datetime
from sqlalchemy import insert, select
from kb import audit, store
from kb.access import Person
from kb.models import AuditEntry, Nonconformance
base = store.open_base(sys.argv[1])
days = [(month, day) for month in (3, 10) for day in (25, 29)]
hours = [datetime(2026, month, day, hour, 30, tzinfo=UTC) for month, day in days for hour in range(24)]
with base.writing() as connection:
    number = connection.execute(select(Nonconformance.nonconformance_id)).all()
    for hour in hours:
        name = f"D{len(number)}-{hour.isoformat()}"
        connection.execute(insert(Nonconformance).values(nonconformance_number=name, detected_at=hour))
    after = {"on": date(2026, 3, 29), "at": hours[0]}
    audit.append(connection, Person("x", "sales", "member"), "a", "b", 1, after=after)
with base.reading() as connection:
    kept = select(Nonconformance.detected_at).order_by(Nonconformance.nonconformance_id).limit(96)
    for moment in connection.scalars(kept):
        print(moment.isoformat())
    print(connection.scalar(select(AuditEntry.after)))
print(audit.verify(base))
"""


def test_in_three_time_zones_the_rows_are_the_same(base: KnowledgeBase) -> None:
    answers = []
    for zone in ("Pacific/Auckland", "America/St_Johns", "Europe/Berlin"):
        command = [sys.executable, "-W", "error", "-c", SAME_ROWS, base.url]
        environment = {**os.environ, "TZ": zone, "PGTZ": zone}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        answers.append(done.stdout)
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0].splitlines()) == 98
    assert answers[0].endswith("[]\n")


def test_a_day_stays_a_day(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        connection.execute(insert(Product).values(sku="D-1", launched_on=date(2026, 3, 29)))
        assert connection.scalar(select(Product.launched_on)) == date(2026, 3, 29)
