"""All products side by side: what is heard of each, at what cost, and which way it goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from analytics import metrics
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.feedback import TROUBLE, customers_with_trouble, nobody_named
from kb import facts
from kb.access import Person, require
from kb.facts.shared import table
from kb.store import KnowledgeBase

CLEAR = 1.96
COUNTS = ("returns", "complaints", "requests")
PRODUCTS = [
    "product", "product_name", "trend", "months", "returns", "complaints", "return_rate", "cost", "customers", "score",
    "answers", "requests", "before", "family",
]  # fmt: skip


def heard_by_product(
    base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None
) -> pd.DataFrame:
    """One row for each product that anything was heard of, most returns and complaints first.

    Columns: product, product_name, family, trend (more, fewer, no clear change of returns and complaints together
    against the period before; clear at 95 % of a Poisson difference), months (returns and complaints of the last twelve
    months, a list), returns, complaints, requests, before (returns and complaints in the period before), customers
    (with trouble), return_rate (percent of the latest ship cohorts followed long enough, by calendar where returns name
    no origin), cost (of returns), score (NPS, else CSAT, of the last twelve months) and answers, its number. nan where
    a figure cannot be answered.
    """
    require(who, "read")
    missing = metrics.unsupported(base, who)
    year = Period.months(period.end, 12)
    counted = [key for key in COUNTS if key not in missing]
    now, before = metrics.over(base, who, counted, [period, period.previous()], by=["product"], filters=filters)
    frame = _wide(now).join(_monthly(base, who, counted, year, filters), how="outer")
    frame = frame.join(_wide(before).reindex(columns=TROUBLE).sum(axis=1).rename("before"), how="outer")
    rates, costs, scores = (
        _first(base, who, keys, missing, span, filters)
        for keys, span in ((RATES, period), (("return_cost",), period), (SCORES, year))
    )
    frame = frame.join(rates["value"].rename("return_rate")).join(costs["value"].rename("cost"))
    frame = frame.join(scores[["value", "denominator"]].rename(columns={"value": "score", "denominator": "answers"}))
    with base.reading() as connection:
        customers = None
        if nobody_named(connection) is None:
            customers = customers_with_trouble(connection, period, filters, "product")
        names = _names(connection)
    return _products(frame, customers, names)


RATES, SCORES = ("return_rate_cohort", "return_rate_calendar"), ("nps", "csat")


def _wide(values: pd.DataFrame) -> pd.DataFrame:
    """One row a product, one column a metric."""
    if values.empty:
        return pd.DataFrame()
    return values.pivot_table(index="product", columns="metric", values="value", aggfunc="sum")


def _first(
    base: KnowledgeBase,
    who: Person,
    keys: Sequence[str],
    missing: Mapping[str, str],
    period: Period,
    filters: Filters | None,
) -> pd.DataFrame:
    """Value and denominator by product of the first of these metrics that the data support."""
    key = next((key for key in keys if key not in missing), None)
    if key is None:
        return pd.DataFrame(columns=["value", "denominator"], dtype=float)
    span = metrics.comparable(base, who, key, period)
    values = metrics.evaluate(base, who, [key], period=span, by=["product"], filters=filters)
    return values.set_index("product")[["value", "denominator"]].astype(float)


def _monthly(
    base: KnowledgeBase, who: Person, keys: Sequence[str], year: Period, filters: Filters | None
) -> pd.Series[Any]:
    """By product the returns and complaints of each month of the year, as a list."""
    trouble = [key for key in keys if key in TROUBLE]
    values = metrics.evaluate(base, who, trouble, period=year, by=["product", "month"], filters=filters)
    if values.empty:
        return pd.Series(dtype=object, name="months")
    months = pd.date_range(year.start, year.end, freq="MS", unit="us")
    wide = values.pivot_table(index="product", columns="month", values="value", aggfunc="sum").reindex(columns=months)
    return pd.Series(wide.fillna(0.0).to_numpy().tolist(), index=wide.index, dtype=object, name="months")


def _names(connection: Connection) -> pd.DataFrame:
    rows = table("products")
    found = connection.execute(select(rows.c.sku, rows.c.name, rows.c.family))
    return pd.DataFrame([tuple(row) for row in found], columns=["product", "product_name", "family"]).set_index(
        "product"
    )


def _products(frame: pd.DataFrame, customers: Mapping[str | None, int] | None, names: pd.DataFrame) -> pd.DataFrame:
    counts = [*COUNTS, "before"]
    frame = frame.reindex(columns=[name for name in PRODUCTS if name not in ("product", "product_name", "family")])
    frame = frame.join(names, how="left")
    if customers is not None:
        frame["customers"] = [customers.get(None if one == facts.UNKNOWN else one, 0) for one in frame.index]
    frame[counts] = frame[counts].astype(float).fillna(0).astype("int64")
    trouble = frame["returns"] + frame["complaints"]
    frame["cost"] = frame["cost"].where(frame["returns"] > 0, 0.0)
    frame["trend"] = [_direction(now, was) for now, was in zip(trouble, frame["before"], strict=True)]
    ranked = frame.assign(trouble=trouble).rename_axis("product").reset_index()
    return ranked.sort_values(["trouble", "product"], ascending=[False, True])[PRODUCTS].reset_index(drop=True)


def _direction(now: int, before: int) -> str:
    if abs(now - before) <= CLEAR * math.sqrt(now + before):
        return "no clear change"
    return "more" if now > before else "fewer"


def heard_products(base: KnowledgeBase, who: Person, *, filters: Filters | None = None) -> dict[str, str]:
    """The products there are to choose, those of the filtered families only: by sku their name in words."""
    require(who, "read")
    families = (filters or {}).get("family", ())
    rows = table("products")
    wanted = select(rows.c.sku, rows.c.name).order_by(rows.c.sku)
    with base.reading() as connection:
        found = connection.execute(wanted.where(rows.c.family.in_(families)) if families else wanted)
        return {sku: f"{sku} {name}" if name and name != sku else sku for sku, name in found}
