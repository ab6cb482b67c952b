"""Have we met this before, on either side, and what became of it?"""

from __future__ import annotations

import streamlit as st

from pages.parts import similar_records
from pages.ui import door, page

view = door.view()
page.header(view, "Similar records")
if view.is_empty:
    page.empty(view)
    st.stop()

similar_records.search(view)
