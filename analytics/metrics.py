"""Evaluate the catalogue over the knowledge base: sums in the database, values after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from analytics import catalog, support
from analytics.arithmetic import RESULT, combine, inner_groups
from analytics.metric import Metric, Term
from analytics.periods import Period, add_months, month_end
from kb import facts, rollups
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.holdings import holdings, row_counts
from kb.facts.shared import table
from kb.store import KnowledgeBase

__all__ = ["Filters", "Metric", "Period", "comparable", "evaluate", "history", "over", "unsupported"]

Filters = Mapping[str, tuple[str, ...]]
Sums = dict[tuple[str, tuple[str, ...]], pd.DataFrame]


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
    require(who, "read")
    metrics = [catalog.get(key) for key in keys]
    for metric in metrics:
        refuse_foreign(metric, [*by, *(filters or {})])
    with base.reading() as connection:
        sums = _Sums(connection, _supported(connection, metrics), tuple(by), filters or {}, periods)
        return [_evaluated(sums, metrics, tuple(by), period) for period in periods]


def history(
    base: KnowledgeBase,
    who: Person,
    keys: Sequence[str],
    periods: Sequence[Period],
    months: Period,
    *,
    filters: Filters | None = None,
) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """`evaluate` for each period, and by month over `months`; whole months are read once for all of it."""
    require(who, "read")
    metrics = [catalog.get(key) for key in keys]
    for metric in metrics:
        refuse_foreign(metric, list(filters or {}))
    with base.reading() as connection:
        known = _supported(connection, metrics)
        sums = _Sums(connection, known, (), filters or {}, [*periods, months])
        monthly = sums if sums.together else _Sums(connection, known, ("month",), filters or {}, [months])
        values = [_evaluated(sums, metrics, (), period) for period in periods]
        return values, _evaluated(monthly, metrics, ("month",), months)


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


def last_mature_month(connection: Connection, metric: Metric) -> date | None:
    """The first day of the youngest ship cohort that was followed long enough; none without shipments."""
    dates = (("shipments", "shipped_on"), ("returns", "returned_on"), ("complaints", "received_on"))
    ends = [select(func.max(table(name).c[column])).scalar_subquery() for name, column in dates]
    last = max((day for day in connection.execute(select(*ends)).one() if day), default=None)
    if last is None:
        return None
    month = (last - timedelta(days=metric.matures_after_days)).replace(day=1)
    fits = month_end(month) + timedelta(days=metric.matures_after_days) <= last
    return month if fits else add_months(month, -1)


def refuse_foreign(metric: Metric, dimensions: Sequence[str]) -> None:
    """Raise Refused for a dimension that the metric's facts do not share."""
    for name in dimensions:
        if name != "month" and name not in metric.dimensions:
            raise Refused(
                f"{metric.name}: not recorded by {name.replace('_', ' ')}; "
                f"choose month or one of {', '.join(metric.dimensions)}"
            )


