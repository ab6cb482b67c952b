"""What a fact's sums read, and which of its months a changed row of some table reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Alias, ColumnElement, Select, Table, and_, exists, func, select
from sqlalchemy import Column as TableColumn
from sqlalchemy.sql import visitors

from kb import facts
from kb.facts.expressions import month_start
from kb.facts.fact import Column, Fact
from kb.facts.shared import table
from kb.rollups.declared import ROLLUPS, columns_in, columns_of, rollups_of, tables_in

Chosen = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Given the key of a table: whether a row is one of those in question."""
Months = Select[Any]

ORDERS, LINES, SHIPMENTS = table("sales_orders"), table("order_lines"), table("shipments")
LOTS, WORK_ORDERS = table("lots"), table("work_orders")
FORECASTS, STOCK = table("forecasts"), table("stock_levels")
SHARES = table("field_allocations")

NAMES_ROW: Mapping[tuple[str, str], ColumnElement[Any]] = {
    ("orders", "order_lines"): LINES.c.sales_order_id,
    ("promised", "shipments"): SHIPMENTS.c.order_line_id,
    ("requested", "shipments"): SHIPMENTS.c.order_line_id,
}
"""A fact looks these tables up; the column says which row of the fact a row of the table bears on."""

LAST_SHIPPED = select(func.max(SHIPMENTS.c.shipped_on))
LAST_SOLD = select(
    func.coalesce(LAST_SHIPPED.scalar_subquery(), select(func.max(ORDERS.c.ordered_on)).scalar_subquery())
)
HORIZONS: Mapping[str, Select[Any]] = {"promised": LAST_SHIPPED, "requested": LAST_SHIPPED, "forecasts": LAST_SOLD}
"""A day that decides what counts already: when it moves, the months between count anew."""
SWITCHES: Mapping[str, Select[Any]] = {"forecasts": select(exists().where(SHIPMENTS.c.shipment_id > 0))}
"""What changes the meaning of every month."""


def _of_production(name: str, chosen: Chosen) -> list[Months]:
    made, ordered = (func.coalesce(t.c.started_on, t.c.ended_on) for t in (LOTS, WORK_ORDERS))
    if name == "work_orders":
        return [select(month_start(ordered)).where(chosen(WORK_ORDERS.c.work_order_id))]
    named = select(LOTS.c.work_order_id).where(chosen(LOTS.c.lot_id))
    return [
        select(month_start(made)).where(chosen(LOTS.c.lot_id)),
        select(month_start(ordered)).where(WORK_ORDERS.c.work_order_id.in_(named)),
    ]


def _of_forecasts(name: str, chosen: Chosen) -> list[Months]:
    if name == "forecasts":
        return [select(month_start(FORECASTS.c.month_on)).where(chosen(FORECASTS.c.forecast_id))]
    if name == "shipments":
        return [select(month_start(SHIPMENTS.c.shipped_on)).where(chosen(SHIPMENTS.c.shipment_id))]
    key = LINES.c.order_line_id if name == "order_lines" else ORDERS.c.sales_order_id
    counts = and_(chosen(key), ~exists().where(SHIPMENTS.c.shipment_id > 0))
    return [
        select(month_start(ORDERS.c.ordered_on))
        .select_from(LINES.join(ORDERS, ORDERS.c.sales_order_id == LINES.c.sales_order_id))
        .where(counts)
    ]


def _of_stock(name: str, chosen: Chosen) -> list[Months]:
    del name  # the counts themselves; what else is read is joined
    return [select(month_start(STOCK.c.counted_on)).where(chosen(STOCK.c.stock_level_id))]


def _of_cohort(name: str, chosen: Chosen) -> list[Months]:
    named = SHARES.c.return_id if name == "returns" else SHARES.c.complaint_id
    shipped = SHARES.join(SHIPMENTS, SHIPMENTS.c.shipment_id == SHARES.c.shipment_id)
    return [select(month_start(SHIPMENTS.c.shipped_on)).select_from(shipped).where(chosen(named))]


DATES: Mapping[tuple[str, str], Callable[[str, Chosen], list[Months]]] = {
    ("production", "lots"): _of_production, ("production", "work_orders"): _of_production,
    ("forecasts", "forecasts"): _of_forecasts, ("forecasts", "shipments"): _of_forecasts,
    ("forecasts", "order_lines"): _of_forecasts, ("forecasts", "sales_orders"): _of_forecasts,
    ("stock", "stock_levels"): _of_stock,
    ("returned", "returns"): _of_cohort, ("complained", "complaints"): _of_cohort,
}  # fmt: skip
"""Facts whose rows are not those of one table: the months their sources' rows stand in."""


