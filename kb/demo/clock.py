"""The days of the invented company: whole weeks up to a fixed end, so that no figure depends on today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# The week after the last one begins on Monday 2026-11-02; the data stop with October, so the last month is whole.
AFTER_LAST_WEEK = np.datetime64("2026-11-02", "D")
DATA_END = np.datetime64("2026-10-31", "D")
# The story needs its causes, its wave and its proof of effect to lie within the data.
SHORTEST_WEEKS = 120


@dataclass(frozen=True)
class Clock:
    """Days count from 0, the first Monday."""

    weeks: int

    @property
    def start(self) -> np.datetime64:
        return AFTER_LAST_WEEK - np.timedelta64(7 * self.weeks, "D")

    @property
    def last_day(self) -> int:
        return int((DATA_END - self.start).astype(int))

    def before_end(self, weeks: int) -> int:
        """The day that lies so many weeks before the end."""
        return 7 * max(self.weeks - weeks, 0)

    def date(self, day: int) -> str:
        return str(self.start + np.timedelta64(int(day), "D"))

    def dates(self, days: Ints) -> npt.NDArray[np.str_]:
        """ISO dates of the days; a negative day stays empty only where `blank` puts it."""
        return (self.start + days.astype("timedelta64[D]")).astype(str)

    def week_of(self, days: Ints) -> Ints:
        return np.clip(days // 7, 0, self.weeks - 1)

    def month_starts(self, ahead: int = 0) -> list[int]:
        """Days on which the months touched by the data (and some more) begin; the first may be before day 0."""
        first = self.start.astype("datetime64[M]")
        count = int((DATA_END.astype("datetime64[M]") - first).astype(int)) + 1 + ahead
        return [int(((first + i).astype("datetime64[D]") - self.start).astype(int)) for i in range(count)]

    def season(self) -> Floats:
        """Demand per week against the mean: bicycles sell in spring; 6 % growth a year."""
        days = self.start + np.arange(self.weeks) * np.timedelta64(7, "D")
        day_of_year = (days - days.astype("datetime64[Y]")).astype(int)
        wave = 1 + 0.30 * np.cos(2 * np.pi * (day_of_year - 125) / 365.25)
        trend = 1.06 ** ((np.arange(self.weeks) - self.weeks / 2) / 52)
        return np.asarray(wave * trend, dtype=np.float64)


def blank(texts: npt.NDArray[np.str_], keep: npt.NDArray[np.bool_]) -> list[str]:
    """The texts as a list, empty where they are not kept."""
    return [text if kept else "" for text, kept in zip(texts.tolist(), keep.tolist(), strict=True)]
