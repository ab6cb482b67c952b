"""The link finder: two tidy frames of grouped records in, ordered causes for each symptom out."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from analytics.links import evidence
from analytics.links.frames import House, Side, lot_of, sharing
from analytics.links.places import Delays, Floats, Ints, spread
from analytics.links.trace import over_represented, shared
from analytics.links.words import groups_of_findings

LINKS = [
    "symptom", "cause", "rank", "score", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots", "lag_days",
    "z", "profile", "z_finding", "verdict",
]  # fmt: skip
VERDICTS = np.array(["refused", "", "confirmed"], dtype=object)


class LinkFinder(BaseEstimator):  # type: ignore[misc]
    """Finds the likely causes of each symptom; `links_` holds them, and q_value < .05 is an asserted link.

    score = z + profile_weight * log(profile). z (evidence.lot_score) tells whether the symptom comes from lots where
    the cause is in excess within its product, as seen in the lot itself, its supplier lots and its line's week; profile
    tells whether both touch the same products. Where returns carry the factory's finding, its z is added to z in
    Stouffer's way, each by the root of its records. A symptom without a counterpart has links too, none asserted.

    The weight was chosen on invented companies; people's verdicts move it and that of z (evidence.learned_weights).
    """

    def __init__(
        self,
        *,
        top: int = 5,
        profile_weight: float = 4.0,
        lot_shrinkage: float = 1.0,
        driver_shrinkage: float = 3.0,
    ) -> None:
        self.top = top
        self.profile_weight = profile_weight
        self.lot_shrinkage = lot_shrinkage
        self.driver_shrinkage = driver_shrinkage

    def fit(
        self,
        factory: pd.DataFrame,
        field: pd.DataFrame,
        *,
        lots: pd.DataFrame,
        shipments: pd.DataFrame,
        materials: pd.DataFrame | None = None,
        verdicts: pd.DataFrame | None = None,
    ) -> Self:
        """Learn the links.

        factory: record, group, weight, product, lot ('' unknown), on, optionally text. field: record, group, weight,
        product, customer, lot ('' unknown), on, optionally sold_on and finding (the factory's words on a return). A
        record may stand in several rows, with weights up to 1 in all. lots: lot, product, line, shift, started_on,
        quantity. shipments: lot, product, customer, quantity, shipped_on. materials: lot, material, supplier,
        supplier_lot. verdicts: symptom, cause, verdict (confirmed or refused).

        Leaves links_ (columns LINKS), and symptoms x causes in z_, z_finding_, profile_, q_values_ and scores_.
        """
        self.factory_, self.field_ = Side.of(factory), Side.of(field)
        self.symptoms_, self.causes_ = self.field_.groups, self.factory_.groups
        self.house_ = House.of(lots, shipments, materials)
        self._place()
        self._compare_lots()
        self._compare_products()
        self._read_findings()
        self._rank(verdicts)
        return self

    def shared_lots(self, symptom: Any, cause: Any) -> pd.DataFrame:
        """The lots where both were seen: columns trace.SHARED, most customers' records first."""
        at = self.symptoms_.get_loc(symptom), self.causes_.get_loc(cause)
        return shared(self.house_, self.exposure_, self.field_counts_[:, at[0]], self.factory_counts_[:, at[1]])

    def origins(self, symptom: Any, cause: Any) -> pd.DataFrame:
        """Lines, shifts, suppliers and supplier lots where both sides have too many: columns trace.ORIGINS."""
        at = self.symptoms_.get_loc(symptom), self.causes_.get_loc(cause)
        field, factory = self.field_counts_[:, at[0]], self.factory_counts_[:, at[1]]
        return over_represented(self.house_, self.exposure_, field, factory)

    def _place(self) -> None:
        """How many records of each cause and symptom belong to each lot, and how much of it could come back."""
        house, factory, field = self.house_, self.factory_, self.field_
        today = np.nanmax([0.0, *factory.records["day"], *field.records["day"]])
        delays = Delays.seen(field.records, house.shipments)
        self.exposure_ = delays.exposure(house.shipments, len(house.lots), today)
        self.factory_counts_ = (lot_of(factory, house).T @ factory.weights).toarray()
        self.field_counts_ = (lot_of(field, house).T @ field.weights).toarray()
        lost = ~field.records["lot"].isin(house.lots["lot"]).to_numpy()
        self.field_counts_ += spread(field.records[lost], field.weights[lost], house.shipments, len(house.lots), delays)

    def _compare_lots(self) -> None:
        house = self.house_
        mean = evidence.expected(self.factory_counts_, house.made, house.product)
        drivers = [house.supplier_lots, house.line_weeks]
        found = evidence.excess(self.factory_counts_, mean, drivers, self.lot_shrinkage, self.driver_shrinkage)
        self.z_ = evidence.lot_score(found, self.field_counts_, self.exposure_, house.product)

    def _compare_products(self) -> None:
        house = self.house_
        symptoms, causes = (house.by_product(side) for side in (self.field_, self.factory_))
        exposed = evidence.total(self.exposure_, house.product)
        made = evidence.total(house.made, house.product)
        self.profile_ = evidence.profile(symptoms, exposed, causes, made)

    def _read_findings(self) -> None:
        self.z_finding_, self.findings_ = np.full(self.z_.shape, np.nan), np.zeros(len(self.symptoms_))
        factory, field = self.factory_.records, self.field_.records
        if not {"text"} <= set(factory) or not {"finding"} <= set(field):
            return
        findings = field["finding"].fillna("").astype(str)
        told = groups_of_findings(findings, factory["text"].fillna("").astype(str), self.factory_.weights)
        read = np.flatnonzero(np.asarray(told.sum(axis=1)) > 0)
        said = self.field_.weights[read]
        product = sharing(np.arange(len(read)), field["product"].iloc[read], len(read)).T
        z = evidence.finding_score(told[read], said, product)
        self.findings_ = np.asarray(said.sum(axis=0))
        self.z_finding_ = np.where(self.findings_[:, None] > 0, z, np.nan)

    def _rank(self, verdicts: pd.DataFrame | None) -> None:
        said = self._verdicts(verdicts)
        size, told = self.field_.weights.sum(axis=0)[:, None], self.findings_[:, None]
        direct = np.nan_to_num(self.z_finding_)
        z = (self.z_ * np.sqrt(size) + direct * np.sqrt(told)) / np.sqrt(np.maximum(size + told, 1e-9))
        features = np.stack([z, self.profile_weight * np.log(self.profile_)], axis=-1)
        self.weights_ = evidence.learned_weights(features[said != 0], said[said != 0] > 0)
        self.scores_ = features @ self.weights_
        self.q_values_ = evidence.false_discovery(z, self.profile_**self.profile_weight)
        possible = (self.profile_ > evidence.PROFILE_FLOOR) | (said != 0) | (direct > 0)
        self.links_ = self._listed(possible, said)

    def _verdicts(self, verdicts: pd.DataFrame | None) -> Ints:
        """1 confirmed, -1 refused, 0 not judged; of groups that are no more, nothing."""
        said = np.zeros(self.z_.shape, dtype=np.int64)
        if verdicts is not None and len(verdicts):
            row = self.symptoms_.get_indexer(pd.Index(verdicts["symptom"]))
            column = self.causes_.get_indexer(pd.Index(verdicts["cause"]))
            word = verdicts["verdict"].map({"confirmed": 1, "refused": -1}).fillna(0).to_numpy(np.int64)
            known = (row >= 0) & (column >= 0)
            said[row[known], column[known]] = word[known]
        return said

    def _listed(self, possible: NDArray[np.bool_], said: Ints) -> pd.DataFrame:
        """The best `top` causes of each symptom; a confirmed one first, a refused one last and never at rank 1."""
        row, column = np.nonzero(possible)
        order = np.lexsort((column, -self.scores_[row, column], -said[row, column], row))
        row, column = row[order], column[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
        only_refused = row[(rank == 1) & (said[row, column] < 0)]
        rank += np.isin(row, only_refused)
        kept = rank <= self.top
        return self._told(row[kept], column[kept], rank[kept], said)

    def _told(self, row: Ints, column: Ints, rank: Ints, said: Ints) -> pd.DataFrame:
        house, at = self.house_, (row, column)
        touched = self.factory_counts_ >= evidence.RECORD
        both = (self.field_counts_ >= evidence.RECORD).T.astype(np.float64) @ touched.astype(np.float64)
        ratios = evidence.mantel_haenszel(self.field_counts_, self.exposure_, touched, house.product)
        values = [self.symptoms_[row], self.causes_[column], rank, self.scores_[at], *(table[at] for table in ratios)]
        values += [self.q_values_[at], both[at].astype(int), self._lags(row, column, touched)]
        values += [self.z_[at], self.profile_[at], self.z_finding_[at], VERDICTS[said[at] + 1]]
        return pd.DataFrame(dict(zip(LINKS, values, strict=True)), columns=LINKS)

    def _lags(self, row: Ints, column: Ints, touched: NDArray[np.bool_]) -> Floats:
        """Median days from the start of a lot to a record of it, over lots that the cause touched and records name."""
        house, field = self.house_, self.field_
        at = pd.Index(house.lots["lot"]).get_indexer(field.records["lot"])
        lag = field.records["day"].to_numpy(float) - np.append(house.started, np.nan)[at]  # -1: no lot named
        weights = sp.csc_array(field.weights)
        found = np.full(len(row), np.nan)
        for number, (symptom, cause) in enumerate(zip(row, column, strict=True)):
            inside = slice(weights.indptr[symptom], weights.indptr[symptom + 1])
            record = weights.indices[inside][weights.data[inside] >= evidence.RECORD]
            record = record[(at[record] >= 0) & ~np.isnan(lag[record])]
            record = record[touched[at[record], cause]]
            found[number] = np.median(lag[record]) if len(record) else np.nan
        return found
