"""What every page begins with, and what it shows when there is nothing to show."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages.ui import bases, filters, menu, reports
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

INVENTED = "An invented company. The Data page leads to your own data."


def header(view: View, title: str, scope: Scope | None = None) -> None:
    """The one h1, what the page shows in words, and how old that is."""
    st.title(title, anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_covered(view, scope), width="content", help=INVENTED if view.which == "demo" else None)
        told = {"Company": "the invented company (demo data)"} if view.which == "demo" else {}
        told |= {name.capitalize(): value for name, value in (scope.told() if scope else {}).items()}
        reports.head(title, told | {"Data": age(view)})
        if scope is not None and scope.is_narrowed:
            st.button("Reset filters", type="tertiary", on_click=filters.reset, key=f"reset-{title}")


def _covered(view: View, scope: Scope | None) -> str:
    """One piece of text, because every piece costs a message at every rerun."""
    badge = ":blue-badge[Demo data] " if view.which == "demo" else ""
    covered = ""
    if scope is not None:
        words = f"{scope.words[:1].upper()}{scope.words[1:]}"
        covered = f"{scope.period.label}, compared with {scope.before.label}. {words}. "
    return f"{badge}:small[:gray[{plain(covered + age(view))}]]"


def age(view: View) -> str:
    """How far the data reach and when they came in, with the time zone named."""
    span = view.span
    if span.last_on is None:
        return "No data yet."
    came = f", imported {stamp(span.imported_at)} ({_ago(span.imported_at)})" if span.imported_at else ""
    return f"Data up to {span.last_on:%Y-%m-%d}{came}."


def _ago(moment: datetime) -> str:
    return filters.days_ago(moment.date(), datetime.now(UTC).date())


def stamp(moment: datetime) -> str:
    """The one way times are written."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def empty(view: View, what: str = "There is nothing to show yet") -> None:
    """No data at all: what happened, why, one button."""
    st.info(f"{what}, because no files were imported into this knowledge base.")
    if view.which == "own":
        menu.link("data", "Bring in your data")
        if bases.holds_data("demo"):
            st.caption("Or look at the invented company first: choose Demo in the sidebar.")


def nothing(why: str) -> None:
    """No data for this filter, which is not zero."""
    st.info(why)
