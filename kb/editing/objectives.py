"""Common objectives: set, changed, closed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert

from kb import audit
from kb.access import Person, require
from kb.editing.guard import change, row
from kb.entries import sound_objective
from kb.errors import Refused
from kb.models import Objective
from kb.store import KnowledgeBase

OBJECTIVE_COLUMNS = frozenset(
    {"metric", "target", "due_on", "first_department", "second_department", "scope", "baseline", "note"}
)


def set_objective(
    base: KnowledgeBase,
    who: Person,
    *,
    metric: str,
    target: float,
    due_on: date,
    first_department: str,
    second_department: str,
    scope: str | None = None,
    baseline: float | None = None,
    note: str | None = None,
) -> int:
    """Set a common objective; returns its objective_id. The target is in the metric's unit.

    Which departments may own which metric is checked by the caller, who knows the catalogue.
    """
    require(who, "edit")
    values: dict[str, Any] = {
        "metric": metric, "target": target, "due_on": due_on, "first_department": first_department,
        "second_department": second_department, "scope": scope or None, "baseline": baseline, "note": note or None,
    }  # fmt: skip
    sound_objective(values)
    with base.writing() as connection:
        made = insert(Objective).values(**values, is_closed=False, created_at=datetime.now(UTC), version=1)
        objective_id = int(connection.execute(made.returning(Objective.objective_id)).scalar_one())
        audit.append(connection, who, "set", "objectives", objective_id, after=values)
    return objective_id


def change_objective(
    base: KnowledgeBase, who: Person, objective_id: int, seen_version: int, reason: str | None = None, **changes: Any
) -> int:
    """Change some of OBJECTIVE_COLUMNS; returns the new version. Raises Conflict where somebody was first."""
    require(who, "edit")
    unknown = changes.keys() - OBJECTIVE_COLUMNS
    if unknown:
        raise Refused(
            f"an objective has no {', '.join(sorted(unknown))}: change {', '.join(sorted(OBJECTIVE_COLUMNS))}"
        )
    with base.writing() as connection:
        before = row(connection, Objective.__table__, objective_id)
        sound_objective({name: changes.get(name, before[name]) for name in OBJECTIVE_COLUMNS})
        return change(connection, who, Objective.__table__, objective_id, seen_version, changes, reason=reason)


def close_objective(
    base: KnowledgeBase, who: Person, objective_id: int, seen_version: int, reason: str | None = None
) -> int:
    """Close an objective: it stays on record, but no longer on the overview. Returns the new version."""
    require(who, "edit")
    with base.writing() as connection:
        return change(
            connection, who, Objective.__table__, objective_id, seen_version, {"is_closed": True}, "close", reason
        )
