"""My page: the views that a person pinned, in their order."""

from __future__ import annotations

import streamlit as st

from pages.parts import pinned
from pages.ui import door, page

view = door.view()
scope = view.scope()
page.header(view, "My page", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()

pinned.views(view, scope)
