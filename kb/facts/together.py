"""Facts of working together: corrective actions, signals, and what one side told the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, Subquery, and_, case, cast, exists, func, literal, null, select
from sqlalchemy import union_all as together

from kb.facts.expressions import day_of, days_between, months_between
from kb.facts.fact import Column, Fact, Join
from kb.facts.shared import joined, of_lot, of_product, plain, table

ACTIONS, RECORDS, SHIPMENTS = table("actions"), table("nonconformances"), table("shipments")
SIGNALS, GROUPS, EXCHANGES = table("signals"), table("groups"), table("exchange_events")
RECURRENCE_MONTHS = 6
SALES_SIDE, PRODUCTION_SIDE = ("sales", "customer care"), ("production", "quality", "purchasing")
TOLD, ACKNOWLEDGED, USED = "told", "acknowledged", "used"
"""Kinds of exchange: one department tells another; that one acknowledges it, and says when it made use of it."""


def _latest(*columns: ColumnElement[Any]) -> Any:
    """The last day that any of these columns knows."""
    days = together(*(select(func.max(column).label("day")) for column in columns)).subquery()
    return select(func.max(days.c.day)).scalar_subquery()


def _of_action() -> dict[str, Column]:
    return plain(ACTIONS, "department", "component", "defect_code", "status")


def _actions() -> Fact:
    closed, days_open = ACTIONS.c.closed_on, days_between(ACTIONS.c.opened_on, ACTIONS.c.closed_on)
    found_on = day_of(RECORDS.c.detected_at)
    known_until = select(day_of(func.max(RECORDS.c.detected_at))).scalar_subquery()
    followed = and_(ACTIONS.c.defect_code.is_not(None), months_between(closed, known_until) >= RECURRENCE_MONTHS)
    again = exists().where(
        RECORDS.c.defect_code == ACTIONS.c.defect_code,
        found_on > closed, months_between(closed, found_on) < RECURRENCE_MONTHS,
    )  # fmt: skip
    return Fact(
        "actions", "Corrective actions closed", "one corrective action, by the day it was closed",
        table="actions", root=ACTIONS, key=Column(ACTIONS.c.action_number), on=Column(closed),
        joins={}, dimensions=_of_action(),
        measures={
            "closed": Column(case((days_open.is_not(None), literal(1)))),
            "closed_and_followed": Column(case((followed, 1))),
            "came_back": Column(case((and_(followed, again), 1), (followed, 0))),
        },
        counted={"days_open": Column(days_open)},
        details=plain(ACTIONS, "title", "opened_on", "due_on", "implemented_on"),
    )  # fmt: skip


def _actions_due() -> Fact:
    due = ACTIONS.c.due_on
    is_due = due <= _latest(ACTIONS.c.opened_on, ACTIONS.c.closed_on, SHIPMENTS.c.shipped_on)
    return Fact(
        "actions_due", "Corrective actions due",
        "one corrective action, by the day it was due; later ones count nothing",
        table="actions", root=ACTIONS, key=Column(ACTIONS.c.action_number), on=Column(due),
        joins={}, dimensions=_of_action(),
        measures={
            "actions_due": Column(case((is_due, 1))),
            "closed_in_time": Column(case((and_(is_due, ACTIONS.c.closed_on <= due), 1), (is_due, 0))),
        },
        details=plain(ACTIONS, "title", "opened_on", "implemented_on", "closed_on"),
    )  # fmt: skip


def _prevention() -> Fact:
    nothing = cast(null(), Integer)
    joins, dimensions = joined(of_product(nothing), of_lot(nothing))
    return Fact(
        "prevention", "Prevention",
        "the cost of one corrective action, by the day it was opened; no product is recorded",
        table="actions", root=ACTIONS, key=Column(ACTIONS.c.action_number), on=Column(ACTIONS.c.opened_on),
        joins=joins, dimensions={**_of_action(), **dimensions},
        measures={"prevention_cost": Column(ACTIONS.c.cost)}, details=plain(ACTIONS, "title", "closed_on"),
    )  # fmt: skip


def _signals() -> Fact:
    order = func.row_number().over(partition_by=SIGNALS.c.group_id, order_by=(SIGNALS.c.raised_on, SIGNALS.c.signal_id))
    ranked = select(SIGNALS, order.label("rank")).where(SIGNALS.c.group_id.is_not(None)).subquery("ranked_signals")
    first = select(ranked).where(ranked.c.rank == 1).subquery("first_signals")
    days = days_between(GROUPS.c.first_seen_on, first.c.raised_on)
    return Fact(
        "signals", "First signals", "the first signal of one group, by the day it was raised",
        table="signals", root=first, key=Column(cast(first.c.signal_id, String)), on=Column(first.c.raised_on),
        joins={"group": Join(GROUPS, GROUPS.c.group_id == first.c.group_id)},
        dimensions={"group": Column(GROUPS.c.name, ("group",)), **plain(first, "side", "level", "status")},
        measures={"signals": Column(case((days.is_not(None), 1)), ("group",))},
        counted={"days_to_know": Column(days, ("group",))},
        details={"first_seen_on": Column(GROUPS.c.first_seen_on, ("group",))},
    )  # fmt: skip


def _firsts(kind: str, by: str) -> Subquery:
    """The first event of this kind for each subject and department."""
    rows = EXCHANGES.c
    order = func.row_number().over(
        partition_by=(rows.subject_table, rows.subject_id, rows[by]),
        order_by=(rows.happened_at, rows.exchange_event_id),
    )
    ranked = select(EXCHANGES, order.label("rank")).where(rows.kind == kind).subquery(f"{kind}_ranked")
    return select(ranked).where(ranked.c.rank == 1).subquery(f"{kind}_first")


def _of_exchange(event: Subquery) -> dict[str, Column]:
    return {
        "told_by": Column(event.c.to_department),
        "told_to": Column(event.c.from_department),
        "about": Column(event.c.subject_table),
    }


def _acknowledged() -> Fact:
    event, said = _firsts(ACKNOWLEDGED, "from_department"), EXCHANGES.alias("said_before")
    about = and_(event.c.subject_table == "signals", SIGNALS.c.signal_id == event.c.subject_id)
    told_on = (
        select(day_of(func.min(said.c.happened_at)))
        .where(said.c.kind == TOLD, said.c.subject_table == event.c.subject_table)
        .where(said.c.subject_id == event.c.subject_id, said.c.to_department == event.c.from_department)
        .correlate(event)
        .scalar_subquery()
    )
    days = days_between(func.coalesce(SIGNALS.c.raised_on, told_on), day_of(event.c.happened_at))
    return Fact(
        "acknowledged", "Acknowledgements", "the first time a department acknowledged something, by that day",
        table="exchange_events", root=event, key=Column(cast(event.c.exchange_event_id, String)),
        on=Column(event.c.happened_at), joins={"signal": Join(SIGNALS, about)}, dimensions=_of_exchange(event),
        measures={"acknowledged": Column(case((days.is_not(None), 1)), ("signal",))},
        counted={"days_to_tell": Column(days, ("signal",))},
    )  # fmt: skip


def _used() -> Fact:
    event = _firsts(USED, "to_department")
    giver = event.c.to_department
    return Fact(
        "used", "Used exchanges", "the first time something a department told was of use to another, by that day",
        table="exchange_events", root=event, key=Column(cast(event.c.exchange_event_id, String)),
        on=Column(event.c.happened_at), joins={}, dimensions=_of_exchange(event),
        measures={
            "given_by_sales": Column(case((giver.in_(SALES_SIDE), 1), else_=0)),
            "given_by_production": Column(case((giver.in_(PRODUCTION_SIDE), 1), else_=0)),
        },
    )  # fmt: skip


FACTS = (_actions(), _actions_due(), _prevention(), _signals(), _acknowledged(), _used())
