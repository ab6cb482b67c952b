"""Which defects cost most, which processes drift, where units are lost, and what comes back after how long?"""

from __future__ import annotations

import streamlit as st

from pages.parts import defect_grid, figures, key_figures, ranking, service_months, stability, yield_steps
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
grid, steps, service = st.tabs(
    ["Products and defects", "Yield by step", "Returns by months in service"], key="look", bind="query-params"
)
if grid.open:
    with grid:
        defect_grid.products_and_defects(view, scope)
if steps.open:
    with steps:
        yield_steps.steps(view, scope)
if service.open:
    with service:
        service_months.returns(view, scope)
figures.download(view, scope, cards, "Quality figures")
