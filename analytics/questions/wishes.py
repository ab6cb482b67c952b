"""What customers wish for: requests by kind and by what they are about, who voices them, what is at stake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select

from analytics import typical_words
from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions.feedback import against
from analytics.questions.voices import MOST_TEXTS, TEXTS, said, with_examples
from kb import facts
from kb.access import Person, require
from kb.facts.fact import Column
from kb.facts.hearing import REQUESTS
from kb.facts.shared import PRODUCTS, plain
from kb.store import KnowledgeBase

STAKES = ["requests", "customers", "units", "value"]
WORDS = ["about", "term", "customers", "requests", "units", "value", "first_on", "example"]
_STAKES = {
    "requests": Column(func.count()),
    "customers": Column(func.count(REQUESTS.c.customer_id.distinct())),
    "units": Column(func.coalesce(func.sum(REQUESTS.c.quantity), 0.0)),
    "value": Column(func.coalesce(func.sum(REQUESTS.c.amount), 0.0)),
}
MOST_TERMS, FEWEST_CUSTOMERS = 6, 2
# Requests are few, and two customers who wish for the same are worth a line: one standard error is enough here.
LIKELY = 1.0


@dataclass(frozen=True)
class Wishes:
    """Requests in a period.

    `kinds`: kind, STAKES, before (requests in the period before). `about`: the family (the product where one is
    chosen), STAKES, before, words (typical ones, most customers first), example. `words`: WORDS, one row for each
    typical term of each family, most customers first; `first_on` is the first day in the period somebody used it.
    `newest`: TEXTS. `by` is family or product.
    """

    by: str
    finding: str
    kinds: pd.DataFrame
    about: pd.DataFrame
    words: pd.DataFrame
    newest: pd.DataFrame

    @property
    def bars(self) -> pd.DataFrame:
        """`about` as member, now, before."""
        return self.about.rename(columns={self.by: "member", "requests": "now"})[["member", "now", "before"]]


def wishes(base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None) -> Wishes:
    """Requests by kind, and what they ask for: the words that tell one family's requests from all others'."""
    require(who, "read")
    by = "product" if (filters or {}).get("product") else "family"
    with base.reading() as connection:
        kinds, about = (_stakes(connection, group, period, filters) for group in ("kind", by))
        everybody = _terms(_asked(connection, by, period, None))
        asked = _terms(_asked(connection, by, period, filters)) if filters else everybody
        names = _names(connection)
        elsewhere = [] if len(asked) < len(everybody) else list(said(connection, "Complaints", period, None)["text"])
    words = _words(asked, everybody, elsewhere, names)
    told = words.groupby("about", sort=False).agg(words=("term", ", ".join), example=("example", "first"))
    about = about.rename_axis("about").join(told, how="left").reset_index().rename(columns={"about": by})
    newest = asked[TEXTS].head(20).reset_index(drop=True)
    return Wishes(by, _finding(about, by, period), kinds.rename_axis("kind").reset_index(), about, words, newest)


def _finding(about: pd.DataFrame, by: str, period: Period) -> str:
    asked = about[about["requests"] > 0]
    if asked.empty:
        return f"No requests in {period.label}"
    most = asked.iloc[0]
    change = int(most["requests"] - most["before"])
    told = f"{most[by]}: {most['requests']:,} requests from {most['customers']:,} customers in {period.label}"
    return f"{told}, {against(change)} {period.previous().label}"


def _stakes(connection: Connection, group: str, period: Period, filters: Filters | None) -> pd.DataFrame:
    """STAKES and before, by a dimension as index, most requests first, of equals what rose more."""
    now, before = (_sums(connection, group, span, filters) for span in (period, period.previous()))
    both = now.join(before["requests"].rename("before"), how="outer").fillna(0.0)
    counts = ["requests", "customers", "before"]
    both[counts] = both[counts].astype("int64")
    return both.sort_values(["requests", "before"], ascending=[False, True], kind="stable")


def _sums(connection: Connection, group: str, period: Period, filters: Filters | None) -> pd.DataFrame:
    fact = facts.get("requests")
    by = fact.dimensions[group]
    rows = fact.restricted({group: by, **_STAKES}, since=period.start, until=period.end, filters=filters)
    found = connection.execute(rows.group_by(by.expression))
    frame = pd.DataFrame([tuple(row) for row in found], columns=[group, *STAKES])
    frame[group] = frame[group].astype(object).where(frame[group].notna(), facts.UNKNOWN)
    return frame.set_index(group).astype(float)


def _asked(connection: Connection, by: str, period: Period, filters: Filters | None) -> pd.DataFrame:
    """The newest requests: TEXTS, about (the member of `by`), units, value."""
    fact = facts.get("requests")
    about: ColumnElement[str] = func.coalesce(fact.dimensions[by].expression, facts.UNKNOWN)
    more = {"about": Column(about, fact.dimensions[by].needs), **_at_stake()}
    return said(connection, "Requests", period, filters, more=more)


def _at_stake() -> dict[str, Column]:
    taken = plain(REQUESTS, "quantity", "amount")
    return {"units": taken["quantity"], "value": taken["amount"]}


def _names(connection: Connection) -> frozenset[str]:
    """The words of the names of products and families: they tell what a wish is about, not what it is."""
    found = connection.execute(select(PRODUCTS.c.name, PRODUCTS.c.family, PRODUCTS.c.model).limit(MOST_TEXTS))
    words = {word for row in found for name in row if name for word in typical_words.terms(name) if " " not in word}
    return frozenset(words | {word.removesuffix("s") for word in words})


def _words(
    asked: pd.DataFrame, everybody: pd.DataFrame, elsewhere: Sequence[str], names: Collection[str]
) -> pd.DataFrame:
    everywhere = {about: typical_words.counted(_voices(group)) for about, group in everybody.groupby("about")}
    spare = typical_words.counted(map(typical_words.terms, elsewhere))
    parts = []
    for about, group in asked.groupby("about", sort=False):
        outside = sum((counts for other, counts in everywhere.items() if other != about), Counter()) or spare
        found = typical_words.typical(
            _voices(group), outside, most=MOST_TERMS, fewest=FEWEST_CUSTOMERS, without=names, sure=LIKELY
        )
        parts.append(_told(with_examples(found, list(group["text"])), group).assign(about=about))
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=WORDS)
    together = pd.concat(filled, ignore_index=True)
    return together.sort_values(["customers", "requests"], ascending=False, kind="stable")[WORDS].reset_index(drop=True)


def _terms(requests: pd.DataFrame) -> pd.DataFrame:
    return requests.assign(terms=requests["text"].map(typical_words.terms))


def _voices(requests: pd.DataFrame) -> list[frozenset[str]]:
    """One customer is one voice, however often they ask; who gives no name is one each."""
    voices: dict[str, set[str]] = {}
    for customer, number, terms in requests[["customer", "number", "terms"]].itertuples(index=False):
        voices.setdefault(f"request {number}" if pd.isna(customer) else f"customer {customer}", set()).update(terms)
    return [frozenset(terms) for terms in voices.values()]


def _told(words: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """The terms with the customers who voice them and what their requests put at stake."""
    rows = []
    for term, voices, example in words[["term", "inside", "example"]].itertuples(index=False):
        mine = requests[[term in text for text in requests["terms"]]]
        stakes = mine[["units", "value"]].astype(float).sum()
        rows.append((term, voices, len(mine), stakes["units"], stakes["value"], mine["on"].min(), example))
    return pd.DataFrame(rows, columns=["term", "customers", "requests", "units", "value", "first_on", "example"])
