"""The first rows as they would arrive."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kb.errors import Refused
from kb.importing import Preset
from kb.importing.preview import CHECKED, Preview, preview
from kb.importing.proposing import Sample
from pages.ui import show
from pages.ui.door import View
from pages.ui.plain import plain


def rows(view: View, sample: Sample, make: Callable[[], Preset]) -> None:
    """The first rows by table with refused rows and reasons; what is still missing where there are none."""
    st.subheader("First rows as they would arrive", anchor=False)
    try:
        found = _preview(view, sample, make())
    except Refused as refused:
        st.info(plain(f"Not yet: {refused}"))
        return
    read, refused_rows = found.report.total("read"), found.report.total("refused")
    st.markdown(f"Of the first {read:,} rows {read - refused_rows:,} would be taken and {refused_rows:,} refused.")
    for table in found.tables:
        st.markdown(f"**{plain(table.table.replace('_', ' '))}**")
        show.table(table.frame, f"First rows for {table.table} with their values and why rows are refused")
    if refused_rows:
        st.caption(
            f"Only the first {CHECKED} rows were checked here. Reasons name the file's column and the cell. "
            "Correct the mapping above, or let such rows be refused: they are listed to be mended."
        )


def _preview(view: View, sample: Sample, preset: Preset) -> Preview:
    """Made once for each mapping and state of the base: most runs of the page change something else."""
    place = (id(sample), preset, view.revision)
    kept: tuple[object, Preview] | None = st.session_state.get("mapping-preview")
    if kept is None or kept[0] != place:
        kept = (place, preview(view.base, view.who, sample, preset))
        st.session_state["mapping-preview"] = kept
    return kept[1]
