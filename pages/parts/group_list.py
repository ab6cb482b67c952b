"""All groups of a side: the map, and the table with trend, cost and stability."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from analytics.questions import GROUP_NOUNS, Groups
from analytics.report import Rows
from pages.parts import group_choice, group_state
from pages.ui import door, page, reports, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

HIDDEN = ["group_id", "status", "x", "y", "first_seen_on", "last_seen_on"]
MAP, TALL = 330, 460


def everything(view: View, scope: Scope, side: str) -> None:
    """What grows, on a map and as a table; a click on either opens a group."""
    asked: dict[str, Any] = {"period": scope.period, "filters": dict(scope.chosen)}
    found: Groups = door.ask(view, "groups", side, **asked)
    if found.rows.empty:
        page.nothing(_why_none(found))
        return
    st.caption(plain(_told(view, found)))
    style = {"finding": found.finding, "height": MAP}
    drawn = door.draw(view, "group_map", "groups", side, **asked, part="rows", style=style)
    mark = show.clickable(drawn, f"map-{side}")
    if mark and mark.get("customdata") is not None:
        group_choice.open_group(_number(mark["customdata"]))
        st.rerun()
    st.caption("Near means alike; a larger mark means more records. Choose a mark, or a row, to open it.")
    _table(view, scope, found)


def _number(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


def _why_none(found: Groups) -> str:
    noun = GROUP_NOUNS[found.side]
    if found.records:
        return f"None of the {found.records:,} records of this filter is in a {noun}. Reset the filters."
    return f"No record with a text for this filter, so no {noun}. Reset the filters, or import more."


def _told(view: View, found: Groups) -> str:
    now, before = found.spans
    return (
        f"{found.records:,} texts in {len(found.rows)} {GROUP_NOUNS[found.side]}s; {found.without:,} "
        f"in none, {found.unsure:,} unsure. Records and cost of all time; now is {now.label}, before "
        f"{before.label}. {group_state.told(view)}"
    )


def _table(view: View, scope: Scope, found: Groups) -> None:
    title = f"{GROUP_NOUNS[found.side].capitalize()}s with trend and cost"
    key = f"groups-{found.side}"
    kept = found.rows.drop(columns=["months", *HIDDEN])
    reports.note(Rows, kept, title)
    st.dataframe(
        found.rows, hide_index=True, key=key, selection_mode="single-row", alt=title, placeholder="",
        on_select=partial(group_choice.from_row, [int(one) for one in found.rows["group_id"]], key),
        column_order=["name", "records", "now", "before", "trend", "cost", "months", "stability", "terms"],
        column_config=show.columns(kept) | _columns(view, found), height=TALL,
    )  # fmt: skip
    told = scope.told() | {"now": found.spans[0].label, "before": found.spans[1].label}
    show.downloads(view, kept, title, told, key)


def _columns(view: View, found: Groups) -> dict[str, Any]:
    number, column = st.column_config.NumberColumn, st.column_config.Column
    now, before = found.spans
    cost = "Cost of the nonconformances" if found.side == "factory" else "Credits of the returns; complaints cost none"
    return {
        "name": column("name", width=170, pinned=True),
        "records": number("records", help="Of all time, under the filters", format="localized"),
        "now": number("now", help=f"Records in {now.label}"),
        "before": number("before", help=f"Records in {before.label}"),
        "trend": column("trend", help="Now against before; only a clear change counts (95 %)"),
        "cost": number(f"cost, {view.currency}", help=cost, format="localized", step=1),
        "months": st.column_config.BarChartColumn("twelve months", help="Records by month", y_min=0, width="small"),
        "stability": column("stability", help="How alike the group is found again on other samples; below 0.6 it is "
                                              "unstable: read its records before you act on it"),
        "terms": column("terms", help="The words that tell it from the others", width=260),
    }  # fmt: skip
