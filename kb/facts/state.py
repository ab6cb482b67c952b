"""What is worked out once for each state of a base that somebody reads."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import Connection

Answer = TypeVar("Answer")
KNOWN = "known"


def once(connection: Connection, name: Hashable, make: Callable[[], Answer]) -> Answer:
    """What `make` gives, asked once for each state that `KnowledgeBase.reading` opened; a writer is asked anew.

    One question of a page asks the base for the same things for each of its parts; in one state they cannot differ.
    """
    known: dict[Hashable, Any] | None = connection.get_execution_options().get(KNOWN)
    if known is None:
        return make()
    if name not in known:
        known[name] = make()
    found: Answer = known[name]
    return found
