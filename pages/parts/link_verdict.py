"""What people say of a link: confirmed or refused, by whom and why, seen by both sides, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import streamlit as st

from analytics.questions import Linked
from kb import editing
from kb.entries import LONGEST_NAME
from pages.ui import door, people
from pages.ui.door import View
from pages.ui.page import stamp
from pages.ui.plain import plain
from pages.ui.saving import saved

VERDICTS = {"Confirm": True, "Refuse": False}
COUNTERPART = "counterpart"
"""The box that holds whose evidence is shown."""


def judged(view: View, symptom_id: int, cause_id: int, shown: int) -> None:
    """What was said, the latest first, and the form to say it. `shown`: the one of both that the box holds."""
    said: pd.DataFrame = door.ask(view, "said_of_link", symptom_id, cause_id)
    standing = said[said["taken_back_at"].isna()]
    for one in standing.itertuples():
        _entry(view, one, shown, is_last=one.Index == standing.index[0])
    _taken_back(said[said["taken_back_at"].notna()])
    _form(view, symptom_id, cause_id, shown)


def another(view: View, found: Linked, labels: Callable[[Iterable[int], Iterable[str]], dict[int, str]]) -> None:
    """A link that nothing proposes, by somebody who knows it. `labels` tells groups of the same name apart."""
    what = {"field": "cause", "factory": "symptom"}[found.side]
    box = st.expander(f"Link it with another {what}", key="link-another", on_change="rerun")
    if not box.open:
        return
    with box:
        if not _may(view, f"another-{found.group_id}"):
            return
        others: dict[int, str] = door.ask(view, "unlinked", found.group_id)
        named = labels(others, others.values())
        with st.form(f"another-{found.group_id}", border=False):
            other = st.selectbox(what.capitalize(), list(named), index=None, format_func=named.__getitem__)
            reason = st.text_input("Why", max_chars=LONGEST_NAME, key=f"another-why-{found.group_id}")
            if st.form_submit_button("Link them"):
                _link(view, found, other, reason)


def _link(view: View, found: Linked, other: int | None, reason: str) -> None:
    if other is None:
        st.error("Choose what to link it with.")
        return
    pair = (found.group_id, other) if found.side == "field" else (other, found.group_id)
    saved(lambda: editing.judge_link(view.base, view.who, *pair, True, reason), "Both departments see it.")


def _may(view: View, place: str) -> bool:
    """Whether the person may judge; else it is said why not."""
    if not people.asked(view.base, view.who, f"link-{place}"):
        return False
    if not view.who.may("edit"):
        st.caption("Your role may read links; an administrator lets you judge them.")
        return False
    return True


def _stay(shown: int) -> None:
    """A verdict moves a link in the list: who gave it goes on looking at it."""
    st.session_state[COUNTERPART] = shown


def _entry(view: View, one: Any, shown: int, *, is_last: bool) -> None:
    with st.container(border=True, gap="xxsmall"):
        counts = "" if is_last else " A later word counts."
        st.markdown(f"**{plain(str(one.verdict).capitalize())}**: {plain(one.reason)}")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(plain(f"{one.by} ({one.department}), {stamp(one.said_at)}.{counts}"), width="content")
            number = int(one.correction_id)
            if view.who.may("edit") and st.button(
                "Take back", key=f"take-back-{number}", type="tertiary", on_click=_stay, args=(shown,)
            ):
                saved(lambda: editing.take_back_correction(view.base, view.who, number), "It is taken back.")


def _taken_back(said: pd.DataFrame) -> None:
    for one in said.itertuples():
        then = f"{one.by} ({one.department}) {one.verdict} it on {stamp(one.said_at)}: {one.reason}"
        st.caption(plain(f"{then}. Taken back by {one.taken_back_by}, {stamp(one.taken_back_at)}."))


def _form(view: View, symptom_id: int, cause_id: int, shown: int) -> None:
    place = f"{symptom_id}-{cause_id}"
    box = st.expander("Confirm or refuse this link", key="judge", on_change="rerun")
    if not box.open:
        return
    with box:
        if not _may(view, place):
            return
        with st.form(f"judge-{place}", border=False, clear_on_submit=True):
            verdict = st.radio("Is it this cause?", list(VERDICTS), horizontal=True, key=f"verdict-{place}")
            reason = st.text_input("Why", max_chars=LONGEST_NAME, key=f"why-{place}")
            st.caption("Everybody sees it with your name and department; it stays when groups are found anew.")
            if st.form_submit_button("Say so", on_click=_stay, args=(shown,)):
                confirmed = VERDICTS[verdict or "Confirm"]
                saved(
                    lambda: editing.judge_link(view.base, view.who, symptom_id, cause_id, confirmed, reason),
                    "Both departments see it.",
                )
