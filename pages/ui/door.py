"""The cached door to the data: what is open, who asks, and answers shared by everybody with the same role."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import streamlit as st

from analytics import catalog, charts, metrics, questions
from analytics.charts import Drawing
from analytics.periods import Period
from analytics.questions import Span
from kb.access import Person
from kb.store import KnowledgeBase, Which
from pages.ui import bases, filters, people
from pages.ui.filters import Scope

MOST_ANSWERS = 500
MOST_DRAWINGS = 500


@dataclass(frozen=True)
class View:
    """What this run of this page stands on; made anew each run, so that a changed role counts at once."""

    which: Which
    base: KnowledgeBase
    who: Person
    revision: int

    @property
    def span(self) -> Span:
        """From when to when there is data; every part none on an empty base."""
        found: Span = ask(self, "span")
        return found

    @property
    def is_empty(self) -> bool:
        return self.span.last_month is None

    @property
    def currency(self) -> str:
        return self.span.currency

    def scope(self, dimensions: Mapping[str, tuple[str, ...]] | None = None) -> Scope:
        """The filters as they stand; today's month where there is no data."""
        return filters.current(self.span.last_month or Period.months(date.today()), dimensions)


def view() -> View:
    """The base that is open and the person who asks, as of now."""
    which = bases.chosen()
    base = bases.opened(which)
    return View(which, base, people.current(base), base.revision())


def ask(view: View, question: str, *arguments: Any, **named: Any) -> Any:
    """A question of analytics.questions (else metrics), answered once for each state of the data.

    The answer is shared by everybody with the same role: never change it.
    """
    return _answer(question, (arguments, named), view.base.url, view.revision, view.who.role, view.base, view.who)


@st.cache_resource(max_entries=MOST_ANSWERS, show_spinner=False)
def _answer(question: str, what: Any, url: str, revision: int, role: str, _base: KnowledgeBase, _who: Person) -> Any:
    arguments, named = what
    asked = getattr(questions, question, None) or getattr(metrics, question)
    return asked(_base, _who, *arguments, **named)


def draw(
    view: View, chart: str, question: str, *arguments: Any, part: str = "", style: Mapping[str, Any] | None = None,
    **named: Any,
) -> Drawing:  # fmt: skip
    """The drawing that a function of analytics.charts makes of the answer to a question (or of a part of it).

    Made once for each state of the data and shared, because a figure costs far more to make than to send: never
    change it. `style` holds the chart's own options. A chart that takes `events` gets those that the question's
    metric (its first argument) and `filters` concern; no page can forget them.
    """
    what = (question, (arguments, named), part, dict(style or {}))
    return _drawing(chart, what, view.base.url, view.revision, view.who.role, view.base, view.who)


@st.cache_resource(max_entries=MOST_DRAWINGS, show_spinner=False)
def _drawing(
    chart: str, what: Any, url: str, revision: int, role: str, _base: KnowledgeBase, _who: Person
) -> Drawing:  # fmt: skip
    question, asked, part, style = what
    answer = _answer(question, asked, url, revision, role, _base, _who)
    if _takes_events(chart):
        what_happened = _answer("events", ((), _concern(*asked)), url, revision, role, _base, _who)
        style = {**style, "events": what_happened}
    drawn: Drawing = getattr(charts, chart)(getattr(answer, part) if part else answer, **style)
    return drawn


@cache
def _takes_events(chart: str) -> bool:
    return "events" in inspect.signature(getattr(charts, chart)).parameters


def _concern(arguments: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """What a question is about: its metric, where its first argument is one, and its filters."""
    is_metric = bool(arguments) and isinstance(arguments[0], str) and arguments[0] in catalog.METRICS
    return {"key": arguments[0] if is_metric else None, "filters": dict(named.get("filters") or {})}
