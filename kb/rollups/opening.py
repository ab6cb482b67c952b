"""Sums that a base lacks: of an earlier program, of another formula, or left by a first load of very many rows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from kb.errors import Refused
from kb.models import Revision
from kb.rollups.reach import reaches
from kb.rollups.reading import in_use, last_rows, stale
from kb.rollups.writing import put, sums_of

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

_log = logging.getLogger(__name__)


def make_ready(base: KnowledgeBase) -> None:
    """Make the sums that a base lacks; where it lacks none, two small queries.

    They are read without any lock, fact by fact, and written in a short transaction. Where somebody changed the data
    meanwhile, or keeps writing, the facts answer until the next time.
    """
    with base.reading() as connection:
        missing = stale(in_use(connection))
    for fact in sorted(missing):
        try:
            _make(base, fact)
        except Refused as busy:
            _log.warning("monthly sums were not made, answers take longer: %s", busy)
            return


def _make(base: KnowledgeBase, fact: str) -> None:
    with base.reading() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        seen = _moment(connection)
        made = connection.execute(sums_of(reaches()[fact])).all()
    with base.writing() as connection:
        if connection.dialect.name == "postgresql":
            # an import or another opening holds this lock for as long as it writes
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('symbiosis import'))"))
        if _moment(connection) == seen:
            put(connection, fact, made)


def _moment(connection: Connection) -> tuple[Any, dict[str, int]]:
    return connection.scalar(select(Revision.data_revision)), last_rows(connection)
