"""Which defects on which products: a heatmap, its table, and the records of a cell."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.charts import PARETO_UNITS, PARETO_WORDS
from analytics.questions import DEFECT_DIMENSIONS, DEFECT_MEASURES, Defects
from pages.parts import drill
from pages.parts.ranking import METRIC, SHARED
from pages.ui import door, menu, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

ROWS = ("product", "family", "line", "station", "shift", "supplier", "site")
COLUMNS = ("defect_code", "disposition", "station", "shift", "line")


def products_and_defects(view: View, scope: Scope) -> None:
    """Choose two dimensions and a measure; the heatmap, the way to a cell's records, the files."""
    rows, columns, measure = _chosen(view)
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    both: list[Defects] = [door.ask(view, "defects", by, measure, **asked) for by in (rows, columns)]
    if reason := both[0].reason or both[1].reason:
        st.info(plain(reason))
        return
    style = {
        "what": PARETO_WORDS[measure], "unit": PARETO_UNITS[measure], "currency": view.currency,
        "is_dark": st.context.theme.type == "dark",
    }  # fmt: skip
    show.drawing(door.draw(view, "heatmap", "defect_grid", rows, columns, measure, **asked, style=style), "heatmap")
    st.caption("At most 12 by 12, the largest first; the deeper the colour, the more. Empty means nothing recorded.")
    table: pd.DataFrame = door.ask(view, "defect_grid", rows, columns, measure, **asked)
    _records(table, rows, columns, SHARED if any(one.is_shared for one in both) else METRIC)
    title = f"{PARETO_WORDS[measure].capitalize()} by {rows} and {columns}".replace("_", " ")
    show.downloads(view, table.reset_index(), title, scope.told(), "grid")


def _chosen(view: View) -> tuple[str, str, str]:
    usual, measures = door.ask(view, "default_measure"), list(DEFECT_MEASURES)
    words = {name: name.replace("_", " ") for name in DEFECT_DIMENSIONS}
    with st.container(horizontal=True, gap="small"):
        rows = st.selectbox(
            "Rows", ROWS, key="grid_rows", bind="query-params", width=150, format_func=words.__getitem__
        ) or ROWS[0]  # fmt: skip
        others = [name for name in COLUMNS if name != rows]
        columns = st.selectbox(
            "Columns", others, key="grid_columns", bind="query-params", width=150, format_func=words.__getitem__
        ) or others[0]  # fmt: skip
        measure = st.selectbox(
            "Cells by", measures, measures.index(usual), key="cells_by", bind="query-params", width=130
        )
    return rows, columns, measure or usual


def _records(table: pd.DataFrame, rows: str, columns: str, metric: str) -> None:
    """The records of one cell, chosen by its row and column."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        row = st.selectbox("Records of", drill.single(table.index), index=None, key="cell-row", width=200)
        column = st.selectbox("with", drill.single(table.columns), index=None, key="cell-column", width=200)
        if row and column:
            link = records_link(metric, **{rows: row, columns: column})
            menu.link("records", "See these records", query_params=link)
