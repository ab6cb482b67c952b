"""How fresh and how complete the data are, and what each gap costs in answers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics import catalog
from pages.ui import door, page, show
from pages.ui.door import View


def state(view: View) -> None:
    """Freshness and counts, completeness with costs, metrics that cannot be answered."""
    if view.is_empty:
        page.empty(view)
    _completeness(view)
    _unsupported(view)
    st.subheader("Freshness and counts", anchor=False)
    fresh = door.ask(view, "freshness")
    show.table(fresh.drop(columns="table"), "Rows, first and last day and last import of every table")
    show.downloads(view, fresh, "Freshness", {}, "freshness")


def _completeness(view: View) -> None:
    st.subheader("Completeness", anchor=False)
    found = door.ask(view, "completeness")
    st.dataframe(
        found.assign(share=found["share"] * 100),
        hide_index=True,
        alt="Completeness and what each gap costs in answers",
        height="content",
        column_order=["what", "numerator", "denominator", "share", "costs"],
        column_config=show.columns(found)
        | {
            "what": st.column_config.Column(width=250),
            "share": st.column_config.ProgressColumn("share", format="%.0f %%", min_value=0, max_value=100, width=110),
            "costs": st.column_config.Column("what the gap costs", width=530),
        },
    )
    show.downloads(view, found, "Completeness", {}, "completeness")


def _unsupported(view: View) -> None:
    st.subheader("Figures that cannot be answered yet", anchor=False)
    missing = door.ask(view, "unsupported")
    if not missing:
        st.markdown("Every figure of the catalogue can be answered.")
        return
    rows = [{"figure": catalog.get(key).name, "what is missing": reason} for key, reason in missing.items()]
    show.table(pd.DataFrame(rows), "Figures that cannot be answered and what is missing")
