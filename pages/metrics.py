"""Any figure of the catalogue by anything it is recorded by, and what happened and was said about it."""

from __future__ import annotations

import streamlit as st

from pages.parts import event_forms, metric_choice, metric_view, remarks, variants
from pages.ui import door, page

view = door.view()
scope = view.scope()
page.header(view, "Metrics", None if view.is_empty else scope)
if view.is_empty:
    page.empty(view)
    st.stop()

figure, events, comments = st.tabs(["Figure", "Events", "Comments"], key="part", bind="query-params")
if figure.open:
    with figure:
        chosen = metric_choice.choose(view)
        metric_view.whole(view, scope, chosen)
        variants.others(view, scope, chosen.metric.key)
if events.open:
    with events:
        event_forms.section(view)
if comments.open:
    with comments:
        remarks.latest(view)
