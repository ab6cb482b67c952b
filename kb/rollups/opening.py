"""A base of an earlier program has no sums, or others: they are made when it is first opened."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from kb.errors import Refused
from kb.rollups.reading import in_use, stale
from kb.rollups.writing import renew, write_states

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

_log = logging.getLogger(__name__)


def make_ready(base: KnowledgeBase) -> None:
    """Make the sums that a base lacks, in one transaction; where it lacks none, two small queries.

    While somebody else keeps writing it goes without: the facts answer until the next import or opening.
    """
    with base.reading() as connection:
        if not stale(in_use(connection)):
            return
    try:
        with base.writing() as connection:
            _make(connection)
    except Refused as busy:
        _log.warning("monthly sums were not made, answers take longer: %s", busy)


def _make(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # the same lock as an import's, and as long as it takes: it happens once
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('symbiosis import'))"))
    for fact in sorted(stale(in_use(connection))):
        renew(connection, fact)
    write_states(connection)
