"""One group opened: what it is about, where and when it occurs, its records."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.questions import GROUP_DIMENSIONS, GROUP_NOUNS, SIDE_NAMES, OneGroup, Shares
from pages.parts import group_choice, group_listing, link_evidence
from pages.ui import door, page, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

HEIGHT = 320
EVERYTHING = "all of them"


def about(view: View, scope: Scope, group: OneGroup) -> None:
    """Its three typical records in full words before anything else: a name alone says nothing."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(group.name), anchor=False, width="stretch")
        st.button(f"All {GROUP_NOUNS[group.side]}s", on_click=group_choice.close, key="all-groups")
    if not group.is_alive:
        _gone(group)
    _examples(group)
    st.caption(plain(_facts(group)))


def _gone(group: OneGroup) -> None:
    if group.became is None:
        st.info("No record is in it any more: what it held went to other groups.")
        return
    number, name = group.became
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(plain(f"Somebody made it part of “{name}”."), width="stretch")
        st.button("Open that one", on_click=group_choice.open_group, args=(number,), key="open-became")


def _examples(group: OneGroup) -> None:
    if group.typical.empty:
        return
    with st.container(border=True, gap="xsmall"):
        st.caption("Typical records, in the words they were written in")
        for row in group.typical.to_dict("records"):
            st.markdown(plain(f"“{row['text']}”"))
            st.caption(plain(group_listing.told(row)))


def _facts(group: OneGroup) -> str:
    model = f" The analysis calls it “{group.model_name}”." if group.model_name != group.name else ""
    days = f", {group.first_on:%Y-%m-%d} to {group.last_on:%Y-%m-%d}" if group.first_on and group.last_on else ""
    words = f" Its words: {group.terms}." if group.terms else ""
    return (
        f"{SIDE_NAMES[group.side]}: {group.records:,} records{days}, {group.unsure:,} of them unsure; stability "
        f"{group.stability}.{model}{words}"
    )


def where_and_when(view: View, scope: Scope, group: OneGroup) -> None:
    """Which product, lot, line, shift, supplier lot or segment it is about, beside its course by month."""
    left, right = st.columns(2, gap="medium")
    with left:
        dimensions = GROUP_DIMENSIONS[group.side]
        by = st.selectbox(
            "Records by", dimensions, key=f"{group.side}_by", bind="query-params", width=220,
            format_func=lambda one: one.replace("_", " "),
        )  # fmt: skip
        _shares(view, scope, group, by or dimensions[0])
    with right:
        style = {
            "name": f"Records of “{group.name}”", "unit": "count", "direction": "down", "height": HEIGHT,
        }  # fmt: skip
        asked: dict[str, Any] = {"end": scope.period, "filters": dict(scope.chosen)}
        show.drawing(door.draw(view, "trend", "group_months", group.group_id, **asked, style=style), "group-months")
        months = door.ask(view, "group_months", group.group_id, **asked)
        kept = months[["month", "value"]]
        show.downloads(view, kept, f"Records by month of {group.name}", scope.told(), "group-months-file")


def _shares(view: View, scope: Scope, group: OneGroup, by: str) -> None:
    asked = {"filters": dict(scope.chosen)}
    found: Shares = door.ask(view, "group_shares", group.group_id, by, **asked)
    if found.rows.empty:
        page.nothing(plain(f"{found.finding} for this filter. Choose another one to tell them by."))
        return
    style = {"finding": found.finding}
    drawn = door.draw(view, "group_shares", "group_shares", group.group_id, by, **asked, part="rows", style=style)
    show.drawing(drawn, f"group-shares-{by}")
    st.caption(
        f"{found.named:,} of {found.records:,} records name it. × is the share here over the share of all records."
    )
    box = st.expander("As a table", key="group-shares-table", on_change="rerun", bind="query-params")
    if box.open:
        with box:
            title = f"{group.name} by {by.replace('_', ' ')}"
            show.table(found.rows, title, key=f"group-shares-rows-{by}", height=300, grey="is_small")
            show.downloads(view, found.rows, title, scope.told(), f"group-shares-{by}-file")


def counterparts(view: View, scope: Scope, group: OneGroup) -> None:
    """What it is called on the other side, with the evidence and what people say of it."""
    link_evidence.section(view, scope, group.group_id)


def records(view: View, scope: Scope, group: OneGroup) -> None:
    """All its records, newest first, of one member of what is shown above where one is chosen."""
    st.subheader("Records", anchor=False)
    by = st.session_state.get(f"{group.side}_by") or GROUP_DIMENSIONS[group.side][0]
    found: Shares = door.ask(view, "group_shares", group.group_id, by, filters=dict(scope.chosen))
    word = by.replace("_", " ")
    members = [EVERYTHING, *map(str, found.rows["member"])]
    member = st.selectbox(f"Of which {word}", members, key=f"of-{group.group_id}-{by}", width=320)
    narrowed = {} if member in (None, EVERYTHING) else {by: (str(member),)}
    asked = {"filters": {**scope.chosen, **narrowed}}
    frame, total = door.ask(view, "group_records", group.group_id, **asked)
    of = f", {word} {member}" if narrowed else ""
    told = {name: value for name, value in scope.told().items() if name != "period"}
    told |= {name: ", ".join(values) for name, values in narrowed.items()}
    title = f"Records of {group.name}{of}"
    group_listing.listing(view, frame, total, title, told, f"members-{group.group_id}", group.side)