@dataclass(frozen=True)
class Reach:
    """What the sums of one fact read: table -> columns; its own table; joined tables; tables looked up otherwise."""

    fact: Fact
    columns: Mapping[str, frozenset[str]]
    root: Table | None
    joined: Mapping[str, tuple[str, ...]]
    looked_up: frozenset[str]

    def months(self, name: str, chosen: Chosen, last: int | None = None) -> list[Months] | None:
        """Selects of the months (their first days) of the fact's rows that chosen rows of a table bear on.

        `last` leaves out later rows of the fact itself. None where nobody can tell: any month then.
        """
        found = [self._where(self.root, (), chosen)] if self.root is not None and self.root.name == name else []
        found += [self._where(self.fact.joins[join].target, (join,), chosen) for join in self.joined.get(name, ())]
        if name not in self.looked_up:
            return found
        place = (self.fact.name, name)
        if place in DATES:
            return [*found, *DATES[place](name, chosen)]
        if last == 0:
            return found  # no row can be left: nothing is read, for that would be all the chosen rows
        if place not in NAMES_ROW or self.root is None:
            return None
        named = chosen(key_of_table(table(name)))
        row = NAMES_ROW[place]
        if last is not None:
            # so written that no index on the row is read in place of the few chosen ones
            row = func.coalesce(row, last + 1)
            named = and_(named, row <= last)
        return [*found, self._month((), key_of_table(self.root).in_(select(row).where(named)))]

    @property
    def keeps_first_rows(self) -> bool:
        """Whether the day is a column of the fact's own table that no index knows: then months know their first row."""
        day = self.fact.on.expression
        own = self.root is not None and isinstance(day, TableColumn) and day.table is self.root
        return own and not any(index.columns[0] is day for index in day.table.indexes)

    def _where(self, source: Any, needs: tuple[str, ...], chosen: Chosen) -> Months:
        return self._month(needs, chosen(key_of_table(source)))

    def _month(self, needs: tuple[str, ...], which: ColumnElement[bool]) -> Months:
        month = Column(month_start(self.fact.on.expression), (*self.fact.on.needs, *needs))
        return self.fact.select({"month_on": month}).where(which).distinct()


def key_of_table(source: Any) -> ColumnElement[Any]:
    """The surrogate key of a table or of an alias of it."""
    return next(iter(source.primary_key))


@cache
def reaches() -> dict[str, Reach]:
    """For each fact that has rollups, what its sums read."""
    return {name: _reach(facts.get(name)) for name in dict.fromkeys(rollup.fact for rollup in ROLLUPS)}


def _reach(fact: Fact) -> Reach:
    groups, measures = columns_of(rollups_of(fact.name))
    columns = {**groups, **measures}
    statement = fact.select(columns)
    used = fact.needed(columns.values())
    targets = {name: fact.joins[name].target for name in fact.joins if name in used}
    plain = {name: target for name, target in targets.items() if isinstance(target, Table | Alias)}
    outer = [fact.root, *targets.values()]
    expressions = [*(column.expression for column in columns.values()), *(fact.joins[name].on for name in targets)]
    looked_up = set().union(*(_nested(expression, outer) for expression in expressions))
    for source in outer:
        if not isinstance(source, Table | Alias):
            looked_up |= tables_in(source)
    joined: dict[str, tuple[str, ...]] = {}
    for name, target in plain.items():
        of = next(iter(tables_in(target)))
        joined[of] = (*joined.get(of, ()), name)
    read = {name: frozenset(found) for name, found in columns_in(statement).items()}
    return Reach(fact, read, fact.root if isinstance(fact.root, Table) else None, joined, frozenset(looked_up))


def _nested(expression: Any, outer: list[Any]) -> set[str]:
    """Tables that selects inside an expression read for themselves, not those of the row around them."""
    found: set[str] = set()
    for part in visitors.iterate(expression):
        if isinstance(part, Select):
            of = [one for one in visitors.iterate(part) if isinstance(one, Table | Alias)]
            found |= {name for one in of if not any(one is around for around in outer) for name in tables_in(one)}
    return found
