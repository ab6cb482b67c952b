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


def spread(
    cells: pd.DataFrame, shipments: pd.DataFrame, lots: int, delays: Delays, at_once: int = PAIRS_AT_ONCE
) -> Iterator[tuple[slice, sp.csr_array]]:
    """Rows of cells (product, customer, day, sold_day) -> chances over lots; rows sum to 1, or 0 without a shipment.

    Only shipments of the product to the customer up to the day count. Comes in parts, so that memory stays flat.
    """
    known = pd.concat([shipments[["product", "customer"]], cells[["product", "customer"]]], ignore_index=True)
    pair = known.groupby(["product", "customer"]).ngroup().to_numpy()
    order = np.lexsort((shipments["shipped_day"], pair[: len(shipments)]))
    sent, wanted = shipments.iloc[order], pair[len(shipments) :]
    first = np.searchsorted(pair[: len(shipments)][order], wanted)
    latest = 1e6
    stop = np.searchsorted(
        pair[: len(shipments)][order] * latest + sent["shipped_day"].to_numpy(float),
        wanted * latest + cells["day"].to_numpy(float),
        side="right",
    )
    counts = np.maximum(stop - first, 0)
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
