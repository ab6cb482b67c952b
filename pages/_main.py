"""The frame around every page: the base that is open, the menu, the filters, who is asking."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import first_run, sidebar
from pages.ui import boundary, door, reports, turns

st.set_page_config("Symbiosis", Path(__file__).parent / "ui" / "icon.png", layout="wide", initial_sidebar_state=240)

MENU = {
    "": [
        st.Page("overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("quality.py", title="Quality", icon=":material/monitoring:"),
        st.Page("causes.py", title="Causes", icon=":material/hub:"),
        st.Page("feedback.py", title="Product feedback", icon=":material/forum:"),
        st.Page("metrics.py", title="Metrics", icon=":material/query_stats:"),
        st.Page("similar.py", title="Similar records", icon=":material/manage_search:"),
        st.Page("start.py", title="My page", icon=":material/push_pin:"),
        st.Page("records.py", title="Records", icon=":material/table_rows:"),
    ],
    "Keeping": [
        st.Page("data.py", title="Data", icon=":material/database:"),
        st.Page("glossary.py", title="Glossary", icon=":material/menu_book:"),
        st.Page("admin.py", title="People and record", icon=":material/group:", url_path="admin"),
    ],
}

page = st.navigation(MENU)
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
