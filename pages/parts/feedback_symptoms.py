"""What customers say, grouped into symptoms, each with what the factory knows, what is done, and whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from analytics.questions import Known, Symptoms
from analytics.report import Rows
from pages.parts import link_evidence
from pages.ui import door, page, reports, show
from pages.ui.door import View
from pages.ui.filters import Scope
from pages.ui.page import stamp
from pages.ui.plain import plain

HIDDEN = ["group_id", "cause_id"]
EXPLAINED = {
    "words": "Words that are typical of these texts",
    "customers": "Customers touched in the period, each once",
    "knowledge": "How likely the cause is: very likely, likely, or not known. The evidence is below the table",
    "cause": "What the factory calls it",
    "action": "The corrective action that names the cause's defect code or component",
    "lots": "Lots with both the symptom and the cause, the 50 with most customers' records at most",
    "to_call": "Customers who were shipped these lots: your own, or all where you look after none",
}
UNKNOWN = "not recorded"
MOST_CUSTOMERS = 500
CALL_LIST = ["customer", "customer_name", "account_owner", "lot", "product", "quantity", "shipped_on"]


def table(view: View, scope: Scope) -> None:
    """One row a symptom, of all customers or one; choosing a row shows what the factory knows of it."""
    if not _found(view, scope).has_groups:
        page.nothing(
            "Customers' texts are not grouped into symptoms yet, because nobody started that since they were imported. "
            "It is started on the page Causes. Until then, the part Texts shows them as they are."
        )
        link_evidence.to_group("Go to the page Causes")
        return
    scope = _of_customer(view, scope)
    found = _found(view, scope)
    _state(found, scope)
    if found.rows.empty:
        page.nothing(
            plain(f"Nothing that was grouped came in in {scope.period.label} or {scope.before.label} for this filter. "
                  "Choose a longer period on the left, or all products.")
        )  # fmt: skip
        return
    _rows(view, scope, found)
    symptom = _chosen(found.rows)
    if symptom is not None:
        _known(view, scope, symptom)


def _found(view: View, scope: Scope) -> Symptoms:
    asked = {"filters": dict(scope.chosen), "owner_id": view.who.user_id}
    found: Symptoms = door.ask(view, "symptoms", period=scope.period, **asked)
    return found


def _of_customer(view: View, scope: Scope) -> Scope:
    """The scope, narrowed to the customer that is chosen among those touched."""
    touched, _ = door.ask(
        view, "touched_customers", period=scope.period, filters=dict(scope.chosen), limit=MOST_CUSTOMERS
    )
    rows = touched[touched["customer"] != UNKNOWN][["customer", "customer_name"]].fillna("").to_dict("records")
    labels = {f"{row['customer']} {row['customer_name']}".strip(): str(row["customer"]) for row in rows}
    chosen = st.selectbox(
        "Customer", list(labels), index=None, key="said_by", bind="query-params", width=420,
        placeholder="All customers; choose one before you call", label_visibility="collapsed",
    )  # fmt: skip
    return replace(scope, chosen={**scope.chosen, "customer": (labels[chosen],)}) if chosen in labels else scope


def _state(found: Symptoms, scope: Scope) -> None:
    when = f" Grouped {stamp(found.refreshed_at)}." if found.refreshed_at else ""
    unread = ""
    if found.unread:
        unread = f" {found.unread:,} texts of {scope.period.label} are newer than that: the page Causes reads them."
    why = ", because none is recorded as yours" if found.whose == "all customers" else ""
    told = f"Returns and complaints in {scope.period.label}. To call counts {found.whose}{why}."
    st.caption(plain(f"{told}{when}{unread}"))


def _rows(view: View, scope: Scope, found: Symptoms) -> None:
    title = f"Symptoms, {scope.period.label}"
    kept = found.rows.drop(columns=HIDDEN)
    reports.note(Rows, kept, title)
    st.dataframe(
        kept, hide_index=True, key="symptoms", selection_mode="single-row", alt=title, placeholder="",
        on_select=partial(_choose, tuple(_labels(found.rows).values())), column_config=_columns(kept, scope),
        height="content" if len(kept) <= show.MOST_AT_ONCE else "auto",
    )  # fmt: skip
    show.downloads(view, kept, "Symptoms", scope.told(), "symptoms-file")


def _columns(kept: pd.DataFrame, scope: Scope) -> dict[str, object]:
    number, text = st.column_config.NumberColumn, st.column_config.Column
    told = {name: text(name.replace("_", " "), help=why) for name, why in EXPLAINED.items() if name in kept}
    action = {"action": text("action", help=EXPLAINED["action"], width=185)}
    counts = {name: number(name.replace("_", " "), help=EXPLAINED[name]) for name in ("customers", "lots", "to_call")}
    return (
        show.columns(kept)
        | told
        | action
        | counts
        | {"before": number("before", help=f"Records in {scope.before.label}")}
    )


def _labels(rows: pd.DataFrame) -> dict[int, str]:
    return link_evidence.labels(rows["group_id"], rows["symptom"])


def _choose(labels: Sequence[str]) -> None:
    chosen = st.session_state["symptoms"]["selection"]["rows"]
    if chosen:
        st.session_state["symptom"] = labels[chosen[0]]


def _chosen(rows: pd.DataFrame) -> int | None:
    labels = {label: number for number, label in _labels(rows).items()}
    chosen = st.selectbox(
        "Symptom", list(labels), index=None, key="symptom", bind="query-params", width=420,
        placeholder="Choose one here or in the table above",
    )  # fmt: skip
    return labels.get(chosen) if chosen else None


def _known(view: View, scope: Scope, symptom: int) -> None:
    asked = {"filters": dict(scope.chosen), "owner_id": view.who.user_id}
    found: Known | None = door.ask(view, "known_of", symptom, **asked)
    if found is None:
        return
    st.subheader(plain(f"What the factory knows of “{found.symptom}”"), anchor=False)
    st.markdown(plain(_sentence(found)))
    link_evidence.to_group("Read its records", symptom)
    if found.cause_id is not None:
        _action(found)
        _calls(view, scope, found)
    if st.toggle("Show the evidence", key="evidence", bind="query-params"):
        link_evidence.section(view, scope, symptom)


def _sentence(found: Known) -> str:
    if found.cause_id is None:
        return (
            "Not known: no counterpart was found in the factory's records. Tell the customer that it is being looked "
            "at, not what it comes from. The evidence says what would change that."
        )
    how = {"very likely": "Very likely it comes", "likely": "It likely comes"}[found.knowledge]
    by = ", confirmed by people" if found.is_confirmed else ""
    return f"{how} from what the factory calls “{found.cause}”{by}."


def _action(found: Known) -> None:
    if not found.actions:
        st.markdown("No corrective action names this cause's defect code or component: ask quality who takes it on.")
        return
    st.markdown("\n".join(["Corrective action:", "", *(f"- {plain(one)}" for one in found.actions)]))


def _calls(view: View, scope: Scope, found: Known) -> None:
    """Who holds the lots, as a list to call by."""
    if not found.lots:
        page.nothing("No lot is known to have both, so there is nobody to call for it.")
        return
    if found.calls.empty:
        page.nothing(plain(f"Of {found.whose}, nobody was shipped one of the {len(found.lots)} lots concerned."))
        return
    st.markdown(plain(_holders(found)))
    show.table(found.calls[CALL_LIST], "Call list", key="call-list", height=320)
    told = scope.told() | {"symptom": found.symptom, "cause": found.cause, "period": "all shipments of these lots"}
    show.downloads(view, found.calls[CALL_LIST], "Call list", told, "calls")


def _holders(found: Known) -> str:
    count, held = found.calls["customer"].nunique(), found.calls["lot"].nunique()
    share = f"shipped {held} of the {len(found.lots)} lots concerned"
    if found.whose == "the chosen customer":
        return f"The chosen customer was {share}:"
    return f"Of {found.whose}, {count} {'was' if count == 1 else 'were'} {share}:"
