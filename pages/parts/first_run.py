"""The first start: no own data and no demo, so the invented company is made while the visitor watches."""

from __future__ import annotations

import streamlit as st

from pages.ui import bases


def build_demo_if_nothing_is_there() -> None:
    """Does nothing when there is something to show; a second visitor waits for the first one's company."""
    if bases.chosen() == "own" or bases.is_made("demo"):
        return
    st.title("Welcome to Symbiosis", anchor=False)
    st.markdown("There are no data yet. An invented company is being made, so that you can look around.")
    bar = st.progress(0.0, "Starting")
    step = iter(range(1, 1000))

    def tell(message: str, *_: object) -> None:
        bar.progress(1 - 0.9 ** next(step), message)

    bases.build_demo(tell)
    st.rerun()
