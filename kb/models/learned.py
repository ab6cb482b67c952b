"""Learned: what the analyses found, and what people said of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from kb.models.base import Base, Key, field, key, reference


class Run(Base):
    __tablename__ = "runs"
    run_id: Mapped[int] = key()
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    data_revision: Mapped[int] = mapped_column(Key)
    data_hash: Mapped[str]
    kind: Mapped[str]
    as_of: Mapped[date | None]
    phases: Mapped[str | None] = field("Seconds of each phase and records read, as JSON")


class LearnedModel(Base):
    """What a run fitted for one side, to score new records into the same groups: an npz file and its SHA-256."""

    __tablename__ = "learned_models"
    __table_args__ = (UniqueConstraint("run_id", "side"),)
    learned_model_id: Mapped[int] = key()
    run_id: Mapped[int] = reference("runs.run_id")
    side: Mapped[str]
    data_hash: Mapped[str]
    content_hash: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Group(Base):
    """A symptom (side field) or a cause (side factory). It keeps its id over refits; `name` is the model's."""

    __tablename__ = "groups"
    group_id: Mapped[int] = key()
    side: Mapped[str]
    name: Mapped[str]
    given_name: Mapped[str | None] = field("What people call it; goes before the model's name")
    status: Mapped[str] = mapped_column(default="alive", server_default="alive")
    became_id: Mapped[int | None] = reference("groups.group_id")
    terms: Mapped[str | None]
    typical: Mapped[str | None] = field("Keys of its most typical records, as JSON")
    stability: Mapped[float | None]
    map_x: Mapped[float | None] = field("Place on the map: near means alike")
    map_y: Mapped[float | None]
    first_seen_on: Mapped[date | None]
    last_seen_on: Mapped[date | None]
    run_id: Mapped[int | None] = reference("runs.run_id")


class GroupChange(Base):
    """What became of a group in a run: born, split from, merged into, died or came back."""

    __tablename__ = "group_changes"
    group_change_id: Mapped[int] = key()
    run_id: Mapped[int] = reference("runs.run_id")
    group_id: Mapped[int] = reference("groups.group_id")
    kind: Mapped[str]
    other_id: Mapped[int | None] = reference("groups.group_id", index=False)
    records: Mapped[int]


class Membership(Base):
    """Which group a record belongs to: `model_group_id` by the model, `group_id` after what people said.

    A record that was read and fits no group has neither.
    """

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("record_type", "record_id"),)
    membership_id: Mapped[int] = key()
    group_id: Mapped[int | None] = reference("groups.group_id")
    model_group_id: Mapped[int | None] = reference("groups.group_id", index=False)
    side: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[int] = mapped_column(Key)
    confidence: Mapped[float]
    is_pinned: Mapped[bool] = mapped_column(default=False, server_default=false())


class Link(Base):
    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("symptom_id", "cause_id"),)
    link_id: Mapped[int] = key()
    symptom_id: Mapped[int] = reference("groups.group_id")
    cause_id: Mapped[int] = reference("groups.group_id")
    rank: Mapped[int]
    score: Mapped[float]
    rate_ratio: Mapped[float | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    q_value: Mapped[float | None]
    shared_lots: Mapped[int | None]
    lag_days: Mapped[float | None] = field("Median days from production to the customer's record, over shared lots")
    evidence: Mapped[str | None] = field("Shared lots, origins and words that go together, as JSON")
    verdict: Mapped[str | None]


class Correction(Base):
    """What a person said of a group, record, word or link; replayed after every refit.

    `subject` is what it is said of (a group's id, `defect:17`, a word, a side, `symptom:cause`), `detail` what is said.
    """

    __tablename__ = "corrections"
    correction_id: Mapped[int] = key()
    said_at: Mapped[datetime]
    user_id: Mapped[int | None] = reference("users.user_id")
    user_name: Mapped[str | None]
    department: Mapped[str | None]
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str | None]
    reason: Mapped[str | None]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]
