"""Which monthly sums the base keeps: one line for each. A rollup is a fact summed by month, some keys and labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Alias,
    BinaryExpression,
    ColumnElement,
    FromClause,
    Select,
    Table,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import visitors

from kb import facts
from kb.facts.expressions import month_start
from kb.facts.fact import Column, Fact, Join
from kb.models import Base, MonthlySum

SUMS: Table = Base.metadata.tables[MonthlySum.__tablename__]
# Where a key stands. A supplier is the company at the other end as a customer is, a material the article as a product.
PLACES = {
    "product": "product_id", "material": "product_id", "customer": "customer_id", "supplier": "customer_id",
    "line": "work_center_id",
}  # fmt: skip
KEYS = ("product_id", "customer_id", "work_center_id")
LABELS = ("label_1", "label_2")
ROOM = tuple(f"sum_{number}" for number in range(1, 7))
COLUMNS = ("rollup", "month_on", *KEYS, *LABELS, *ROOM)


@dataclass(frozen=True)
class Rollup:
    """Sums of measures of a fact by month, by keys (the names of its joins: product, line) and labels (dimensions)."""

    fact: str
    keys: tuple[str, ...]
    labels: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its rows and its state are called."""
        return " ".join([self.fact, "by", *self.keys, *self.labels, *([self.measures[0]] if self.measures else [])])

    @property
    def held(self) -> dict[str, str]:
        """Measure -> the column it stands in."""
        return dict(zip(self.measures or facts.get(self.fact).measures, ROOM, strict=False))

    @property
    def width(self) -> int:
        """The fewer keys and labels, the fewer rows."""
        return len(self.keys) + len(self.labels)


def by(fact: str, *keys: str, labels: tuple[str, ...] = ()) -> tuple[Rollup, ...]:
    """A rollup of all additive measures of the fact; several where they do not fit into one row."""
    measures = tuple(facts.get(fact).measures)
    parts = [measures[at : at + len(ROOM)] for at in range(0, len(measures), len(ROOM))]
    if len(parts) == 1:
        return (Rollup(fact, keys, labels),)
    return tuple(Rollup(fact, keys, labels, part) for part in parts)


FORM = 1
"""Raised when other rows than before are written for the same declaration: all sums are made anew then."""

ROLLUPS: tuple[Rollup, ...] = (
    *by("order_lines", "product"), *by("order_lines", "customer"),
    *by("orders", "customer"),
    *by("promised", "product"), *by("promised", "customer"),
    *by("requested", "product"), *by("requested", "customer"),
    *by("shipments", "product"), *by("shipments", "product", "line"), *by("shipments", "customer"),
    *by("shipments", "product", "line", labels=("shift",)),
    *by("production", "product", "line"), *by("production", "product", "line", labels=("shift",)),
    *by("inspections", "product", "line"), *by("inspections", "product", "line", labels=("station",)),
    *by("inspections", "product", "line", labels=("shift",)),
    *by("nonconformances", "product", "line"),
    *by("nonconformances", "product", "line", labels=("defect_code",)),
    *by("nonconformances", "product", "line", labels=("disposition",)),
    *by("nonconformances", "product", "line", labels=("station",)),
    *by("nonconformances", "product", "line", labels=("shift",)),
    *by("purchase_receipts", "supplier"), *by("purchase_receipts", "material"),
    *by("returns", "product"), *by("returns", "product", "line"), *by("returns", "customer"),
    *by("returns", "product", labels=("reason",)),
    *by("returned", "product"), *by("returned", "product", "line"), *by("returned", "customer"),
    *by("returned", "product", labels=("reason",)), *by("returned", "product", "line", labels=("shift",)),
    *by("complaints", "product"), *by("complaints", "product", "line"), *by("complaints", "customer"),
    *by("complaints", "product", labels=("channel",)),
    *by("complained", "product"), *by("complained", "product", "line"), *by("complained", "customer"),
    *by("feedback", "product", labels=("kind",)), *by("feedback", "customer", labels=("kind",)),
    *by("requests", "product", labels=("kind",)), *by("requests", "customer", labels=("kind",)),
    *by("recalls", "product"), *by("stock", "product"),
    *by("forecasts", "product"),
)  # fmt: skip
"""A fact joins this list by one line; tests compare every sum with the fact's own."""


def rollups_of(fact: str) -> tuple[Rollup, ...]:
    """The rollups of a fact, those with the fewest rows first."""
    return tuple(sorted((rollup for rollup in ROLLUPS if rollup.fact == fact), key=lambda rollup: rollup.width))


def columns_of(rollups: Iterable[Rollup]) -> tuple[dict[str, Column], dict[str, Column]]:
    """What the rows of some rollups of one fact are grouped by (month_on, keys, labels), and the measures."""
    groups: dict[str, Column] = {}
    measures: dict[str, Column] = {}
    for rollup in rollups:
        fact = facts.get(rollup.fact)
        groups["month_on"] = Column(month_start(fact.on.expression), fact.on.needs)
        groups |= {f"key_{key}": Column(key_of(fact.joins[key]), fact.joins[key].needs) for key in rollup.keys}
        groups |= {f"label_{label}": fact.dimensions[label] for label in rollup.labels}
        measures |= {measure: fact.measures[measure] for measure in rollup.held}
    return groups, measures


