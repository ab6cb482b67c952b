"""What people say under a chart: read and written in place, asked for only when somebody opens it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from analytics import catalog
from kb import editing
from kb.entries import LONGEST_COMMENT
from pages.ui import door, menu, people
from pages.ui.door import View
from pages.ui.page import stamp
from pages.ui.plain import plain
from pages.ui.saving import saved

MOST_SHOWN = 20


def under(about: str, key: str) -> None:
    """The way to what is said about the chart of this name; `key` tells two drawings of it apart."""
    view = door.latest()
    if view is None or not about:
        return
    count = door.ask(view, "comment_counts").get(about, 0)
    label = f"Comments ({count})" if count else "Comment"
    box = st.popover(label, type="tertiary", key=f"comments-{key}", on_change="rerun")
    if box.open:  # most charts are looked at in silence
        with box:
            _spoken(view, about, key)


def _spoken(view: View, about: str, key: str) -> None:
    said = door.ask(view, "comments", about)
    for one in said.head(MOST_SHOWN).itertuples():
        entry(view, one, key)
    if len(said) > MOST_SHOWN:
        st.caption(f"{len(said) - MOST_SHOWN} earlier ones stand on the page Metrics, under Comments.")
    if not people.asked(view.base, view.who, f"comments-{key}"):
        return
    if not view.who.may("edit"):
        st.caption("Your role may read comments; an administrator lets you write them.")
        return
    with st.form(f"comment-{key}", border=False, clear_on_submit=True):
        text = st.text_area("Your comment", max_chars=LONGEST_COMMENT, height=90, key=f"comment-text-{key}")
        if st.form_submit_button("Comment", key=f"comment-send-{key}"):
            link = _link(about)
            saved(lambda: editing.write_comment(view.base, view.who, about, text, link), "Everybody sees your comment.")


def entry(view: View, one: Any, key: str) -> None:
    """One comment with its author, the way back to what they saw, and, for them, the way to withdraw it."""
    with st.container(gap="xxsmall"):
        st.markdown("  \n".join(plain(line) for line in str(one.text).splitlines()))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(plain(f"{one.by} ({one.department}), {stamp(one.written_at)}"), width="content")
            back(one.link)
            if _may_withdraw(view, one) and st.button("Withdraw", key=f"gone-{key}-{one.comment_id}", type="tertiary"):
                number, version = int(one.comment_id), int(one.version)
                saved(lambda: editing.withdraw_comment(view.base, view.who, number, version), "It is withdrawn.")


def _may_withdraw(view: View, one: Any) -> bool:
    return view.who.may("administer") or (view.who.may("edit") and one.user_id == view.who.user_id)


def back(link: str | None) -> None:
    """The way back to the view that was commented on, where the link leads to a page there is."""
    name, _, query = (link or "").partition("?")
    if name and menu.is_page(name):
        menu.link(name, "What they saw", query_params=parse_qs(query))


def _link(about: str) -> str:
    """The page and query of what is on the screen; the metric is named also where the page chose it by itself."""
    place = (st.context.url or "").rstrip("/").rpartition("/")[2]
    name = place if menu.is_page(place) else "overview"
    query = {each: st.query_params.get_all(each) for each in st.query_params}
    key = about.split("/")[1] if "/" in about else ""
    if name == "overview" and key in catalog.METRICS:
        query.setdefault("metric", [catalog.get(key).name])
    return f"{name}?{urlencode(query, doseq=True)}"
