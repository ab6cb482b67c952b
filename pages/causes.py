"""What goes wrong in the factory and what customers complain of, by what people wrote: which grow, and where?"""

from __future__ import annotations

import streamlit as st

from pages.parts import group_choice, group_list, group_open, group_rest, group_shaping, group_state
from pages.ui import door, page

view = door.view()
scope = view.scope()
page.header(view, "Causes", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()
if not group_state.state(view):
    st.stop()

# What an open group shows, in this order.
OPENED = (
    group_open.about,
    group_open.counterparts,
    group_open.where_and_when,
    group_open.records,
    group_shaping.group_forms,
)
PARTS = {
    "All of them": group_list.everything,
    "Left over": group_rest.left_over,
    "Last refit": group_rest.last_refit,
    "Words and corrections": group_shaping.words_and_granularity,
}

group = group_choice.opened(view)
with st.container(horizontal=True, vertical_alignment="center"):
    side = group_choice.side(group)
    group_choice.box(view, side, group)
if group is not None:
    for section in OPENED:
        section(view, scope, group)
else:
    for tab, part in zip(st.tabs(list(PARTS), key="part", bind="query-params"), PARTS.values(), strict=True):
        if tab.open:  # what nobody looks at is not asked for
            with tab:
                part(view, scope, side)
