"""Period, family and site: one place, in the URL, kept across pages, written out under every title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from analytics.periods import Period

# A widget bound to the URL puts there what it shows, so the words are the values.
MONTH, OWN = "Last complete month", "Own dates"
PRESETS = {MONTH: 1, "Last 3 months": 3, "Last 12 months": 12, OWN: 0}
SHARED = ("family", "site")


@dataclass(frozen=True)
class Scope:
    """What the person looks at: a period, what it is compared with, and the values they narrowed it to."""

    period: Period
    chosen: Mapping[str, tuple[str, ...]]
    preset: str = MONTH

    @property
    def before(self) -> Period:
        return self.period.previous()

    @property
    def is_narrowed(self) -> bool:
        """Whether there is anything to reset."""
        return self.preset != MONTH or any(self.chosen.get(name) for name in SHARED)

    @property
    def words(self) -> str:
        """The filters in words, for people and for exports."""
        parts = [f"{name} {', '.join(values)}" for name, values in self.chosen.items()]
        return "; ".join(parts) or "all families, all sites"

    def told(self) -> dict[str, str]:
        """The scope as it is written into an export."""
        return {"period": self.period.label} | {name: ", ".join(values) for name, values in self.chosen.items()}


def records_link(metric_key: str, **where: str) -> dict[str, str | list[str]]:
    """Query parameters of the page behind a number; period, family and site go along by themselves."""
    narrowed = [f"{name}:{value}" for name, value in where.items()]
    return {"of": metric_key} | ({"where": narrowed} if narrowed else {})


def widgets(choices: Mapping[str, list[str]], last_month: Period) -> None:
    """Draw the filters. Every one is bound to the URL by its key."""
    st.selectbox("Period", list(PRESETS), key="period", bind="query-params")
    if st.session_state.get("period") == OWN:
        whole = last_month
        st.date_input("From", whole.start, key="from", bind="query-params", format="YYYY-MM-DD")
        st.date_input("To", whole.end, key="to", bind="query-params", format="YYYY-MM-DD")
    for name in SHARED:
        if choices.get(name):
            st.multiselect(
                name.capitalize(),
                choices[name],
                key=name,
                bind="query-params",
                placeholder="All",
                persist_state="session",
            )


def current(last_month: Period, dimensions: Mapping[str, tuple[str, ...]] | None = None) -> Scope:
    """The scope of the filters as they stand; `dimensions` are further ones that a link named."""
    preset = st.session_state.get("period") or MONTH
    chosen = {name: tuple(st.session_state.get(name) or ()) for name in SHARED}
    chosen |= dimensions or {}
    return Scope(_period(preset, last_month), {name: values for name, values in chosen.items() if values}, preset)


def _period(preset: str, last_month: Period) -> Period:
    if preset == OWN:
        start = st.session_state.get("from") or last_month.start
        end = st.session_state.get("to") or last_month.end
        return Period(min(start, end), max(start, end))
    return Period.months(last_month.end, PRESETS.get(preset, 1))


def reset() -> None:
    """Back to the last complete month of everything."""
    st.session_state["period"] = MONTH
    for name in SHARED:
        st.session_state[name] = []


def days_ago(moment: date, today: date) -> str:
    """The age of something in words."""
    gap = today - moment
    if gap < timedelta(days=1):
        return "today"
    return "yesterday" if gap < timedelta(days=2) else f"{gap.days} days ago"
