"""The records behind a number: what a metric was summed from, for a period and filters that a link can carry."""

from __future__ import annotations

import streamlit as st

from analytics import catalog
from pages.parts import record_list
from pages.ui import door, page

view = door.view()
key = record_list.asked_metric()
scope = view.scope(record_list.asked_dimensions(key), record_list.asked_period())
page.header(view, f"Records of {catalog.get(key).name.lower()}", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()

record_list.choose(key)
record_list.dimension_notes(key)
record_list.rows(view, scope, key)
