"""Which bad units customers meet, when, and whether they send them back, complain or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.demo.causes import CAUSES, CUSTOMER_ONLY, FACTORY
from kb.demo.clock import Clock, Floats, Ints
from kb.demo.faults import Bad
from kb.demo.house import PRODUCTS
from kb.demo.making import Lots
from kb.demo.selling import Shipped

# Days on a dealer's or bicycle maker's shelf before the rider has it.
SHELF_DAYS = 16
RETURNED, COMPLAINED, BOTH = 0.36, 0.23, 0.08
CUSTOMER_ONLY_RATE = {"APP": 0.0042, "MAN": 0.0052, "PKG": 0.0010}
NOISE_SHARE = 0.16
NOISE = -1


@dataclass(frozen=True)
class Troubles:
    """One entry per unit that somebody hears of. `cause` points into CAUSES, -1 where there is none."""

    shipment: Ints
    cause: Ints
    sold: Ints
    day: Ints
    is_return: npt.NDArray[np.bool_]
    is_complaint: npt.NDArray[np.bool_]


def happen(
    rng: np.random.Generator, clock: Clock, lots: Lots, good: Ints, bad: Bad, shipped: Shipped, segments: list[str],
    regions: list[str],
) -> Troubles:  # fmt: skip
    """Every trouble that comes to light before the data end, in order of its day."""
    escaped = _escaped(rng, lots, good, bad, shipped)
    own = _customers_own(rng, shipped, segments, regions)
    shipment, cause = (np.concatenate(pair) for pair in zip(escaped, own, strict=True))
    extra = int(NOISE_SHARE * len(shipment) * (RETURNED + COMPLAINED - BOTH) * 0.72)
    chance = shipped.quantity / shipped.quantity.sum()
    noise_at = rng.choice(len(shipped.line), extra, p=chance)
    draw = rng.random(len(shipment) + extra)
    draw[len(shipment) :] *= RETURNED + COMPLAINED - BOTH
    shipment = np.concatenate([shipment, noise_at])
    cause = np.concatenate([cause, np.full(extra, NOISE)])
    sold = shipped.delivered[shipment] + np.floor(rng.exponential(SHELF_DAYS, len(shipment))).astype(np.int64)
    day = sold + np.ceil(_delay(rng, cause)).astype(np.int64)
    heard = (day <= clock.last_day) & (draw < RETURNED + COMPLAINED - BOTH)
    order = np.flatnonzero(heard)[np.argsort(day[heard], kind="stable")]
    return Troubles(
        shipment[order], cause[order], sold[order], day[order],
        is_return=draw[order] < RETURNED,
        is_complaint=draw[order] >= RETURNED - BOTH,
    )  # fmt: skip


def _escaped(rng: np.random.Generator, lots: Lots, good: Ints, bad: Bad, shipped: Shipped) -> tuple[Ints, Ints]:
    """A shipment for each escaped unit, if its lot has left the stock by then; and its cause."""
    lot, cause = np.nonzero(bad.escaped)
    units = bad.escaped[lot, cause]
    lot, cause = np.repeat(lot, units), np.repeat(cause, units)
    by_lot = np.argsort(shipped.lot, kind="stable")
    edges = np.cumsum(shipped.quantity[by_lot])
    sent = np.bincount(shipped.lot, shipped.quantity, len(lots.start))
    before = np.concatenate([[0], np.cumsum(sent)[:-1]])
    place = rng.random(len(lot)) * good[lot]
    gone = place < sent[lot]
    shipment = by_lot[np.searchsorted(edges, before[lot][gone] + place[gone], side="right")]
    return shipment, cause[gone]


def _customers_own(
    rng: np.random.Generator, shipped: Shipped, segments: list[str], regions: list[str]
) -> tuple[Ints, Ints]:
    """Troubles that no factory test could see: transport, papers, the app."""
    families = np.array([p.family for p in PRODUCTS])[shipped.product]
    found: list[tuple[Ints, Ints]] = []
    for place, cause in enumerate(CUSTOMER_ONLY, start=len(FACTORY)):
        where = np.array(segments if cause.driver == "segment" else regions)[shipped.customer] == cause.value
        rate = CUSTOMER_ONLY_RATE[cause.key] * np.isin(families, cause.families) * np.where(where, cause.multiplier, 1)
        units = rng.binomial(shipped.quantity, rate)
        shipment = np.repeat(np.arange(len(units)), units)
        found.append((shipment, np.full(len(shipment), place)))
    shipment_, cause_ = (np.concatenate(column) for column in zip(*found, strict=True))
    return shipment_, cause_


def _delay(rng: np.random.Generator, cause: Ints) -> Floats:
    """Days from the sale to the trouble."""
    shape = np.array([*(c.shape for c in CAUSES), 1.0])[cause]
    scale = np.array([*(c.scale for c in CAUSES), 30.0])[cause]
    return np.asarray(scale * rng.weibull(shape))
