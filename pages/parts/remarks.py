"""What people said about the charts, of all pages, latest first."""

from __future__ import annotations

import streamlit as st

from pages.ui import comments, door, show
from pages.ui.door import View

MOST_SHOWN = 50


def latest(view: View) -> None:
    """The latest comments with the way to what was seen."""
    said = door.ask(view, "comments")
    if said.empty:
        st.info("Nobody commented on a chart yet. Press Comment under a chart to be the first.")
        return
    for one in said.head(MOST_SHOWN).itertuples():
        with st.container(border=True):
            comments.entry(view, one, "latest")
    show.downloads(view, said, "Comments", {}, "comments")
