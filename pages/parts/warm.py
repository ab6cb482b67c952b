"""What the first visitor will ask, asked while their browser still fetches its own files."""

from __future__ import annotations

import logging

from kb.errors import Refused
from pages.parts import figures, focus
from pages.ui import bases, door, people
from pages.ui.door import View
from pages.ui.filters import Scope


def first_page() -> None:
    """Fill the cache with the overview's answers; what goes wrong here is shown to the visitor by the page itself."""
    try:
        which = bases.usual()
        if bases.holds_data(which):
            base = bases.opened(which)
            _overview(View(which, base, people.VISITOR, base.revision()))
    except Refused as refused:
        logging.getLogger(__name__).info("the first page was not prepared: %s", refused)


def _overview(view: View) -> None:
    if view.span.last_month is None:
        return
    scope = Scope(view.span.last_month, {})
    door.ask(view, "choices")
    cards = figures.answers(view, scope)
    key = focus.worst(cards)
    if key is not None:
        focus.trend_of(view, scope, key)
        focus.answer(view, scope, key)
    door.ask(view, "objectives", scope.period)
