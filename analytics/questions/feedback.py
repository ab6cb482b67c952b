"""What is heard of products: how much, for which reason, against the period before, and from how many customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, func, literal, select, union_all

from analytics import support
from analytics.metric import Metric, Need, Term
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.cards import Card
from kb import facts
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.expressions import month_of
from kb.facts.fact import Column
from kb.facts.holdings import holdings, row_counts
from kb.facts.shared import table
from kb.store import KnowledgeBase

HEARD: Mapping[str, tuple[str, str, str]] = {
    "Returns by reason": ("returns", "reason", "reason"),
    "Returns by product": ("returns", "product", "product_id"),
    "Complaints by channel": ("complaints", "channel", "channel"),
    "Complaints by severity": ("complaints", "severity", "severity"),
    "Complaints by product": ("complaints", "product", "product_id"),
    "Feedback by kind": ("feedback", "kind", "kind"),
    "Requests by kind": ("requests", "kind", "kind"),
}
"""What is heard, and what it is split by: fact, dimension and the column without which it cannot be."""
NOUNS = {"Feedback": "answers"}
TROUBLE = ("returns", "complaints")
TOUCHED = Metric(
    "customers_touched", "Customers touched", "sum", "count", "down", ("customer care", "quality"),
    "Customers who sent something back or complained in the period, each counted once, so that months do not add up. "
    "Records that name no customer are left out.",
    "common practice", (Term("returns", "returns"), Term("complaints", "complaints")),
)  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """One kind of hearing, split. `rows`: member, now, before, change, share (of now, 0 to 100), most first.

    `reason` says what was never imported, so that there can be no rows.
    """

    what: str
    fact: str
    dimension: str
    rows: pd.DataFrame
    now: int
    before: int
    finding: str
    reason: str | None = None


def heard(base: KnowledgeBase, who: Person, what: str, *, period: Period, filters: Filters | None = None) -> Heard:
    """Records of one of HEARD in the period and in the one before. Raises Refused for another name."""
    require(who, "read")
    if what not in HEARD:
        raise Refused(f"nothing is heard as {what}: choose one of {', '.join(HEARD)}")
    name, dimension, column = HEARD[what]
    with base.reading() as connection:
        reason = _lacking(connection, name, column)
        now, before = (_members(connection, name, dimension, span, filters) for span in (period, period.previous()))
    both = now.to_frame("now").join(before.to_frame("before"), how="outer").fillna(0).astype("int64")
    both = (
        both.rename_axis("member")
        .reset_index()
        .sort_values(["now", "before", "member"], ascending=[False, False, True])
    )
    both = both.assign(change=both["now"] - both["before"], share=both["now"] / max(both["now"].sum(), 1) * 100)
    sums = int(both["now"].sum()), int(both["before"].sum())
    return Heard(what, name, dimension, both.reset_index(drop=True), *sums, _finding(what, both, period), reason)


def _members(
    connection: Connection, name: str, dimension: str, period: Period, filters: Filters | None
) -> pd.Series[int]:
    fact = facts.get(name)
    member = fact.dimensions[dimension]
    rows = fact.restricted(
        {"member": member, "n": Column(func.count())}, since=period.start, until=period.end, filters=filters
    )
    found = connection.execute(rows.group_by(member.expression)).all()
    return pd.Series({facts.UNKNOWN if one is None else str(one): int(n) for one, n in found}, dtype="int64")


def unheard(base: KnowledgeBase, who: Person) -> dict[str, str]:
    """For each of HEARD that cannot be told from what was imported: which table or column is missing."""
    require(who, "read")
    with base.reading() as connection:
        reasons = {what: _lacking(connection, name, column) for what, (name, _, column) in HEARD.items()}
    return {what: reason for what, reason in reasons.items() if reason}


def _lacking(connection: Connection, name: str, column: str) -> str | None:
    need = Need(((name, (column,)),))
    if holdings(connection, need.sources)[need.sources[0]]:
        return None
    return support.reason(need, row_counts(connection, [name]))


def _finding(what: str, rows: pd.DataFrame, period: Period) -> str:
    known = rows[(rows["member"] != facts.UNKNOWN) & (rows["now"] > 0)]
    if known.empty:
        return f"{what}: none in {period.label}"
    first = known.iloc[0]
    noun, _, split = what.partition(" by ")
    of = f"{first['now']:,} of {rows['now'].sum():,} {NOUNS.get(noun, noun.lower())}"
    told = (
        f"{_named(split, first['member'])} leads with {of}, {against(int(first['change']))} {period.previous().label}"
    )
    return f"{told[:1].upper()}{told[1:]}"


def _named(split: str, member: str) -> str:
    return f"{split} {member}" if split == "severity" else str(member)


def against(change: int) -> str:
    """'3 more than in', to be followed by the period it is compared with."""
    return "as many as in" if change == 0 else f"{abs(change):,} {'more' if change > 0 else 'fewer'} than in"


def touched_card(base: KnowledgeBase, who: Person, period: Period, filters: Filters | None = None) -> Card:
    """How many customers had trouble in the period, against the one before and by month over a year."""
    require(who, "read")
    year = Period.months(period.end, 12)
    with base.reading() as connection:
        if reason := nobody_named(connection):
            return Card(TOUCHED, period, reason=reason)
        now, before = (
            customers_with_trouble(connection, span, filters).get(None, 0) for span in (period, period.previous())
        )
        monthly = customers_with_trouble(connection, year, filters, "month")
    months = [f"{day:%Y-%m}" for day in pd.date_range(year.start, year.end, freq="MS")]
    return Card(
        TOUCHED, period, float(now), float(before), float(now - before), f"vs {period.previous().label}",
        sparkline=tuple(float(monthly.get(month, 0)) for month in months), numerator=float(now),
        status="neutral" if now == before else "good" if now < before else "bad",
    )  # fmt: skip


def nobody_named(connection: Connection) -> str | None:
    """Why no customer can be called touched: nothing came in, or nothing of it names a customer; none where some do."""
    need = Need(tuple((name, ("customer_id",)) for name in TROUBLE))
    if any(holdings(connection, need.sources).values()):
        return None
    return support.reason(need, row_counts(connection, TROUBLE))


def customers_with_trouble(
    connection: Connection, period: Period, filters: Filters | None, by: str | None = None
) -> dict[str | None, int]:
    """Distinct customers with trouble, by 'month' or a dimension; without one under the key none."""
    parts = []
    for name in TROUBLE:
        fact, customer = facts.get(name), table(name).c.customer_id
        column = _group(fact, by) if by else Column(literal(None))
        columns = {"member": column, "customer_id": Column(customer)}
        rows = fact.restricted(columns, since=period.start, until=period.end, filters=filters)
        parts.append(rows.where(customer.is_not(None)))
    all_rows = union_all(*parts).subquery()
    counted = select(all_rows.c.member, func.count(all_rows.c.customer_id.distinct())).group_by(all_rows.c.member)
    return {member: int(n) for member, n in connection.execute(counted)}


def _group(fact: facts.Fact, name: str) -> Column:
    return Column(month_of(fact.on.expression)) if name == "month" else fact.dimensions[name]
