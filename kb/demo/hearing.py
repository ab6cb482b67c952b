"""Returns and complaints, in the customers' words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kb.demo.causes import CAUSES, FACTORY
from kb.demo.clock import Clock, Ints, blank
from kb.demo.house import PRODUCTS
from kb.demo.selling import Shipped
from kb.demo.speech import Dice, customer, finding
from kb.demo.troubles import NOISE, Troubles

NO_LOT_RETURN, NO_LOT_COMPLAINT = 0.40, 0.70
NO_CUSTOMER_RETURN = 0.03
ORDER_KNOWN = 0.30
SOLD_KNOWN = 0.72
INSPECTED = 0.46
NO_TROUBLE_FOUND = 0.13
CHANNELS = ("phone", "e-mail", "dealer portal", "web form", "field service")
CHANNEL_SHARES = (0.30, 0.34, 0.22, 0.10, 0.04)
REASONS = ("defective", "damaged", "not as described", "incomplete", "wrong item", "changed mind", "other")
_USUAL_REASON = {"PKG": "damaged", "MAN": "incomplete", "": "changed mind"}
KEYS = [*(cause.key for cause in CAUSES), ""]


def returns(
    rng: np.random.Generator, clock: Clock, troubles: Troubles, shipped: Shipped, sold: pd.DataFrame,
    regions: list[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The template `returns` and its causes; `sold` is the template `shipments`."""
    at = np.flatnonzero(troubles.is_return)
    shipment, cause, count = troubles.shipment[at], troubles.cause[at], len(at)
    of = sold.iloc[shipment].reset_index(drop=True)
    quantity = 1 + (rng.random(count) < 0.13) * rng.integers(1, 4, count)
    named = rng.random(count) >= NO_CUSTOMER_RETURN
    ordered = (rng.random(count) < ORDER_KNOWN) & named
    inspected, nothing, found = _inspected(rng, cause)
    number = [f"R{100001 + i}" for i in range(count)]
    paid = of["amount"].to_numpy() / of["quantity"].to_numpy() * quantity * (rng.random(count) < 0.86) * ~nothing
    frame = pd.DataFrame({
        "return_number": number,
        "returned_on": clock.dates(troubles.day[at]),
        "sku": of["sku"],
        "customer_number": blank(of["customer_number"].to_numpy(str), named),
        "lot_number": blank(of["lot_number"].to_numpy(str), rng.random(count) >= NO_LOT_RETURN),
        "order_number": blank(of["order_number"].to_numpy(str), ordered),
        "line_number": blank(of["line_number"].to_numpy(str), ordered),
        "sold_on": blank(clock.dates(troubles.sold[at]), rng.random(count) < SOLD_KNOWN),
        "region": blank(np.array(regions)[shipped.customer[shipment]], ~named),
        "quantity": quantity,
        "credit": paid.round(2),
        "reason": _reasons(rng, cause),
        "finding": found,
        "is_no_trouble_found": ["" if not i else "yes" if n else "no" for i, n in zip(inspected, nothing, strict=True)],
        "text": _texts(rng, cause, shipped.product[shipment]),
    })  # fmt: skip
    return frame, _truth("returns", number, cause)


def _inspected(rng: np.random.Generator, cause: Ints) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Which returns were inspected, where nothing was found, and the finding in the factory's words."""
    dice = Dice(rng, 5_000)
    ours = (cause >= 0) & (cause < len(FACTORY))
    inspected = rng.random(len(cause)) < np.where(ours, INSPECTED, 0.15)
    nothing = inspected & (rng.random(len(cause)) < np.where(ours, NO_TROUBLE_FOUND, 0.9))
    seen = inspected & ~nothing & ours
    return inspected, nothing, [finding(dice, KEYS[c]) if s else "" for c, s in zip(cause, seen, strict=True)]


def _reasons(rng: np.random.Generator, cause: Ints) -> list[str]:
    usual = np.array([_USUAL_REASON.get(KEYS[c], "defective") for c in cause.tolist()])
    other = np.array(REASONS)[rng.integers(0, len(REASONS), len(cause))]
    return [str(reason) for reason in np.where(rng.random(len(cause)) < 0.22, other, usual)]


def complaints(
    rng: np.random.Generator, clock: Clock, troubles: Troubles, shipped: Shipped, sold: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The template `complaints` and its causes; some belong to a return."""
    at = np.flatnonzero(troubles.is_complaint)
    shipment, cause, count = troubles.shipment[at], troubles.cause[at], len(at)
    of = sold.iloc[shipment].reset_index(drop=True)
    return_number = np.array([f"R{100000 + i}" for i in np.cumsum(troubles.is_return)])[at]
    day = np.maximum(troubles.day[at] - rng.integers(0, 6, count), shipped.day[shipment] + 1)
    answered = day + np.ceil(rng.lognormal(2.0, 0.75, count)).astype(np.int64)
    closed = (answered <= clock.last_day) & (rng.random(count) < 0.975)
    number = np.array([f"K{100001 + i}" for i in range(count)])
    frame = pd.DataFrame({
        "complaint_number": number,
        "received_on": clock.dates(day),
        "channel": rng.choice(CHANNELS, count, p=CHANNEL_SHARES),
        "sku": of["sku"],
        "customer_number": of["customer_number"],
        "lot_number": blank(of["lot_number"].to_numpy(str), rng.random(count) >= NO_LOT_COMPLAINT),
        "return_number": blank(return_number, troubles.is_return[at] & (rng.random(count) < 0.8)),
        "severity": _severity(rng, cause),
        "closed_on": blank(clock.dates(answered), closed),
        "text": _texts(rng, cause, shipped.product[shipment]),
    })  # fmt: skip
    return frame, _truth("complaints", number.tolist(), cause)


def _severity(rng: np.random.Generator, cause: Ints) -> Ints:
    usual = np.array([*(c.severity for c in CAUSES), 1])[cause]
    return np.asarray(np.clip(usual + rng.choice([-1, 0, 1], len(cause), p=[0.25, 0.6, 0.15]), 1, 5))


def _texts(rng: np.random.Generator, cause: Ints, product: Ints) -> list[str]:
    dice = Dice(rng)
    things = [p.thing for p in PRODUCTS]
    return [customer(dice, KEYS[c], things[p]) for c, p in zip(cause.tolist(), product.tolist(), strict=True)]


def _truth(table: str, numbers: list[str], cause: Ints) -> pd.DataFrame:
    keys = ["" if c == NOISE else KEYS[c] for c in cause.tolist()]
    return pd.DataFrame({"table": table, "record_number": numbers, "cause": keys})
