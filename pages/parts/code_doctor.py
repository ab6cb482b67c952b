"""Which codes the texts speak against, and what the records would be recoded to. Nothing is changed here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.questions import CODED, CodeDoctor
from pages.parts import alike, drill
from pages.ui import door, page, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

COLUMN = {"Defect codes": ("nonconformances", "defect_code"), "Return reasons": ("returns", "reason")}
NONE, NOT_RECORDED = "(none)", "not recorded"
USUALLY_FROM, HIGHEST = 50, 95
METHOD = """
The words of all coded records are learned with their codes, four times, each time without a quarter of the records;
that quarter is then judged, so that no record is judged by what was learned from itself. A record disagrees where its
text makes another code at least twice as probable as the one entered, and probable at all (35 %).

**How sure** is the chance of the code proposed against the one entered; for records without a code, its chance among
all codes. **Code of group** is the usual code of the other records of the same cause or symptom, found without this
method: where it names the proposal too, two ways agree.

A code *says nothing* where it is empty or named like other, or where its texts call for many different codes.
On two invented companies with known causes, over 99 % of the proposals for defect codes were right, and 63 to 66 % of
the wrong codes were found; for return reasons 83 to 86 %, and 85 to 87 % were found. Yours may be harder: read before
you recode, in the system that the records come from.
"""


def codes(view: View, scope: Scope) -> None:
    """Choose what to look at; the codes that disagree most, all codes as a table, and the proposals as a list."""
    subject, ever = _asked(scope)
    period = None if ever else scope.period
    asked = {"period": period, "filters": dict(scope.chosen)}
    with st.spinner("Learning from the texts…"):
        found: CodeDoctor = door.ask(view, "code_doctor", subject, **asked)
    if found.reason:
        page.nothing(plain(found.reason))
        return
    span = "at any time" if ever else f"in {scope.period.label}"
    told = scope.told() | {"period": span, "subject": subject}
    style = {"finding": found.finding}
    show.drawing(door.draw(view, "disagreements", "code_doctor", subject, **asked, part="codes", style=style), "doctor")
    st.caption(plain(_counts(found, span)))
    _table(view, scope, found, ever)
    _proposals(view, found, told)


def _asked(scope: Scope) -> tuple[str, bool]:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        subject = st.selectbox("Codes against texts", list(CODED), key="coded", bind="query-params", width=200)
        ever = st.checkbox(
            plain(f"At any time, not only in {scope.period.label}"), key="coded_ever", bind="query-params"
        )
        with st.popover("Method", width="content"):
            st.markdown(METHOD)
    return subject or next(iter(CODED)), ever


def _counts(found: CodeDoctor, span: str) -> str:
    vague = found.vague / found.records if found.records else 0.0
    fill_in = f" For {found.fill_in:,} records without a code the text calls for one." if found.fill_in else ""
    return (
        f"{found.records:,} records {span}, {found.judged:,} of them with a code and a text that can be judged. "
        f"{found.vague:,} ({vague:.1%}) bear no code or one that says nothing.{fill_in} Nothing is changed here."
    ).replace("%)", " %)")


def _table(view: View, scope: Scope, found: CodeDoctor, ever: bool) -> None:
    box = st.expander(
        "Every code as a table, with its records", key="doctor-table", on_change="rerun", bind="query-params"
    )
    if not box.open:
        return
    metric, column = COLUMN[found.subject]
    span = view.span

    def link_to(code: str) -> drill.Link:
        link = records_link(metric, **{column: NOT_RECORDED if code == NONE else code})
        whole = ever and span.first_on and span.last_on
        return drill.within(link, span.first_on, span.last_on) if whole else link  # type: ignore[arg-type]

    with box:
        st.caption("Share: percent of the records judged whose text calls for another code.")
        drill.table(
            view, scope, found.codes, "code", link_to, title=f"{found.subject} against texts", key="doctor-codes"
        )


def _proposals(view: View, found: CodeDoctor, told: dict[str, str]) -> None:
    """The list to recode from, narrowed as wished."""
    st.markdown("**Proposals to recode**")
    if found.proposals.empty:
        page.nothing("No text of this filter calls for another code.")
        return
    frame, narrowed = _narrowed(found.proposals)
    if frame.empty:
        page.nothing("No proposal is left: choose other codes, or ask for less sureness.")
        return
    st.caption(plain(f"{len(frame):,} of {len(found.proposals):,} proposals, the surest first."))
    title = f"Proposals to recode {found.subject.lower()}"
    show.table(frame.drop(columns="record"), title, key="proposals", height=min(440, 70 + 35 * len(frame)))
    alike.ways(frame, "proposal")
    show.downloads(view, frame.drop(columns="record"), title, told | narrowed, "proposals-file")


def _narrowed(proposals: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        now = st.multiselect(
            "Code now", sorted(set(proposals["code_now"])), key="code_now", placeholder="All", width=240
        )
        to = st.multiselect(
            "Code proposed", sorted(set(proposals["code_proposed"])), key="code_to", placeholder="All", width=240
        )
        sure = st.slider(
            "At least so sure, %", 0, HIGHEST, USUALLY_FROM, 5, key="code_sure", bind="query-params", width=200
        )
    kept = proposals[proposals["how_sure"] >= sure]
    kept = kept[kept["code_now"].isin(now)] if now else kept
    kept = kept[kept["code_proposed"].isin(to)] if to else kept
    told = {"code now": ", ".join(now) or "all", "code proposed": ", ".join(to) or "all", "at least sure": f"{sure} %"}
    return kept, told
