"""How the cells of a file are written: its decimal mark, the order in its days, its words for yes and no.

What can be read in two ways is never chosen here: it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.importing.columns import number_from
from kb.importing.proposing.profile import NO, YES, Profile


@dataclass(frozen=True)
class Marked:
    """The decimal mark, none where the file shows none; `asks` where it matters and cannot be told."""

    mark: str | None
    asks: bool


@dataclass(frozen=True)
class Flags:
    """The words of a column that mean yes, that mean no, and those nobody knows."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]


def decimal(columns: Sequence[Profile]) -> Marked:
    """The decimal mark that the number columns of one file share."""
    certain = {next(iter(p.marks)) for p in columns if len(p.marks) == 1}
    if len(certain) == 1:
        return Marked(certain.pop(), False)
    return Marked(None, len(certain) > 1 or any(two_numbers(p) for p in columns))


def two_numbers(column: Profile) -> tuple[str, float, float] | None:
    """A text of the column that is one number with a decimal point and another with a comma, with both."""
    if len(column.marks) < 2:
        return None
    for text in column.told:
        point, comma = (_number(text, mark) for mark in ".,")
        if point is not None and comma is not None and point != comma:
            return text, point, comma
    return None


def flags(column: Profile) -> Flags:
    """The words of a yes-or-no column sorted by what they mean in one of the languages."""
    words = tuple(dict.fromkeys(text.lower() for text in column.told))
    yes, no = (tuple(word for word in words if word in known) for known in (YES, NO))
    return Flags(yes, no, tuple(word for word in words if word not in YES | NO))


def _number(text: str, mark: str) -> float | None:
    try:
        return number_from(text, mark)
    except ValueError:
        return None
