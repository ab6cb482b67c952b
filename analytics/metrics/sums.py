"""The sums behind metrics, read from the knowledge base as few times as the facts allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Connection, func, select

from analytics.arithmetic import Group, Pair, added, inner_groups
from analytics.metric import Metric, Term
from analytics.periods import Period, add_months, month_end
from kb import facts, rollups
from kb.facts.shared import table
from kb.facts.state import once

Filters = Mapping[str, tuple[str, ...]]
Pairs = dict[Group, Pair]
Totals = dict[str, dict[Group, float | None]]
"""For each measure its sums by group."""
ALWAYS = (date.min, date.max - timedelta(days=400))


class Sums:
    """The sums behind some metrics, for some periods, as few selects as the facts allow; months as text, YYYY-MM."""

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
        self._read: dict[Period | None, dict[str, Pairs]] = {}

    def of(self, metric: Metric, period: Period | None) -> Pairs:
        """The metric's sums in the period by group; nothing for a metric that was not asked or is not supported."""
        if metric not in self.metrics:
            return {}
        sums = self._within(self.hull if self.together else period)[metric.key]
        if not self.together or period is None:
            return sums
        place, first, last = self.groups(metric).index("month"), f"{period.start:%Y-%m}", f"{period.end:%Y-%m}"
        return {group: pair for group, pair in sums.items() if group[place] and first <= group[place] <= last}

    def groups(self, metric: Metric) -> tuple[str, ...]:
        """What the metric's sums are split by."""
        return tuple(dict.fromkeys([*self.by, *inner_groups(metric)]))

    def _within(self, period: Period | None) -> dict[str, Pairs]:
        if period not in self._read:
            wanted: dict[tuple[str, tuple[str, ...]], list[str]] = {}
            for metric in self.metrics:
                for term in metric.terms:
                    wanted.setdefault((term.fact, self.groups(metric)), []).append(term.measure)
            totals = {key: self._totals(*key, measures, period) for key, measures in wanted.items()}
            self._read[period] = {metric.key: self._merged(metric, totals, period) for metric in self.metrics}
        return self._read[period]

    def _totals(self, fact: str, groups: tuple[str, ...], measures: list[str], period: Period | None) -> Totals:
        since, until = (period.start, period.end) if period else (None, None)
        unique = list(dict.fromkeys(measures))
        found: Totals = {measure: {} for measure in unique}
        named = [name in facts.get(fact).dimensions for name in groups]
        for source, held in rollups.sources(self.kept, fact, unique, groups, self.filters, since, until):
            asked = source.totals(held, groups, since=since, until=until, filters=self.filters)
            for row in self.connection.execute(*asked):
                group = tuple(
                    facts.UNKNOWN if value is None and is_named else value
                    for value, is_named in zip(row[: len(groups)], named, strict=True)
                )
                for measure, value in zip(held, row[len(groups) :], strict=True):
                    known = None if value is None else float(value)
                    found[measure][group] = added(found[measure].get(group), known)
        return found

    def _merged(
        self, metric: Metric, totals: Mapping[tuple[str, tuple[str, ...]], Totals], period: Period | None
    ) -> Pairs:
        groups = self.groups(metric)
        above, below = (_summed(totals, terms, groups) for terms in (metric.numerator, metric.denominator))
        if not metric.denominator:
            return {group: (value, None) for group, value in above.items()}
        both = {group: (above.get(group), below.get(group)) for group in (above | below)}
        if {term.fact for term in metric.numerator} != {term.fact for term in metric.denominator}:
            self._fill_zeros(metric, both, period)
        return both

    def _fill_zeros(self, metric: Metric, both: Pairs, period: Period | None) -> None:
        # that nobody returned anything of what was shipped means zero, but only while returns were recorded at all
        absent = [group for group, (above, below) in both.items() if above is None and below is not None]
        if not absent:
            return
        first, last = self._seen(metric)
        follow, groups = timedelta(days=metric.matures_after_days), self.groups(metric)
        place = groups.index("month") if "month" in groups else None
        for group in absent:
            start, end = _ends(group[place]) if place is not None else (period.start, period.end) if period else ALWAYS
            if start <= last and end + follow >= first:
                both[group] = (0.0, both[group][1])

    def _seen(self, metric: Metric) -> tuple[date, date]:
        fact = facts.get(metric.numerator[0].fact)
        return once(self.connection, ("seen", fact.name), lambda: _seen(self.connection, fact))


def _seen(connection: Connection, fact: facts.Fact) -> tuple[date, date]:
    seen = fact.seen or fact.on
    first, last = connection.execute(select(*(_end(fact, seen, end) for end in (func.min, func.max)))).one()
    return (date.max, date.min) if first is None else (_day(first), _day(last))


def last_mature_month(connection: Connection, metric: Metric) -> date | None:
    """The first day of the youngest ship cohort that was followed long enough; none without shipments."""
    last = once(connection, "last day in the field", lambda: _last_in_the_field(connection))
    if last is None:
        return None
    month = (last - timedelta(days=metric.matures_after_days)).replace(day=1)
    fits = month_end(month) + timedelta(days=metric.matures_after_days) <= last
    return month if fits else add_months(month, -1)


def _last_in_the_field(connection: Connection) -> date | None:
    dates = (("shipments", "shipped_on"), ("returns", "returned_on"), ("complaints", "received_on"))
    ends = [select(func.max(table(name).c[column])).scalar_subquery() for name, column in dates]
    return max((day for day in connection.execute(select(*ends)).one() if day), default=None)


def _summed(
    totals: Mapping[tuple[str, tuple[str, ...]], Totals], terms: Sequence[Term], groups: tuple[str, ...]
) -> dict[Group, float | None]:
    whole: dict[Group, float | None] = {}
    for term in terms:
        for group, value in totals[term.fact, groups][term.measure].items():
            whole[group] = added(whole.get(group), value)
    return whole


def _ends(month: str | None) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01") if month else date.max
    return first, month_end(first)


def _end(fact: facts.Fact, seen: facts.Column, end: Any) -> Any:
    """The first or last such day; of a table's own column without the fact around it, because an index knows it."""
    if isinstance(seen.expression, TableColumn):
        return select(end(seen.expression)).scalar_subquery()
    return fact.select({"day": facts.Column(end(seen.expression), seen.needs)}).scalar_subquery()


def _day(value: date) -> date:
    return date.fromisoformat(value.isoformat()[:10])
