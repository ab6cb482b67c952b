"""Where a customer's record comes from: its lot, or the lots its customer received before, each with its chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TYPICAL_DELAY = 180.0
"""Days from shipment to return before any were seen (METHODS: exposure 1 - exp(-age / 180 d))."""
PRIOR_RECORDS = 20.0
"""How many observed delays the typical one weighs."""
WEEK, WEEKS = 7.0, 215
CELL = ["product", "customer", "day", "sold_day"]
LATEST = 1e6
"""Later than any day since 1970."""
PAIRS_AT_ONCE = 2_000_000
"""Pairs of record and shipment held in memory at a time."""
UNLIKELY = 1e-4
"""A shipment after the date of sale counts only where no other is left: one of the dates is wrong."""


def days(dates: pd.Series) -> Floats:
    """Days since 1970, nan for an unknown date."""
    since = pd.to_datetime(dates) - pd.Timestamp(0)
    return np.asarray(since / pd.Timedelta(days=1), dtype=np.float64)


def delay_density(delays: Floats) -> Floats:
    """Chance of each week of delay from the delays seen (days, nan left out), pulled to an exponential of 180 days."""
    seen = delays[delays >= 0]
    counts = np.histogram(seen, np.arange(WEEKS + 1) * WEEK)[0].astype(np.float64)
    smooth = np.convolve(counts, np.array([1, 2, 3, 2, 1]) / 9, "same")
    prior = np.exp(-np.arange(WEEKS) * WEEK / TYPICAL_DELAY)
    density = smooth + PRIOR_RECORDS * prior / prior.sum()
    return np.asarray(density / density.sum(), dtype=np.float64)


def _by_week(shares: Floats, delays: Floats) -> Floats:
    week = np.clip(np.nan_to_num(delays) // WEEK, 0, len(shares) - 1).astype(np.int64)
    return np.asarray(shares[week], dtype=np.float64)


@dataclass(frozen=True)
class Delays:
    """Chance of each week from shipment to return, and from shipment to sale."""

    returned: Floats
    sold: Floats

    @classmethod
    def seen(cls, field: pd.DataFrame, shipments: pd.DataFrame) -> Delays:
        """From the records whose lot was shipped to their customer."""
        first = shipments.groupby(["lot", "customer"], as_index=False)["shipped_day"].min()
        traced = field[field["lot"] != ""].merge(first, on=["lot", "customer"])
        shipped = traced["shipped_day"].to_numpy(float)
        returned, sold = (traced[column].to_numpy(float) - shipped for column in ("day", "sold_day"))
        return cls(delay_density(returned), delay_density(sold))

    def exposure(self, shipments: pd.DataFrame, lots: int, today: float) -> Floats:
        """Units of each lot that had their time to come back by today: sum of shipped * P(delay <= age)."""
        age = today - shipments["shipped_day"].to_numpy(float)
        matured = _by_week(np.cumsum(self.returned), age) * (age >= 0)
        units = shipments["quantity"].to_numpy(float) * matured
        return np.bincount(shipments["at"], units, minlength=lots).astype(np.float64)

    def chance(self, quantity: Floats, since_shipment: Floats, to_sale: Floats) -> Floats:
        """How likely a unit of this shipment is the one that came back, up to a factor.

        The sale follows the shipment closely, the return does not: a known date of sale tells more.
        """
        by_return = quantity * _by_week(self.returned, since_shipment)
        by_sale = np.where(to_sale >= 0, quantity * _by_week(self.sold, to_sale), UNLIKELY * by_return)
        return np.asarray(np.where(np.isnan(to_sale), by_return, by_sale), dtype=np.float64)


def spread(records: pd.DataFrame, groups: sp.csr_array, shipments: pd.DataFrame, lots: int, delays: Delays) -> Floats:
    """Records of each lot and group where the records name no lot (product, customer, day, sold_day; groups beside).

    Each is shared out over the lots of its product that its customer had received by its day, in the proportions of
    `Delays.chance`; who received nothing counts nowhere. Records that say the same are placed once, in parts, so that
    memory stays flat.
    """
    cell = records.groupby(CELL, dropna=False).ngroup().to_numpy()
    cells = records.drop_duplicates(CELL).sort_values(CELL)[CELL]
    place = (np.ones(len(cell)), (cell, np.arange(len(cell))))
    weights = sp.csr_array(sp.csr_array(place, shape=(len(cells), len(cell))) @ groups)
    counts = np.zeros((lots, groups.shape[1]))
    for part, chances in chances_of_lots(cells, shipments, lots, delays):
        counts += (chances.T @ weights[part]).toarray()
    return counts


def chances_of_lots(
    cells: pd.DataFrame, shipments: pd.DataFrame, lots: int, delays: Delays, at_once: int = PAIRS_AT_ONCE
) -> Iterator[tuple[slice, sp.csr_array]]:
    """Cells x lots in parts of about `at_once` shipments; rows sum to 1, or to 0 where nothing was shipped before."""
    known = pd.concat([shipments[["product", "customer"]], cells[["product", "customer"]]], ignore_index=True)
    pair = known.groupby(["product", "customer"], dropna=False).ngroup().to_numpy()
    bought, wanted = pair[: len(shipments)], pair[len(shipments) :]
    order = np.lexsort((shipments["shipped_day"], bought))
    sent, bought = shipments.iloc[order], bought[order]
    when = bought * LATEST + sent["shipped_day"].to_numpy(float)
    first = np.searchsorted(bought, wanted)
    stop = np.searchsorted(when, wanted * LATEST + cells["day"].to_numpy(float), side="right")
    counts = np.where(cells["day"].isna(), 0, np.maximum(stop - first, 0))
    for part in _parts(counts, at_once):
        row = np.repeat(np.arange(part.stop - part.start), counts[part])
        ahead = np.cumsum(counts[part]) - counts[part]
        shipment = np.arange(len(row)) - np.repeat(ahead - first[part], counts[part])
        yield part, _chances(cells.iloc[part], sent, row, shipment, lots, delays)


def _parts(counts: Ints, at_once: int) -> Iterator[slice]:
    reached, start = np.cumsum(counts), 0
    while start < len(counts):
        done = reached[start - 1] if start else 0
        stop = max(int(np.searchsorted(reached, done + at_once, side="right")), start + 1)
        yield slice(start, stop)
        start = stop


def _chances(
    cells: pd.DataFrame, sent: pd.DataFrame, row: Ints, shipment: Ints, lots: int, delays: Delays
) -> sp.csr_array:
    shipped = sent["shipped_day"].to_numpy(float)[shipment]
    chance = delays.chance(
        sent["quantity"].to_numpy(float)[shipment],
        cells["day"].to_numpy(float)[row] - shipped,
        cells["sold_day"].to_numpy(float)[row] - shipped,
    )
    total = np.bincount(row, chance, minlength=len(cells))[row]
    share = np.divide(chance, total, out=np.zeros_like(chance), where=total > 0)
    at = sent["at"].to_numpy()[shipment]
    return sp.csr_array((share, (row, at)), shape=(len(cells), lots))
