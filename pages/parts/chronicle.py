"""The record of changes, filtered, and whether its chain is whole."""

from __future__ import annotations

import streamlit as st

from kb import audit, history
from kb.errors import Refused
from pages.ui import people, show
from pages.ui.door import View
from pages.ui.plain import plain


def record(view: View) -> None:
    """Who changed what and why. Only administrators see all of it."""
    st.subheader("Record of changes", anchor=False)
    if not people.asked(view.base, view.who, "record"):
        return
    try:
        entries = history.changes(view.base, view.who)
    except Refused as refused:
        st.info(plain(f"{refused}."))
        return
    if entries.empty:
        st.info("Nothing has been changed yet.")
        return
    _chain(view)
    with st.container(horizontal=True):
        who = st.selectbox("By", sorted(entries["user_name"].unique()), index=None, placeholder="Everybody", width=240)
        what = st.selectbox(
            "Of", sorted(entries["subject_table"].unique()), index=None, placeholder="Everything", width=240
        )
    chosen = history.changes(view.base, view.who, user_name=who, table=what)
    st.caption(f"{len(chosen):,} entries, the latest {history.MOST_ROWS:,} at most. Times are UTC.")
    show.table(chosen, "Record of changes", key="record")
    told = {name: value for name, value in (("by", who), ("of", what)) if value}
    show.downloads(view, chosen, "Record of changes", told, "record")


def _chain(view: View) -> None:
    if st.button("Check the chain"):
        faults = audit.verify(view.base)
        if faults:
            st.error(plain(f"The record was changed from outside: {'; '.join(faults[:5])}."))
        else:
            st.success("The chain is whole: no entry was altered, removed or cut off.")
