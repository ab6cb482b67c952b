"""Where nonconformances are: ranked by any of their dimensions, and by two of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.metrics import Filters
from analytics.pareto import Pareto, crossed, pareto
from analytics.periods import Period
from analytics.questions.sums import sums
from kb import facts
from kb.access import Person, require
from kb.errors import Refused
from kb.facts.holdings import Source, holdings
from kb.store import KnowledgeBase

MEASURES = {"count": "nonconformances", "quantity": "units_nonconforming", "cost": "failure_cost"}
"""How much a nonconformance weighs: one, its units, or its cost (scrap at unit cost where none is given)."""

OF_RECORD, OF_SUPPLIER_LOT = "nonconformances", "nonconformance_shares"
DIMENSIONS: dict[str, tuple[Source, str]] = {
    "defect_code": (("nonconformances", ("defect_code",)), "nonconformances.defect_code"),
    "product": (("nonconformances", ("product_id", "lot_id", "work_order_id")), "nonconformances.sku"),
    "family": (("products", ("family",)), "products.family"),
    "line": (("nonconformances", ("work_center_id", "lot_id", "work_order_id")), "nonconformances.line"),
    "shift": (("nonconformances", ("shift", "lot_id")), "nonconformances.shift"),
    "station": (("nonconformances", ("station",)), "nonconformances.station"),
    "supplier": (("lot_materials", ("supplier_id",)), "lot_materials.supplier_number"),
    "supplier_lot": (("lot_materials", ()), "lot_materials.supplier_lot_number"),
    "material": (("lot_materials", ()), "lot_materials.material_number"),
    "disposition": (("nonconformances", ("disposition",)), "nonconformances.disposition"),
    "site": (("sites", ()), "sites.site_number"),
    "lot": (("nonconformances", ("lot_id",)), "nonconformances.lot_number"),
}
"""What they can be ranked by, what must be filled for it, and what to import where it is not."""


@dataclass(frozen=True)
class Defects:
    """A ranking; `reason` says why there is none. `is_shared`: each record is shared equally over the supplier lots
    that went into its lot.
    """

    by: str
    measure: str
    period: Period
    pareto: Pareto
    is_shared: bool
    reason: str | None


def defects(
    base: KnowledgeBase, who: Person, by: str, measure: str, *, period: Period, filters: Filters | None = None
) -> Defects:
    """Nonconformances of the period ranked by a dimension, weighed by 'count', 'quantity' or 'cost'.

    Raises Refused for a dimension or measure that does not exist.
    """
    require(who, "read")
    fact = _fact(by, measure)
    with base.reading() as connection:
        found = sums(connection, fact, [MEASURES[measure]], [by], period, filters or {})
        held = holdings(connection, [(OF_RECORD, ()), DIMENSIONS[by][0]])
    totals = found.set_axis(["member", "value"], axis=1)
    ranked = pareto(totals, unknown=facts.UNKNOWN)
    reason = _reason(held, by, measure, totals, ranked)
    return Defects(by, measure, period, ranked, fact == OF_SUPPLIER_LOT, reason)


def defect_grid(
    base: KnowledgeBase, who: Person, rows: str, columns: str, measure: str, *, period: Period,
    filters: Filters | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The same by two dimensions: index `rows`, columns `columns`, at most 12 by 12, the rest in "Other".

    nan where nothing was recorded; empty without any record.
    """
    require(who, "read")
    with base.reading() as connection:
        fact = OF_SUPPLIER_LOT if OF_SUPPLIER_LOT in (_fact(rows, measure), _fact(columns, measure)) else OF_RECORD
        found = sums(connection, fact, [MEASURES[measure]], [rows, columns], period, filters or {})
    return crossed(found.rename(columns={MEASURES[measure]: "value"}), rows, columns, unknown=facts.UNKNOWN)


def default_measure(base: KnowledgeBase, who: Person) -> str:
    """'cost' where costs are recorded or can be taken from unit costs, else 'quantity', else 'count'."""
    require(who, "read")
    cost, unit_cost = ("nonconformances", ("cost",)), ("products", ("unit_cost",))
    quantity = ("nonconformances", ("quantity",))
    with base.reading() as connection:
        held = holdings(connection, [cost, unit_cost, quantity])
    if held[cost] or (held[unit_cost] and held[quantity]):
        return "cost"
    return "quantity" if held[quantity] else "count"


def _fact(by: str, measure: str) -> str:
    if by not in DIMENSIONS or measure not in MEASURES:
        raise Refused(
            f"nonconformances are not ranked by {by} and {measure}: choose one of {', '.join(DIMENSIONS)} "
            f"and of {', '.join(MEASURES)}"
        )
    return OF_RECORD if by in facts.get(OF_RECORD).dimensions else OF_SUPPLIER_LOT


def _reason(held: dict[Source, bool], by: str, measure: str, totals: pd.DataFrame, ranked: Pareto) -> str | None:
    source, column = DIMENSIONS[by]
    word = by.replace("_", " ")
    if not held[OF_RECORD, ()]:
        return "There are no nonconformances: import nonconformances."
    if not held[source]:
        return f"No nonconformance can be told by {word}: import {column}."
    if totals.empty:
        return "No nonconformance is recorded for this filter. Choose another period or reset the filters."
    if ranked.total <= 0:
        columns = "nonconformances.cost or products.unit_cost" if measure == "cost" else "nonconformances.quantity"
        return f"The nonconformances of this filter have no {measure}: import {columns}."
    if not ranked.members:
        return f"None of the nonconformances of this filter names a {word}: import {column}."
    return None
