"""Is a process stable? Control charts over months or weeks, and which processes break their limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analytics import control
from analytics.control import Flags, Limits
from analytics.grains import Every, back, named
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.watching import JUDGED, SCALES, Watched, counts_and_sizes, known_span, subject_of
from kb.access import Person, require
from kb.facts import UNKNOWN
from kb.store import KnowledgeBase

CONTROL_RULES = control.RULES
PROCESSES = ("line", "family", "shift", "station")
"""What processes are told apart by."""


@dataclass(frozen=True)
class Stability:
    """A control chart. `points`: time (first day), label, count, size, rate, low, high (in the unit), is_judged,
    is_baseline, rules (numbers, '' none), broken (words), is_worse; one row for each month or week, nan where nothing
    was counted. `reason` says why there is none.
    """

    watched: Watched
    every: Every
    points: pd.DataFrame
    centre: float = math.nan
    limits: Limits | None = None
    baseline: str = ""
    judged: str = ""
    left_out: str = ""
    finding: str = ""
    reason: str | None = None


def stability(
    base: KnowledgeBase, who: Person, subject: str, *, end: Period, every: Every = "month", all_points: bool = False,
    filters: Filters | None = None,
) -> Stability:  # fmt: skip
    """The control chart of one subject of WATCHED, over the months (weeks) up to the last complete one.

    The limits come from the points before the last twelve months, from all points where there are fewer than eight
    before them or `all_points` asks for it.
    """
    require(who, "read")
    watched = subject_of(subject, filters or {})
    with base.reading() as connection:
        period, told = known_span(connection, watched, end, every)
        if period is None:
            return Stability(watched, every, pd.DataFrame(), reason=told)
        counts = counts_and_sizes(connection, watched, [every], period, filters or {})
    return _chart(watched, every, counts, period, told, all_points, _where(filters or {}))


def unstable(
    base: KnowledgeBase, who: Person, subject: str, by: str, *, end: Period, every: Every = "month",
    all_points: bool = False, filters: Filters | None = None,
) -> pd.DataFrame:  # fmt: skip
    """For each member of a dimension its control chart in one row, most points out of control first.

    Columns: member, rate (of the judged months, in the unit), usual (mean of the baseline), out_of_control (points of
    the judged months that break a rule), worse (those above the mean), beyond (those above the upper limit),
    last_broken (label of the latest), rules.
    """
    require(who, "read")
    watched = subject_of(subject, [by, *(filters or {})])
    with base.reading() as connection:
        period, _ = known_span(connection, watched, end, every)
        if period is None:
            return pd.DataFrame(columns=list(_summary("", None)))
        counts = counts_and_sizes(connection, watched, [every, by], period, filters or {})
    known = counts[counts[by] != UNKNOWN]
    charts = {
        str(member): _chart(watched, every, part.drop(columns=by), period, "", all_points, "")
        for member, part in known.groupby(by)
    }
    rows = [_summary(member, chart) for member, chart in charts.items() if chart.reason is None]
    frame = pd.DataFrame(rows, columns=list(_summary("", None)))
    order = ["beyond", "worse", "out_of_control", "rate"]
    return frame.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)


def _chart(
    watched: Watched, every: Every, counts: pd.DataFrame, period: Period, left_out: str, all_points: bool, where: str
) -> Stability:
    grid = pd.date_range(period.start, period.end, freq="MS" if every == "month" else "W-MON", unit="us")
    known = counts.dropna(subset=[every]).set_index(every)[["count", "size"]]
    filled = known[known["size"] > 0].index
    if not len(filled):
        reason = f"{watched.name}: nothing was counted for this filter. Choose another period or reset the filters."
        return Stability(watched, every, pd.DataFrame(), left_out=left_out, reason=reason)
    frame = known.reindex(grid[grid >= filled.min()])
    is_judged = frame.index >= pd.Timestamp(back(period.end, every, JUDGED[every]))
    before = ~is_judged & (frame["size"] > 0).to_numpy()
    is_split = not all_points and before.sum() >= control.FEWEST_POINTS
    chosen = before if is_split else (frame["size"] > 0).to_numpy()
    found = control.limits(watched.kind, frame["count"], frame["size"], chosen)
    points = _points(watched, every, frame, found, chosen)
    recent = points[is_judged] if is_split else points
    spans = [_span(part["time"], every) for part in (points[chosen], recent)]
    broken = recent[recent["rules"] != ""]
    return Stability(
        watched, every, points, found.centre * SCALES[watched.kind], found, spans[0], spans[1], left_out,
        _finding(watched, every, where, recent, broken),
    )  # fmt: skip


def _points(watched: Watched, every: Every, frame: pd.DataFrame, found: Limits, chosen: Flags) -> pd.DataFrame:
    scale, rules = SCALES[watched.kind], control.broken_rules(found)
    return pd.DataFrame({
        "time": frame.index,
        "label": [named(day.date(), every) for day in frame.index],
        "count": frame["count"].to_numpy(), "size": frame["size"].to_numpy(),
        "rate": found.rate * scale, "low": found.low * scale, "high": found.high * scale,
        "is_judged": found.is_judged, "is_baseline": chosen,
        "rules": [", ".join(map(str, numbers)) for numbers in rules],
        "broken": ["; ".join(control.RULES[number] for number in numbers) for numbers in rules],
        "is_worse": found.rate > found.centre,
    })  # fmt: skip


def _span(times: pd.Series, every: Every) -> str:
    first, last = (named(day.date(), every) for day in (times.iloc[0], times.iloc[-1]))
    return first if first == last else f"{first} to {last}"


def _where(filters: Filters) -> str:
    told = [f"{name} {', '.join(filters[name])}" for name in PROCESSES if filters.get(name)]
    return f", {', '.join(told)}" if told else ""


def _finding(watched: Watched, every: Every, where: str, recent: pd.DataFrame, broken: pd.DataFrame) -> str:
    subject = f"{watched.name}{where}"
    if not recent["is_judged"].any():
        return f"{subject}: too few units a {every} to judge"
    if broken.empty:
        return f"{subject}: no sign of a change in the last {len(recent)} {every}s"
    worse = int(broken["is_worse"].sum())
    side = "too high" if worse == len(broken) else "lower than usual" if not worse else "out of control"
    first = broken["label"].iloc[0].removeprefix("week of ")
    return f"{subject}: {side} in {len(broken)} of {len(recent)} {every}s, first {first}"


def _summary(member: str, chart: Stability | None) -> dict[str, object]:
    if chart is None:
        names = ("member", "rate", "usual", "out_of_control", "worse", "beyond", "last_broken", "rules")
        return dict.fromkeys(names)
    recent = chart.points if chart.points["is_baseline"].all() else chart.points[~chart.points["is_baseline"]]
    broken = recent[recent["rules"] != ""]
    size = recent["size"].sum()
    rate = recent["count"].sum() / size * SCALES[chart.watched.kind] if size > 0 else math.nan
    worse = broken[broken["is_worse"]]
    beyond = int(worse["rules"].str.contains("1").sum())
    last, rules = (broken["label"].iloc[-1], broken["broken"].iloc[-1]) if len(broken) else ("", "")
    return {
        "member": member, "rate": rate, "usual": chart.centre, "out_of_control": len(broken), "worse": len(worse),
        "beyond": beyond, "last_broken": last, "rules": rules,
    }  # fmt: skip
