"""People shape groups: name, merge, split; words and granularity; everything said, with the way to take it back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.questions import GROUP_NOUNS, OneGroup
from kb import editing
from kb.editing.groups import COARSEST, FINEST
from pages.ui import door, people, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.page import stamp
from pages.ui.plain import plain
from pages.ui.saving import saved

MOST_SHOWN = 30
LATER = "It counts from the next refresh on."


def group_forms(view: View, scope: Scope, group: OneGroup) -> None:
    """Rename, merge, split one group, and what was said of it."""
    st.subheader("What people say of it", anchor=False)
    box = st.expander("Rename, merge or split", key="shape-group", on_change="rerun")
    if box.open:
        with box:
            if _may(view, "shape-group"):
                for form in (_rename, _merge, _split):
                    form(view, group)
    said(view, group.side, group.group_id)


def _may(view: View, place: str) -> bool:
    if not people.asked(view.base, view.who, place):
        return False
    if not view.who.may("edit"):
        st.caption("Your role may read groups; an administrator lets you shape them.")
        return False
    return True


def _rename(view: View, group: OneGroup) -> None:
    place = f"rename-{group.group_id}"
    with st.form(place):
        name = st.text_input("Call it", group.name, max_chars=200, key=f"{place}-name-{group.name}")
        reason = _why(place)
        if st.form_submit_button("Rename"):
            saved(
                lambda: editing.rename_group(view.base, view.who, group.group_id, name or "", reason),
                "Everybody sees the name.",
            )


def _merge(view: View, group: OneGroup) -> None:
    place = f"merge-{group.group_id}"
    names = {one: name for one, name in door.ask(view, "group_names", group.side).items() if one != group.group_id}
    with st.form(place):
        into = st.selectbox(
            "Make it part of", list(names), index=None, format_func=names.__getitem__, key=f"{place}-into",
            placeholder=f"Choose a {GROUP_NOUNS[group.side]}",
        )  # fmt: skip
        reason = _why(place)
        sent = st.form_submit_button("Merge")
    if sent and into is None:
        st.error(f"Choose the {GROUP_NOUNS[group.side]} that it should be part of.")
    elif sent:
        saved(
            lambda: editing.merge_groups(view.base, view.who, group.group_id, int(into or 0), reason),
            "They are one now, also after the next refresh.",
        )


def _split(view: View, group: OneGroup) -> None:
    place = f"split-{group.group_id}"
    with st.form(place):
        word = st.text_input(
            "Split off the records that say", max_chars=200, key=f"{place}-word", placeholder="a word of their texts"
        )
        reason = _why(place)
        if st.form_submit_button("Split"):
            saved(
                lambda: editing.split_group(view.base, view.who, group.group_id, word or "", reason),
                "They are a group of their own now, also after the next refresh.",
            )


def _why(place: str) -> str | None:
    return st.text_input("Why", max_chars=500, key=f"{place}-why") or None


def words_and_granularity(view: View, scope: Scope, side: str) -> None:
    """The table of words, how fine groups are, and everything that was said on this side."""
    left, right = st.columns(2, gap="medium")
    with left:
        _words(view)
    with right:
        _granularity(view, side)
    st.subheader("What people said", anchor=False)
    said(view, side)


def _words(view: View) -> None:
    st.subheader("Words", anchor=False)
    st.caption(f"A word that stands for another is read as that one; without one it is left out. {LATER}")
    known = door.ask(view, "group_words")
    if not known.empty:
        kept = known[["word", "stands_for", "by", "said_at"]]
        show.table(kept, "Words and what they stand for", key="words", height=None if len(kept) < 9 else 300)
        show.downloads(view, kept, "Words and what they stand for", {}, "words-file")
    box = st.expander("Enter a word", key="enter-word", on_change="rerun")
    if box.open:
        with box:
            if _may(view, "word"):
                _word_form(view)


def _word_form(view: View) -> None:
    with st.form("word", border=False, clear_on_submit=True):
        word = st.text_input("The word", max_chars=60, key="word-word", placeholder="jt")
        meant = st.text_input("stands for (empty: leave it out)", max_chars=60, key="word-meant", placeholder="joint")
        reason = _why("word")
        if st.form_submit_button("Enter word"):
            saved(lambda: editing.set_alias(view.base, view.who, word or "", meant or "", reason), LATER)


def _granularity(view: View, side: str) -> None:
    st.subheader("How fine", anchor=False)
    now = float(door.ask(view, "group_granularity")[side])
    st.caption(f"Groups are one where they are at least so much alike; now {now:.2f}. {LATER}")
    box = st.expander("Make groups finer or coarser", key="change-granularity", on_change="rerun")
    if not box.open:
        return
    with box:
        if not _may(view, "granularity"):
            return
        with st.form(f"granularity-{side}", border=False):
            value = st.slider(
                "Likeness from which groups are joined: left fewer and larger, right more and finer ones", COARSEST,
                FINEST, now, 0.01, key=f"granularity-{side}-{now}",
            )  # fmt: skip
            reason = _why(f"granularity-{side}")
            if st.form_submit_button("Set"):
                saved(lambda: editing.set_granularity(view.base, view.who, side, float(value), reason), LATER)


def said(view: View, side: str, group_id: int | None = None) -> None:
    """Who said what, when and why; what stands can be taken back."""
    events = door.ask(view, "group_corrections", side, group_id)
    if events.empty:
        st.caption("Nobody renamed, merged, split or moved anything yet.")
        return
    place = group_id or side
    for event in events.head(MOST_SHOWN).itertuples():
        _event(view, event, f"back-{place}-{event.correction_id}")
    if len(events) > MOST_SHOWN:
        st.caption(f"{len(events) - MOST_SHOWN} earlier ones are in the download.")
    show.downloads(view, events, "What people said of groups", {}, f"said-{place}")


def _event(view: View, event: Any, key: str) -> None:
    why = f" Because: {event.reason}" if event.reason else ""
    told = f"{stamp(event.said_at)}, {event.by} ({event.department}): {event.what}.{why}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if event.taken_back_by:
            st.caption(plain(f"{told} Taken back by {event.taken_back_by}."), width="stretch")
            return
        st.markdown(plain(told), width="stretch")
        if view.who.may("edit") and st.button("Take back", key=key, type="tertiary"):
            number = int(event.correction_id)
            saved(lambda: editing.take_back_correction(view.base, view.who, number), "It is as if it was never said.")
