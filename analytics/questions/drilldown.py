"""The records behind a number."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, or_, select

from analytics import catalog, metrics
from analytics.metric import Metric
from analytics.metrics import Filters
from analytics.periods import Period
from kb import facts
from kb.access import Person, require
from kb.store import KnowledgeBase

HIDDEN = ("product_name", "category", "model", "customer_name", "supplier_name", "material_name", "account_owner")


def records(
    base: KnowledgeBase,
    who: Person,
    key: str,
    *,
    period: Period | None,
    filters: Filters | None = None,
    limit: int = 2000,
) -> tuple[pd.DataFrame, int]:
    """The records that a metric's value was summed from, latest first, and how many there are beyond the limit.

    Columns: record (what kind), number, on, dimensions, the measures summed, details such as the text. Returned by
    ship cohort they are the returns of the mature months, one row for each share; of what stood at the end of a month
    they are those of the last month known.
    """
    require(who, "read")
    metric = catalog.get(key)
    metrics.refuse_foreign(metric, list(filters or {}))
    span = metrics.comparable(base, who, key, period) if period else None
    with base.reading() as connection:
        if metric.kind == "snapshot":
            span = _last_month(connection, metric, span, filters or {})
        parts = [_rows(connection, metric, name, span, filters or {}, limit) for name in _drilled(metric)]
    frames = [frame for frame, _ in parts if not frame.empty] or [parts[0][0]]
    together = pd.concat(frames, ignore_index=True).sort_values(
        "on", ascending=False, na_position="last", kind="stable"
    )
    return together.head(limit).reset_index(drop=True), sum(total for _, total in parts)


def _last_month(connection: Connection, metric: Metric, span: Period | None, filters: Filters) -> Period | None:
    """The month whose rows the value was summed from; the whole span where there is none."""
    fact, measure = facts.get(metric.numerator[0].fact), metric.numerator[0].measure
    since, until = (span.start, span.end) if span else (None, None)
    columns = {"on": fact.on, "measure": fact.measures[measure]}
    rows = fact.restricted(columns, since=since, until=until, filters=filters).subquery()
    last = connection.scalar(select(func.max(rows.c.on)).where(rows.c.measure.is_not(None)))
    return Period.months(last) if last else span


def _drilled(metric: Metric) -> list[str]:
    return list(dict.fromkeys(term.fact for term in metric.numerator))


def _rows(
    connection: Connection, metric: Metric, name: str, span: Period | None, filters: Filters, limit: int
) -> tuple[pd.DataFrame, int]:
    fact = facts.get(name)
    measures = {t.measure: fact.measures[t.measure] for t in metric.terms if t.fact == name}
    dimensions = {key: column for key, column in fact.dimensions.items() if key not in HIDDEN}
    columns = {"number": fact.key, "on": fact.on, **dimensions, **measures, **fact.counted, **fact.details}
    since, until = (span.start, span.end) if span else (None, None)
    rows = fact.restricted(columns, since=since, until=until, filters=filters)
    rows = rows.where(or_(*(fact.measures[name].expression != 0 for name in measures)))
    total = connection.scalar(select(func.count()).select_from(rows.subquery())) or 0
    frame = _frame(connection, rows.order_by(fact.on.expression.desc()).limit(limit))
    frame.insert(0, "record", fact.title)
    return frame, total


def _frame(connection: Connection, statement: Select[Any]) -> pd.DataFrame:
    result = connection.execute(statement)
    frame = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    return frame.assign(on=pd.to_datetime(frame["on"], utc=True).dt.tz_localize(None).astype("datetime64[us]"))
