"""Which product, its six figures, and the two charts that matter: why it comes back, and whether it gets better."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics import catalog
from analytics.questions import HEARD, Card, Heard
from pages.parts import focus
from pages.ui import door, menu, page, show
from pages.ui.cards import Behind, card
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

# The first of each row that the data support.
FIGURES = (
    ("return_rate_cohort", "return_rate_calendar"), ("complaint_rate_cohort", "complaints"), ("returns",),
    ("return_cost",), ("nps", "csat"),
)  # fmt: skip
COURSES = (
    "return_rate_cohort", "return_rate_calendar", "complaint_rate_cohort", "returns", "complaints", "return_cost",
    "requests", "nps", "csat",
)  # fmt: skip
# Behind feedback stand two metrics; what has no score is read as text.
RECORDS = {"returns": "returns", "complaints": "complaints", "requests": "requests"}
FIRST_SCREEN = 270
"""Pixels of a chart's height that leave both charts within the first screen."""
BESIDE = (("return_rate_cohort", "return_rate_calendar"), ("complaint_rate_cohort", "complaints"))


def choose(view: View) -> dict[str, tuple[str, ...]]:
    """The product, kept in the URL; as a filter, none for all products."""
    families = tuple(st.session_state.get("family") or ())
    names = door.ask(view, "heard_products", filters={"family": families} if families else {})
    chosen = st.selectbox(
        "Product", list(names), index=None, key="product", bind="query-params", format_func=names.__getitem__,
        placeholder="All products; choose one here or in the table below", width=420, label_visibility="collapsed",
    )  # fmt: skip
    return {"product": (chosen,)} if chosen else {}


def where(scope: Scope) -> dict[str, str]:
    """The chosen product as a link to records takes it."""
    return {"product": scope.chosen["product"][0]} if scope.chosen.get("product") else {}


def cards(view: View, scope: Scope) -> None:
    """Six figures, each with the way to what it was counted from."""
    missing = door.ask(view, "unsupported")
    keys = [_first(keys, missing) for keys in FIGURES]
    found: list[Card] = door.ask(view, "cards", keys, scope.period, dict(scope.chosen))
    touched: Card = door.ask(view, "touched_card", scope.period, dict(scope.chosen))
    grid = st.grid(6, min_column_width=150, gap="xsmall")
    for one in [*found[:3], touched, *found[3:]]:
        behind = Behind("Records", records_link(one.metric.key, **where(scope)))
        if one is touched:
            behind = Behind("Customers", {"part": "Who is touched", **_chosen(view, scope)}, "feedback")
        with grid:
            card(one, view.currency, behind)


def _first(keys: Sequence[str], missing: dict[str, str]) -> str:
    return next((key for key in keys if key not in missing), keys[0])


def _chosen(view: View, scope: Scope) -> dict[str, str]:
    """The product as this page's own link names it: by what the box shows."""
    sku = where(scope).get("product")
    return {"product": door.ask(view, "heard_products", filters={})[sku]} if sku else {}


def charts(view: View, scope: Scope) -> None:
    """What is heard against the period before, and a course over twelve months with young ship cohorts greyed."""
    left, right = st.columns(2, gap="medium")
    with left:
        first = next((number for number, what in enumerate(HEARD) if what not in door.ask(view, "unheard")), 0)
        what = st.selectbox(
            "What is heard", list(HEARD), first, key="heard", bind="query-params", label_visibility="collapsed"
        ) or next(iter(HEARD))
        drawn = bars(view, scope, what, "heard-bars")
    with right:
        missing = door.ask(view, "unsupported")
        keys = [key for key in COURSES if key not in missing] or ["complaints"]
        key = st.selectbox(
            "Over twelve months", keys, key="course", bind="query-params", label_visibility="collapsed",
            format_func=lambda one: catalog.get(one).name,
        )  # fmt: skip
        show.drawing(focus.trend_of(view, scope, key or keys[0], height=FIRST_SCREEN), "course-of")
    if drawn is not None:
        _members(view, scope, drawn)


def bars(view: View, scope: Scope, what: str, key: str) -> Heard | None:
    """The bars of one kind of hearing; none, and why, where there is nothing to draw."""
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    found: Heard = door.ask(view, "heard", what, **asked)
    if found.reason:
        page.nothing(plain(f"{what}: {found.reason}."))
        return None
    if not found.now + found.before:
        page.nothing(
            plain(f"{what}: nothing in {scope.period.label} or {scope.before.label} for this filter. Choose a longer "
                  "period on the left, or all products.")
        )  # fmt: skip
        return None
    style = {"finding": found.finding, "now": scope.period.label, "before": scope.before.label}
    show.drawing(door.draw(view, "against_before", "heard", what, **asked, part="rows", style=style), key)
    return found


def _members(view: View, scope: Scope, found: Heard) -> None:
    """The bars as a table, the way to the records of each, and the download."""
    box = st.expander(
        f"{found.what} as a table, with records", key="heard-table", on_change="rerun", bind="query-params"
    )
    if not box.open:
        return
    with box:
        show.table(found.rows, f"{found.what}, {scope.period.label} and before", key="heard-rows")
        member = st.selectbox("Records of", list(found.rows["member"]), index=None, key="heard-member")
        if member:
            _way(view, scope, found, member)
        show.downloads(view, found.rows, found.what, scope.told(), "heard")


def _way(view: View, scope: Scope, found: Heard, member: str) -> None:
    if found.fact in RECORDS:
        link = records_link(RECORDS[found.fact], **{found.dimension: member}, **where(scope))
        menu.link("records", f"See the records of {plain(member)}", query_params=link)
        return
    link = {"part": "Texts", "voices": found.fact.capitalize(), **_chosen(view, scope)}
    menu.link("feedback", "Read what was said", query_params=link)


def everything(view: View, scope: Scope) -> None:
    """Every split of what is heard, and rates by ship cohort beside the calendar."""
    st.caption(
        "By ship cohort: what came back of a month's shipments, fair to growing sales; months too young to judge are "
        "grey. By calendar: what came in that month, whenever it was shipped."
    )
    missing = door.ask(view, "unsupported")
    grid = st.grid(2, min_column_width=300)
    for key in [key for pair in BESIDE for key in pair if key not in missing]:
        with grid.cell():
            show.drawing(focus.trend_of(view, scope, key), f"beside-{key}")
    unheard = door.ask(view, "unheard")
    for what in [what for what in HEARD if what not in unheard]:
        with grid.cell():
            found = bars(view, scope, what, f"all-{what}")
            if found is not None:
                show.downloads(view, found.rows, what, scope.told(), f"all-{what}")
    for what, reason in unheard.items():
        st.caption(plain(f"{what}: {reason}."))
