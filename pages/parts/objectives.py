"""Common objectives: where each stands, and setting, changing, closing and taking back one."""

from __future__ import annotations

from datetime import date

import streamlit as st

from analytics.charts import shown
from analytics.questions import ObjectiveStatus
from pages.parts import objective_forms, recent
from pages.ui import door
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

COLOURS = {"reached": "green", "on the way": "blue", "behind": "red", "no data": "gray"}
WORDS = {"reached": "Reached", "on the way": "On the way", "behind": "Behind", "no data": "No data"}


def common(view: View, scope: Scope) -> None:
    """Every open objective with its status; the form for a new one."""
    found: list[ObjectiveStatus] = door.ask(view, "objectives", scope.period)
    if not found:
        st.info("No common objective is set. Two departments can set one: a metric, a target and a day.")
    grid = st.grid(3, min_column_width=280)
    for one in found:
        with grid:
            _card(view, scope, one)
    objective_forms.new(view, scope)
    objective_forms.change(view, found)
    recent.changes(view, "objectives", "Last changes of objectives")


def _card(view: View, scope: Scope, one: ObjectiveStatus) -> None:
    metric = one.metric
    now, target = (shown(value, metric.unit, view.currency) for value in (one.value, one.target))
    stands = f"{now} now, target {target} by {one.due_on:%Y-%m-%d} ({_left(one.due_on, scope.period.end)})"
    owned = f"Owned by {one.owners[0]} and {one.owners[1]}"
    with st.container(border=True, height="stretch", gap="xsmall"):
        # one piece of text, because every piece costs a message at every rerun
        badge = f":{COLOURS[one.status]}-badge[{WORDS[one.status]}]"
        st.markdown(f"{badge} **{plain(one.name)}**\n\n{plain(stands)}\n\n:small[{plain(owned)}]")
        more = {"family": one.scope} if one.scope else {}
        st.page_link("records.py", label="Records", query_params=records_link(metric.key, **more))


def _left(due: date, today: date) -> str:
    months = (due.year - today.year) * 12 + due.month - today.month
    if months == 0:
        return "due this month"
    return f"{months} months left" if months > 0 else f"{-months} months over"