def key_of(join: Join) -> ColumnElement[Any]:
    """The fact's own expression for the key that the join looks up."""
    if not isinstance(join.on, BinaryExpression):
        raise TypeError(f"the join to {join.target} is not one of a key")
    return join.on.right


@cache
def columns_for(fact: str) -> tuple[str, ...]:
    """The columns of monthly_sums that some rollup of the fact fills; in the others nothing stands."""
    filled = {"rollup", "month_on"}
    for rollup in rollups_of(fact):
        filled |= {*(PLACES[key] for key in rollup.keys), *LABELS[: len(rollup.labels)], *rollup.held.values()}
    return tuple(name for name in COLUMNS if name in filled)


def rows(rollup: Rollup, source: FromClause) -> Select[Any]:
    """The rows of monthly_sums, in the order of columns_for, from a select that has the columns of `columns_of`."""
    groups = {"month_on": source.c.month_on}
    groups |= {PLACES[key]: source.c[f"key_{key}"] for key in rollup.keys}
    groups |= {LABELS[at]: source.c[f"label_{label}"] for at, label in enumerate(rollup.labels)}
    sums = {place: func.sum(source.c[measure]) for measure, place in rollup.held.items()}
    given = {"rollup": literal(rollup.name), **groups, **sums}
    return select(*placed(rollup.fact, given)).group_by(*groups.values())


def placed(fact: str, given: Mapping[str, Any]) -> list[ColumnElement[Any]]:
    """What is given under the names of columns_for, nothing in the others."""
    return [given.get(name, cast(null(), SUMS.c[name].type)).label(name) for name in columns_for(fact)]


@cache
def signature(rollup: Rollup) -> str:
    """Changes when the same base would give other sums: the fact's formula and where its measures stand."""
    groups, measures = columns_of([rollup])
    statement = facts.get(rollup.fact).select({**groups, **measures})
    text = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return hashlib.sha256(f"{FORM} {text} {rollup.held}".encode()).hexdigest()[:16]


@cache
def as_fact(rollup: Rollup) -> Fact:
    """The rollup as a fact of its own: the same measures, and the dimensions that mean exactly the same through it."""
    fact = facts.get(rollup.fact)
    root = select(SUMS).where(SUMS.c.rollup == rollup.name).subquery("kept_sums")
    joins = _kept_joins(fact, rollup, root)
    known = [join.target for join in joins.values()]
    dimensions = {
        name: Column(column.expression, _still(column.needs, joins))
        for name, column in fact.dimensions.items()
        if stands_on(column.expression, known)
    }
    dimensions |= {label: Column(root.c[LABELS[at]]) for at, label in enumerate(rollup.labels)}
    return Fact(
        fact.name, fact.title, fact.grain, table=SUMS.name, root=root, key=Column(root.c.monthly_sum_id),
        on=Column(root.c.month_on), joins=joins, dimensions=dimensions,
        measures={measure: Column(root.c[place]) for measure, place in rollup.held.items()},
    )  # fmt: skip


def _kept_joins(fact: Fact, rollup: Rollup, root: FromClause) -> dict[str, Join]:
    """The joins by the rollup's keys, and those that hang on nothing else."""
    kept: dict[str, Join] = {}
    for key in rollup.keys:
        join = fact.joins[key]
        kept[key] = Join(join.target, _own_key(join) == root.c[PLACES[key]])
    waiting = {name: join for name, join in fact.joins.items() if name not in kept}
    while True:
        known = [join.target for join in kept.values()]
        more = {
            name: Join(join.target, join.on, _still(join.needs, kept))
            for name, join in waiting.items()
            if name not in kept and stands_on(join.on, [*known, join.target])
        }
        if not more:
            return kept
        kept |= more


def _still(needs: Iterable[str], kept: Mapping[str, Join]) -> tuple[str, ...]:
    # what only led to a key is not needed any more where the key itself is kept
    return tuple(name for name in needs if name in kept)


def _own_key(join: Join) -> ColumnElement[Any]:
    own: ColumnElement[Any] = next(iter(join.target.primary_key))
    if not isinstance(join.on, BinaryExpression) or join.on.left is not own:
        raise TypeError(f"the join to {join.target} is not one of its key")
    return own


def stands_on(expression: ColumnElement[Any], known: Iterable[FromClause]) -> bool:
    """Whether the expression reads columns of these tables only, and nothing looked up by a select of its own."""
    elements = list(visitors.iterate(expression))
    if any(isinstance(element, Select) for element in elements):
        return False
    tables = [element.table for element in elements if hasattr(element, "table")]
    return all(any(table is one for one in known) for table in tables)


def tables_in(element: Any) -> set[str]:
    """The names of the tables that a select reads, by whatever alias and however deep."""
    found = [part.element if isinstance(part, Alias) else part for part in visitors.iterate(element)]
    return {part.name for part in found if isinstance(part, Table)}


def columns_in(element: Any) -> dict[str, set[str]]:
    """Table -> the columns of it that a select reads."""
    found: dict[str, set[str]] = {}
    for part in visitors.iterate(element):
        source = getattr(part, "table", None)
        source = source.element if isinstance(source, Alias) else source
        if isinstance(source, Table) and isinstance(part, TableColumn):
            found.setdefault(source.name, set()).add(part.name)
    return found
