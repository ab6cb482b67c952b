"""Nonconformances ranked by any of their dimensions: the vital few, and the records behind each."""

from __future__ import annotations

import streamlit as st

from analytics.charts import PARETO_WORDS
from analytics.questions import DEFECT_DIMENSIONS, DEFECT_MEASURES, Defects
from pages.parts import drill
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

METRIC, SHARED = "nonconformances", "nonconformances_shared"


def defects(view: View, scope: Scope) -> None:
    """Choose what to rank by and what to weigh with; the chart, then the whole ranking as a table."""
    by, measure = _chosen(view)
    asked = {"period": scope.period, "filters": dict(scope.chosen)}
    found: Defects = door.ask(view, "defects", by, measure, **asked)
    if found.reason:
        st.info(plain(found.reason))
        return
    style = {"by": by, "measure": measure, "currency": view.currency}
    drawn = door.draw(view, "pareto", "defects", by, measure, **asked, part="pareto", style=style)
    bar = show.clickable(drawn, f"pareto-{by}-{measure}")
    if bar and int(bar["y"]) < found.pareto.rows.shape[0]:
        row = found.pareto.rows.iloc[int(bar["y"])]
        drill.clicked(row["member"], _link(found, row["member"]) if row["count"] == 1 else None)
    if found.is_shared:
        st.caption("Each nonconformance is shared equally over the supplier lots that went into its lot.")
    _table(view, scope, found)


def _link(found: Defects, member: str) -> drill.Link:
    return records_link(SHARED if found.is_shared else METRIC, **{found.by: member})


def _chosen(view: View) -> tuple[str, str]:
    usual = door.ask(view, "default_measure")
    measures = list(DEFECT_MEASURES)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        by = st.selectbox(
            "Defects by", list(DEFECT_DIMENSIONS), key="defects_by", bind="query-params", width=200,
            format_func=lambda one: one.replace("_", " "),
        )  # fmt: skip
        measure = st.selectbox(
            "Weighed by", measures, measures.index(usual), key="weighed_by", bind="query-params", width=150
        )
    return by or "defect_code", measure or usual


def _table(view: View, scope: Scope, found: Defects) -> None:
    word = found.by.replace("_", " ")
    box = st.expander(
        f"The whole ranking by {word}, with its records", key="ranking-table", on_change="rerun", bind="query-params"
    )
    if not box.open:
        return
    frame = found.pareto.whole.assign(
        share=found.pareto.whole["share"] * 100, cumulative=found.pareto.whole["cumulative"] * 100
    ).rename(columns={"member": found.by, "value": PARETO_WORDS[found.measure]})
    with box:
        st.caption("Share and cumulative share in percent of everything recorded for this filter.")
        drill.table(
            view, scope, frame, found.by, lambda member: _link(found, member),
            title=f"Nonconformances by {word}, {found.measure}", key="ranking", hidden=("is_vital", "count"),
        )  # fmt: skip
