"""Are we on our common objectives, what moved, and why?"""

from __future__ import annotations

import streamlit as st

from pages.parts import figures, focus, objectives, trends
from pages.ui import door, page

view = door.view()
scope = view.scope()
page.header(view, "Overview", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()

cards = figures.sides(view, scope)
focus.what_moved(view, scope, cards)
goals, year = st.tabs(["Common objectives", "Twelve months"], key="below", bind="query-params")
if goals.open:
    with goals:
        objectives.common(view, scope)
if year.open:  # eight charts at once cost the first page a second
    with year:
        trends.twelve_months(view, scope, cards)
figures.download(view, scope, cards)
