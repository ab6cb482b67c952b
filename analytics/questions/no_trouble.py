"""Returns in which no trouble was found: why they came back, who can act, what they cost, and whether they grow."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Condition

import pandas as pd
from cachetools import LRUCache, cached

from analytics import no_trouble as rules
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.grouped import asserted_causes, memberships
from kb import facts
from kb.access import Person, require
from kb.facts.fact import Column
from kb.facts.hearing import RETURNS
from kb.store import KnowledgeBase

NO_TROUBLE_KINDS = {kind.name: kind.meaning for kind in rules.KINDS}
RECORDS = [
    "number", "on", "kind", "text", "why", "also", "reason", "finding", "product", "customer", "lot", "symptom", "cost",
    "record",
]  # fmt: skip
COUNTS = ["kind", "returns", "share", "share_of_all", "cost", "before", "who_can_act", "meaning", "example"]


@dataclass(frozen=True)
class NoTrouble:
    """Of `returns` in the period `inspected` have a result, and in `found` of these nothing was wrong.

    `kinds`: COUNTS; shares in percent of those without trouble and of all returns, cost in the base's currency, before
    is the period before. `records`: RECORDS, newest first. `months`: month, kind, value, numerator, denominator and
    is_mature of the twelve months to the end of the period, 0 where there was none. `has_symptoms`: whether any return
    belongs to a symptom. `reason` says why there is nothing.
    """

    period: Period
    returns: int
    inspected: int
    found: int
    cost: float
    kinds: pd.DataFrame
    records: pd.DataFrame
    months: pd.DataFrame
    finding: str
    has_symptoms: bool
    reason: str | None = None

    @property
    def against_before(self) -> pd.DataFrame:
        """The kinds as member, now and before."""
        return self.kinds.rename(columns={"kind": "member", "returns": "now"})[["member", "now", "before"]]


def no_trouble(base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None) -> NoTrouble:
    """Returns without trouble of the period by the rules of analytics.no_trouble, which look at returns of any time."""
    require(who, "read")
    whole = _judged(base, base.revisions()[0])
    rows = whole[whole["id"].isin(_inside(base, filters))]
    now, before, year = (_during(rows, one) for one in (period, period.previous(), Period.months(period.end, 12)))
    kept = now[now["kind"] != ""]
    kinds = _kinds(kept, before, len(now))
    named = kept.assign(record=[f"return:{one}" for one in kept["id"]])
    records = named.rename(columns={"group": "symptom"}).sort_values(["on", "number"], ascending=False)
    inspected = int(now["is_inspected"].sum())
    return NoTrouble(
        period, len(now), inspected, len(kept), float(kept["cost"].sum()), kinds,
        records.reset_index(drop=True)[RECORDS], _months(year, Period.months(period.end, 12)),
        _finding(kinds, len(kept), len(now), inspected, period), bool((whole["group_id"] >= 0).any()),
        _reason(whole, kept, inspected, period),
    )  # fmt: skip


def _key(base: KnowledgeBase, revision: int) -> Hashable:
    return base.url, revision


# The rules look at all returns, whatever the period and filter: kept for each state of the data.
@cached(LRUCache(2), key=_key, condition=Condition())
def _judged(base: KnowledgeBase, revision: int) -> pd.DataFrame:
    """All returns with what is known of them, is_inspected, and kind, why and also ('' where trouble was found)."""
    fact = facts.get("returns")
    wanted = {
        "id": Column(RETURNS.c.return_id), "number": fact.key, "on": fact.on, "text": Column(RETURNS.c.text),
        "reason": Column(RETURNS.c.reason), "finding": Column(RETURNS.c.finding),
        "flag": Column(RETURNS.c.is_no_trouble_found), "cost": fact.measures["return_cost"],
        **{name: fact.dimensions[name] for name in ("product", "customer", "lot")},
    }  # fmt: skip
    with base.reading() as connection:
        rows = [tuple(row) for row in connection.execute(fact.select(wanted).order_by(RETURNS.c.return_id))]
        groups = memberships(connection, "return")
        linked = {symptom: names for symptom, (_, names) in asserted_causes(connection).items()}
    frame = _tidy(pd.DataFrame(rows, columns=list(wanted))).join(groups, on="id")
    frame = frame.assign(group_id=frame["group_id"].fillna(-1).astype("int64"), group=frame["group"].fillna(""))
    is_inspected = rules.confirmed(frame) | rules.without_trouble(frame)
    verdicts = rules.split(frame, linked)[["kind", "why", "also"]]
    told = verdicts.astype(object).reindex(frame.index, fill_value="")
    return frame.assign(is_inspected=is_inspected).join(told)


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    said = {
        name: frame[name].astype(object).where(frame[name].notna(), "")
        for name in ("text", "reason", "finding", "product", "customer", "lot")
    }
    flags = [None if pd.isna(flag) else bool(flag) for flag in frame["flag"]]
    days = pd.to_datetime(frame["on"]).astype("datetime64[us]")
    flag = pd.Series(flags, index=frame.index, dtype=object)
    return frame.assign(**said, on=days, flag=flag, cost=frame["cost"].astype(float).fillna(0.0), id=frame["id"])


def _inside(base: KnowledgeBase, filters: Filters | None) -> list[int]:
    wanted = facts.get("returns").restricted({"id": Column(RETURNS.c.return_id)}, filters=filters)
    with base.reading() as connection:
        return [row.id for row in connection.execute(wanted)]


def _during(rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    return rows[rows["on"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))]


def _kinds(kept: pd.DataFrame, before: pd.DataFrame, of_all: int) -> pd.DataFrame:
    counts, costs = kept["kind"].value_counts(), kept.groupby("kind")["cost"].sum()
    earlier, examples = before["kind"].value_counts(), _examples(kept)
    rows = [
        {
            "kind": kind.name, "returns": int(counts.get(kind.name, 0)), "cost": float(costs.get(kind.name, 0.0)),
            "before": int(earlier.get(kind.name, 0)), "who_can_act": kind.who_can_act, "meaning": kind.meaning,
            "example": examples.get(kind.name, ""),
        }
        for kind in rules.KINDS
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    shares = {
        "share": frame["returns"] / max(len(kept), 1) * 100,
        "share_of_all": frame["returns"] / max(of_all, 1) * 100,
    }
    return frame.assign(**{name: values.round(1) for name, values in shares.items()})[COUNTS].sort_values(
        "returns", ascending=False, kind="stable", ignore_index=True
    )


def _examples(kept: pd.DataFrame) -> dict[str, str]:
    """The newest text of each kind."""
    written = kept[kept["text"] != ""].sort_values(["on", "number"], ascending=False)
    return {
        str(kind): str(text) for kind, text in written.drop_duplicates("kind")[["kind", "text"]].itertuples(index=False)
    }


def _months(year: pd.DataFrame, span: Period) -> pd.DataFrame:
    months = pd.date_range(span.start, span.end, freq="MS").astype("datetime64[us]")
    of = year["on"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    counts = year.assign(month=of).groupby(["kind", "month"]).size()
    places = pd.MultiIndex.from_product([NO_TROUBLE_KINDS, months], names=["kind", "month"])
    frame = counts.reindex(places, fill_value=0).rename("value").astype(float).reset_index()
    return frame.assign(numerator=frame["value"], denominator=math.nan, is_mature=True)


def _finding(kinds: pd.DataFrame, found: int, returns: int, inspected: int, period: Period) -> str:
    if not found:
        return f"No return without trouble in {period.label}"
    told = f"In {found:,} of {inspected:,} inspected returns nothing was found ({period.label}, {returns:,} returns)"
    first = kinds[kinds["kind"] != rules.UNCLEAR.name].iloc[0]
    if not first["returns"]:
        return f"{told}; nothing tells why"
    return f"{told}; most often {first['kind']} ({first['returns']:,}), where {first['who_can_act']} can act"


def _reason(whole: pd.DataFrame, kept: pd.DataFrame, inspected: int, period: Period) -> str | None:
    if whole.empty:
        return "There are no returns: import returns."
    if not whole["is_inspected"].any():
        return "No return says whether trouble was found: import returns.is_no_trouble_found or returns.finding."
    if kept.empty and not inspected:
        return f"No return of {period.label} was inspected for this filter. Choose another period or reset the filters."
    if kept.empty:
        return f"Trouble was found in all {inspected:,} inspected returns of {period.label} for this filter."
    return None
