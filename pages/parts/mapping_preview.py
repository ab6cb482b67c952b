"""The first rows as they would arrive."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kb.errors import Refused
from kb.importing import Preset
from kb.importing.preview import Arriving, Preview, preview
from kb.importing.proposing import Sample
from pages.ui import show
from pages.ui.door import View
from pages.ui.plain import plain

MOST_REASONS = 5


def rows(view: View, sample: Sample, open_questions: list[str], make: Callable[[], Preset]) -> None:
    """The first rows by table with refused rows and reasons; what is still missing where there are none."""
    st.subheader("First rows as they would arrive", anchor=False)
    if open_questions:
        st.info(plain(f"Not yet: say above {' and '.join(open_questions)}. Nothing is guessed."))
        return
    try:
        found = _preview(view, sample, make())
    except Refused as refused:
        st.info(plain(f"Not yet: {refused}"))
        return
    read, refused_rows = found.report.total("read"), found.report.total("refused")
    st.markdown(f"Of the first {read:,} rows {read - refused_rows:,} would be taken and {refused_rows:,} refused.")
    for column, reason, count in found.reasons[:MOST_REASONS]:
        st.markdown(f"- {plain(f'{_rows(count)}: {column} {reason}')}")
    if sample.bad:
        first = sample.bad[0]
        st.caption(
            plain(f"{len(sample.bad):,} more could not be told into cells, first line {first.line}: {first.reason}")
        )
    if any("is not among" in reason for _, reason, _ in found.reasons):
        st.caption(
            "Import those first, or choose above to make them when a row names them. What other files of this preset "
            "bring counts when the files are checked together."
        )
    *others, own = found.tables
    _table(own)
    if others:
        names = ", ".join(table.table.replace("_", " ") for table in others)
        with st.expander(f"The same rows also fill {names}"):
            for table in others:
                st.markdown(f"**{table.table.replace('_', ' ').capitalize()}**")
                _table(table)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _table(table: Arriving) -> None:
    show.table(table.frame, f"First rows for {table.table} with their values and why rows are refused")


def _preview(view: View, sample: Sample, preset: Preset) -> Preview:
    """Made once for each mapping and state of the base: most runs of the page change something else."""
    place = (id(sample), preset, view.revision)
    kept: tuple[object, Preview] | None = st.session_state.get("mapping-preview")
    if kept is None or kept[0] != place:
        kept = (place, preview(view.base, view.who, sample, preset))
        st.session_state["mapping-preview"] = kept
    return kept[1]
