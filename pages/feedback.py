"""What do customers say of each product, what does the factory know of it, whom does it touch, what is wished for?"""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    feedback_customers,
    feedback_focus,
    feedback_products,
    feedback_symptoms,
    feedback_texts,
    feedback_words,
)
from pages.ui import door, page

view = door.view()
if view.is_empty:
    page.header(view, "Product feedback")
    page.empty(view)
    st.stop()

top = st.container()
product = feedback_focus.choose(view)
scope = view.scope(product)
with top:
    page.header(view, "Product feedback", scope)
feedback_focus.cards(view, scope)
feedback_focus.charts(view, scope)

PARTS = {
    "Symptoms": feedback_symptoms.table,
    "All products": feedback_products.table,
    "Texts": feedback_texts.newest,
    "Praise and wishes": feedback_words.both,
    "Who is touched": feedback_customers.touched,
    "What it costs": feedback_customers.costs,
    "Reasons and trends": feedback_focus.everything,
}
for tab, section in zip(st.tabs(list(PARTS), key="part", bind="query-params"), PARTS.values(), strict=True):
    if tab.open:  # what nobody looks at is not asked for
        with tab:
            section(view, scope)
