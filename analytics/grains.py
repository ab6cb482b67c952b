"""Months and weeks as steps of time: where they begin and end, what they are called."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from analytics.periods import MONTHS, add_months, month_end

Every = Literal["month", "week"]


def start_of(day: date, every: Every) -> date:
    """The first day of the month, or the Monday of the week, of this day."""
    return day.replace(day=1) if every == "month" else day - timedelta(days=day.weekday())


def end_of(day: date, every: Every) -> date:
    """The last day of the month, or the Sunday of the week, of this day."""
    return month_end(day) if every == "month" else day + timedelta(days=6 - day.weekday())


def back(day: date, every: Every, count: int) -> date:
    """The first day of the first of so many months (weeks), the last being the one of this day."""
    return add_months(day, 1 - count) if every == "month" else start_of(day, every) - timedelta(weeks=count - 1)


def last_whole(day: date, every: Every) -> date:
    """The end of the last month (week) that is over on this day; it is over too where only a weekend is missing."""
    rest = [day + timedelta(days=n) for n in range(1, (end_of(day, every) - day).days + 1)]
    is_over = all(one.weekday() >= 5 for one in rest)
    return end_of(day, every) if is_over else start_of(day, every) - timedelta(days=1)


def named(day: date, every: Every) -> str:
    """'Oct 2026', 'week of 2026-10-26'."""
    return f"{MONTHS[day.month - 1]} {day.year}" if every == "month" else f"week of {start_of(day, every):%Y-%m-%d}"
