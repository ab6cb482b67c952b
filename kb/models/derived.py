"""Derived: sums the base keeps so that pages need not add up the facts again (kb.rollups)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kb.models.base import Base, Key, key


class MonthlySum(Base):
    """Sums of one fact's additive measures in one month, for one combination of the rollup's keys.

    One table serves every rollup: its declaration in kb.rollups says which fact, keys, labels and measures stand in
    which column, so that a new measure needs no migration. References are kept without constraints because the rows
    are made from the facts and made again with them. A month of none holds what is undated. Rows named "... first rows"
    hold the first row of each month of a fact whose day no index knows.
    """

    __tablename__ = "monthly_sums"
    __table_args__ = (Index("ix_monthly_sums_rollup_month", "rollup", "month_on"),)
    monthly_sum_id: Mapped[int] = key()
    rollup: Mapped[str]
    month_on: Mapped[date | None]
    product_id: Mapped[int | None] = mapped_column(Key)
    customer_id: Mapped[int | None] = mapped_column(Key)
    work_center_id: Mapped[int | None] = mapped_column(Key)
    label_1: Mapped[str | None]
    label_2: Mapped[str | None]
    sum_1: Mapped[float | None]
    sum_2: Mapped[float | None]
    sum_3: Mapped[float | None]
    sum_4: Mapped[float | None]
    sum_5: Mapped[float | None]
    sum_6: Mapped[float | None]


class RollupState(Base):
    """Which declaration a rollup's sums were made by: a changed declaration makes them anew."""

    __tablename__ = "rollup_states"
    rollup: Mapped[str] = mapped_column(primary_key=True)
    signature: Mapped[str]
