"""The last changes of something people share, each of which can be taken back."""

from __future__ import annotations

import json

import streamlit as st

from kb import editing, history
from pages.ui.door import View
from pages.ui.page import stamp
from pages.ui.plain import plain
from pages.ui.saving import saved

MOST = 8


def changes(view: View, table: str, title: str, user_name: str | None = None) -> None:
    """Who changed what and when, read when opened."""
    box = st.expander(title, key=f"recent-{table}", on_change="rerun")
    if not box.open:
        return
    with box:
        entries = history.changes(view.base, view.who, table=table, user_name=user_name, limit=MOST)
        if entries.empty:
            st.caption("Nobody changed anything yet.")
        for entry in entries.itertuples():
            told = f"{stamp(entry.happened_at)}: {entry.user_name} ({entry.department}) {entry.verb}"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(f"{told} {_what(entry.after)}. {entry.reason or ''}"), width="stretch")
                if view.who.may("edit") and st.button("Take back", key=f"back-{entry.sequence}", type="tertiary"):
                    number = int(entry.sequence)
                    saved(lambda: editing.take_back(view.base, view.who, number), "The change is taken back.")  # noqa: B023


def _what(after: str | None) -> str:
    """The new values in words, the empty ones left out."""
    values = json.loads(after or "{}")
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items() if value is not None)
