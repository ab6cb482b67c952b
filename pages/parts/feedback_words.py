"""What customers praise and what they wish for, in the words that tell these texts from the others."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analytics.periods import Period
from analytics.questions import Praise, Wishes
from pages.parts import drill
from pages.parts.feedback_focus import where
from pages.ui import door, menu, page, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

FEWEST_MONTHS = 12
MOST_QUOTES = 6
MOST_ROWS, TALL = 8, 320
PRAISE_WORDS = {"term": "word", "inside": "texts of praise", "outside": "other texts", "score": "how typical (z)"}


def both(view: View, scope: Scope) -> None:
    """Wishes on the left, praise on the right; under each other on a phone."""
    period = Period.months(scope.period.end, max(FEWEST_MONTHS, scope.period.month_count))
    st.caption(
        plain(f"Of {period.label}: words need more texts than one month has. Typical words stand more often in these "
              "texts than in customers' other texts (log-odds with a Dirichlet prior, Monroe et al. 2008).")
    )  # fmt: skip
    asked = {"period": period, "filters": dict(scope.chosen)}
    wished: Wishes = door.ask(view, "wishes", **asked)
    praised: Praise = door.ask(view, "praise", **asked)
    left, right = st.columns(2, gap="medium")
    with left:
        _wishes(view, period, wished, asked)
    with right:
        _praise(period, praised)
    told = scope.told() | {"period": period.label}
    _wish_tables(view, scope, period, wished, told)
    if not praised.words.empty:
        words = praised.words.rename(columns=PRAISE_WORDS)
        st.caption("Words typical of praise")
        show.table(words, "Words typical of praise", key="praise-words", height=TALL)
        show.downloads(view, words, "Words of praise", told, "praise-words")


def _wishes(view: View, period: Period, found: Wishes, asked: dict[str, Any]) -> None:
    st.subheader("What they wish for", anchor=False)
    if found.about.empty:
        page.nothing(plain(f"No request in {period.label} for this filter: choose all products, or import requests."))
        return
    style = {"finding": found.finding, "now": period.label, "before": period.previous().label}
    show.drawing(door.draw(view, "against_before", "wishes", **asked, part="bars", style=style), "wishes-bars")
    _quotes(found.newest, "Newest wishes")


def _praise(period: Period, found: Praise) -> None:
    st.subheader("What they praise", anchor=False)
    if not found.answers:
        page.nothing(
            plain(f"Nobody gave a score in {period.label} for this filter: choose all products, or import feedback.")
        )
        return
    st.markdown(f"**{plain(found.finding)}**")
    st.caption("Praise is a score of 9 or 10 (NPS), or of 4 or 5 (CSAT, review).")
    if found.quotes.empty:
        page.nothing("The high scores came without words.")
        return
    _quotes(found.quotes, "Newest praise")
    if found.words.empty:
        page.nothing(plain(f"{found.praised} texts of praise are too few to tell their words from those of others."))


def _wish_tables(view: View, scope: Scope, period: Period, found: Wishes, told: dict[str, str]) -> None:
    """Words, subjects and kinds of requests over the whole width, because examples are long."""
    if found.about.empty:
        return
    stakes = {"value": f"value, {view.currency}", "before": f"requests in {period.previous().label}"}
    for frame, title, key in (
        (found.about, f"Requests by {found.by}", "wish-about"),
        (found.words, "Words of wishes", "wish-words"),
        (found.kinds, "Requests by kind", "wish-kinds"),
    ):
        if not frame.empty:
            named = frame.rename(columns=stakes | {"about": found.by, "first_on": "first said on"})
            st.caption(f"{title}, with what is at stake")
            show.table(named, title, key=key, height=TALL if len(frame) > MOST_ROWS else None)
            show.downloads(view, named, title, told, key)
    _records(scope, period, "requests", "Records of these requests")


def _quotes(texts: pd.DataFrame, title: str) -> None:
    """A few texts in customers' words, each with who said it of what and when."""
    with st.container(border=True, gap="xsmall"):
        st.caption(title)
        for row in texts.head(MOST_QUOTES).to_dict("records"):
            named = [row[name] for name in ("customer_name", "product_name") if not pd.isna(row[name])]
            day = "" if pd.isna(row["on"]) else f"{row['on']:%Y-%m-%d}"
            st.markdown(plain(f"\u201c{row['text']}\u201d"))
            st.caption(plain(", ".join([*map(str, named), day])))


def _records(scope: Scope, period: Period, key: str, label: str) -> None:
    link = drill.within(records_link(key, **where(scope)), period.start, period.end)
    menu.link("records", label, query_params=link)
