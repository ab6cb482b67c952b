"""What happened that explains a number: seen, entered, changed, withdrawn, taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from kb import editing
from kb.entries import EVENT_DIMENSIONS, EVENT_KINDS, LONGEST_TITLE
from pages.parts import recent
from pages.ui import door, people, show
from pages.ui.door import View
from pages.ui.saving import saved, seen

EVERYTHING = "everything"
SHOWN = ["happened_on", "kind", "title", "dimension", "member", "by", "department"]


def section(view: View) -> None:
    """All events, latest first, and the forms."""
    st.caption("An event is entered once and drawn on every chart over months that it concerns.")
    events = door.ask(view, "events", latest_first=True)
    if events.empty:
        st.info("No event is entered yet. A price change, a moved line or a fix explains what a chart shows.")
    else:
        show.table(events[SHOWN], "Events", key="events")
        show.downloads(view, events[SHOWN], "Events", {}, "events")
    _enter(view)
    if not events.empty:
        _change(view, events)
    recent.changes(view, "events", "Last changes of events")


def _enter(view: View) -> None:
    box = st.expander("Enter an event", key="enter-event", on_change="rerun")
    if not box.open:
        return
    with box:
        if not people.asked(view.base, view.who, "event"):
            return
        dimension = _dimension(None, "new")
        with st.form("new-event", border=False):
            values = _values(view, {"dimension": dimension}, "new")
            if st.form_submit_button("Enter event"):
                saved(lambda: editing.enter_event(view.base, view.who, **values), "The event is on the charts.")


def _change(view: View, events: Any) -> None:
    box = st.expander("Change or withdraw an event", key="change-event", on_change="rerun")
    if not box.open:
        return
    with box:
        if not people.asked(view.base, view.who, "event-change"):
            return
        rows = {int(one["event_id"]): one for one in events.to_dict("records")}
        number = st.selectbox(
            "Event", list(rows), format_func=lambda one: f"{rows[one]['happened_on']:%Y-%m-%d} {rows[one]['title']}",
            key="which-event",
        )  # fmt: skip
        if number is not None:
            _change_form(view, rows[number], number)


def _change_form(view: View, event: dict[str, Any], number: int) -> None:
    version = seen(f"event-{number}", int(event["version"]), (f"save-event-{number}", f"gone-event-{number}"))
    place = f"{number}-{version}"
    dimension = _dimension(event["dimension"], place)
    with st.form(f"change-event-{number}", border=False):
        values = _values(view, {**event, "dimension": dimension}, place)
        reason = st.text_input("Why", key=f"event-why-{place}") or None
        with st.container(horizontal=True):
            save = st.form_submit_button("Save event", key=f"save-event-{number}")
            gone = st.form_submit_button("Withdraw event", key=f"gone-event-{number}")
    if save:
        saved(
            lambda: editing.change_event(view.base, view.who, number, version, reason, **values),
            "The event is changed.",
        )
    if gone:
        saved(lambda: editing.withdraw_event(view.base, view.who, number, version, reason), "The event is withdrawn.")


def _dimension(now: str | None, place: str) -> str | None:
    limits = [EVERYTHING, *EVENT_DIMENSIONS]
    chosen = st.selectbox(
        "It concerns", limits, limits.index(now or EVERYTHING), key=f"event-dimension-{place}",
        format_func=lambda one: one if one == EVERYTHING else f"one {one}",
    )  # fmt: skip
    return None if chosen in (None, EVERYTHING) else str(chosen)


def _values(view: View, event: dict[str, Any], place: str) -> dict[str, Any]:
    """The fields of the form, filled with what the event says now."""
    day = event["happened_on"].date() if "happened_on" in event else date.today()
    kind = event.get("kind", EVENT_KINDS[0])
    return {
        "title": st.text_input(
            "What happened", event.get("title", ""), max_chars=LONGEST_TITLE, key=f"event-title-{place}"
        ),
        "happened_on": st.date_input("Day", day, format="YYYY-MM-DD", key=f"event-day-{place}"),
        "kind": st.selectbox("Kind", EVENT_KINDS, EVENT_KINDS.index(kind), key=f"event-kind-{place}"),
        "dimension": event["dimension"],
        "member": _which(view, event["dimension"], event.get("member"), place),
    }


def _which(view: View, dimension: str | None, now: str | None, place: str) -> str | None:
    if dimension is None:
        return None
    key = f"event-member-{dimension}-{place}"
    if dimension == "product":  # there may be too many to choose from
        return st.text_input("Which product (SKU)", now or "", key=key) or None
    known = list(door.ask(view, "choices").get(dimension, ()))
    return st.selectbox(f"Which {dimension}", known, known.index(now) if now in known else None, key=key)
