"""Customers' own words: the newest, searched; what they praise and what they wish for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, String, case, cast, func, literal, not_, null

from analytics import typical_words
from analytics.metrics import Filters
from analytics.periods import Period
from kb import facts
from kb.access import Person, require
from kb.facts.fact import Column
from kb.facts.hearing import COMPLAINTS, FEEDBACK, REQUESTS, RETURNS
from kb.facts.searching import says
from kb.facts.shared import table
from kb.store import KnowledgeBase

KINDS: Mapping[str, str] = {
    "Returns": "returns", "Complaints": "complaints", "Feedback": "feedback", "Requests": "requests",
}  # fmt: skip
"""What customers' words stand in, as people call it, and the fact."""
TEXTS = ["kind", "on", "text", "product", "product_name", "customer", "customer_name", "said", "lot", "number"]
_TELLING: Mapping[str, ColumnElement[Any]] = {
    "returns": RETURNS.c.reason,
    "complaints": COMPLAINTS.c.channel
    + func.coalesce(literal(", severity ") + cast(COMPLAINTS.c.severity, String), ""),
    "feedback": FEEDBACK.c.kind + func.coalesce(literal(" ") + cast(FEEDBACK.c.score, String), ""),
    "requests": REQUESTS.c.kind,
}


def newest_texts(
    base: KnowledgeBase,
    who: Person,
    *,
    period: Period | None,
    filters: Filters | None = None,
    kinds: Sequence[str] = (),
    search: str = "",
    limit: int = 200,
) -> tuple[pd.DataFrame, int]:
    """Customers' words of these KINDS (all without any), newest first, and how many there are beyond the limit.

    Columns TEXTS: `said` is the reason, the channel and severity, the kind and score, or the kind of request. Without
    a period everything counts. Every word of the search must occur in a text, whatever its case and accents.
    """
    require(who, "read")
    with base.reading() as connection:
        parts = [_texts(connection, kind, period, filters, search, limit) for kind in kinds or KINDS]
    filled = [frame for frame, _ in parts if not frame.empty]
    total = sum(count for _, count in parts)
    if not filled:
        return pd.DataFrame(columns=TEXTS), total
    together = pd.concat(filled, ignore_index=True).sort_values(
        ["on", "number"], ascending=False, na_position="last", kind="stable"
    )
    return together.head(limit).reset_index(drop=True), total


def _texts(
    connection: Connection, kind: str, period: Period | None, filters: Filters | None, search: str, limit: int
) -> tuple[pd.DataFrame, int]:
    fact = facts.get(KINDS[kind])
    text = table(fact.table).c.text
    since, until = (period.start, period.end) if period else (None, None)
    key = next(iter(table(fact.table).primary_key))
    day, number = fact.on.expression, fact.key.expression
    # first only which ones and how many: what they say of product and customer is looked up for those shown
    wanted = {"key": Column(key), "n": Column(func.count().over())}
    found = fact.restricted(wanted, since=since, until=until, filters=filters).where(text != "", says(text, search))
    newest = connection.execute(found.order_by(day.desc().nulls_last(), number.desc()).limit(limit)).all()
    rows = fact.select(_columns(kind, text)).where(key.in_([one for one, _ in newest]))
    return _frame(connection, rows), int(newest[0][1]) if newest else 0


def _frame(connection: Connection, rows: Select[Any]) -> pd.DataFrame:
    found = connection.execute(rows)
    frame = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
    return frame.assign(on=pd.to_datetime(frame["on"]).astype("datetime64[us]"))


def _columns(kind: str, text: ColumnElement[Any]) -> dict[str, Column]:
    fact = facts.get(KINDS[kind])
    known = {name: fact.dimensions[name] for name in ("product", "product_name", "customer", "customer_name")}
    return {
        "kind": Column(literal(kind)), "on": fact.on, "text": Column(text), **known,
        "said": Column(_TELLING[fact.name]), "lot": fact.dimensions.get("lot", Column(null())), "number": fact.key,
    }  # fmt: skip


MOST_TEXTS = 20_000
HIGH = {"NPS": 9, "CSAT": 4, "review": 4}
"""From which score on an answer is praise."""
_IS_NPS = func.lower(FEEDBACK.c.kind) == "nps"
PRAISE = FEEDBACK.c.score >= case((_IS_NPS, HIGH["NPS"]), else_=HIGH["CSAT"])


@dataclass(frozen=True)
class Praise:
    """What customers praise. `words`: term, inside, outside (texts), score, example; `quotes`: TEXTS, newest first.

    `praised` and `others` count the texts on both sides, `answers` the scores there were at all, `high` those that are
    praise, with a text or without.
    """

    finding: str
    words: pd.DataFrame
    quotes: pd.DataFrame
    praised: int
    others: int
    answers: int
    high: int


def praise(base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None) -> Praise:
    """Words that high scores (NPS from 9, else from 4) use against all else that is said; the newest texts count."""
    require(who, "read")
    with base.reading() as connection:
        high = said(connection, "Feedback", period, filters, PRAISE)
        rest = said(connection, "Feedback", period, filters, not_(func.coalesce(PRAISE, False)))
        trouble = [said(connection, kind, period, filters) for kind in ("Returns", "Complaints")]
        scored = {"answers": Column(func.count(FEEDBACK.c.score)), "high": Column(func.count(case((PRAISE, 1))))}
        counts = facts.get("feedback").restricted(scored, since=period.start, until=period.end, filters=filters)
        answers, praises = connection.execute(counts).one()
    others = [text for frame in (rest, *trouble) for text in frame["text"]]
    inside = list(high["text"])
    elsewhere = typical_words.counted(map(typical_words.terms, others))
    words = typical_words.typical(list(map(typical_words.terms, inside)), elsewhere)
    finding = _praise_finding(int(answers), int(praises), period, words)
    return Praise(
        finding, with_examples(words, inside), high.head(20), len(high), len(others), int(answers), int(praises)
    )


def _praise_finding(answers: int, high: int, period: Period, words: pd.DataFrame) -> str:
    if not answers:
        return f"Nobody gave a score in {period.label}"
    told = f"{high / answers:.0%} of {answers:,} scores in {period.label} are praise".replace("%", " %")
    typical = ", ".join(words["term"].head(3))
    return f"{told}; its words are {typical}" if typical else told


def said(
    connection: Connection,
    kind: str,
    period: Period,
    filters: Filters | None,
    condition: ColumnElement[bool] | None = None,
    more: Mapping[str, Column] | None = None,
) -> pd.DataFrame:
    """The newest texts of a kind with the columns TEXTS and `more`; MOST_TEXTS at most."""
    fact = facts.get(KINDS[kind])
    text = table(fact.table).c.text
    columns = {**_columns(kind, text), **(more or {})}
    rows = fact.restricted(columns, since=period.start, until=period.end, filters=filters)
    rows = rows.where(text != "", literal(value=True) if condition is None else condition)
    return _frame(connection, rows.order_by(fact.on.expression.desc(), fact.key.expression.desc()).limit(MOST_TEXTS))


def with_examples(words: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Each term with the text that says it most often (of equals the shortest)."""
    counts = pd.Series(list(texts), dtype=object).value_counts()
    ranked = sorted(counts.index, key=lambda text: (-int(counts[text]), len(text), text))
    said = {text: typical_words.terms(text) for text in ranked}
    return words.assign(example=[next((t for t in ranked if term in said[t]), "") for term in words["term"]])
