"""Whether texts were grouped, whether that is older than the data, and the button that does it."""

from __future__ import annotations

import streamlit as st

from analytics.questions import Grouping
from pages.ui import door, menu, people, refreshing
from pages.ui.door import View
from pages.ui.page import stamp
from pages.ui.plain import plain


def state(view: View) -> bool:
    """Say how far the analysis is; true where there are results to show."""
    found: Grouping = door.ask(view, "grouping")
    runs = refreshing.progress(view.base)
    if not found.is_done:
        if not runs:
            _nothing_yet(view, found)
        return False
    if found.is_stale and not runs:
        _stale(view, found)
    return True


def told(view: View) -> str:
    """How old the results are, in words."""
    found: Grouping = door.ask(view, "grouping")
    if found.found_at is None:
        return ""
    if found.fitted_at is not None and found.fitted_at < found.found_at:
        return f"Groups of {stamp(found.fitted_at)}, new records put into them {stamp(found.found_at)}."
    return f"Groups of {stamp(found.found_at)}."


def _nothing_yet(view: View, found: Grouping) -> None:
    texts = found.texts
    if not any(texts.values()):
        st.info("No causes can be found, because no nonconformance, return or complaint has a text. Import some first.")
        menu.link("data", "Bring in your data")
        return
    st.info(
        plain(f"No causes were looked for yet. {texts['factory']:,} texts of the factory and {texts['field']:,} of "
              "customers are there to be grouped by what they say; that takes about a minute.")
    )  # fmt: skip
    button(view, "Find causes now")


def _stale(view: View, found: Grouping) -> None:
    since = f"data came in or went since {stamp(found.stale_since)}" if found.stale_since else "the data changed since"
    with st.container(horizontal=True, vertical_alignment="center"):
        at = stamp(found.found_at) if found.found_at else "earlier"
        st.warning(plain(f"These results are older than the data: found {at}, {since}."), width="stretch")
        button(view, "Refresh now")


def button(view: View, label: str, *options: str) -> None:
    """Start at once where it is known who asks; else ask first, and start then."""
    wanted = f"wants-{label}"
    if st.button(label, key=f"start-{label}"):
        st.session_state[wanted] = True
    if st.session_state.get(wanted) and people.asked(view.base, view.who, wanted):
        del st.session_state[wanted]
        if not view.who.may("edit"):
            st.caption("Your role may read only; an administrator lets you start the analysis.")
            return
        refreshing.start(view.base, *options)
        st.rerun()