class _Sums:
    """The sums behind some metrics, for some periods, as few selects as the facts allow."""

    def __init__(
        self,
        connection: Connection,
        metrics: Sequence[Metric],
        by: tuple[str, ...],
        filters: Filters,
        periods: Sequence[Period | None],
    ) -> None:
        self.connection, self.metrics, self.filters = connection, metrics, filters
        whole = [period for period in periods if period and period.is_whole_months]
        self.together = len(periods) > 1 and len(whole) == len(periods)
        self.by = tuple(dict.fromkeys([*by, *(["month"] if self.together else [])]))
        self.kept = rollups.in_use(connection)
        self.mature = {m.key: last_mature_month(connection, m) for m in metrics if m.kind == "cohort"}
        self.hull = Period(min(p.start for p in whole), max(p.end for p in whole)) if self.together else None
        self._read: dict[Period | None, dict[str, pd.DataFrame]] = {}

    def of(self, metric: Metric, period: Period | None) -> pd.DataFrame | None:
        """The metric's sums in the period by group; none for a metric that was not asked or is not supported."""
        if metric not in self.metrics:
            return None
        frames = self._within(self.hull if self.together else period)
        frame = frames[metric.key]
        if not self.together or period is None:
            return frame
        return frame[frame["month"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))]

    def _within(self, period: Period | None) -> dict[str, pd.DataFrame]:
        if period not in self._read:
            self._read[period] = self._sums(period)
        return self._read[period]

    def _sums(self, period: Period | None) -> dict[str, pd.DataFrame]:
        wanted: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for metric in self.metrics:
            for term in metric.terms:
                wanted.setdefault((term.fact, self._groups(metric)), []).append(term.measure)
        frames = {key: self._totals(*key, measures, period) for key, measures in wanted.items()}
        return {metric.key: self._merged(metric, frames, period) for metric in self.metrics}

    def _groups(self, metric: Metric) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.by, *inner_groups(metric)]))

    def _totals(self, fact: str, groups: tuple[str, ...], measures: list[str], period: Period | None) -> pd.DataFrame:
        since, until = (period.start, period.end) if period else (None, None)
        unique = list(dict.fromkeys(measures))
        parts = [
            _read(self.connection, source.totals(held, groups, since=since, until=until, filters=self.filters))
            for source, held in rollups.sources(self.kept, fact, unique, groups, self.filters, since, until)
        ]
        frame = _beside(parts, groups)
        dimensions = [name for name in groups if name in facts.get(fact).dimensions]
        frame[dimensions] = frame[dimensions].astype(object).where(frame[dimensions].notna(), facts.UNKNOWN)
        frame[unique] = frame[unique].astype(float)
        if "month" in groups:
            frame["month"] = pd.to_datetime(frame["month"], format="%Y-%m").astype("datetime64[us]")
        return frame

    def _merged(self, metric: Metric, frames: Sums, period: Period | None) -> pd.DataFrame:
        groups = self._groups(metric)
        above = _summed(frames, metric.numerator, groups, "numerator")
        if not metric.denominator:
            return above.assign(denominator=float("nan"))
        below = _summed(frames, metric.denominator, groups, "denominator")
        both = above.merge(below, on=list(groups), how="outer") if groups else pd.concat([above, below], axis=1)
        if {term.fact for term in metric.numerator} != {term.fact for term in metric.denominator}:
            self._fill_zeros(metric, both, period)
        return both

    def _fill_zeros(self, metric: Metric, both: pd.DataFrame, period: Period | None) -> None:
        # that nobody returned anything of what was shipped means zero, but only while returns were recorded at all
        first, last = self._seen(metric)
        follow = timedelta(days=metric.matures_after_days)
        absent = both["numerator"].isna() & both["denominator"].notna()
        if "month" in both:
            month_ends = both["month"] + pd.offsets.MonthEnd(0) + follow
            absent &= (both["month"] <= last) & (month_ends >= first)
        elif period:
            absent &= period.start <= last.date() and period.end + follow >= first.date()
        both.loc[absent, "numerator"] = 0.0

    def _seen(self, metric: Metric) -> tuple[pd.Timestamp, pd.Timestamp]:
        fact = facts.get(metric.numerator[0].fact)
        seen = fact.seen or fact.on
        row = self.connection.execute(fact.select({"first": _of(seen, func.min), "last": _of(seen, func.max)})).one()
        return (pd.Timestamp.max, pd.Timestamp.min) if row.first is None else (_moment(row.first), _moment(row.last))


def _evaluated(sums: _Sums, metrics: Sequence[Metric], by: tuple[str, ...], period: Period | None) -> pd.DataFrame:
    parts = []
    for metric in metrics:
        frame = sums.of(metric, period)
        empty = pd.DataFrame(columns=[*by, *inner_groups(metric), "numerator", "denominator"])
        values = combine(metric, empty if frame is None else frame, by, sums.mature.get(metric.key))
        values.insert(0, "metric", metric.key)
        parts.append(values)
    filled = [part for part in parts if not part.empty]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["metric", *by, *RESULT])


def _summed(frames: Sums, terms: Sequence[Term], groups: tuple[str, ...], name: str) -> pd.DataFrame:
    parts = [frames[term.fact, groups][[*groups, term.measure]].rename(columns={term.measure: name}) for term in terms]
    if len(parts) == 1:
        return parts[0].copy()
    together = pd.concat(parts, ignore_index=True)
    if not groups:
        return pd.DataFrame({name: [together[name].sum(min_count=1)]})
    return together.groupby(list(groups), dropna=False)[name].sum(min_count=1).reset_index()


def _beside(parts: Sequence[pd.DataFrame], groups: Sequence[str]) -> pd.DataFrame:
    """Totals of the same groups by different measures in one frame."""
    first, *others = parts
    for other in others:
        first = first.merge(other, on=list(groups), how="outer") if groups else pd.concat([first, other], axis=1)
    return first


def _of(column: facts.Column, function: Any) -> facts.Column:
    return facts.Column(function(column.expression), column.needs)


def _moment(value: date) -> pd.Timestamp:
    return pd.Timestamp(value.isoformat()[:10])


def _read(connection: Connection, statement: Select[Any]) -> pd.DataFrame:
    result = connection.execute(statement)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
