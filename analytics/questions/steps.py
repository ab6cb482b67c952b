"""What is lost at each inspection step, in the order of the process."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, func, select

from analytics import metrics
from analytics.metric import SMALL
from analytics.metrics import Filters
from analytics.periods import Period
from kb.access import Person, require
from kb.facts import UNKNOWN
from kb.facts.shared import table
from kb.store import KnowledgeBase

METRIC = "first_pass_yield"
INSPECTIONS = table("inspections")


@dataclass(frozen=True)
class Steps:
    """`rows`: station, inspected, passed, first_pass (percent), before (percent, the period before), lost (points),
    rolled (percent that passes up to here in the first run), is_small; in the order of the process.

    `rolled` is the rolled throughput yield in percent; nan, with a `reason`, where there is none.
    """

    period: Period
    rows: pd.DataFrame
    rolled: float
    reason: str | None


def yield_steps(base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None) -> Steps:
    """First pass yield of every inspection step. The order is that in which lots usually go through the steps."""
    require(who, "read")
    missing = metrics.unsupported(base, who).get("rolled_throughput_yield")
    now, before = metrics.over(base, who, [METRIC], [period, period.previous()], by=["station"], filters=filters)
    with base.reading() as connection:
        places = _places(connection, period)
    rows = _rows(now[now["station"] != UNKNOWN], before, places)
    reason = f"Yields by step: {missing}." if missing else None
    if rows.empty and not missing:
        reason = "No inspection step has a result for this filter. Choose another period or reset the filters."
    return Steps(period, rows, float(rows["rolled"].iloc[-1]) if len(rows) else math.nan, reason)


def _rows(now: pd.DataFrame, before: pd.DataFrame, places: dict[str, float]) -> pd.DataFrame:
    known = now[now["value"].notna()]
    order = known["station"].map(lambda station: (places.get(station, math.inf), station))
    ordered = known.loc[sorted(known.index, key=lambda at: order[at])].reset_index(drop=True)
    earlier = before.set_index("station")["value"] if len(before) else pd.Series(dtype=float)
    return pd.DataFrame({
        "station": ordered["station"],
        "inspected": ordered["denominator"].astype(float),
        "passed": ordered["numerator"].astype(float),
        "first_pass": ordered["value"].astype(float),
        "before": ordered["station"].map(earlier).astype(float),
        "lost": 100 - ordered["value"].astype(float),
        "rolled": (ordered["value"].astype(float) / 100).cumprod() * 100,
        "is_small": ordered["denominator"].astype(float) < SMALL,
    })  # fmt: skip


def _places(connection: Connection, period: Period) -> dict[str, float]:
    """Where in the run of a lot each step stands on average: 0 first, 1 last. No order column is imported, days are."""
    day, lot, station = INSPECTIONS.c.inspected_on, INSPECTIONS.c.lot_id, INSPECTIONS.c.station
    inside = (
        select(station.label("station"), func.percent_rank().over(partition_by=lot, order_by=day).label("place"))
        .where(lot.is_not(None), station.is_not(None), day.between(period.start, period.end))
        .subquery()
    )
    statement = select(inside.c.station, func.avg(inside.c.place)).group_by(inside.c.station)
    return {name: float(place) for name, place in connection.execute(statement)}
