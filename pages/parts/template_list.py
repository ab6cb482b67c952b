"""Our own templates, one for each table."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kb import importing
from pages.ui.show import MIME


def downloads() -> None:
    """Choose a table, take its template as CSV or Excel."""
    st.markdown(
        "Fill in the templates you have data for; no table needs all columns. Start with products and order lines, "
        "then lots, inspections, shipments and returns. Keep the file names."
    )
    table = st.selectbox(
        "Table", importing.templates.names(), format_func=lambda name: name.replace("_", " "), key="template"
    )
    st.caption(f"Columns: {', '.join(importing.templates.headers(table))}")
    with st.container(horizontal=True):
        for form, label, made in (
            ("csv", "Template as CSV", importing.templates.csv_template),
            ("xlsx", "Template as Excel, with explanations", importing.templates.excel_template),
        ):
            st.download_button(
                label, partial(made, table), f"{table}.{form}", MIME[form], key=f"template-{form}", on_click="ignore"
            )
