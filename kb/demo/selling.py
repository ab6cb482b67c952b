"""Orders with requested and promised days, shipments first in first out by lot, stock at the end of months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kb.demo.clock import Clock, Floats, Ints, blank
from kb.demo.house import MATERIALS, PRODUCTS, SITES, customer_weights
from kb.demo.making import Lots

LINES_A_WEEK = 5.4
CANCELLED_SHARE = 0.012
NO_PROMISE_SHARE = 0.03
SLIP_SHARE = 0.055


@dataclass(frozen=True)
class Shipped:
    """One entry per shipment, as numbers; `line` points into the order lines, `lot` into the lots."""

    line: Ints
    lot: Ints
    customer: Ints
    product: Ints
    quantity: Ints
    day: Ints
    delivered: Ints
    number: list[str]


def order_lines(rng: np.random.Generator, clock: Clock, ordered: Floats, customers: pd.DataFrame) -> pd.DataFrame:
    """The template `order_lines`, with helper columns in whole numbers (customer, product, ready, cancelled)."""
    week, product = (index.ravel() for index in np.indices(ordered.shape))
    counts = np.where(ordered.ravel() > 0, np.maximum(rng.poisson(LINES_A_WEEK, ordered.size), 1), 0)
    cell = np.repeat(np.arange(ordered.size), counts)
    customer = _buyers(rng, product[cell], customer_weights(rng, customers))
    share = rng.gamma(1.6, 1.0, len(cell))
    quantity = np.maximum(np.round(ordered.ravel()[cell] * share / np.bincount(cell, share)[cell]), 1).astype(np.int64)
    frame = pd.DataFrame({"week": week[cell], "product": product[cell], "customer": customer, "quantity": quantity})
    frame = frame.sort_values(["week", "customer", "product"], kind="stable", ignore_index=True)
    return _dated(rng, clock, frame, customers)


def _buyers(rng: np.random.Generator, product: Ints, weights: Floats) -> Ints:
    edges = weights.cumsum(axis=0)
    draw = rng.random(len(product))
    return np.asarray(np.minimum((draw[None, :] > edges[:, product]).sum(axis=0), len(weights) - 1))


def _dated(rng: np.random.Generator, clock: Clock, frame: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    order = frame.groupby(["week", "customer"], sort=True).ngroup().to_numpy()
    orders, count = int(order.max()) + 1, len(frame)
    ordered = np.minimum(frame["week"].to_numpy() * 7 + rng.integers(0, 5, orders)[order], clock.last_day)
    requested = ordered + rng.integers(6, 27, orders)[order]
    promised = requested + np.where(rng.random(count) < 0.2, rng.integers(2, 9, count), 0)
    slip = np.where(rng.random(count) < SLIP_SHARE, rng.integers(2, 15, count), -rng.integers(0, 4, count))
    prices = np.array([p.price for p in PRODUCTS])[frame["product"].to_numpy()]
    discount = 1 - 0.06 * (frame["quantity"].to_numpy() > 40)
    cancelled = rng.random(count) < CANCELLED_SHARE
    return frame.assign(
        order_number=np.array([f"SO-{i + 30001}" for i in range(orders)])[order],
        customer_number=customers["customer_number"].to_numpy()[frame["customer"].to_numpy()],
        ordered_on=clock.dates(ordered),
        line_number=frame.groupby(order).cumcount() + 1,
        sku=np.array([p.sku for p in PRODUCTS])[frame["product"].to_numpy()],
        amount=(frame["quantity"].to_numpy() * prices * discount).round(2),
        requested_on=clock.dates(requested),
        promised_on=blank(clock.dates(promised), rng.random(count) >= NO_PROMISE_SHARE),
        is_cancelled=np.where(cancelled, "yes", "no"),
        cancelled=cancelled,
        ready=np.maximum(promised + slip, ordered + 1),
    )


def ship(rng: np.random.Generator, clock: Clock, lots: Lots, good: Ints, lines: pd.DataFrame) -> Shipped:
    """Each product leaves first in, first out: a line takes the oldest lots that are left, when both are ready."""
    parts = [_ship_product(p, lots, good, lines) for p in range(len(PRODUCTS))]
    line, lot, quantity, day = (np.concatenate(column) for column in zip(*parts, strict=True))
    day = np.where((clock.start.astype(int) + day + 3) % 7 == 6, day + 1, day)  # nothing leaves on a Sunday
    keep = day <= clock.last_day
    line, lot, quantity, day = line[keep], lot[keep], quantity[keep], day[keep]
    order = np.lexsort((line, day))
    line, lot, quantity, day = line[order], lot[order], quantity[order], day[order]
    return Shipped(
        line=line, lot=lot, quantity=quantity, day=day,
        customer=lines["customer"].to_numpy()[line],
        product=lines["product"].to_numpy()[line],
        delivered=day + rng.integers(1, 6, len(day)),
        number=[f"SH{100001 + i}" for i in range(len(day))],
    )  # fmt: skip


def _ship_product(product: int, lots: Lots, good: Ints, lines: pd.DataFrame) -> tuple[Ints, Ints, Ints, Ints]:
    mine = np.flatnonzero((lots.product == product) & (good > 0))
    mine = mine[np.argsort(lots.end[mine], kind="stable")]
    wanted = lines.index[(lines["product"] == product) & ~lines["cancelled"]].to_numpy()
    ready, quantity = lines["ready"].to_numpy(), lines["quantity"].to_numpy()
    wanted = wanted[np.argsort(ready[wanted], kind="stable")]
    supply, needed = np.cumsum(good[mine]), np.cumsum(quantity[wanted])
    edges = np.unique(np.concatenate([supply, needed]))
    edges = edges[edges <= min(supply[-1], needed[-1])]
    pieces = np.diff(edges, prepend=0)
    line = wanted[np.searchsorted(needed, edges)]
    lot = mine[np.searchsorted(supply, edges)]
    return line, lot, pieces, np.maximum(ready[line], lots.end[lot] + 1)


def shipments(clock: Clock, lots: Lots, lines: pd.DataFrame, shipped: Shipped) -> pd.DataFrame:
    """The template `shipments`."""
    taken = lines.iloc[shipped.line].reset_index(drop=True)
    return pd.DataFrame({
        "shipment_number": shipped.number,
        "order_number": taken["order_number"],
        "line_number": taken["line_number"],
        "customer_number": taken["customer_number"],
        "sku": taken["sku"],
        "lot_number": np.array(lots.number)[shipped.lot],
        "quantity": shipped.quantity,
        "amount": (taken["amount"] / taken["quantity"] * shipped.quantity).round(2),
        "shipped_on": clock.dates(shipped.day),
        "delivered_on": blank(clock.dates(shipped.delivered), shipped.delivered <= clock.last_day),
    })  # fmt: skip


def stock_levels(rng: np.random.Generator, clock: Clock, lots: Lots, good: Ints, shipped: Shipped) -> pd.DataFrame:
    """The template `stock_levels`: per article what was made less what left; materials at a level of some weeks."""
    ends = [day - 1 for day in clock.month_starts(1)[1:]]
    count = len(PRODUCTS)
    frames = []
    for day in ends:
        in_ = np.bincount(lots.product, good * (lots.end <= day), count)
        out = np.bincount(shipped.product, shipped.quantity * (shipped.day <= day), count)
        frames.append(_products_at(clock.date(day), (in_ - out).astype(np.int64)))
        frames.append(_materials_at(rng, clock.date(day), lots, day))
    return pd.concat(frames, ignore_index=True)


def _products_at(date: str, quantity: Ints) -> pd.DataFrame:
    rows = [
        (f"{p.site}-{p.sku}-{date}", p.sku, "", p.site, date, units, round(units * p.cost, 2))
        for p, units in zip(PRODUCTS, quantity.tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=_STOCK)


_STOCK = ["stock_number", "sku", "material_number", "location", "counted_on", "quantity", "amount"]


def _materials_at(rng: np.random.Generator, date: str, lots: Lots, day: int) -> pd.DataFrame:
    recent = (lots.start > day - 28) & (lots.start <= day)
    families, rows = lots.family(), []
    for number, (_, _, _, price, uses) in MATERIALS.items():
        pieces = np.array([uses.get(family, 0) for family in families[recent]])
        quantity = int((pieces * lots.planned[recent]).sum() / 4 * rng.uniform(1.5, 3.5))
        site = list(SITES)[0 if "Batteries" in uses or "Drive units" in uses else 1]
        rows.append((f"{site}-{number}-{date}", "", number, site, date, quantity, round(quantity * price, 2)))
    return pd.DataFrame(rows, columns=_STOCK)
