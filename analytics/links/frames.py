"""What the link finder is given, ready for arithmetic: the two sides' records, and what was made and shipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike

from analytics.links.places import Floats, days


@dataclass(frozen=True)
class Side:
    """Records of one side, a row each with `day`, and how much each belongs to each group (records x groups)."""

    records: pd.DataFrame
    groups: pd.Index
    weights: sp.csr_array

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Side:
        """From one row a record and group; rows without a group keep the record and say nothing."""
        records = frame.drop_duplicates("record").reset_index(drop=True)
        records = records.assign(
            lot=records["lot"].fillna("").astype(str),
            day=days(records["on"]),
            sold_day=days(records["sold_on"]) if "sold_on" in records else np.nan,
        )
        group, names = pd.factorize(frame["group"], sort=True)
        row = pd.Index(records["record"]).get_indexer(frame["record"])
        weight = frame["weight"].fillna(0.0).to_numpy(float) * (group >= 0)
        shape = (len(records), len(names))
        return cls(records, pd.Index(names), sp.csr_array((weight, (row, np.maximum(group, 0))), shape=shape))


@dataclass(frozen=True)
class House:
    """Lots, their shipments (with `at`, the row of the lot) and what lots share: product, line and week, suppliers."""

    lots: pd.DataFrame
    shipments: pd.DataFrame
    materials: pd.DataFrame
    products: pd.Index
    product: sp.csr_array
    supplier_lots: sp.csr_array
    line_weeks: sp.csr_array

    @classmethod
    def of(cls, lots: pd.DataFrame, shipments: pd.DataFrame, materials: pd.DataFrame | None) -> House:
        """Rows of lots that are not known are left out."""
        known = lots[lots["lot"] != ""].drop_duplicates("lot").reset_index(drop=True)
        at = pd.Index(known["lot"])
        sent = _of_lots(shipments.assign(shipped_day=days(shipments["shipped_on"])), at)
        sent = sent[sent["shipped_day"].notna() & (sent["quantity"] > 0)]
        columns = ["lot", "material", "supplier", "supplier_lot"]
        used = _of_lots(pd.DataFrame(columns=columns) if materials is None else materials[columns], at)
        code, products = pd.factorize(known["product"])
        own = known["product"].astype(str).to_numpy()[used["at"].to_numpy(int)]
        part = _key(used["material"], used["supplier_lot"], own).where(used["supplier_lot"].fillna("") != "")
        week = (days(known["started_on"]) // 7).astype(str)
        line_week = _key(known["line"], week).where(known["line"].fillna("") != "")
        size = len(known)
        product = sp.csr_array((np.ones(size), (code, np.arange(size))), shape=(len(products), size))
        return cls(
            known, sent, used, pd.Index(products), product,
            sharing(used["at"], part, size), sharing(np.arange(size), line_week, size),
        )  # fmt: skip

    @property
    def made(self) -> Floats:
        """Units made of each lot."""
        return np.asarray(self.lots["quantity"].fillna(0.0), dtype=np.float64)

    @property
    def started(self) -> Floats:
        """Day each lot was begun, nan if unknown."""
        return days(self.lots["started_on"])

    def by_product(self, side: Side) -> Floats:
        """Records of each product (of those that lots have) and group."""
        at = self.products.get_indexer(pd.Index(side.records["product"]))
        return np.asarray((_belonging(at, len(self.products)).T @ side.weights).toarray(), dtype=np.float64)


def lot_of(side: Side, house: House) -> sp.csr_array:
    """Records x lots, 1 for the lot the record names."""
    return _belonging(pd.Index(house.lots["lot"]).get_indexer(side.records["lot"]), len(house.lots))


def sharing(at: ArrayLike, keys: pd.Series, lots: int) -> sp.csr_array:
    """Lots x what they share, 1 where the lot has the key; a missing key is shared with nobody."""
    code, names = pd.factorize(keys)
    known = code >= 0
    place = np.asarray(at, dtype=np.int64)[known], code[known]
    return sp.csr_array((np.ones(int(known.sum())), place), shape=(lots, len(names)))


def _belonging(at: ArrayLike, size: int) -> sp.csr_array:
    place = np.asarray(at)
    known = np.flatnonzero(place >= 0)
    return sp.csr_array((np.ones(len(known)), (known, place[known])), shape=(len(place), size))


def _of_lots(frame: pd.DataFrame, lots: pd.Index) -> pd.DataFrame:
    rows = frame.assign(at=lots.get_indexer(pd.Index(frame["lot"])))
    return rows[rows["at"] >= 0].reset_index(drop=True)


def _key(*parts: ArrayLike) -> pd.Series:
    first, *others = (pd.Series(part).astype(str) for part in parts)
    return first.str.cat(pd.concat(others, axis=1), sep="|")
