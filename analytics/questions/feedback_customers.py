"""Who is touched by the trouble with a product, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, case, func, select

from analytics.metrics import Filters
from analytics.periods import Period
from kb import facts
from kb.access import Person, require
from kb.facts.expressions import month_of
from kb.facts.fact import Column, Fact
from kb.facts.hearing import COMPLAINTS, RETURNS
from kb.facts.shared import CUSTOMERS, PRODUCTS, USERS
from kb.store import KnowledgeBase

TOUCHED = [
    "customer", "customer_name", "account_owner", "returns", "units_returned", "complaints", "open_complaints", "cost",
    "last_on", "segment", "region",
]  # fmt: skip
COSTS = ["returns", "units_returned", "credited", "not_credited", "cost"]
_LISTED = RETURNS.c.quantity * PRODUCTS.c.unit_price
# credit where it is given, list value where it is not: together what the metric "cost of returns" sums
_MONEY = {
    "returns": Column(func.count()),
    "units_returned": Column(func.sum(func.coalesce(RETURNS.c.quantity, 1))),
    "credited": Column(func.coalesce(func.sum(RETURNS.c.credit), 0.0)),
    "not_credited": Column(func.coalesce(func.sum(case((RETURNS.c.credit.is_(None), _LISTED))), 0.0), ("product",)),
}


def touched_customers(
    base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None, limit: int = 500
) -> tuple[pd.DataFrame, int]:
    """Customers who sent something back or complained, most trouble first, and how many there are beyond the limit.

    Columns TOUCHED: returns, units_returned and cost (credit, else list value) of their returns; complaints and those
    still open; the last day either came in. Records that name no customer are one row, "not recorded".
    """
    require(who, "read")
    with base.reading() as connection:
        returned = _by(connection, "returns", "customer", _MONEY | _last("returns", "returned_last"), period, filters)
        complained = _by(
            connection, "complaints", "customer", _COMPLAINED | _last("complaints", "complained_last"), period, filters
        )
        known = _customers(connection)
    both = returned.join(complained, how="outer")
    both["last_on"] = both[["returned_last", "complained_last"]].max(axis=1)
    both["cost"] = both["credited"].fillna(0.0) + both["not_credited"].fillna(0.0)
    counts = ["returns", "units_returned", "complaints", "open_complaints"]
    both[counts] = both[counts].fillna(0)
    both = both.join(known, how="left").rename_axis("customer").reset_index()
    whole = both.assign(trouble=both["returns"] + both["complaints"])
    ranked = whole.sort_values(["trouble", "cost", "customer"], ascending=[False, False, True])
    return ranked[TOUCHED].head(limit).reset_index(drop=True), len(ranked)


_COMPLAINED = {
    "complaints": Column(func.count()),
    "open_complaints": Column(func.sum(case((COMPLAINTS.c.closed_on.is_(None), 1), else_=0))),
}


def _last(name: str, label: str) -> dict[str, Column]:
    return {label: Column(func.max(facts.get(name).on.expression))}


def _by(
    connection: Connection,
    name: str,
    group: str,
    sums: dict[str, Column],
    period: Period,
    filters: Filters | None,
) -> pd.DataFrame:
    """Sums of a fact by 'month' or one of its dimensions, which becomes the index."""
    fact = facts.get(name)
    by = _month(fact) if group == "month" else fact.dimensions[group]
    rows = fact.restricted({group: by, **sums}, since=period.start, until=period.end, filters=filters)
    found = connection.execute(rows.group_by(by.expression))
    frame = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
    frame[group] = frame[group].astype(object).where(frame[group].notna(), facts.UNKNOWN)
    days = [column for column in sums if column.endswith("_last")]
    numbers = [column for column in sums if column not in days]
    frame[numbers] = frame[numbers].astype(float)
    for column in days:
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    return frame.set_index(group)


def _month(fact: Fact) -> Column:
    return Column(month_of(fact.on.expression))


def _customers(connection: Connection) -> pd.DataFrame:
    owned = CUSTOMERS.outerjoin(USERS, USERS.c.user_id == CUSTOMERS.c.account_owner_id)
    columns = (
        CUSTOMERS.c.customer_number, CUSTOMERS.c.name, USERS.c.name.label("account_owner"), CUSTOMERS.c.segment,
        CUSTOMERS.c.region,
    )  # fmt: skip
    found = connection.execute(select(*columns).select_from(owned))
    names = ["customer", "customer_name", "account_owner", "segment", "region"]
    return pd.DataFrame([tuple(row) for row in found], columns=names).set_index("customer")


@dataclass(frozen=True)
class ReturnCosts:
    """What returns cost. `now` and `before`: sums of COSTS in the period and the one before.

    `by_reason` has reason, COSTS and before (cost), most expensive first; `by_month` has month (first day) and COSTS
    for twelve months up to the period's last. Money in the base's currency.
    """

    now: dict[str, float]
    before: dict[str, float]
    by_reason: pd.DataFrame
    by_month: pd.DataFrame

    @property
    def bars(self) -> pd.DataFrame:
        """`by_reason` as member, now, before, in money."""
        return self.by_reason.rename(columns={"reason": "member", "cost": "now"})[["member", "now", "before"]]


def return_costs(base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None) -> ReturnCosts:
    """Returns in money: what was credited, and the list value of what came back without a credit."""
    require(who, "read")
    year = Period.months(period.end, 12)
    with base.reading() as connection:
        now, before = (_costs(connection, "reason", span, filters) for span in (period, period.previous()))
        monthly = _costs(connection, "month", year, filters)
    by_reason = now.join(before["cost"].rename("before"), how="outer").fillna(0.0).rename_axis("reason").reset_index()
    months = pd.date_range(year.start, year.end, freq="MS", unit="us")
    by_month = monthly.reindex([f"{day:%Y-%m}" for day in months]).fillna(0.0).assign(month=months)
    return ReturnCosts(
        _whole(now), _whole(before),
        by_reason.sort_values(["cost", "reason"], ascending=[False, True]).reset_index(drop=True),
        by_month[["month", *COSTS]].reset_index(drop=True),
    )  # fmt: skip


def _costs(connection: Connection, group: str, period: Period, filters: Filters | None) -> pd.DataFrame:
    frame = _by(connection, "returns", group, _MONEY, period, filters)
    return frame.assign(cost=frame["credited"] + frame["not_credited"])[COSTS]


def _whole(frame: pd.DataFrame) -> dict[str, float]:
    sums: dict[Any, Any] = frame.sum().to_dict()
    return {str(name): float(value) for name, value in sums.items()}
