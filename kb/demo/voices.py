"""Feedback with praise too, requests, and the recall."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kb.demo import story
from kb.demo.causes import KEYS
from kb.demo.clock import Clock, Ints
from kb.demo.house import PRODUCTS
from kb.demo.making import Lots
from kb.demo.selling import Shipped
from kb.demo.speech import WISHES, Dice, customer, lukewarm, praise, wish
from kb.demo.troubles import Troubles

FEEDBACK_A_WEEK = 11.0
SURVEYS = {"NPS": ("survey", 0.55), "CSAT": ("survey", 0.28), "review": ("web", 0.17)}
REQUESTS_A_WEEK = 0.9
REQUEST_KINDS = ("wish", "lost order", "change of specification")
WISHES_TOLD = 17


def feedback(
    rng: np.random.Generator, clock: Clock, shipped: Shipped, troubles: Troubles, customers: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The template `feedback` and its causes; who had trouble scores low and says why."""
    count = int(FEEDBACK_A_WEEK * (clock.weeks - 4))
    shipment = rng.choice(len(shipped.line), count)
    day = shipped.delivered[shipment] + rng.integers(3, 60, count)
    order = np.flatnonzero(day <= clock.last_day)[np.argsort(day[day <= clock.last_day], kind="stable")]
    shipment, day = shipment[order], day[order]
    cause = _remembered(rng, shipped, troubles, shipment, day)
    kind = rng.choice(list(SURVEYS), len(day), p=[share for _, share in SURVEYS.values()])
    mood = np.where(cause >= 0, rng.normal(3.6, 1.8, len(day)), rng.normal(8.75, 1.35, len(day)))
    score = np.where(kind == "NPS", np.clip(np.round(mood), 0, 10), np.clip(np.round(mood / 2), 1, 5)).astype(int)
    number = [f"F{10001 + i}" for i in range(len(day))]
    frame = pd.DataFrame({
        "feedback_number": number,
        "received_on": clock.dates(day),
        "kind": kind,
        "channel": [SURVEYS[k][0] for k in kind],
        "sku": np.array([p.sku for p in PRODUCTS])[shipped.product[shipment]],
        "customer_number": np.array(customers)[shipped.customer[shipment]],
        "score": score,
        "text": _said(rng, kind, mood, cause, shipped.product[shipment]),
    })  # fmt: skip
    told = [KEYS[c] if c >= 0 and text else "" for c, text in zip(cause.tolist(), frame["text"], strict=True)]
    return frame, pd.DataFrame({"table": "feedback", "record_number": number, "cause": told})


def _remembered(rng: np.random.Generator, shipped: Shipped, troubles: Troubles, shipment: Ints, day: Ints) -> Ints:
    """The last trouble that the customer had with the product in the half year before, if it still hurts; else -1."""
    products = len(PRODUCTS)
    at = shipped.customer[troubles.shipment] * products + shipped.product[troubles.shipment]
    asked = shipped.customer[shipment] * products + shipped.product[shipment]
    stamp = at * 100_000 + troubles.day
    order = np.argsort(stamp, kind="stable")
    place = np.searchsorted(stamp[order], asked * 100_000 + day, side="right") - 1
    last = order[np.maximum(place, 0)]
    recent = (place >= 0) & (at[last] == asked) & (day - troubles.day[last] < 180)
    hurts = recent & (rng.random(len(day)) < 0.24)
    return np.where(hurts, troubles.cause[last], -1)


def _said(rng: np.random.Generator, kind: np.ndarray, mood: np.ndarray, cause: Ints, product: Ints) -> list[str]:
    dice, texts = Dice(rng, 10_000), []
    for name, feeling, why, what in zip(kind.tolist(), mood.tolist(), cause.tolist(), product.tolist(), strict=True):
        silent = dice.roll() < (0.0 if name == "review" else 0.5)
        thing = PRODUCTS[what].thing
        if silent:
            texts.append("")
        elif why >= 0:
            texts.append(customer(dice, KEYS[why], thing))
        else:
            texts.append(praise(dice, thing) if feeling > 7.5 else lukewarm(dice))
    return texts


def requests(rng: np.random.Generator, clock: Clock, customers: pd.DataFrame) -> pd.DataFrame:
    """The template `requests`: a little of everything, and one wish that several customers voice at the end."""
    usual = int(REQUESTS_A_WEEK * clock.weeks)
    themes = [theme for theme in WISHES if theme != story.WISH]
    first = clock.before_end(story.WISH_WEEKS)
    day = np.concatenate([
        rng.integers(10, clock.last_day, usual),
        # Voiced more often towards the end.
        first + np.floor(np.sqrt(rng.random(WISHES_TOLD)) * (clock.last_day - first)).astype(np.int64),
    ])  # fmt: skip
    theme = [*rng.choice(themes, usual).tolist(), *[story.WISH] * WISHES_TOLD]
    dice = Dice(rng, 1_000)
    rows = [_request(dice, clock, d, t, i, customers) for i, (d, t) in enumerate(zip(day, theme, strict=True))]
    frame = pd.DataFrame(rows).sort_values(["received_on", "customer_number"], kind="stable", ignore_index=True)
    frame.insert(0, "request_number", [f"W{1001 + i}" for i in range(len(frame))])
    return frame


_ASKED_OF = {"van": "CHG", "colour": "PWR", "range": "PWR", "light": "LUX", "display": "DSP", "trailer": "TRL"}


def _request(dice: Dice, clock: Clock, day: int, theme: str, place: int, customers: pd.DataFrame) -> dict[str, object]:
    fitting = [p for p in PRODUCTS if p.sku.startswith(_ASKED_OF.get(theme, ""))]
    article = fitting[int(dice.roll() * len(fitting))]
    # Every customer once before one speaks twice, so that the wish is really several customers'.
    who = (place * 11) % len(customers) if theme == story.WISH else int(dice.roll() * len(customers))
    quantity = 5 * int(5 + 55 * dice.roll())
    kind = REQUEST_KINDS[int(np.searchsorted([0.68, 0.85], dice.roll()))]
    return {
        "received_on": clock.date(day),
        "kind": kind,
        "sku": article.sku,
        "customer_number": customers["customer_number"].iloc[who],
        "quantity": quantity,
        "amount": round(quantity * article.price, 2),
        "text": wish(dice, theme, article.thing),
    }


def recalls(clock: Clock, lots: Lots, good: Ints) -> pd.DataFrame:
    """The template `recalls`: the couplings of the bad weeks."""
    event = next(e for e in story.EMERGENCES if e.cause == story.RECALL_CAUSE)
    skus = np.array([p.sku for p in PRODUCTS])[lots.product]
    weeks = (lots.start >= clock.before_end(event.start)) & (lots.start < clock.before_end(event.stop))
    units = int(good[weeks & (skus == "TRL-2") & (lots.source["M-HIT"] == int(event.value) - 1)].sum())
    started = clock.date(clock.before_end(story.RECALL_WEEK))
    text = "Coupling may open while riding; spring of the latch too weak"
    row = ("RC-2025-1", started, "TRL-2", "", "I", units, text)
    names = "recall_number started_on sku lot_number severity quantity text"
    return pd.DataFrame([row], columns=names.split())
