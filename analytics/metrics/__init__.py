"""Evaluate the catalogue over the knowledge base: sums in the database, values after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection

from analytics import catalog, support
from analytics.arithmetic import RESULT, Group, combine
from analytics.metric import Metric
from analytics.metrics.sums import Filters, Sums, last_mature_month
from analytics.periods import Period, month_end
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.holdings import holdings, row_counts
from kb.store import KnowledgeBase

__all__ = [
    "Answer",
    "Filters",
    "Metric",
    "Period",
    "answers",
    "comparable",
    "evaluate",
    "history",
    "members",
    "over",
    "unsupported",
]


class Answer(NamedTuple):
    """One value of a metric: the columns of `evaluate` by these names."""

    value: float
    numerator: float
    denominator: float
    low: float
    high: float
    is_small: bool
    is_mature: bool


def evaluate(
    base: KnowledgeBase,
    who: Person,
    keys: Sequence[str],
    *,
    period: Period | None,
    by: Sequence[str] = (),
    filters: Filters | None = None,
) -> pd.DataFrame:
    """Columns metric, those of `by`, value, numerator, denominator, low, high, is_small, is_mature.

    `by` may hold 'month' (its first day; none for undated records) and any dimension that all the metrics have.
    Without a period everything counts, undated records too. Percent is 0 to 100, money the base's currency. What
    was not recorded gives nan (without `by`: one such row), never zero. Raises Refused for an unknown metric or for a
    dimension it does not have.
    """
    return over(base, who, keys, [period], by=by, filters=filters)[0]


def over(
    base: KnowledgeBase,
    who: Person,
    keys: Sequence[str],
    periods: Sequence[Period | None],
    *,
    by: Sequence[str] = (),
    filters: Filters | None = None,
) -> list[pd.DataFrame]:
    """`evaluate` for several periods; whole months are read from the database together, once."""
    metrics = _asked(who, keys, [*by, *(filters or {})])
    with base.reading() as connection:
        sums = Sums(connection, _supported(connection, metrics), tuple(by), filters or {}, periods)
        return [_evaluated(sums, metrics, tuple(by), period) for period in periods]


def _asked(who: Person, keys: Sequence[str], dimensions: Sequence[str]) -> list[Metric]:
    """The metrics of these names. Raises Refused where the person may not read them or one lacks a dimension."""
    require(who, "read")
    metrics = [catalog.get(key) for key in keys]
    for metric in metrics:
        refuse_foreign(metric, dimensions)
    return metrics


def members(
    base: KnowledgeBase, who: Person, key: str, periods: Sequence[Period], by: str, filters: Filters
) -> list[list[tuple[str, float, float]]]:
    """For each period name, numerator and denominator of each member of `by`: the sums that `over` gives in frames."""
    [metric] = _asked(who, [key], [by, *filters])
    with base.reading() as connection:
        sums = Sums(connection, _supported(connection, [metric]), (by,), filters, periods)
        rows = [_rows(sums, metric, (by,), period) for period in periods]
    return [[(row[0], row[2], row[3]) for row in some] for some in rows]


def history(
    base: KnowledgeBase,
    who: Person,
    keys: Sequence[str],
    periods: Sequence[Period],
    months: Period,
    *,
    filters: Filters | None = None,
) -> tuple[list[dict[str, Answer]], dict[str, dict[str, Answer]]]:
    """Each metric's answer for each period, and by month (YYYY-MM) over `months`, months without records left out.

    Whole months are read once for all of it. Raises Refused as `evaluate` does.
    """
    metrics = _asked(who, keys, list(filters or {}))
    with base.reading() as connection:
        known = _supported(connection, metrics)
        sums = Sums(connection, known, (), filters or {}, [*periods, months])
        monthly = sums if sums.together else Sums(connection, known, ("month",), filters or {}, [months])
        values = [_answers(sums, metrics, period) for period in periods]
        told = {m.key: _rows(monthly, m, ("month",), months) for m in metrics}
        return values, {key: {row[0]: Answer(*row[1:]) for row in rows} for key, rows in told.items()}


def answers(
    base: KnowledgeBase, who: Person, keys: Sequence[str], period: Period | None, filters: Filters | None = None
) -> dict[str, Answer]:
    """Each metric's answer in the period: what `evaluate` gives without `by`, and where it raises Refused."""
    metrics = _asked(who, keys, list(filters or {}))
    with base.reading() as connection:
        return _answers(Sums(connection, _supported(connection, metrics), (), filters or {}, [period]), metrics, period)


def _answers(sums: Sums, metrics: Sequence[Metric], period: Period | None) -> dict[str, Answer]:
    return {metric.key: Answer(*_rows(sums, metric, (), period)[0]) for metric in metrics}


def comparable(base: KnowledgeBase, who: Person, key: str, period: Period) -> Period:
    """The period itself; for a ship cohort the latest mature months of the same length where it is younger."""
    require(who, "read")
    metric = catalog.get(key)
    if metric.kind != "cohort":
        return period
    with base.reading() as connection:
        month = last_mature_month(connection, metric)
    whole = Period.months(period.end, period.month_count)
    return whole if month is None or month_end(month) >= whole.end else Period.months(month, whole.month_count)


def unsupported(base: KnowledgeBase, who: Person) -> dict[str, str]:
    """For each metric that cannot be answered from what was imported: which table or column is missing."""
    require(who, "read")
    with base.reading() as connection:
        return _unsupported(connection, list(catalog.METRICS.values()))


def _supported(connection: Connection, metrics: Sequence[Metric]) -> list[Metric]:
    missing = _unsupported(connection, metrics)
    return [metric for metric in metrics if metric.key not in missing]


def _unsupported(connection: Connection, metrics: Sequence[Metric]) -> dict[str, str]:
    missing = support.lacking(metrics, holdings(connection, support.sources_of(metrics)))
    rows = row_counts(connection, [name for need in missing.values() for name, _ in need.sources])
    return {key: support.reason(need, rows) for key, need in missing.items()}


def refuse_foreign(metric: Metric, dimensions: Sequence[str]) -> None:
    """Raise Refused for a dimension that the metric's facts do not share."""
    for name in dimensions:
        if name != "month" and name not in metric.dimensions:
            raise Refused(
                f"{metric.name}: not recorded by {name.replace('_', ' ')}; "
                f"choose month or one of {', '.join(metric.dimensions)}"
            )


def _evaluated(sums: Sums, metrics: Sequence[Metric], by: tuple[str, ...], period: Period | None) -> pd.DataFrame:
    rows = [(metric.key, *row) for metric in metrics for row in _rows(sums, metric, by, period)]
    frame = pd.DataFrame(rows, columns=["metric", *by, *RESULT])
    if "month" in by:
        frame["month"] = pd.to_datetime(frame["month"], format="%Y-%m").astype("datetime64[us]")
    return frame


def _rows(sums: Sums, metric: Metric, by: tuple[str, ...], period: Period | None) -> list[Group]:
    """The values of `by`, then RESULT."""
    month = sums.mature.get(metric.key)
    return combine(metric, sums.of(metric, period), sums.groups(metric), by, f"{month:%Y-%m}" if month else None)
