"""What a group is linked to on the other side, how sure that is, and each kind of evidence apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts import shown
from analytics.questions import Evidence, Linked
from analytics.report import Number
from pages.parts import drill, link_verdict
from pages.ui import door, menu, page, reports, show
from pages.ui.door import View
from pages.ui.filters import Scope, records_link
from pages.ui.plain import plain

TITLES = {"field": "Likely causes in the factory", "factory": "What customers make of it"}
COUNTERPARTS = {"field": "Cause", "factory": "Symptom"}
SHOWN = ["name", "standing", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots", "lag_days", "words"]
NONE = "No counterpart found"
HELP = {
    "ratio": "How many times as often the symptom comes back from lots with the cause as from the other lots of the "
    "same products (Mantel-Haenszel over products, 95 % interval).",
    "q": "Of links as sure as this one at most this share is false (Benjamini-Hochberg). Below .05 a link is asserted.",
    "lots": "Lots in which both were recorded; customers' records without a lot count in parts.",
    "lag": "Median days from the start of production to the customer's record, over the lots that both share.",
}
PLACES = ("returns", "complaints", "nonconformances")


def section(view: View, scope: Scope, group_id: int | str) -> None:
    """The counterparts of a group; of the chosen one the verdict of people and the evidence."""
    found: Linked | None = door.ask(view, "linked", str(group_id))
    if found is None:
        page.nothing("This group is not there any more: somebody undid what made it. Choose another one.")
        return
    st.subheader(TITLES[found.side], anchor=False)
    if found.wanting:
        _none(found)
    if not found.links.empty:
        _candidates(view, scope, found)
    link_verdict.another(view, found, labels)


def _candidates(view: View, scope: Scope, found: Linked) -> None:
    group_id = str(found.group_id)
    drawn = door.draw(
        view, "rate_ratios", "linked", group_id, part="links", style={"of": found.name, "side": found.side}
    )
    show.drawing(drawn, f"ratios-{found.group_id}")
    st.caption(
        "Over all records that the last refresh read, whatever the period. Filled: asserted or confirmed; open: not "
        "asserted; cross: refused by people."
    )
    _table(view, scope, found)
    chosen = _choose(found)
    if chosen is not None:
        _pair(view, scope, found, chosen)


def _none(found: Linked) -> None:
    """An answer, not a gap: nothing was found, and what would change that."""
    st.markdown(f"**{NONE}** {plain(f'for “{found.name}” ({found.records:,} records). What that rests on:')}")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in found.wanting))
    reports.note(Number, NONE, found.name, " ".join(found.wanting))


def _table(view: View, scope: Scope, found: Linked) -> None:
    box = st.expander("All candidates as a table", key="candidates", on_change="rerun", bind="query-params")
    if not box.open:
        return
    with box:
        title = f"Links of {found.name}"
        show.table(found.links[SHOWN], title, key=f"links-{found.group_id}")
        show.downloads(view, found.links[SHOWN], title, _told(scope), f"links-{found.group_id}")


def _choose(found: Linked) -> Mapping[Hashable, Any] | None:
    rows = {int(row["group_id"]): row for row in found.links.to_dict("records")}
    named = labels(found.links["group_id"], found.links["name"])
    chosen = st.selectbox(
        COUNTERPARTS[found.side], list(rows), key=link_verdict.COUNTERPART, bind="query-params", width=420,
        format_func=lambda one: named.get(one, ""),
        help="Whose evidence to look at, the likeliest first",
    )  # fmt: skip
    return None if chosen is None else rows[chosen]


def labels(numbers: Iterable[int], names: Iterable[str]) -> dict[int, str]:
    """What boxes and links call groups: the name, with the number where two have the same."""
    called = list(names)
    return {
        int(number): f"{name} (no. {number})" if called.count(name) > 1 else str(name)
        for number, name in zip(numbers, called, strict=True)
    }


def to_group(label: str, group_id: int | None = None) -> None:
    """The way to the page of groups, one of them opened."""
    menu.link("causes", plain(label), query_params={"group": str(group_id)} if group_id else {})


def _pair(view: View, scope: Scope, found: Linked, row: Mapping[Hashable, Any]) -> None:
    other = int(row["group_id"])
    pair = (found.group_id, other) if found.side == "field" else (other, found.group_id)
    _figures(row)
    to_group(f"Open {COUNTERPARTS[found.side].lower()} {row['name']}", other)
    link_verdict.judged(view, *pair, shown=other)
    evidence: Evidence = door.ask(view, "link_evidence", *pair)
    if evidence.lots.empty and evidence.origins.empty and evidence.words.empty:
        st.caption("Lots, origins and words are kept for links that were asserted or confirmed at the last refresh.")
        return
    key = f"{pair[0]}-{pair[1]}"
    _lots(view, scope, evidence.lots, key)
    left, right = st.columns(2, gap="medium")
    with left:
        _origins(view, scope, evidence.origins, key)
    with right:
        _words(view, scope, evidence.words, key)


def _figures(row: Mapping[Hashable, Any]) -> None:
    reach = f"{_number(row['ci_low'])} to {_number(row['ci_high'])}"
    figures = (
        ("Rate ratio", _number(row["rate_ratio"]), f"{reach}, over products", HELP["ratio"]),
        ("q value", _q(row["q_value"]), str(row["standing"]), HELP["q"]),
        ("Shared lots", _number(row["shared_lots"]), "with both recorded", HELP["lots"]),
        ("Days to customer", _number(row["lag_days"]), "from production, median", HELP["lag"]),
    )
    grid = st.grid(4, min_column_width=150)
    for label, value, told, explained in figures:
        reports.note(Number, label, value, told)
        with grid.cell(), st.container(border=True, gap="xxsmall"):
            st.metric(label, value, help=explained)
            st.caption(plain(told))


def _number(value: float | None) -> str:
    return "not known" if value is None or pd.isna(value) else shown(float(value), "count")


def _q(value: float | None) -> str:
    if value is None or pd.isna(value):
        return "not known"
    return "below .001" if value < 0.001 else f"{value:.3f}"


def _lots(view: View, scope: Scope, lots: pd.DataFrame, key: str) -> None:
    st.markdown("**Lots to act on**")
    if lots.empty:
        page.nothing("Both sides name no lot in common; the link rests on what the factory found on returns.")
        return
    st.caption(
        f"The {len(lots):,} lots with most customers' records, 50 at most. Records without a lot count in parts, so "
        "counts may be broken. Exposure: units that had their time to come back."
    )
    show.table(lots, "Lots with both symptom and cause", key=f"lots-{key}", height=320)
    _records(view, lots, key)
    show.downloads(view, lots, "Lots to act on", _told(scope), f"lots-file-{key}")


def _records(view: View, lots: pd.DataFrame, key: str) -> None:
    """From a lot to what was recorded of it on either side."""
    lot = st.selectbox("Records of lot", list(lots["lot"]), index=None, key=f"lot-{key}", width=320)
    made, last = lots.loc[lots["lot"] == lot, "started_on"].min(), view.span.last_on
    if not lot or pd.isna(made) or last is None:
        return
    with st.container(horizontal=True, gap="medium"):
        for name in PLACES:
            link = drill.within(records_link(name, lot=str(lot)), made.date(), last)
            menu.link("records", plain(f"Its {name}"), query_params=link)


def _origins(view: View, scope: Scope, origins: pd.DataFrame, key: str) -> None:
    st.markdown("**Where both sides have too many**")
    if origins.empty:
        page.nothing("No line, shift, supplier or supplier lot has too many on both sides.")
        return
    sure = int((origins["q_value"] < 0.05).sum())
    told = f"{sure} beyond chance (q below .05)" if sure else "None beyond chance alone (q below .05)"
    st.caption(f"{told}. Expected: at the rates of the lots' products.")
    show.table(origins, "Origins over-represented on both sides", key=f"origins-{key}")
    show.downloads(view, origins, "Origins of the link", _told(scope), f"origins-file-{key}")


def _words(view: View, scope: Scope, words: pd.DataFrame, key: str) -> None:
    st.markdown("**Customers' words, factory words**")
    if words.empty:
        page.nothing("No two words share enough lots to be told from chance.")
        return
    st.caption("Words that stand together in more lots than chance gives, the closest first (pmi, in bits).")
    named = words.rename(columns={"word": "customers_say", "factory_word": "factory_says"})
    show.table(named, "Words that go together", key=f"words-{key}")
    show.downloads(view, named, "Words of the link", _told(scope), f"words-file-{key}")


def _told(scope: Scope) -> dict[str, str]:
    """The evidence knows no period and no filter."""
    return {"period": "everything read by the last refresh"}
