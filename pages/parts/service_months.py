"""What came back of each month's shipments, by months in service."""

from __future__ import annotations

from datetime import date

import streamlit as st

from analytics.periods import Period
from analytics.questions import Service
from pages.parts import drill
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

METRIC = "return_rate_cohort"


def returns(view: View, scope: Scope) -> None:
    """The cohort triangle, the way to a month's records, the files."""
    asked = {"end": scope.period, "filters": dict(scope.chosen)}
    found: Service = door.ask(view, "months_in_service", **asked)
    if found.reason:
        st.info(plain(found.reason))
        return
    style = {"is_dark": st.context.theme.type == "dark"}
    show.drawing(door.draw(view, "triangle", "months_in_service", **asked, part="triangle", style=style), "triangle")
    st.caption(
        plain(
            "Percent of the units shipped in a month that came back within so many months, shipped "
            f"{found.period.label}. Empty: not every unit of that month has been out that long. Records are those of "
            "the return rate by ship cohort: of months followed for 180 days, what came back within these."
        )
    )
    _records(found)
    show.downloads(view, found.table, "Returns by months in service", scope.told(), "service")


def _records(found: Service) -> None:
    months = {f"{month:%b %Y}": Period.months(date(month.year, month.month, 1)) for month in found.mature}
    drill.records_of(
        list(months), lambda name: drill.within(records_link(METRIC), months[name].start, months[name].end), "cohort"
    )
