"""The views that a person pinned: seen together, reordered, removed, taken back."""

from __future__ import annotations

import streamlit as st

from analytics.questions import Pinned
from kb import editing
from pages.parts import metric_view, recent
from pages.parts.metric_choice import Chosen
from pages.ui import door, menu, people
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain
from pages.ui.saving import saved, seen

BUTTONS = ("up", "down", "gone")


def views(view: View, scope: Scope) -> None:
    """Every pinned view; without any, how to pin one."""
    if view.who is people.VISITOR:
        st.info("Your own page holds the figures you want to see first. It is yours, so it must know who you are.")
        people.introduction(view.base, "start")
        return
    mine: list[Pinned] = door.ask(view, "pins", view.who.user_id)
    if not mine:
        st.info("You pinned nothing yet. Choose a figure on the page Metrics and press Pin to my page.")
        menu.link("metrics", "Choose a figure")
    grid = st.grid(2, min_column_width=300)
    for place, one in enumerate(mine):
        with grid.cell():
            _view(view, scope, one, place, len(mine))
    recent.changes(view, "pins", "Last changes of my page", user_name=view.who.name)


def _view(view: View, scope: Scope, one: Pinned, place: int, count: int) -> None:
    chosen = Chosen(one.metric, one.dimension, one.shape)
    with st.container(border=True, height="stretch"):
        st.subheader(plain(chosen.title), anchor=False)
        card = door.ask(view, "cards", [one.metric.key], scope.period, dict(scope.chosen))[0]
        if card.reason:
            st.info(plain(f"{card.reason}."))
        else:
            metric_view.picture(view, scope, chosen, f"pin-{one.pin_id}")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            menu.link("metrics", "Open", query_params=chosen.link())
            _buttons(view, one, place, count)


def _buttons(view: View, one: Pinned, place: int, count: int) -> None:
    number = one.pin_id
    version = seen(f"pin-{number}", one.version, [f"{name}-{number}" for name in BUTTONS])
    for name, step, end in (("up", -1, 0), ("down", 1, count - 1)):
        if st.button(f"Move {name}", key=f"{name}-{number}", type="tertiary", disabled=place == end):
            saved(lambda: editing.move_pin(view.base, view.who, number, version, places=step), "It is moved.")  # noqa: B023
    if st.button("Remove", key=f"gone-{number}", type="tertiary"):
        saved(lambda: editing.unpin(view.base, view.who, number, version), "It is removed.")
