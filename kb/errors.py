"""The one error people are meant to read."""

from __future__ import annotations


class Refused(Exception):
    """Something asked for cannot be done. The message says what, where and how to mend it, in one line."""


class Conflict(Refused):
    """Somebody else changed the same thing first; carries both values."""

    def __init__(self, message: str, theirs: dict[str, object], mine: dict[str, object]) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.mine = mine
