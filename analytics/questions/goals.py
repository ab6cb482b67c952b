"""Common objectives: a target for one metric, owned by two departments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select

from analytics import catalog, metrics
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period
from kb.access import Person, require
from kb.errors import Refused
from kb.models import Objective
from kb.store import KnowledgeBase

BAND = 0.1
"""How far from its target a metric may lie of which neither more nor less is good."""
Progress = Literal["reached", "on the way", "behind", "no data"]


@dataclass(frozen=True)
class ObjectiveStatus:
    """Where one objective stands. `value` is nan and `status` 'no data' where its metric has none."""

    objective_id: int
    metric: Metric
    name: str
    target: float
    value: float
    baseline: float | None
    due_on: date
    owners: tuple[str, str]
    scope: str | None
    status: Progress
    version: int
    finding: str


def objectives(base: KnowledgeBase, who: Person, period: Period) -> list[ObjectiveStatus]:
    """Every open objective, the one due first first, measured over the period (ship cohorts: the latest mature one)."""
    require(who, "read")
    rows = _open(base)
    spans = {key: metrics.comparable(base, who, key, period) for key in {row["metric"] for row in rows}}
    together: dict[tuple[str | None, Period], list[str]] = {}
    for row in rows:
        together.setdefault((row["scope"], spans[row["metric"]]), []).append(row["metric"])
    values = {
        (key, scope): value
        for (scope, span), keys in together.items()
        for key, value in _values(base, who, keys, scope, span).items()
    }
    return [_status(row, spans[row["metric"]], values[row["metric"], row["scope"]], period.end) for row in rows]


def check_objective(metric_key: str, first_department: str, second_department: str) -> None:
    """Raise Refused, with the reason, unless these are two departments that can both move the metric."""
    metric = catalog.get(metric_key)
    movers = " and ".join(metric.owners)
    if len(metric.owners) < 2:
        raise Refused(f"only {movers} can move {metric.name}: a common objective needs a metric that two can move")
    if first_department == second_department:
        raise Refused(f"{metric.name}: both owners are {first_department}: choose two different departments")
    able = [name for name in (first_department, second_department) if name in metric.owners]
    if len(able) == 1:
        raise Refused(f"of these two only {able[0]} can move {metric.name}: choose {movers}")
    if not able:
        raise Refused(f"neither {first_department} nor {second_department} can move {metric.name}: choose {movers}")


def is_reached(metric: Metric, value: float, target: float) -> bool:
    """Whether the value is as good as the target, or better, by the metric's direction (in a band: close to it)."""
    if metric.direction == "band":
        return abs(value - target) <= BAND * abs(target)
    if metric.direction == "zero":
        return abs(value) <= abs(target)
    return value >= target if metric.direction == "up" else value <= target


def target_of(base: KnowledgeBase, who: Person, key: str, filters: Filters | None = None) -> float | None:
    """The target of the open objective for this metric and, where one family is chosen, for that family."""
    return targets(base, who, filters).get(key)


def targets(base: KnowledgeBase, who: Person, filters: Filters | None = None) -> dict[str, float]:
    """`target_of` for every metric that has one."""
    require(who, "read")
    families = (filters or {}).get("family", ())
    scope = families[0] if len(families) == 1 else None
    return {row["metric"]: float(row["target"]) for row in _open(base) if row["scope"] == scope}


def _open(base: KnowledgeBase) -> list[Mapping[str, Any]]:
    rows = Objective.__table__
    with base.reading() as connection:
        found = connection.execute(
            select(rows).where(~Objective.is_closed).order_by(Objective.due_on, Objective.objective_id)
        )
        return [dict(row) for row in found.mappings()]


def _values(base: KnowledgeBase, who: Person, keys: Sequence[str], scope: str | None, span: Period) -> dict[str, float]:
    filters = {"family": (scope,)} if scope else {}
    found = metrics.answers(base, who, list(dict.fromkeys(keys)), span, filters)
    return {key: answer.value for key, answer in found.items()}


def _status(row: Mapping[str, Any], span: Period, value: float, today: date) -> ObjectiveStatus:
    metric = catalog.get(row["metric"])
    progress = _progress(metric, row, value, today)
    name = f"{metric.name}, {row['scope']}" if row["scope"] else metric.name
    finding = (
        f"{name}: {metric.worded(value)} in {span.label}, target {metric.worded(row['target'])} "
        f"by {row['due_on']:%Y-%m-%d}: {progress}"
    )
    return ObjectiveStatus(
        row["objective_id"], metric, name, row["target"], value, row["baseline"], row["due_on"],
        (row["first_department"], row["second_department"]), row["scope"], progress, row["version"], finding,
    )  # fmt: skip


def _progress(metric: Metric, row: Mapping[str, Any], value: float, today: date) -> Progress:
    if math.isnan(value):
        return "no data"
    if is_reached(metric, value, row["target"]):
        return "reached"
    if today >= row["due_on"]:
        return "behind"
    return "on the way" if is_reached(metric, value, _expected(row, today)) else "behind"


def _expected(row: Mapping[str, Any], today: date) -> float:
    """Where a straight line from the baseline to the target stands today; the target itself without a baseline."""
    if row["baseline"] is None:
        return float(row["target"])
    start = row["created_at"].date()
    whole = max((row["due_on"] - start).days, 1)
    done = min(max((today - start).days / whole, 0.0), 1.0)
    return float(row["baseline"] + (row["target"] - row["baseline"]) * done)
