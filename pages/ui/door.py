"""The cached door to the data: what is open, who asks, and answers shared by everybody with the same role."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from threading import Condition
from typing import Any

import streamlit as st
from cachetools import LRUCache, cached

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
LATEST = "latest-view"
# What people say and keep changes no number: these answers are renewed by the record, not by the data.
TALK = frozenset({"comments", "comment_counts", "pins"})


@dataclass(frozen=True)
class View:
    """What this run of this page stands on; made anew each run, so that a changed role counts at once."""

    which: Which
    base: KnowledgeBase
    who: Person
    revision: int
    recorded: int = 0

    @cached_property
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

    def scope(self, dimensions: Mapping[str, tuple[str, ...]] | None = None, period: Period | None = None) -> Scope:
        """The filters as they stand; today's month where there is no data. A `period` that a link named goes first."""
        scope = filters.current(self.span.last_month or Period.months(date.today()), dimensions)
        return replace(scope, period=period) if period else scope


def view() -> View:
    """The base that is open and the person who asks, as of now."""
    which = bases.chosen()
    base = bases.opened(which)
    made = View(which, base, people.current(base), *base.revisions())
    st.session_state[LATEST] = made
    return made


def latest() -> View | None:
    """The view that this run of the page made, for what stands on every page and must not ask the base again."""
    made: View | None = st.session_state.get(LATEST)
    return made


def ask(view: View, question: str, *arguments: Any, **named: Any) -> Any:
    """A question of analytics.questions (else metrics), answered once for each state of the data.

    The answer is shared by everybody with the same role: never change it, and name in the arguments whatever else it
    depends on (a question about one person takes their user_id).
    """
    return _answer(view, question, arguments, named)


def forget() -> None:
    """Drop every answer and drawing; a new state of the data does not need it, they are kept by its revision."""
    _answer.cache_clear()
    _drawing.cache_clear()


def _fixed(value: Any) -> Hashable:
    """The value as a part of a cache's key."""
    if isinstance(value, Mapping):
        return tuple((name, _fixed(one)) for name, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(_fixed(one) for one in value)
    fixed: Hashable = value
    return fixed


def _state(view: View, question: str, *asked: Any) -> Hashable:
    state = view.recorded if question in TALK else view.revision
    return (view.base.url, state, view.who.role, question, *map(_fixed, asked))


# Streamlit's own cache inspects the function and hashes its arguments anew at every call, which took an eighth of a
# rerun. Of several people who ask the same at once, one computes and the others wait.
@cached(LRUCache(MOST_ANSWERS), key=_state, condition=Condition())
def _answer(view: View, question: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    asked = getattr(questions, question, None) or getattr(metrics, question)
    with view.base.reading():  # whatever else it asks, asks the same state
        return asked(view.base, view.who, *arguments, **named)


def draw(
    view: View, chart: str, question: str, *arguments: Any, part: str = "", style: Mapping[str, Any] | None = None,
    **named: Any,
) -> Drawing:  # fmt: skip
    """The drawing that a function of analytics.charts makes of the answer to a question (or of a part of it).

    Made once for each state of the data and shared, because a figure costs far more to make than to send: never
    change it. `style` holds the chart's own options. A chart that takes `events` gets those that the question's
    metric (its first argument) and `filters` concern; no page can forget them.
    """
    return _drawing(view, question, chart, (arguments, named), part, style or {})


@cached(LRUCache(MOST_DRAWINGS), key=_state, condition=Condition())
def _drawing(
    view: View, question: str, chart: str, asked: tuple[tuple[Any, ...], dict[str, Any]], part: str,
    style: Mapping[str, Any],
) -> Drawing:  # fmt: skip
    answer = _answer(view, question, *asked)
    if _takes_events(chart):
        style = {**style, "events": ask(view, "events", **_concern(*asked))}
    drawn: Drawing = getattr(charts, chart)(getattr(answer, part) if part else answer, **style)
    return replace(drawn, about=_about(chart, *asked))


@cache
def _takes_events(chart: str) -> bool:
    return "events" in inspect.signature(getattr(charts, chart)).parameters


def _about(chart: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """The name under which people talk about a drawing: what it shows, whatever the period and filters."""
    # the number of what is opened is as good a name as a word; named numbers are limits
    words = [*(str(one) if type(one) is int else one for one in arguments), *(named[name] for name in sorted(named))]
    return "/".join([chart, *(word for word in words if isinstance(word, str) and word)])


def _concern(arguments: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """What a question is about: its metric, where its first argument is one, and its filters."""
    is_metric = bool(arguments) and isinstance(arguments[0], str) and arguments[0] in catalog.METRICS
    filters = named.get("filters") or next((one for one in arguments if isinstance(one, Mapping)), {})
    return {"key": arguments[0] if is_metric else None, "filters": dict(filters)}
