"""Bad units per lot and cause: what the factory finds and what escapes to customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kb.demo import story
from kb.demo.causes import CODES, FACTORY, OTHER_CODE, Cause
from kb.demo.clock import Clock, Floats, Ints, blank
from kb.demo.house import FAMILIES, FIRST_SHARE, MATERIALS, PRODUCTS, SHIFTS, STATIONS
from kb.demo.making import Lots
from kb.demo.speech import Dice, shop_floor

# Bad units per unit made, over all causes of a family.
FAMILY_RATE = {
    "Drive units": 0.138, "Batteries": 0.145, "Chargers": 0.098, "Displays": 0.112, "Lights": 0.096, "Trailers": 0.124,
}  # fmt: skip
# Small: bad units come in bursts, most lots have none of a cause.
BURST = 0.38
MOST_IN_ONE_RECORD = 12
NOISE_SHARE = 0.04
WRONG_CODE_SHARE = 0.20
NO_CODE_SHARE = 0.02
# What looking at one unit costs at each step.
INSPECTION_COST = {"ASSY": 0.18, "TEST": 0.65, "CYCLE": 1.4, "EOL": 0.32}
DISPOSITIONS = ("rework", "scrap", "use as is", "return to supplier")


@dataclass(frozen=True)
class Bad:
    """Units per lot (rows) and cause of FACTORY (columns)."""

    found: Ints
    escaped: Ints


def strike(rng: np.random.Generator, clock: Clock, lots: Lots) -> Bad:
    """Draw the bad units of every lot and who notices them."""
    rates = np.column_stack([_rate(cause, lots, clock) for cause in FACTORY])
    detected = np.tile([cause.detected for cause in FACTORY], (len(lots.start), 1))
    burst = rng.gamma(BURST, 1 / BURST, rates.shape)
    wave = lots.bad(clock)
    column = [cause.key for cause in FACTORY].index("BAL")
    rates[wave, column], detected[wave, column] = story.BAD_LOT_RATE, story.BAD_LOT_DETECTED
    burst[wave, column] = rng.gamma(6.0, 1 / 6.0, int(wave.sum()))
    bad = rng.binomial(lots.planned[:, None], np.minimum(rates * burst, 0.6))
    found = rng.binomial(bad, detected)
    return Bad(found, bad - found)


def _rate(cause: Cause, lots: Lots, clock: Clock) -> Floats:
    weights = {family: sum(c.weight for c in FACTORY if family in c.families) for family in FAMILIES}
    base = np.array([
        FAMILY_RATE[f] * cause.weight / weights[f] if f in cause.families else 0.0 for f in lots.family()
    ])  # fmt: skip
    share = {"supplier": FIRST_SHARE if cause.value == "1" else 1 - FIRST_SHARE, "line": 0.5}
    share["shift"] = SHIFTS.get(cause.value, 0.0)
    base = base / (1 + share[cause.driver] * (cause.multiplier - 1))
    rate = base * np.where(driven(cause.component, cause.driver, cause.value, lots), cause.multiplier, 1.0)
    for event in story.EMERGENCES:
        if event.cause == cause.key:
            touched = driven(cause.component, event.driver, event.value, lots)
            rate = rate * np.where(touched, story.worsening(event, lots.start, clock), 1.0)
    rate = rate * story.relief(cause.key, lots.start, clock)
    return np.asarray(rate * story.drift(lots.start, lots.line == story.DRIFT_LINE, clock))


def driven(component: str, driver: str, value: str, lots: Lots) -> np.ndarray:
    """Which lots the driver touches."""
    if driver == "line":
        return np.asarray(lots.line == value)
    if driver == "shift":
        return np.asarray(lots.shift == value)
    material = next(number for number, row in MATERIALS.items() if row[1] == component)
    return np.asarray(lots.source[material] == int(value) - 1)


def nonconformances(rng: np.random.Generator, clock: Clock, lots: Lots, bad: Bad) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The template `nonconformances` (with helper columns `lot` and `step` for the inspections) and its causes."""
    lot, cause, quantity = _records(rng, bad.found)
    lot, cause, quantity = _with_noise(rng, lot, cause, quantity, len(lots.start))
    minutes = _found_at(rng, lots, lot)
    order = np.argsort(minutes, kind="stable")
    lot, cause, quantity, minutes = lot[order], cause[order], quantity[order], minutes[order]
    step, station = _stations(rng, lots, lot, cause)
    disposition = _dispositions(rng, cause)
    numbers = [f"N{100001 + i}" for i in range(len(lot))]
    products = lots.product[lot]
    skus, costs = np.array([p.sku for p in PRODUCTS]), np.array([p.cost for p in PRODUCTS])
    frame = pd.DataFrame({
        "nonconformance_number": numbers,
        "detected_at": _stamps(clock, minutes),
        "sku": skus[products],
        "lot_number": np.array(lots.number)[lot],
        "work_order_number": "",
        "line": lots.line[lot],
        "shift": lots.shift[lot],
        "station": station,
        "defect_code": _codes(rng, cause),
        "disposition": disposition,
        "quantity": quantity,
        "cost": (quantity * costs[products] * np.select(
            [disposition == "scrap", disposition == "rework"], [1.0, 0.14], 0.0)).round(2),
        "text": _texts(rng, cause),
        "lot": lot,
        "step": step,
    })  # fmt: skip
    return frame, pd.DataFrame({"table": "nonconformances", "record_number": numbers, "cause": _keys(cause)})


