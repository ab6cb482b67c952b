"""Where the codes that people entered disagree with what the records say, and what they would be recoded to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached
from sqlalchemy import Connection, Select

from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.grouped import memberships
from kb import facts
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.fact import Column
from kb.facts.shared import table
from kb.store import KnowledgeBase

CODED: Mapping[str, tuple[str, str, str]] = {
    "Defect codes": ("nonconformances", "defect_code", "defect"),
    "Return reasons": ("returns", "reason", "return"),
}
"""What people enter by hand beside a text: the fact, its column, and what memberships call such a record."""
PROPOSALS = [
    "number", "code_now", "code_proposed", "how_sure", "text", "group", "code_of_group", "product", "on", "record",
]  # fmt: skip
MOST_SURE = 99.0


@dataclass(frozen=True)
class CodeDoctor:
    """Codes against texts. `records` of the period, of these `judged` with a code, `disagree`, `fill_in` (no code, but
    the text calls for one), `vague` (none, other or a catch-all).

    `codes`: code, records, judged, disagree, share (percent of those judged), is_vague, correction, corrections.
    `proposals`: PROPOSALS, the surest first; how_sure in percent is the chance of the code proposed against the one
    entered, or alone where none was; `group` is the record's cause or symptom and `code_of_group` the usual code of
    the others in it. `reason` says why nothing can be judged.
    """

    subject: str
    period: Period | None
    records: int
    judged: int
    disagree: int
    fill_in: int
    vague: int
    codes: pd.DataFrame
    proposals: pd.DataFrame
    finding: str
    reason: str | None = None


def code_doctor(
    base: KnowledgeBase, who: Person, subject: str, *, period: Period | None, filters: Filters | None = None
) -> CodeDoctor:
    """One of CODED in the period (none: at any time), judged by models that learned from all records but the judged.

    Nothing is changed. Raises Refused for another subject.
    """
    require(who, "read")
    if subject not in CODED:
        raise Refused(f"no code doctor for {subject}: choose one of {', '.join(CODED)}")
    rows, reason = _judged(base, base.revisions()[0], subject)
    with base.reading() as connection:
        inside = [row.id for row in connection.execute(_within(subject, period, filters))]
    rows = rows[rows["id"].isin(inside)]
    if rows.empty and not reason:
        reason = f"No {_noun(subject)} of this filter can be judged. Choose another period or reset the filters."
    from analytics import codes  # scikit-learn comes with it, half a second that the first page does not need

    found = codes.by_code(rows) if not rows.empty else pd.DataFrame(columns=codes.BY_CODE)
    vague = int(found["records"].where(found["is_vague"].astype(bool), 0).sum())
    coded, uncoded = found[found["code"] != codes.EMPTY], found[found["code"] == codes.EMPTY]
    counts = int(coded["judged"].sum()), int(coded["disagree"].sum()), int(uncoded["disagree"].sum())
    table_of_codes = found.assign(share=(found["share"].astype(float) * 100).round(1))
    return CodeDoctor(
        subject,
        period,
        len(rows),
        *counts,
        vague,
        table_of_codes,
        _proposals(rows, CODED[subject][2]),
        _finding(subject, coded),
        reason,
    )


def _key(base: KnowledgeBase, revision: int, subject: str) -> Hashable:
    return base.url, revision, subject


# Learning takes seconds and is the same for every period and filter: kept for each state of the data.
@cached(LRUCache(4), key=_key, condition=Condition())
def _judged(base: KnowledgeBase, revision: int, subject: str) -> tuple[pd.DataFrame, str | None]:
    """All records with the verdict of analytics.codes, and why there is none."""
    with base.reading() as connection:
        frame = _read(connection, subject)
        groups = memberships(connection, CODED[subject][2])
    frame = frame.join(groups, on="id").assign(group=lambda rows: rows["group"].fillna(""))
    from analytics import codes  # as above

    usual = codes.code_of_others(list(frame["code"]), list(frame["group_id"].fillna(-1).astype("int64")))
    frame = frame.assign(code_of_group=usual)
    if frame.empty:
        return frame, f"There are no {CODED[subject][0]}: import {CODED[subject][0]}."
    try:
        verdicts = codes.judged(list(frame["text"]), list(frame["code"]))
    except ValueError as few:
        return frame.iloc[:0], f"{subject} cannot be judged: {few}."
    return pd.concat([frame.drop(columns="code"), verdicts.set_axis(frame.index)], axis=1), None


def _read(connection: Connection, subject: str) -> pd.DataFrame:
    name, column, _ = CODED[subject]
    fact = facts.get(name)
    own = table(fact.table)
    wanted = {
        "id": Column(next(iter(own.primary_key))), "number": fact.key, "on": fact.on, "text": Column(own.c.text),
        "code": Column(own.c[column]), "product": fact.dimensions["product"],
    }  # fmt: skip
    result = connection.execute(fact.select(wanted).order_by(next(iter(own.primary_key))))
    frame = pd.DataFrame([tuple(row) for row in result], columns=list(wanted))
    said = {name: frame[name].astype(object).where(frame[name].notna(), "") for name in ("text", "code", "product")}
    days = pd.to_datetime(frame["on"], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    return frame.assign(on=days, **said).astype({"id": "int64"})


def _within(subject: str, period: Period | None, filters: Filters | None) -> Select[Any]:
    fact = facts.get(CODED[subject][0])
    since, until = (period.start, period.end) if period else (None, None)
    key = Column(next(iter(table(fact.table).primary_key)))
    return fact.restricted({"id": key}, since=since, until=until, filters=filters)


def _proposals(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame(columns=PROPOSALS)
    chosen = rows[rows["disagrees"]].sort_values(["sure", "on"], ascending=[False, False], kind="stable")
    named = chosen.rename(columns={"code": "code_now", "called_for": "code_proposed"})
    return named.assign(
        how_sure=(named["sure"] * 100).round().clip(upper=MOST_SURE), record=[f"{kind}:{one}" for one in named["id"]]
    ).reset_index(drop=True)[PROPOSALS]


def _noun(subject: str) -> str:
    return CODED[subject][0].rstrip("s")


def _finding(subject: str, coded: pd.DataFrame) -> str:
    judged, disagree = int(coded["judged"].sum()), int(coded["disagree"].sum())
    if not judged:
        return f"{subject}: none could be judged"
    if not disagree:
        return f"{subject}: all {judged:,} agree with their texts"
    first = coded.iloc[0]
    told = f"{disagree:,} of {judged:,} {subject.lower()} ({disagree / judged:.0%}) disagree with their texts"
    means = "which says nothing" if first["is_vague"] else f"whose texts call for {first['correction']}"
    return f"{told.replace('%', ' %')}; most often {first['code']}, {means}"
