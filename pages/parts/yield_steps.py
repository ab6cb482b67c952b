"""What each inspection step lets pass, in the order of the process, and where most is lost."""

from __future__ import annotations

import streamlit as st

from analytics.questions import Steps
from pages.parts import drill
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

HEADERS = {"first_pass": "first pass, %", "before": "before, %", "lost": "lost, %", "rolled": "rolled, %"}


def steps(view: View, scope: Scope) -> None:
    """The loss of each step, then the same as a table with the records."""
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    found: Steps = door.ask(view, "yield_steps", **asked)
    if found.reason:
        st.info(plain(found.reason))
        return
    bar = show.clickable(door.draw(view, "steps", "yield_steps", **asked, part="rows"), "steps")
    if bar and int(bar["y"]) < len(found.rows):
        station = str(found.rows["station"].iloc[int(bar["y"])])
        drill.clicked(station, records_link("first_pass_yield", station=station))
    st.caption(
        plain(
            f"First run only, {scope.period.label}. The order is that in which lots pass the steps, by the days of "
            f"their inspections; before is {scope.before.label}. Rolled is the product of the yields up to a step."
        )
    )
    drill.table(
        view, scope, found.rows.rename(columns=HEADERS), "station",
        lambda station: records_link("first_pass_yield", station=station), title="Yield by step", key="steps-table",
        hidden=("is_small",),
    )  # fmt: skip