def _records(rng: np.random.Generator, found: Ints) -> tuple[Ints, Ints, Ints]:
    """One record per lot and cause; large finds are written down in several."""
    lot, cause = np.nonzero(found)
    units = found[lot, cause]
    parts = np.where(units > MOST_IN_ONE_RECORD, np.ceil(units / MOST_IN_ONE_RECORD), 1).astype(np.int64)
    parts += (units >= 4) & (rng.random(len(units)) < 0.1)
    index = np.repeat(np.arange(len(units)), parts)
    first = np.concatenate([[0], np.cumsum(parts)[:-1]])
    place = np.arange(len(index)) - first[index]
    share = units[index] // parts[index] + (place < units[index] % parts[index])
    return lot[index], cause[index], share


def _with_noise(rng: np.random.Generator, lot: Ints, cause: Ints, units: Ints, lots: int) -> tuple[Ints, Ints, Ints]:
    count = int(NOISE_SHARE * len(lot))
    noisy = rng.integers(0, lots, count)
    return (
        np.concatenate([lot, noisy]),
        np.concatenate([cause, np.full(count, -1)]),
        np.concatenate([units, np.ones(count, dtype=np.int64)]),
    )


def _found_at(rng: np.random.Generator, lots: Lots, lot: Ints) -> Ints:
    """Minutes since day 0, within the lot's time and its shift (A from 6:00, B from 14:00, C from 22:00)."""
    days = lots.start[lot] + np.floor(rng.random(len(lot)) * (lots.end[lot] - lots.start[lot] + 0.999)).astype(np.int64)
    opening = np.select([lots.shift[lot] == "A", lots.shift[lot] == "B"], [360, 840], 1320)
    minute = opening + rng.integers(0, 480, len(lot))
    # After midnight the night shift writes the day of its lot, so that no record is later than the lot.
    return np.asarray(days * 1440 + np.where(minute >= 1440, minute - 1440, minute))


def _stamps(clock: Clock, minutes: Ints) -> list[str]:
    moments = clock.start.astype("datetime64[m]") + minutes.astype("timedelta64[m]")
    return [text.replace("T", " ") for text in np.datetime_as_string(moments, unit="m").tolist()]


def _stations(rng: np.random.Generator, lots: Lots, lot: Ints, cause: Ints) -> tuple[Ints, np.ndarray]:
    """Most causes have a step that usually finds them."""
    steps = np.array([len(STATIONS[family]) for family in lots.family()[lot]])
    usual = np.where(cause >= 0, cause * 7 + 3, 0) % steps
    step = np.where(rng.random(len(lot)) < 0.65, usual, np.floor(rng.random(len(lot)) * steps)).astype(np.int64)
    names = [STATIONS[family][s] for family, s in zip(lots.family()[lot].tolist(), step.tolist(), strict=True)]
    return step, np.array(names)


