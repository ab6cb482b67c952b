"""Common objectives: where each stands, and setting, changing, closing and taking back one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from analytics.charts import shown
from analytics.questions import ObjectiveStatus
from pages.parts import objective_forms, recent
from pages.ui import door, menu
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

COLOURS = {"behind": "red", "no data": "gray", "on the way": "blue", "reached": "green"}
WORDS = {"behind": "Behind", "no data": "No data", "on the way": "On the way", "reached": "Reached"}
"""In the order of the list."""


def common(view: View, scope: Scope) -> None:
    """Every open objective with its status; the form for a new one."""
    found: list[ObjectiveStatus] = door.ask(view, "objectives", scope.period)
    if not found:
        st.info("No common objective is set. Two departments can set one: a metric, a target and a day.")
    else:
        _list(view, scope, sorted(found, key=lambda one: list(WORDS).index(one.status)))
    objective_forms.new(view, scope)
    objective_forms.change(view, found)
    recent.changes(view, "objectives", "Last changes of objectives")


def _list(view: View, scope: Scope, found: Sequence[ObjectiveStatus]) -> None:
    """What wants looking at first. One piece of text, because every piece costs a message at every rerun."""
    st.markdown("\n".join(f"- {_told(view, scope, one)}" for one in found))
    chosen = st.selectbox(
        "Records behind", found, index=None, key="objective-records", width=320, format_func=lambda one: one.name,
        placeholder="Choose an objective",
    )  # fmt: skip
    if chosen:
        more = {"family": chosen.scope} if chosen.scope else {}
        label = f"See the records of {plain(chosen.metric.name.lower())}"
        menu.link("records", label, query_params=records_link(chosen.metric.key, **more))


def _told(view: View, scope: Scope, one: ObjectiveStatus) -> str:
    now, target = (shown(value, one.metric.unit, view.currency) for value in (one.value, one.target))
    stands = f"{now} now, target {target} by {one.due_on:%Y-%m-%d} ({_left(one.due_on, scope.period.end)})"
    owned = f"Owned by {one.owners[0]} and {one.owners[1]}"
    badge = f":{COLOURS[one.status]}-badge[{WORDS[one.status]}]"
    return f"{badge} **{plain(one.name)}** {plain(stands)} :small[:gray[{plain(owned)}]]"


def _left(due: date, today: date) -> str:
    months = (due.year - today.year) * 12 + due.month - today.month
    if months == 0:
        return "due this month"
    return f"{months} months left" if months > 0 else f"{-months} months over"
