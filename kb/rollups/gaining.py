"""Lines that were due: what older ones count otherwise since newer shipments came, added to the sums that are there.

Their months hold many more lines than those that anything happened to, and each line looks its shipments up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, and_, func, literal, select, union_all

from kb import facts
from kb.facts.fact import Column
from kb.facts.selling import DUE_ON, LINES, SHIPMENTS, due_measures
from kb.rollups.writing import Added, add, first_row_of


@dataclass(frozen=True)
class Gained:
    """What was there before rows of order lines and shipments were added, and nothing else was done to either."""

    last: Mapping[str, int]
    known_until: date
    months: Collection[date]
    """Of the days between the last day of shipping then and now."""

    def write(self, connection: Connection, fact: str) -> None:
        """Add what new lines count, and what older ones count more or less than before."""
        line = LINES.c.order_line_id
        older = line.in_(self._touched(connection, fact))
        add(connection, fact, Added(line > self.last[LINES.name]), Added(older, self._differences(fact)))

    def _touched(self, connection: Connection, fact: str) -> Any:
        """Older lines that new shipments name, and those that have fallen due."""
        last = self.last[LINES.name]
        # so written that no index on the line is read in place of the few new shipments
        of_line = func.coalesce(SHIPMENTS.c.order_line_id, last + 1)
        named = select(of_line).where(SHIPMENTS.c.shipment_id > self.last[SHIPMENTS.name], of_line <= last)
        first = first_row_of(connection, fact, self.months)
        if first is None:
            return named
        fallen_due = and_(DUE_ON[fact] > self.known_until, DUE_ON[fact] <= _last_day())
        return union_all(
            named, select(LINES.c.order_line_id).where(LINES.c.order_line_id.between(first, last), fallen_due)
        )

    def _differences(self, fact: str) -> dict[str, Column]:
        """Sums of each measure as it is, less as it was. A line that counted goes on counting, be it as none."""
        before = due_measures(
            DUE_ON[fact], literal(self.known_until, Date), SHIPMENTS.c.shipment_id <= self.last[SHIPMENTS.name]
        )
        return {
            name: Column(func.sum(now.expression) - func.coalesce(func.sum(before[name].expression), 0))
            for name, now in facts.get(fact).measures.items()
        }


def _last_day() -> ColumnElement[Any]:
    return select(func.max(SHIPMENTS.c.shipped_on)).scalar_subquery()
