"""Symptoms as sales needs them: what customers say, what the factory knows of it, and whom to call."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from analytics.metrics import Filters
from analytics.periods import Period
from analytics.questions import holders
from analytics.questions.fixes import fixes
from analytics.questions.links import ASSERTED, CALLED, CONFIRMED, REFUSED, stands
from kb import facts
from kb.access import Person, require
from kb.facts.fact import Column
from kb.facts.shared import table
from kb.models import Group, Link, Product, Run, Site
from kb.store import KnowledgeBase

SYMPTOMS = [
    "group_id", "symptom", "records", "before", "customers", "knowledge", "cause_id", "cause", "action", "lots",
    "to_call", "words",
]  # fmt: skip
VERY_LIKELY, LIKELY, NOT_KNOWN = "very likely", "likely", "not known"
SURE_BELOW = 0.01
"""A link is very likely where a person confirmed it, or below this rate of false finds."""
NO_ACTION, NOTHING = "none", "no counterpart found"
WORDS_SHOWN = 6
HEARD = {"returns": ("return", "return_id"), "complaints": ("complaint", "complaint_id")}


@dataclass(frozen=True)
class Symptoms:
    """Symptoms heard of in the period or the one before, most records first: `rows` with SYMPTOMS.

    words are the typical ones, customers those touched in the period, knowledge how likely the cause is, action the
    state of the corrective action on it, lots how many are concerned, to_call how many customers hold them. `unread`
    counts records of the period with a text that no refresh has read. to_call counts the customers that `whose` says.
    """

    has_groups: bool
    refreshed_at: datetime | None
    unread: int
    whose: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Known:
    """What the factory knows of one symptom: its most likely cause, what is done about it (sentences), and who holds
    the lots (`calls` with holders.CALLS, quantity in units)."""

    symptom: str
    words: str
    knowledge: str
    cause_id: int | None
    cause: str
    is_confirmed: bool
    actions: tuple[str, ...]
    lots: tuple[str, ...]
    whose: str
    calls: pd.DataFrame


def symptoms(
    base: KnowledgeBase, who: Person, *, period: Period, filters: Filters | None = None, owner_id: int | None = None
) -> Symptoms:
    """What customers say of what the filters let through, with what the factory knows.

    `owner_id`: the person whose customers are to be called, unless the filters name a customer.
    """
    require(who, "read")
    with base.reading() as connection:
        refreshed = connection.scalar(select(func.max(Run.finished_at)))
        if refreshed is None:
            return Symptoms(False, refreshed, 0, holders.ALL, pd.DataFrame(columns=SYMPTOMS))
        whose = holders.whose(connection, filters, owner_id)
        heard = _heard(connection, period, filters)
        mine = holders.among(whose, filters, owner_id)
        rows = _rows(connection, heard, mine, _products(connection, filters))
        return Symptoms(True, refreshed, _unread(connection, period, filters), whose, rows)


def known_of(
    base: KnowledgeBase, who: Person, symptom_id: int, *, filters: Filters | None = None, owner_id: int | None = None
) -> Known | None:
    """What the factory knows of one symptom, and the customers (as `whose` says) who hold the lots;
    none for a group that is not there."""
    require(who, "read")
    with base.reading() as connection:
        named = select(CALLED.label("name"), Group.terms).where(
            Group.group_id == int(symptom_id), Group.side == "field"
        )
        group = connection.execute(named).one_or_none()
        if group is None:
            return None
        whose = holders.whose(connection, filters, owner_id)
        link = _best_links(connection, [int(symptom_id)]).get(int(symptom_id))
        lots = _lots(link, _products(connection, filters))
        calls = holders.calls(connection, lots, holders.among(whose, filters, owner_id))
        done = fixes(connection, [link.cause_id]).get(link.cause_id, []) if link else []
        return Known(
            group.name, _shortened(group.terms), _knowledge(link), link.cause_id if link else None,
            link.name if link else NOTHING, bool(link and link.verdict == CONFIRMED),
            tuple(f"{one.action_number} {one.title}: {one.told}" for one in done), tuple(lots), whose, calls,
        )  # fmt: skip


def _rows(
    connection: Connection, heard: pd.DataFrame, mine: ColumnElement[bool], products: Collection[str] | None
) -> pd.DataFrame:
    wanted = select(Group.group_id, CALLED.label("name"), Group.terms).where(Group.group_id.in_(list(heard.index)))
    named = {row.group_id: row for row in connection.execute(wanted)}
    links = _best_links(connection, named)
    done = fixes(connection, {link.cause_id for link in links.values()})
    lots = {group: _lots(link, products) for group, link in links.items()}
    held = holders.by_lot(connection, {lot for some in lots.values() for lot in some}, mine)
    rows = []
    for group, told in named.items():
        link, shared = links.get(group), lots.get(group, [])
        first = done.get(link.cause_id, []) if link else []
        holding = {customer for lot in shared for customer in held.get(lot, ())}
        rows.append((
            group, told.name, *heard.loc[group].astype(int), _knowledge(link),
            link.cause_id if link else None, link.name if link else NOTHING,
            first[0].told if first else NO_ACTION if link else "", len(shared), len(holding), _shortened(told.terms),
        ))  # fmt: skip
    frame = pd.DataFrame(rows, columns=SYMPTOMS).astype({"cause_id": "Int64"})
    return frame.sort_values(["records", "before", "group_id"], ascending=[False, False, True]).reset_index(drop=True)


def _heard(connection: Connection, period: Period, filters: Filters | None) -> pd.DataFrame:
    """By symptom: records, before, customers (those touched in the period)."""
    now, before = (
        pd.concat([_counted(connection, fact, span, filters) for fact in HEARD], ignore_index=True)
        for span in (period, period.previous())
    )
    by = {
        "records": now.groupby("group_id")["n"].sum(),
        "before": before.groupby("group_id")["n"].sum(),
        "customers": now.groupby("group_id")["customer"].nunique(),
    }
    return pd.DataFrame(by).fillna(0).rename_axis("group_id")


def _counted(connection: Connection, name: str, span: Period, filters: Filters | None) -> pd.DataFrame:
    fact, (kind, key) = facts.get(name), HEARD[name]
    placed = table("memberships")
    columns = {
        "group_id": Column(placed.c.group_id),
        "customer": fact.dimensions["customer"],
        "n": Column(func.count()),
    }
    rows = fact.restricted(columns, since=span.start, until=span.end, filters=filters)
    same = and_(placed.c.record_type == kind, placed.c.record_id == table(fact.table).c[key])
    rows = rows.where(same, placed.c.group_id.is_not(None))
    found = connection.execute(rows.group_by(placed.c.group_id, fact.dimensions["customer"].expression)).all()
    return pd.DataFrame([tuple(row) for row in found], columns=list(columns)).astype({"group_id": int, "n": int})


def _unread(connection: Connection, period: Period, filters: Filters | None) -> int:
    found, placed = 0, table("memberships")
    for name, (kind, key) in HEARD.items():
        fact = facts.get(name)
        source = table(fact.table)
        rows = fact.restricted({"n": Column(func.count())}, since=period.start, until=period.end, filters=filters)
        read = exists().where(placed.c.record_type == kind, placed.c.record_id == source.c[key])
        found += connection.scalar(rows.where(func.trim(source.c.text) != "", ~read)) or 0
    return found


def _best_links(connection: Connection, symptom_ids: Collection[int]) -> dict[int, Any]:
    """The link of each symptom that counts most: confirmed before asserted, then by rank; none where none counts."""
    wanted = (
        select(Link.symptom_id, Link.cause_id, CALLED.label("name"), Link.q_value, Link.verdict, Link.evidence)
        .join(Group, Group.group_id == Link.cause_id)
        .where(Link.symptom_id.in_(list(symptom_ids)), or_(Link.verdict.is_(None), Link.verdict != REFUSED))
        .order_by(Link.rank)
    )
    found: dict[int, Any] = {}
    rows = [row for row in connection.execute(wanted) if stands(row) in (CONFIRMED, ASSERTED)]
    for row in sorted(rows, key=lambda one: one.verdict != CONFIRMED):
        found.setdefault(row.symptom_id, row)
    return found


def _knowledge(link: Any) -> str:
    if link is None:
        return NOT_KNOWN
    is_sure = link.verdict == CONFIRMED or link.q_value < SURE_BELOW
    return VERY_LIKELY if is_sure else LIKELY


def _lots(link: Any, products: Collection[str] | None) -> list[str]:
    """The lots that both share, of these products only where they are limited."""
    told = json.loads(link.evidence or "{}").get("lots", []) if link else []
    return [one["lot"] for one in told if products is None or one["product"] in products]


def _products(connection: Connection, filters: Filters | None) -> set[str] | None:
    """The products that the filters let through; none where they limit none."""
    columns = {"product": Product.sku, "family": Product.family, "site": Site.site_number}
    limits = [columns[name].in_(values) for name, values in (filters or {}).items() if name in columns]
    if not limits:
        return None
    return set(connection.scalars(select(Product.sku).outerjoin(Site, Site.site_id == Product.site_id).where(*limits)))


def _shortened(terms: str | None) -> str:
    return ", ".join((terms or "").split(", ")[:WORDS_SHOWN])
