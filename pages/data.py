"""What came in, what is missing, and the door for your own data."""

from __future__ import annotations

import streamlit as st

from pages.parts import gaps, importing_form, ledger, mapping, template_list
from pages.ui import door, page

view = door.view()
page.header(view, "Data")
bring, by_hand, templates, imports, state = st.tabs(
    ["Bring in data", "Map by hand", "Templates", "Imports", "State of the data"], key="section", bind="query-params"
)
if bring.open:
    with bring:
        importing_form.wizard(view)
if by_hand.open:
    with by_hand:
        mapping.by_hand(view)
if templates.open:
    with templates:
        template_list.downloads()
if imports.open:
    with imports:
        ledger.imports(view)
if state.open:
    with state:
        gaps.state(view)
