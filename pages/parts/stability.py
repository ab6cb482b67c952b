"""Control charts: is a process stable, which ones are not, and the records of each point."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analytics.grains import end_of
from analytics.questions import CONTROL_RULES, WATCHED, Stability
from pages.parts import drill
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

WORST, ALL = "most out of control", "all together"
SPLITS = ("line", "family", "shift", "station")
BEFORE, EVERY_POINT = "before the last year", "all points"
METHOD = """
A p chart draws a share of units, a u chart records per 1,000 units. The limits lie three sigmas from the mean of the
baseline and follow the number of units of each point.

Where the baseline spreads more than chance allows, the limits are widened: sigma z is the mean moving range of its
standardised points over 1.128, and where it is above its 95 % limit under pure chance, sigma is multiplied by it, as
D. B. Laney proposed in 2002 (a p′ or u′ chart). Limits are never narrowed.

Points with fewer than five expected counts are hollow and not judged. Three of Nelson's rules are used. Each further
rule adds false alarms; with these, one point in a hundred breaks a rule without any cause.
"""


def processes(view: View, scope: Scope) -> None:
    """Choose what to watch and where; the control chart, then all processes and all points as tables."""
    row, place, foot = st.container(horizontal=True, gap="small"), st.container(), st.container(horizontal=True)
    with foot:
        options = _options()
    with row:
        subject, by = _chosen(view)
        asked = {"end": scope.period, **options}
        compared: pd.DataFrame = door.ask(view, "unstable", subject, by, **asked, filters=dict(scope.chosen))
        member = _member(by, compared)
    asked["filters"] = dict(scope.chosen) | ({by: (member,)} if member else {})
    found: Stability = door.ask(view, "stability", subject, **asked)
    with place:
        if found.reason:
            st.info(plain(found.reason))
            return
        style = {"finding": found.finding, "unit": found.watched.unit, "centre": found.centre}
        drawn = door.draw(view, "control", "stability", subject, **asked, part="points", style=style)
        point = show.clickable(drawn, f"control-{subject}-{by}-{member}-{options['every']}")
        labels = {f"{one['time']:%Y-%m-%d}": one["label"] for one in found.points.to_dict("records")}
        label = labels.get(str(point["x"])[:10]) if point else None
        drill.clicked(label, _of_point(found, by, member)(label) if label else None)
        st.caption(plain(_told(found)))
    _tables(view, scope, found, compared, by, member)


def _chosen(view: View) -> tuple[str, str]:
    missing = door.ask(view, "watchable")
    subjects = sorted(WATCHED, key=lambda key: missing[key] is not None)
    subject = st.selectbox(
        "Control chart of", subjects, key="watch", bind="query-params", width=190,
        format_func=lambda key: f"{WATCHED[key].name} ({WATCHED[key].kind})".lower(),
    ) or subjects[0]  # fmt: skip
    splits = [name for name in SPLITS if name in WATCHED[subject].splits]
    by = st.selectbox("Told apart by", splits, key=f"apart_{subject}", bind="query-params", width=95) or splits[0]
    return subject, by


def _options() -> dict[str, Any]:
    with st.popover("Method", width="content"):
        every = st.segmented_control(
            "One point for each", ["month", "week"], default="month", required=True, key="every", bind="query-params"
        )
        limits = st.segmented_control(
            "Limits from", [BEFORE, EVERY_POINT], default=BEFORE, required=True, key="limits_from", bind="query-params"
        )
        st.markdown(METHOD)
    return {"every": every or "month", "all_points": limits == EVERY_POINT}


def _member(by: str, compared: pd.DataFrame) -> str | None:
    """The member to draw; none for all together."""
    members = list(compared["member"])
    choices = [WORST, ALL, *sorted(members)] if members else [ALL]
    chosen = st.selectbox(by.capitalize(), choices, key=f"process_{by}", bind="query-params", width=175)
    if chosen == WORST:
        return members[0] if members and compared["worse"].iloc[0] else None
    return None if chosen in (ALL, None) else chosen


def _told(found: Stability) -> str:
    name = found.limits.name if found.limits else ""
    rules = ", ".join(f"{number} {words}" for number, words in CONTROL_RULES.items())
    shaded = " (shaded)" if found.baseline != found.judged else ""
    signs = "Triangles are out of control, ▲ worse, ▼ better, with the rule they break"
    return f"{name}, limits from {found.baseline}{shaded}. {signs}: {rules}. {found.left_out}".strip()


def _tables(view: View, scope: Scope, found: Stability, compared: pd.DataFrame, by: str, member: str | None) -> None:
    box = st.expander(
        f"Every {by} and every point as tables, with their records",
        key="control-table",
        on_change="rerun",
        bind="query-params",
    )
    if not box.open:
        return
    metric, unit = found.watched.metric, found.watched.unit.replace("1000", "1,000")
    with box:
        st.caption(plain(f"Each {by} against its own baseline; rates in {unit}, of {found.judged}."))
        drill.table(
            view, scope, compared, "member", lambda value: records_link(metric, **{by: value}),
            title=f"{found.watched.name} by {by}", key="processes",
        )  # fmt: skip
        st.caption(plain(f"{found.finding}. Mean {found.centre:.3g} {unit}."))
        drill.table(
            view, scope, found.points, "label", _of_point(found, by, member), title=found.finding, key="points",
            hidden=("time",),
        )  # fmt: skip


def _of_point(found: Stability, by: str, member: str | None) -> drill.LinkTo:
    """From the label of a month or week to its records."""
    days = {one["label"]: one["time"].date() for one in found.points.to_dict("records")}
    link = records_link(found.watched.metric, **({by: member} if member else {}))
    return lambda label: drill.within(link, days[label], end_of(days[label], found.every))