def _dispositions(rng: np.random.Generator, cause: Ints) -> np.ndarray:
    supplied = np.isin(cause, [i for i, c in enumerate(FACTORY) if c.driver == "supplier"])
    draw = rng.random(len(cause))
    choice = np.select([draw < 0.68, draw < 0.88, draw < 0.94], [0, 1, 2], 3)
    choice = np.where((choice == 3) & ~supplied, 0, choice)
    return np.asarray(np.array(DISPOSITIONS)[np.where(cause < 0, 2, choice)])


def _codes(rng: np.random.Generator, cause: Ints) -> list[str]:
    """The plant's code: wrong for one record in five, sometimes none."""
    right = np.array([*(c.code for c in FACTORY), OTHER_CODE])[cause]
    pool = np.array([*CODES, OTHER_CODE, OTHER_CODE, OTHER_CODE])
    # A draw that hits the right code by chance is moved to the next one, so that wrong means wrong.
    draw = rng.integers(0, len(pool) - 3, len(cause))
    other = np.where(rng.random(len(cause)) < 0.4, OTHER_CODE, pool[draw])
    other = np.where(other == right, pool[(draw + 1) % len(CODES)], other)
    kept = np.where(rng.random(len(cause)) < WRONG_CODE_SHARE, other, right)
    return blank(kept, rng.random(len(cause)) >= NO_CODE_SHARE)


def _texts(rng: np.random.Generator, cause: Ints) -> list[str]:
    dice = Dice(rng)
    return [shop_floor(dice, key) for key in _keys(cause)]


def _keys(cause: Ints) -> list[str]:
    return ["" if c < 0 else FACTORY[c].key for c in cause.tolist()]


def scrapped(records: pd.DataFrame, lots: int) -> Ints:
    """Scrapped units per lot."""
    scrap = records[records["disposition"] == "scrap"]
    return np.bincount(scrap["lot"].to_numpy(), scrap["quantity"].to_numpy(), lots).astype(np.int64)


def inspections(clock: Clock, lots: Lots, records: pd.DataFrame) -> pd.DataFrame:
    """The template `inspections`: per lot and step; what was scrapped at a step does not reach the next."""
    steps = np.array([len(STATIONS[family]) for family in lots.family()])
    lot = np.repeat(np.arange(len(steps)), steps)
    step = np.arange(len(lot)) - np.repeat(np.cumsum(steps) - steps, steps)
    most = int(steps.max())
    place = records["lot"].to_numpy() * most + records["step"].to_numpy()
    rejected = np.bincount(place, records["quantity"].to_numpy(), len(steps) * most).reshape(-1, most)
    scrap = np.where(records["disposition"].to_numpy() == "scrap", records["quantity"].to_numpy(), 0)
    gone = np.bincount(place, scrap, len(steps) * most).reshape(-1, most).cumsum(axis=1)
    before = np.where(step > 0, gone[lot, np.maximum(step - 1, 0)], 0)
    inspected = lots.planned[lot] - before
    names = [STATIONS[family][s] for family, s in zip(lots.family()[lot].tolist(), step.tolist(), strict=True)]
    days = lots.start[lot] + np.round((lots.end - lots.start)[lot] * (step + 1) / steps[lot]).astype(np.int64)
    return pd.DataFrame({
        "inspection_number": [f"I{100001 + i}" for i in range(len(lot))],
        "lot_number": np.array(lots.number)[lot],
        "sku": np.array([p.sku for p in PRODUCTS])[lots.product[lot]],
        "station": names,
        "inspected_on": clock.dates(days),
        "quantity_inspected": inspected.astype(np.int64),
        "quantity_rejected": np.minimum(rejected[lot, step], inspected).astype(np.int64),
        "cost": (inspected * np.array([INSPECTION_COST[name] for name in names])).round(2),
    })  # fmt: skip


def affected(lots: Lots, bad: Bad) -> pd.DataFrame:
    """Truth: per lot and cause the bad units, how many were found and how many escaped."""
    lot, cause = np.nonzero(bad.found + bad.escaped)
    found, escaped = bad.found[lot, cause], bad.escaped[lot, cause]
    keys = np.array([c.key for c in FACTORY])[cause]
    numbers = np.array(lots.number)[lot]
    counts = {"bad": found + escaped, "found": found, "escaped": escaped}
    return pd.DataFrame({"cause": keys, "lot_number": numbers, **counts})
