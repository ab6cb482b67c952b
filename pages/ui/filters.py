"""Period, family and site: one place, in the URL, kept across pages, written out under every title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from analytics.periods import Period

PRESETS = {"month": "Last complete month", "quarter": "Last 3 months", "year": "Last 12 months", "custom": "Own dates"}
SHARED = ("family", "site")
KEYS = ("period", "from", "to", *SHARED)


@dataclass(frozen=True)
class Scope:
    """What the person looks at: a period, what it is compared with, and the values they narrowed it to."""

    period: Period
    chosen: Mapping[str, tuple[str, ...]]
    preset: str = "month"

    @property
    def before(self) -> Period:
        return self.period.previous()

    @property
    def words(self) -> str:
        """The filters in words, for people and for exports."""
        parts = [f"{name} {', '.join(values)}" for name, values in self.chosen.items()]
        return "; ".join(parts) or "all families, all sites"

    def link(self, **more: str | list[str]) -> dict[str, str | list[str]]:
        """Query parameters that open another page on the same scope; `more` adds to them or replaces some."""
        shown: dict[str, str | list[str]] = {name: list(values) for name, values in self.chosen.items()}
        if self.preset == "custom":
            shown |= {"period": "custom", "from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        elif self.preset != "month":
            shown["period"] = self.preset
        if asked := st.session_state.get("base"):
            shown["base"] = asked
        return shown | more

    def told(self) -> dict[str, str]:
        """The scope as it is written into an export."""
        return {"period": self.period.label} | {name: ", ".join(values) for name, values in self.chosen.items()}

    def narrowed(self, **more: str) -> Scope:
        return Scope(self.period, {**self.chosen, **{name: (value,) for name, value in more.items()}}, self.preset)


def widgets(choices: Mapping[str, list[str]], last_month: Period) -> None:
    """Draw the filters. Every one is bound to the URL by its key."""
    st.selectbox("Period", list(PRESETS), format_func=PRESETS.__getitem__, key="period", bind="query-params")
    if st.session_state.get("period") == "custom":
        whole = last_month
        st.date_input("From", whole.start, key="from", bind="query-params", format="YYYY-MM-DD")
        st.date_input("To", whole.end, key="to", bind="query-params", format="YYYY-MM-DD")
    for name in SHARED:
        if choices.get(name):
            st.multiselect(
                name.capitalize(), choices[name], key=name, bind="query-params", placeholder="All", persist_state="session"
            )


def current(last_month: Period, dimensions: Mapping[str, tuple[str, ...]] | None = None) -> Scope:
    """The scope of the filters as they stand; `dimensions` are further ones that a link named."""
    preset = st.session_state.get("period") or "month"
    chosen = {name: tuple(st.session_state.get(name) or ()) for name in SHARED}
    chosen |= dimensions or {}
    return Scope(_period(preset, last_month), {name: values for name, values in chosen.items() if values}, preset)


def _period(preset: str, last_month: Period) -> Period:
    if preset == "custom":
        start = st.session_state.get("from") or last_month.start
        end = st.session_state.get("to") or last_month.end
        return Period(min(start, end), max(start, end))
    return Period.months(last_month.end, {"quarter": 3, "year": 12}.get(preset, 1))


def reset() -> None:
    """Back to the last complete month of everything."""
    st.session_state["period"] = "month"
    for name in SHARED:
        st.session_state[name] = []


def days_ago(moment: date, today: date) -> str:
    """The age of something in words."""
    gap = today - moment
    if gap < timedelta(days=1):
        return "today"
    return "yesterday" if gap < timedelta(days=2) else f"{gap.days} days ago"
