"""What to act on: the lots a symptom and a cause share, and where both have too many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.special import gammainc

from analytics.links import evidence
from analytics.links.frames import House, sharing
from analytics.links.places import Floats

SHARED = [
    "lot", "product", "line", "shift", "started_on", "quantity", "exposure", "factory_records", "field_records",
    "supplier_lots",
]  # fmt: skip
ORIGINS = [
    "kind", "name", "lots", "factory_records", "factory_expected", "field_records", "field_expected", "q_value",
]  # fmt: skip


def shared(house: House, exposure: Floats, field: Floats, factory: Floats) -> pd.DataFrame:
    """Columns SHARED, most customers' records first: lots with at least half a record of either side.

    Counts are weights of records; those that name no lot are spread. exposure is in units that had their time to come
    back; supplier_lots names what went into the lot as text, 'material: supplier lot' parted by commas.
    """
    both = np.flatnonzero((field >= evidence.RECORD) & (factory >= evidence.RECORD))
    found = house.lots.iloc[both].assign(
        exposure=exposure[both], factory_records=factory[both], field_records=field[both]
    )
    used = house.materials[house.materials["at"].isin(both)]
    named = used["material"].astype(str) + ": " + used["supplier_lot"].astype(str)
    found["supplier_lots"] = named.groupby(used["lot"]).agg(", ".join).reindex(found["lot"]).fillna("").to_numpy()
    return found.sort_values("field_records", ascending=False, kind="stable")[SHARED].reset_index(drop=True)


def over_represented(house: House, exposure: Floats, field: Floats, factory: Floats) -> pd.DataFrame:
    """Columns ORIGINS, the surest first: lines, shifts, suppliers, supplier lots where both sides exceed their rates.

    Expected is what the lots there would have at their products' rates. q_value is Benjamini-Hochberg over the larger
    of both sides' Poisson chances (an intersection-union test, Berger 1982: both must hold).
    """
    means = [evidence.expected(counts[:, None], units, house.product)[:, 0]
             for counts, units in ((factory, house.made), (field, exposure))]  # fmt: skip
    parts = [_origin(kind, names, lots, (factory, means[0], field, means[1])) for kind, names, lots in _places(house)]
    found = pd.concat(parts, ignore_index=True)
    chance = np.maximum(
        _at_least(found["factory_records"].to_numpy(float), found["factory_expected"].to_numpy(float)),
        _at_least(found["field_records"].to_numpy(float), found["field_expected"].to_numpy(float)),
    )
    found["q_value"] = evidence.benjamini_hochberg(chance)
    over = (found["factory_records"] > found["factory_expected"]) & (found["field_records"] > found["field_expected"])
    return found[over].sort_values("q_value", kind="stable")[ORIGINS].reset_index(drop=True)


def _places(house: House) -> list[tuple[str, pd.Index, sp.csr_array]]:
    own, used = np.arange(len(house.lots)), house.materials["at"].to_numpy(np.int64)
    found = []
    for kind in ("line", "shift", "supplier", "supplier_lot"):
        at, column = (used, house.materials[kind]) if kind in house.materials else (own, house.lots[kind])
        names = column.where(column.fillna("") != "")
        found.append((kind.replace("_", " "), pd.Index(pd.factorize(names)[1]), sharing(at, names, len(own))))
    return found


def _origin(kind: str, names: pd.Index, lots: sp.csr_array, counts: tuple[Floats, ...]) -> pd.DataFrame:
    inside = (lots > 0).astype(np.float64).T
    sums = [inside @ values for values in counts]
    values = [kind, names, np.asarray(inside.sum(axis=1)).astype(int), *sums, 1.0]
    return pd.DataFrame(dict(zip(ORIGINS, values, strict=True)), columns=ORIGINS)


def _at_least(seen: Floats, mean: Floats) -> Floats:
    """Poisson chance of at least as many, in its form for parts of records."""
    return np.asarray(np.where(seen > 0, gammainc(np.maximum(seen, 1e-9), mean), 1.0), dtype=np.float64)
