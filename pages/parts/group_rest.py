"""What is in no group, what is unsure of its own, and what the last refit changed."""

from __future__ import annotations

import streamlit as st

from analytics.questions import GROUP_NOUNS
from pages.parts import group_listing, group_state
from pages.ui import door, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.plain import plain

TITLES = {"unsure": "Records unsure of their group", "without": "Records without a group"}
WHY = {
    "unsure": "Several groups would suit them: the confidence is under 0.90. Put those you know into the right one.",
    "without": "They use no word that any group knows, or people took them out.",
}
CHANGES = {"born": "new", "split": "split off", "merged": "merged", "died": "gone"}


def left_over(view: View, scope: Scope, side: str) -> None:
    """How many are unsure or without a group, and a list of each."""
    asked = {"filters": dict(scope.chosen)}
    found = {which: door.ask(view, "left_records", side, which, **asked) for which in TITLES}
    labels = {which: f"{TITLES[which]} ({total:,})" for which, (_, total) in found.items()}
    which = st.radio(
        "Which", list(TITLES), format_func=labels.__getitem__, key="left", horizontal=True,
        label_visibility="collapsed",
    ) or "unsure"  # fmt: skip
    frame, total = found[which]
    st.caption(WHY[which])
    if not total:
        st.info(f"{TITLES[which]}: none for this filter.")
        return
    columns = group_listing.WITH_GROUP if which == "unsure" else group_listing.SHOWN
    told = {name: value for name, value in scope.told().items() if name != "period"}
    group_listing.listing(view, frame, total, TITLES[which], told, f"left-{side}-{which}", side, columns)


def last_refit(view: View, scope: Scope, side: str) -> None:
    """What was born, split, merged, died when groups were last found anew, in words."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(group_state.told(view)), width="stretch")
        group_state.button(view, "Measure how stable groups are", "--stability")
    changes = door.ask(view, "group_changes", side)
    noun = GROUP_NOUNS[side]
    if changes.empty:
        st.info(f"The last refit changed no {noun}: each kept most of its records.")
        return
    kinds = list(changes["kind"])
    counts = ", ".join(f"{kinds.count(kind)} {word}" for kind, word in CHANGES.items() if kind in kinds)
    first = " Nothing had been grouped before, so all are new." if changes["is_first"].all() else ""
    st.markdown(plain(f"Of the {noun}s: {counts}.{first}"))
    kept = changes[["what", "records"]]
    show.table(kept, f"What became of {noun}s at the last refit", key=f"changes-{side}")
    show.downloads(view, kept, f"What became of {noun}s", {}, f"changes-{side}-file")
