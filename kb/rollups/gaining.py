"""Lines that were due: what new ones count, and older ones otherwise since newer shipments came, is added to the sums.

Their months hold many more lines than those that anything happened to. What is known of the shipments of each of
these is looked up once, as it is and as it was, for both days that a line can be due by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Date,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    union,
)
from sqlalchemy import Column as TableColumn

from kb.facts.fact import Column
from kb.facts.selling import DUE_ON, LINES, SHIPMENTS, Shipped, due_measures
from kb.rollups.reach import LAST_SHIPPED
from kb.rollups.writing import Added, add, first_row_of

WAS = "was_"
PER_LINE = Table(
    "shipped_of_lines",
    MetaData(),
    TableColumn("order_line_id", Integer, primary_key=True),
    *(
        TableColumn(f"{when}{name}", kind)
        for when in ("", WAS)
        for name, kind in (("last_on", Date), *((f"by_{fact}", Float) for fact in DUE_ON))
    ),
    prefixes=["TEMPORARY"],
)
"""For each line in question when the last of its shipments left, and how much had left by the days it was due."""


@dataclass(frozen=True)
class Gained:
    """What was there before rows of order lines and shipments were added, and nothing else was done to either."""

    last: Mapping[str, int]
    known_until: date
    months: Collection[date]
    """Of the days between the last day of shipping then and now."""

    def write(self, connection: Connection, facts: Collection[str]) -> None:
        """Add to the sums of these facts what new lines count, and what older ones count more or less than before."""
        with self._looked_up(connection, facts):
            # named twice and from an end, so that neither database reads all lines for these few
            line, first = LINES.c.order_line_id, connection.scalar(select(func.min(PER_LINE.c.order_line_id))) or 0
            here = and_(line >= first, line.in_(select(PER_LINE.c.order_line_id)), line == PER_LINE.c.order_line_id)
            for fact in facts:
                add(connection, fact, Added(here, self._differences(fact)))

    @contextmanager
    def _looked_up(self, connection: Connection, facts: Iterable[str]) -> Iterator[None]:
        """The table of what is known of the lines, in this connection only."""
        PER_LINE.create(connection)
        touched = self._touched(connection, facts)
        connection.execute(insert(PER_LINE).from_select([*PER_LINE.c.keys()], self._known_of(touched)))
        yield
        PER_LINE.drop(connection)

    def _touched(self, connection: Connection, facts: Iterable[str]) -> CTE:
        """New lines, older ones that new shipments name, and those that have fallen due."""
        line, last = LINES.c.order_line_id, self.last[LINES.name]
        # so written that no index on the line is read in place of the few new shipments
        of_line = func.coalesce(SHIPMENTS.c.order_line_id, last + 1)
        selects = [
            select(line).where(line > last),
            select(of_line).where(SHIPMENTS.c.shipment_id > self.last[SHIPMENTS.name], of_line <= last),
        ]
        for fact in facts:
            first = first_row_of(connection, fact, self.months)
            if first is not None:
                fallen_due = and_(DUE_ON[fact] > self.known_until, DUE_ON[fact] <= LAST_SHIPPED.scalar_subquery())
                selects.append(select(line).where(line.between(first, last), fallen_due))
        return union(*selects).cte("touched")

    def _known_of(self, touched: CTE) -> Select[Any]:
        """The rows of PER_LINE, in the order of its columns."""
        line, then = LINES.c.order_line_id, SHIPMENTS.c.shipment_id <= self.last[SHIPMENTS.name]
        day, quantity = SHIPMENTS.c.shipped_on, func.coalesce(SHIPMENTS.c.quantity, 0)
        by = [day <= due_on for due_on in DUE_ON.values()]
        shipped = LINES.outerjoin(SHIPMENTS, SHIPMENTS.c.order_line_id == line)
        return (
            select(
                line,
                func.max(day),
                *(func.sum(case((by_then, quantity))) for by_then in by),
                func.max(case((then, day))),
                *(func.sum(case((and_(then, by_then), quantity))) for by_then in by),
            )
            .select_from(shipped)
            .where(line.in_(select(touched.c[0])))
            .group_by(line)
        )

    def _differences(self, fact: str) -> dict[str, Column]:
        """Sums of each measure as it is, less as it was. A line that counted goes on counting, be it as none."""
        was_there = LINES.c.order_line_id <= self.last[LINES.name]
        now = due_measures(DUE_ON[fact], LAST_SHIPPED.scalar_subquery(), _shipped(fact))
        before = due_measures(DUE_ON[fact], literal(self.known_until, Date), _shipped(fact, WAS))
        as_it_was = {name: func.sum(case((was_there, one.expression))) for name, one in before.items()}
        return {name: Column(func.sum(one.expression) - func.coalesce(as_it_was[name], 0)) for name, one in now.items()}


def _shipped(fact: str, when: str = "") -> Shipped:
    return Shipped(PER_LINE.c[f"{when}last_on"], func.coalesce(PER_LINE.c[f"{when}by_{fact}"], 0))
