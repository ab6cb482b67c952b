"""Learned: what the analyses found, and what people said of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.models.base import Base, Key, key, reference


class Run(Base):
    __tablename__ = "runs"
    run_id: Mapped[int] = key()
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    data_revision: Mapped[int] = mapped_column(Key)
    data_hash: Mapped[str]
    kind: Mapped[str]


class Group(Base):
    """A symptom (side field) or a cause (side factory)."""

    __tablename__ = "groups"
    group_id: Mapped[int] = key()
    side: Mapped[str]
    name: Mapped[str]
    terms: Mapped[str | None]
    stability: Mapped[float | None]
    first_seen_on: Mapped[date | None]
    last_seen_on: Mapped[date | None]
    run_id: Mapped[int | None] = reference("runs.run_id")


class Membership(Base):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("record_type", "record_id"),)
    membership_id: Mapped[int] = key()
    group_id: Mapped[int] = reference("groups.group_id")
    record_type: Mapped[str]
    record_id: Mapped[int] = mapped_column(Key)
    confidence: Mapped[float]


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
    verdict: Mapped[str | None]


class Correction(Base):
    """What a person said of a group or link; replayed after every refit."""

    __tablename__ = "corrections"
    correction_id: Mapped[int] = key()
    said_at: Mapped[datetime]
    user_id: Mapped[int | None] = reference("users.user_id")
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str | None]
    reason: Mapped[str | None]
    taken_back_at: Mapped[datetime | None]
