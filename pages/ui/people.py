"""Who is asking. In open mode a person says so once, before the first change; nothing is proven by it."""

from __future__ import annotations

import secrets

import streamlit as st

from kb import access, editing
from kb.access import DEPARTMENTS, Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from pages.ui.bases import ANYBODY as VISITOR
from pages.ui.gate import COOKIE
from pages.ui.plain import plain

MOST_BROWSERS = 10_000
# (browser, base) -> (user, department), until the server stops.
_remembered: dict[tuple[str, str], tuple[int, str]] = {}


def _key(base: KnowledgeBase) -> tuple[str, str]:
    cookie = st.context.cookies.to_dict().get(COOKIE)
    return str(cookie or st.session_state.setdefault("browser", secrets.token_hex())), base.url


def current(base: KnowledgeBase) -> Person:
    """Who uses this browser, their role read from the base now; a visitor, who may only read, when nobody said."""
    known = _remembered.get(_key(base))
    if known is None:
        return VISITOR
    try:
        with base.reading() as connection:
            return access.person(connection, *known)
    except Refused:
        _remembered.pop(_key(base), None)
        return VISITOR


def introduction(base: KnowledgeBase, place: str) -> None:
    """The form "I am ..."; `place` tells two of them on one page apart."""
    names = _names(base.url, base.revision(), base)
    with st.form(f"introduction-{place}", border=False):
        name = st.selectbox(
            "I am", names, index=None, accept_new_options=True, placeholder="Choose or type your name",
            key=f"name-{place}",
        )  # fmt: skip
        department = st.selectbox("acting for", DEPARTMENTS, format_func=str.capitalize, key=f"department-{place}")
        st.caption("Your name stands beside every change you make.")
        if st.form_submit_button("That is me"):
            _introduce(base, str(name or ""), department)


@st.cache_resource(max_entries=8, show_spinner=False)
def _names(url: str, revision: int, _base: KnowledgeBase) -> list[str]:
    return [person.name for person in access.people(_base, VISITOR)]


def _introduce(base: KnowledgeBase, name: str, department: str) -> None:
    try:
        person = editing.introduce(base, name, department)
    except Refused as refused:
        st.error(plain(refused))
        return
    if len(_remembered) > MOST_BROWSERS:
        _remembered.clear()
    _remembered[_key(base)] = (int(person.user_id or 0), department)
    st.rerun()


def asked(base: KnowledgeBase, who: Person, place: str) -> bool:
    """True when it is known who wants to change something; else the question stands in place of the form."""
    if who is not VISITOR:
        return True
    st.markdown("First say who you are.")
    introduction(base, place)
    return False
