"""What the cells of a column look like: how many are days, numbers, yes or no, codes or sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from kb.importing.columns import CANDIDATE_DATES, FALSE, TRUE, fits, number_from, with_clocks

MOST_TEXTS = 400  # distinct texts that are looked at; enough to tell what a column is
LIKELY_YEARS = range(1980, 2100)
YES = TRUE | {
    "wahr",
    "vrai",
    "verdadero",
    "vero",
    "waar",
    "prawda",
    "verdadeiro",
    "tak",
    "sim",
    "oui",
    "j",
    "s",
    "o",
    "on",
}
NO = FALSE | {"falsch", "faux", "falso", "onwaar", "falsz", "fałsz", "nie", "nao", "não", "nee", "off", "-"}
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_PLACEHOLDERS = frozenset({"00000000", "00.00.0000", "0000-00-00", "null", "n/a", "#n/a", "none"})


@dataclass(frozen=True)
class Profile:
    """One column: its distinct texts (at most MOST_TEXTS), how many rows it has and how many are filled."""

    header: str
    texts: tuple[str, ...]
    rows: int
    filled: int
    distinct: int

    @property
    def is_empty(self) -> bool:
        return not self.filled

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The texts that are no placeholders for nothing."""
        return tuple(text for text in self.texts if text.lower() not in _PLACEHOLDERS)

    @property
    def examples(self) -> tuple[str, ...]:
        return self.texts[:3]

    @property
    def uniqueness(self) -> float:
        """Distinct texts for each filled cell: 1 where no text repeats."""
        return self.distinct / self.filled if self.filled else 0.0

    @cached_property
    def days(self) -> dict[str, float]:
        """For each way to write a day the share of the texts it reads, the best first; ways that read none left out."""
        shares = {day: self._share(fits_day(text, day) for text in self.told) for day in CANDIDATE_DATES}
        return dict(sorted(((d, s) for d, s in shares.items() if s > 0), key=lambda pair: -pair[1]))

    @cached_property
    def day_forms(self) -> tuple[str, ...]:
        """The ways to write a day that read most texts and differ in what they make of them: two need an answer."""
        if not self.days or self.date_share < 0.5:
            return ()
        top = [day for day, share in self.days.items() if share == self.date_share]
        return tuple(top[:1] + [day for day in top[1:] if _differ(self.told, top[0], day)])

    @property
    def date_share(self) -> float:
        return next(iter(self.days.values()), 0.0)

    @cached_property
    def clock_share(self) -> float:
        """The share of texts that hold a time of day."""
        return self._share(":" in text and any(mark in text for mark in " T") for text in self.told)

    @cached_property
    def bare_clock_share(self) -> float:
        return self._share(_CLOCK.fullmatch(text) is not None for text in self.told)

    @cached_property
    def marks(self) -> frozenset[str]:
        """The decimal marks under which most texts are numbers."""
        return frozenset(mark for mark in ".," if self._share(_is_number(text, mark) for text in self.told) > 0.9)

    @cached_property
    def number_share(self) -> float:
        return max((self._share(_is_number(text, mark) for text in self.told) for mark in ".,"), default=0.0)

    @cached_property
    def integer_share(self) -> float:
        return self._share(re.fullmatch(r"-?\d+([.,]0+)?", text) is not None for text in self.told)

    @cached_property
    def negative_share(self) -> float:
        return self._share(text.startswith("-") or text.endswith("-") for text in self.told)

    @cached_property
    def flag_share(self) -> float:
        """The share of texts that mean yes or no in one of the languages."""
        return self._share(text.lower() in YES | NO for text in self.told)

    @cached_property
    def length(self) -> float:
        return median(map(len, self.told)) if self.told else 0.0

    @cached_property
    def spaced_share(self) -> float:
        """The share of texts of at least two words."""
        return self._share(" " in text for text in self.told)

    @cached_property
    def lettered_share(self) -> float:
        """The share of texts that are mostly letters."""
        return self._share(sum(map(str.isalpha, text)) > 0.6 * len(text) for text in self.told)

    @cached_property
    def padded_share(self) -> float:
        """The share of texts of digits that begin with a needless zero: a code, no number."""
        return self._share(re.fullmatch(r"0\d+", text) is not None for text in self.told)

    def _share(self, hits: Iterable[bool]) -> float:
        return sum(hits) / len(self.told) if self.told else 0.0


def profile(header: str, cells: Sequence[str]) -> Profile:
    """The profile of a column from its cells."""
    filled = [text for cell in cells if (text := cell.strip())]
    distinct = dict.fromkeys(filled)
    step = max(1, len(distinct) // MOST_TEXTS)
    return Profile(header, tuple(list(distinct)[::step][:MOST_TEXTS]), len(cells), len(filled), len(distinct))


def fits_day(text: str, day: str) -> bool:
    """Whether the text is a likely day of this form, with or without a time behind it."""
    if not any(fits(text, form) for form in (day, *with_clocks(day)[:-1])):
        return False
    return day != "%Y%m%d" or int(text[:4]) in LIKELY_YEARS


def _differ(texts: Sequence[str], one: str, other: str) -> bool:
    return any(_day(text, one) != _day(text, other) for text in texts)


def _day(text: str, day: str) -> object:
    from datetime import datetime

    form = next((form for form in (day, *with_clocks(day)[:-1]) if fits(text, form)), None)
    return datetime.strptime(text, form) if form else None


def _is_number(text: str, mark: str) -> bool:
    try:
        number_from(text, mark)
    except ValueError:
        return False
    return True
