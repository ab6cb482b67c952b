"""Returns in which nothing was found: why they came back, and which department can act."""

from __future__ import annotations

import streamlit as st

from analytics.charts import shown
from analytics.questions import NO_TROUBLE_KINDS, NoTrouble
from pages.parts import alike
from pages.ui import door, page, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

HEADERS = {"share": "share, %", "share_of_all": "share of all returns, %", "before": "period before"}
METHOD = """
A return counts where it is marked as no trouble found, or where its finding or reason says so in common English or
German words and no mark denies it. Each gets the first kind that a rule sees, in this order:

1. **intermittent**: the customer's own words (sometimes, comes and goes, works again, manchmal, Wackelkontakt).
2. **test gap** by the symptom: at least three other inspected returns of the same symptom, and at least half of them,
   had a fault; or the symptom is linked to a cause in the factory.
3. **use**: the customer asks how, or handled it wrong (how do I, booklet, password, Anleitung).
4. **expectation**: it is as it should be (expected more, too heavy, wrong colour, zu laut).
5. **no fault claimed**: ordered wrong, cancelled, hurt in transport, paperwork.
6. **test gap** by the lot: other returns of the same lot had a fault.
7. **unclear**: none of these. Ask the customer, and note what was tested.

*Why* says what the rule saw in each record, *also* which other kinds it bears signs of. The rules read words, not
sense: a sign can mislead, so read some records of a kind before acting on it. Cost is what was credited, else the list
price; the work of testing and shipping is not in it.
"""


def returns(view: View, scope: Scope) -> None:
    """The kinds against the period before and over twelve months, each kind with what it means, and the records."""
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    found: NoTrouble = door.ask(view, "no_trouble", **asked)
    if found.reason:
        page.nothing(plain(found.reason))
        return
    style = {"now": scope.period.label, "before": scope.before.label, "finding": found.finding}
    named = {"by": "kind", "name": "Returns without trouble", "unit": "count", "direction": "down", "counted": False}
    left, right = st.columns(2, gap="medium")
    with left:
        drawn = door.draw(view, "against_before", "no_trouble", **asked, part="against_before", style=style)
        show.drawing(drawn, "no-trouble")
        st.caption(plain(_told(view, found)))
        with st.popover("How they are told apart", width="content"):
            st.markdown(METHOD)
    with right:
        show.drawing(
            door.draw(view, "multiples", "no_trouble", **asked, part="months", style=named), "no-trouble-months"
        )
    kinds = found.kinds.rename(columns=HEADERS)
    show.table(kinds, "Kinds of returns without trouble", key="no-trouble-kinds")
    show.downloads(view, kinds, "Kinds of returns without trouble", scope.told(), "no-trouble-kinds-file")
    _records(view, scope, found)


def _told(view: View, found: NoTrouble) -> str:
    of_inspected = found.found / found.inspected * 100 if found.inspected else 0.0
    of_all = found.found / found.returns * 100 if found.returns else 0.0
    unseen = (
        ""
        if found.has_symptoms
        else (
            " No return belongs to a symptom yet, so that test gaps are seen by lot only: a refresh finds the symptoms."
        )
    )
    return (
        f"{shown(of_inspected, 'percent')} of the {found.inspected:,} inspected returns, {shown(of_all, 'percent')} of "
        f"all {found.returns:,}. Cost {shown(found.cost, 'money', view.currency)}: what was credited, else the list "
        f"price.{unseen}"
    )


def _records(view: View, scope: Scope, found: NoTrouble) -> None:
    st.markdown("**The returns**")
    kinds = st.multiselect(
        "Kind", list(NO_TROUBLE_KINDS), key="no_trouble_kind", bind="query-params", placeholder="All", width=420
    )
    frame = found.records[found.records["kind"].isin(kinds)] if kinds else found.records
    if frame.empty:
        page.nothing("No return of this kind in the period. Choose another kind, or a longer period on the left.")
        return
    title = "Returns without trouble"
    show.table(frame.drop(columns="record"), title, key="no-trouble-rows", height=min(440, 70 + 35 * len(frame)))
    alike.ways(frame, "no-trouble")
    told = scope.told() | {"kind": ", ".join(kinds) or "all"}
    show.downloads(view, frame.drop(columns="record"), title, told, "no-trouble-file")
