"""Which defects cost most, which processes drift, where units are lost, what comes back, and are the codes right?"""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    code_doctor,
    defect_grid,
    figures,
    key_figures,
    no_trouble,
    ranking,
    service_months,
    stability,
    yield_steps,
)
from pages.ui import door, page

view = door.view()
scope = view.scope()
page.header(view, "Quality", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()

cards = key_figures.quality(view, scope)
left, right = st.columns(2, gap="medium")
with left:
    ranking.defects(view, scope)
with right:
    stability.processes(view, scope)
PARTS = {
    "Products and defects": defect_grid.products_and_defects,
    "Yield by step": yield_steps.steps,
    "Returns by months in service": service_months.returns,
    "Code doctor": code_doctor.codes,
    "No trouble found": no_trouble.returns,
}
for tab, section in zip(st.tabs(list(PARTS), key="look", bind="query-params"), PARTS.values(), strict=True):
    if tab.open:  # what nobody looks at is not asked for
        with tab:
            section(view, scope)
figures.download(view, scope, cards, "Quality figures")
