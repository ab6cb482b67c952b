"""One metric as a table, a trend or small multiples."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.charts import shown
from analytics.questions import Card, Split
from pages.parts.metric_choice import Chosen
from pages.ui import door, menu, page, show
from pages.ui.cards import card, explained, known, unit_name
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

WORST = "the most telling"


def whole(view: View, scope: Scope, chosen: Chosen) -> None:
    """The figure with what stands behind it, beside its picture; the records of each member below."""
    one: Card = door.ask(view, "cards", [chosen.metric.key], scope.period, dict(scope.chosen))[0]
    left, right = st.columns([1, 3], gap="medium")
    with left:
        with st.container():  # a card fills the height it is given
            card(one, view.currency)
        st.caption(plain(_behind(one, view.currency)))
        st.caption(explained(chosen.metric))
    with right:
        if one.reason:
            page.nothing(plain(f"{one.reason}."))
            return
        picture(view, scope, chosen, "metric-picture", member=_member(view, scope, chosen))
    rows(view, scope, chosen)


def _behind(one: Card, currency: str) -> str:
    """Numerator, denominator and interval in words."""
    if not known(one.numerator):
        return ""
    if not known(one.n):
        return f"Summed: {shown(one.numerator, one.metric.unit, currency)}."
    reach = ""
    if known(one.low) and known(one.high):
        low, high = (shown(end, one.metric.unit, currency) for end in (one.low, one.high))
        reach = f" 95 % interval {low} to {high}."
    return f"Numerator {one.numerator:,.6g}, denominator (n) {one.n:,.6g}.{reach}"


def _member(view: View, scope: Scope, chosen: Chosen) -> str:
    """Which member stands before the others in a trend by members."""
    if not chosen.dimension or chosen.shape != "trend":
        return ""
    found = _split(view, scope, chosen)
    named = [WORST, *found.members["member"].head(12).astype(str)]
    member = st.selectbox("Highlighted", named, key="member", bind="query-params", width=240)
    return "" if member in (None, WORST) else str(member)


def picture(view: View, scope: Scope, chosen: Chosen, key: str, member: str = "") -> None:
    """The drawing alone, as it also stands on My page."""
    metric, by = chosen.metric, chosen.dimension
    style = {"name": metric.name, "unit": metric.unit, "direction": metric.direction, "currency": view.currency}
    if not by:
        drawn = door.draw(view, "trend", "trend", metric.key, **_year(scope), style=style)
    elif chosen.shape == "table":
        found = _split(view, scope, chosen)
        more = {**style, "by": by, "whole": found.whole}
        drawn = door.draw(view, "comparison", "split", metric.key, **_now(scope, by), part="members", style=more)
    elif chosen.shape == "trend":
        more = {**style, "by": by, "member": member, "counted": metric.is_counted}
        drawn = door.draw(view, "highlighted", "trend", metric.key, by=by, **_year(scope), style=more)
    else:
        more = {**style, "by": by, "counted": metric.is_counted}
        drawn = door.draw(view, "multiples", "trend", metric.key, by=by, **_year(scope), style=more)
    show.drawing(drawn, key)


def rows(view: View, scope: Scope, chosen: Chosen) -> None:
    """The numbers behind the picture, to take away and to follow to their records."""
    metric, by = chosen.metric, chosen.dimension
    if not by or chosen.shape != "table":
        asked = {**_year(scope), **({"by": by} if by else {})}
        frame = door.ask(view, "trend", metric.key, **asked)
        if chosen.shape == "table":
            show.table(frame, f"{metric.name} by month", key="months")
        show.downloads(view, frame, f"{chosen.title}, twelve months", scope.told(), "months")
        return
    found = _split(view, scope, chosen)
    if found.members.empty:
        page.nothing("Nothing was recorded for this filter. Choose another period or reset the filters.")
        return
    unit = unit_name(metric, view.currency)
    values = f"Values in {unit}. " if unit else ""
    small = " Grey: small samples." if found.members["is_small"].any() else ""
    st.caption(plain(f"{values}{found.period.label}, before: {found.against.label}.{small}"))
    members = found.members[_told(found)]
    show.table(members, f"{chosen.title}, {found.period.label}", key="members", grey="is_small")
    member = st.selectbox("Records of", found.members["member"].astype(str), index=None, key="of-member", width=320)
    if member:
        menu.link("records", "See its records", query_params=records_link(metric.key, **{by: member}))
    show.downloads(view, members, chosen.title, scope.told() | {"by": by}, "members")


def _told(found: Split) -> list[str]:
    """The columns that say something: a sum has no denominator, a large sample no interval."""
    kept = ["member", "value", "before", "change"]
    kept += ["numerator", "denominator"] if found.metric.is_quotient else []
    return [*kept, *(["low", "high"] if found.members["low"].notna().any() else []), "is_small"]


def _split(view: View, scope: Scope, chosen: Chosen) -> Split:
    found: Split = door.ask(view, "split", chosen.metric.key, **_now(scope, chosen.dimension))
    return found


def _now(scope: Scope, by: str) -> dict[str, Any]:
    return {"by": by, "period": scope.period, "filters": dict(scope.chosen)}


def _year(scope: Scope) -> dict[str, Any]:
    return {"end": scope.period, "filters": dict(scope.chosen)}
