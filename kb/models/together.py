"""Working together: what both sides agreed on, warn each other of, decide and learn."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.models.base import Base, Edited, Imported, Key, field, key, reference


class Objective(Edited, Base):
    """A target for one metric, owned by two departments."""

    __tablename__ = "objectives"
    __table_args__ = (CheckConstraint("first_department <> second_department", name="two_owners"),)
    objective_id: Mapped[int] = key()
    metric: Mapped[str] = field("Key of the metric in the catalogue", index=True)
    target: Mapped[float] = field("Value to reach, in the metric's unit")
    due_on: Mapped[date] = field("Day it is to be reached")
    first_department: Mapped[str] = field("One owner")
    second_department: Mapped[str] = field("The other owner")
    scope: Mapped[str | None] = field("Product family it is limited to; empty: everything")
    baseline: Mapped[float | None] = field("Value when it was set")
    is_closed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]
    created_at: Mapped[datetime]


class Signal(Edited, Base):
    __tablename__ = "signals"
    signal_id: Mapped[int] = key()
    side: Mapped[str]
    group_id: Mapped[int | None] = reference("groups.group_id")
    level: Mapped[str]
    product_or_family: Mapped[str | None]
    raised_on: Mapped[date] = mapped_column(index=True)
    observed: Mapped[float]
    expected: Mapped[float]
    score: Mapped[float]
    status: Mapped[str] = mapped_column(default="open")


class Action(Imported, Edited, Base):
    """A corrective action (CAPA)."""

    __tablename__ = "actions"
    action_id: Mapped[int] = key()
    action_number: Mapped[str] = field("Number, unique", "CAPA-001", unique=True)
    title: Mapped[str | None] = field("What is done", "Poka-yoke for gasket pinched")
    opened_on: Mapped[date | None] = field("Day it was opened", "2024-03-29", index=True)
    due_on: Mapped[date | None] = field("Day it should be done", "2024-06-01")
    implemented_on: Mapped[date | None] = field("Day the fix went into production", "2024-06-03")
    closed_on: Mapped[date | None] = field("Day it was closed", "2024-07-15")
    department: Mapped[str | None] = field("Owner department", "production")
    component: Mapped[str | None] = field("Component concerned", "GSK")
    defect_code: Mapped[str | None] = field("Defect code concerned", "M41")
    status: Mapped[str | None] = field("open, implemented, closed", "closed")
    cost: Mapped[float | None] = field("Cost of preventing it from now on", "1800.00")


class ActionStep(Edited, Base):
    """One of the 8D steps."""

    __tablename__ = "action_steps"
    __table_args__ = (UniqueConstraint("action_id", "step"),)
    action_step_id: Mapped[int] = key()
    action_id: Mapped[int] = reference("actions.action_id")
    step: Mapped[str]
    text: Mapped[str | None]
    done_on: Mapped[date | None]
    user_id: Mapped[int | None] = reference("users.user_id")


class Answer(Edited, Base):
    """A know-how article: what we know, and what a customer may be told."""

    __tablename__ = "answers"
    answer_id: Mapped[int] = key()
    title: Mapped[str]
    internal_text: Mapped[str | None]
    customer_text: Mapped[str | None]
    group_id: Mapped[int | None] = reference("groups.group_id")
    product_id: Mapped[int | None] = reference("products.product_id")
    status: Mapped[str] = mapped_column(default="draft")


class ExchangeEvent(Base):
    """One department told another something, or acknowledged it."""

    __tablename__ = "exchange_events"
    exchange_event_id: Mapped[int] = key()
    happened_at: Mapped[datetime] = mapped_column(index=True)
    from_department: Mapped[str]
    to_department: Mapped[str]
    kind: Mapped[str]
    subject_table: Mapped[str]
    subject_id: Mapped[int] = mapped_column(Key)
    user_id: Mapped[int | None] = reference("users.user_id")


class Event(Edited, Base):
    """Something that explains a number: a price change, a line move, a fix; drawn on every chart it concerns."""

    __tablename__ = "events"
    event_id: Mapped[int] = key()
    happened_on: Mapped[date] = field("Day it happened", index=True)
    kind: Mapped[str] = field("price change, line move, fix or other")
    title: Mapped[str] = field("What happened, in a few words")
    dimension: Mapped[str | None] = field("What it is limited to: product, family, line or site; empty: everything")
    member: Mapped[str | None] = field("Which one of these")
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = reference("users.user_id")
    department: Mapped[str | None]
    created_at: Mapped[datetime]


class Comment(Edited, Base):
    """What a person says about a chart; the chart is named by its page and key, the view by its link."""

    __tablename__ = "comments"
    comment_id: Mapped[int] = key()
    about: Mapped[str] = field("Which chart", index=True)
    link: Mapped[str | None] = field("The query of the view that was commented on")
    text: Mapped[str]
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = reference("users.user_id")
    department: Mapped[str | None]
    written_at: Mapped[datetime]


class Pin(Edited, Base):
    """A view of a metric that a person keeps on their own start page."""

    __tablename__ = "pins"
    pin_id: Mapped[int] = key()
    user_id: Mapped[int] = reference("users.user_id")
    position: Mapped[int]
    metric: Mapped[str] = field("Key of the metric in the catalogue")
    dimension: Mapped[str | None] = field("What it is split by")
    shape: Mapped[str] = field("table, trend or small multiples")
    is_withdrawn: Mapped[bool] = mapped_column(default=False)


class Meeting(Edited, Base):
    __tablename__ = "meetings"
    meeting_id: Mapped[int] = key()
    held_on: Mapped[date]
    title: Mapped[str]
    minutes: Mapped[str | None]


class Decision(Edited, Base):
    __tablename__ = "decisions"
    decision_id: Mapped[int] = key()
    meeting_id: Mapped[int | None] = reference("meetings.meeting_id")
    text: Mapped[str]
    department: Mapped[str | None]
    due_on: Mapped[date | None]
    is_done: Mapped[bool] = mapped_column(default=False)


class Swap(Edited, Base):
    """Two people of two departments trade places for a day."""

    __tablename__ = "swaps"
    swap_id: Mapped[int] = key()
    planned_on: Mapped[date]
    first_user_id: Mapped[int] = reference("users.user_id")
    second_user_id: Mapped[int] = reference("users.user_id")
    note: Mapped[str | None]
