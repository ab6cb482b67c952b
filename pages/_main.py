"""The frame around every page: the base that is open, the menu, the filters, who is asking."""

from __future__ import annotations

import streamlit as st

from pages.parts import first_run, sidebar
from pages.ui import boundary, door, menu, reports, turns

st.set_page_config("Symbiosis", menu.ICON, layout="wide", initial_sidebar_state=240)

page = st.navigation(menu.sections())
with turns.reruns.taken(), boundary.guarded():
    first_run.build_demo_if_nothing_is_there()
    view = door.view()
    with st.sidebar:
        sidebar.filters(view)
        sidebar.identity(view)
        sidebar.base(view)
    reports.begin()
    page.run()
    reports.offer(view)
