"""The forms of common objectives. Every write goes through kb.editing and is refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from analytics import catalog, questions
from analytics.questions import ObjectiveStatus
from kb import editing, history
from kb.access import DEPARTMENTS
from kb.errors import Refused
from pages.ui import door, people
from pages.ui.cards import explained, known, unit_name
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.page import stamp
from pages.ui.plain import plain
from pages.ui.saving import saved, seen

NAMES = list(catalog.METRICS)


def new(view: View, scope: Scope) -> None:
    """Set an objective: metric, target, day, two owners."""
    box = st.expander("Set a common objective", key="new-objective-box", on_change="rerun")
    if not box.open:  # forms are drawn for those who open them: closed ones took half of every rerun
        return
    with box:
        if not people.asked(view.base, view.who, "objective"):
            return
        key = st.selectbox(
            "Metric of the objective", NAMES, format_func=lambda one: catalog.get(one).name, key="objective-metric"
        )
        metric = catalog.get(key)
        st.caption(explained(metric))
        owners = (*metric.owners, *DEPARTMENTS)
        with st.form("new-objective", border=False):
            target = st.number_input(_named("Target", metric, view), value=None, format="%.6g", key=f"target-{key}")
            due_on = st.date_input("To be reached by", scope.period.end + timedelta(days=180), format="YYYY-MM-DD")
            first = st.selectbox("One owner", DEPARTMENTS, DEPARTMENTS.index(owners[0]), key=f"first-{key}")
            second = st.selectbox("The other owner", DEPARTMENTS, DEPARTMENTS.index(owners[1]), key=f"second-{key}")
            family = st.selectbox("Only for the family", _families(view), index=None, placeholder="All families")
            note = st.text_input("Note")
            if st.form_submit_button("Set objective"):
                _set(view, scope, key, target, due_on, (first, second), family, note)


def _named(word: str, metric: catalog.Metric, view: View) -> str:
    unit = unit_name(metric, view.currency)
    return f"{word} in {unit}" if unit else word


def _families(view: View) -> list[str]:
    return list(door.ask(view, "choices").get("family", ()))


def _set(
    view: View, scope: Scope, key: str, target: float | None, due_on: date, owners: tuple[str, str],
    family: str | None, note: str,
) -> None:  # fmt: skip
    def write() -> None:
        if target is None:
            raise Refused("The objective has no target: write the value to reach.")
        questions.check_objective(key, *owners)
        filters = {"family": (family,)} if family else {}
        now = door.ask(view, "cards", [key], scope.period, filters)[0].value
        editing.set_objective(
            view.base, view.who, metric=key, target=target, due_on=due_on, first_department=owners[0],
            second_department=owners[1], scope=family, baseline=now if known(now) else None, note=note or None,
        )  # fmt: skip

    saved(write, "The objective is set.")


def change(view: View, objectives: Sequence[ObjectiveStatus]) -> None:
    """Choose one; change its target and day, or close it; a conflict shows both values."""
    box = st.expander("Change a common objective", key="change-objective-box", on_change="rerun")
    if not box.open or not objectives:
        return
    with box:
        if not people.asked(view.base, view.who, "change-objective"):
            return
        named = {one.objective_id: one for one in objectives}
        chosen = st.selectbox(
            "Objective to change", list(named), format_func=lambda number: named[number].name, key="objective-to-change"
        )
        one = named[chosen or next(iter(named))]
        _history(view, one.objective_id)
        buttons = (f"save-{one.objective_id}", f"close-{one.objective_id}")
        _change_form(view, one, seen(str(one.objective_id), one.version, buttons))


def _change_form(view: View, one: ObjectiveStatus, version: int) -> None:
    number = one.objective_id
    with st.form(f"change-objective-{number}", border=False):
        named = _named("New target", one.metric, view)
        target = st.number_input(named, value=one.target, format="%.6g", key=f"target-{number}-{version}")
        due_on = st.date_input("New day", one.due_on, format="YYYY-MM-DD", key=f"due-{number}-{version}")
        reason = st.text_input("Why", key=f"why-{number}-{version}") or None
        if st.form_submit_button("Save", key=f"save-{number}"):
            changed = {"target": target, "due_on": due_on}
            saved(
                lambda: editing.change_objective(view.base, view.who, number, version, reason, **changed),
                "The objective is changed.",
            )
        if st.form_submit_button("Close the objective", key=f"close-{number}"):
            saved(
                lambda: editing.close_objective(view.base, view.who, number, version, reason),
                "The objective is closed.",
            )


def _history(view: View, objective_id: int) -> None:
    entries = history.changes(view.base, view.who, table="objectives", subject=objective_id, limit=3)
    for entry in entries.itertuples():
        st.caption(plain(f"{entry.user_name} ({entry.department}): {entry.verb}, {stamp(entry.happened_at)}"))
