"""Spans of days, and months as people name them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Period:
    """Days from start to end, both included."""

    start: date
    end: date

    @classmethod
    def months(cls, last: date, count: int = 1) -> Period:
        """`count` whole months, the last being the one that holds this day."""
        return cls(add_months(last, 1 - count), month_end(last))

    @property
    def is_whole_months(self) -> bool:
        return self.start.day == 1 and self.end == month_end(self.end)

    @property
    def month_count(self) -> int:
        """How many calendar months it touches."""
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def previous(self) -> Period:
        """The same length just before it; whole months stay whole months."""
        before = self.start - timedelta(days=1)
        if self.is_whole_months:
            return Period.months(before, self.month_count)
        return Period(before - (self.end - self.start), before)

    def shifted(self, months: int) -> Period:
        """Whole months moved by so many months."""
        return Period.months(add_months(self.end, months), self.month_count)

    @property
    def label(self) -> str:
        """'Oct 2026', 'Aug to Oct 2026', '2026', '3 Oct 2026 to 9 Oct 2026'."""
        if not self.is_whole_months:
            return f"{_day(self.start)} to {_day(self.end)}"
        last = f"{MONTHS[self.end.month - 1]} {self.end.year}"
        if self.month_count == 1:
            return last
        if self.month_count == 12 and self.start.month == 1:
            return str(self.end.year)
        year = "" if self.start.year == self.end.year else f" {self.start.year}"
        return f"{MONTHS[self.start.month - 1]}{year} to {last}"


def add_months(day: date, months: int) -> date:
    """The first day of the month that lies so many months after the one of this day."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the month of this day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
