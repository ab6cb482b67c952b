"""Lots on lines and shifts, the supplier lots that went into them, goods in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kb.demo import story
from kb.demo.clock import Clock, Floats, Ints
from kb.demo.house import FIRST_SHARE, FIRST_SHARE_OF, MATERIALS, PRODUCTS, SHIFTS, suppliers_of
from kb.demo.planning import LOTS_A_WEEK

SUPPLIER_LOT_DAYS = 21
# Boards come in larger lots, so that one bad one matters.
DAYS_OF = {story.BAD_MATERIAL: story.BAD_LOT_DAYS}


@dataclass(frozen=True)
class Lots:
    """One entry per lot, in order of start. `source` is per material the supplier (0, 1) or -1 where it is not used."""

    number: list[str]
    product: Ints
    line: npt.NDArray[np.str_]
    shift: npt.NDArray[np.str_]
    start: Ints
    end: Ints
    planned: Ints
    source: dict[str, Ints]
    supplier_lot: dict[str, Ints]

    def family(self) -> npt.NDArray[np.str_]:
        return np.array([p.family for p in PRODUCTS])[self.product]

    def bad(self, clock: Clock) -> npt.NDArray[np.bool_]:
        """Lots that hold the bad supplier lot."""
        material = story.BAD_MATERIAL
        return np.asarray((self.source[material] == 0) & (self.supplier_lot[material] == bad_period(clock)))


def bad_period(clock: Clock) -> int:
    """Running number of the bad supplier lot."""
    return clock.before_end(story.BAD_LOT_WEEK) // story.BAD_LOT_DAYS


def make(rng: np.random.Generator, clock: Clock, built: Floats) -> Lots:
    """Cut the builds into lots and give each its line, shift and supplier lots."""
    product, week, planned = _cut(rng, built)
    start = np.minimum(week * 7 + rng.integers(0, 5, len(week)), clock.last_day - 3)
    order = np.argsort(start, kind="stable")
    product, start, planned = product[order], start[order], planned[order]
    source, supplier_lot = _sources(rng, product, start)
    chance = rng.random(len(product)).tolist()
    lines = [PRODUCTS[p].lines[int(u * len(PRODUCTS[p].lines))] for p, u in zip(product.tolist(), chance, strict=True)]
    return Lots(
        number=_numbers(clock, start),
        product=product,
        line=np.array(lines),
        shift=rng.choice(list(SHIFTS), len(product), p=list(SHIFTS.values())),
        start=start,
        end=start + rng.integers(1, 4, len(start)),
        planned=planned,
        source=source,
        supplier_lot=supplier_lot,
    )


def _cut(rng: np.random.Generator, built: Floats) -> tuple[Ints, Ints, Ints]:
    rows: list[tuple[int, int, int]] = []
    carried = np.zeros(len(PRODUCTS))
    size = np.array([p.weekly for p in PRODUCTS]) / LOTS_A_WEEK
    for week in range(len(built)):
        carried += built[week]
        for product in np.flatnonzero(carried >= size).tolist():
            while carried[product] >= size[product]:
                quantity = int(size[product] * rng.uniform(0.88, 1.12))
                rows.append((product, week, quantity))
                carried[product] -= quantity
    product_, week_, planned_ = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return product_, week_, planned_


def _numbers(clock: Clock, start: Ints) -> list[str]:
    years = [date[2:4] for date in clock.dates(start).tolist()]
    counts: dict[str, int] = {}
    numbers = []
    for year in years:
        counts[year] = counts.get(year, 100) + 1
        numbers.append(f"L{year}-{counts[year]}")
    return numbers


def _sources(rng: np.random.Generator, product: Ints, start: Ints) -> tuple[dict[str, Ints], dict[str, Ints]]:
    families = np.array([p.family for p in PRODUCTS])[product]
    source, supplier_lot = {}, {}
    for material, (*_, uses) in MATERIALS.items():
        second = (rng.random(len(product)) > FIRST_SHARE_OF.get(material, FIRST_SHARE)).astype(np.int64)
        source[material] = np.where(np.isin(families, list(uses)), second, -1)
        supplier_lot[material] = start // DAYS_OF.get(material, SUPPLIER_LOT_DAYS)
    return source, supplier_lot


def supplier_lot_number(clock: Clock, material: str, source: int, period: int) -> str:
    """Such as KV-2547: letters of the supplier, year and week of its making."""
    place = 2 * list(MATERIALS).index(material) + source
    letters = chr(65 + (place * 7) % 26) + chr(65 + (place * 11 + 3) % 26)
    day = period * DAYS_OF.get(material, SUPPLIER_LOT_DAYS) - 12
    year, week, _ = pd.Timestamp(clock.start + np.timedelta64(day, "D")).isocalendar()
    return f"{letters}-{year % 100:02d}{week:02d}"


def lot_materials(clock: Clock, lots: Lots) -> pd.DataFrame:
    """The template `lot_materials`."""
    frames = []
    families, numbers = lots.family(), np.array(lots.number)
    for material, (*_, uses) in MATERIALS.items():
        used = lots.source[material] >= 0
        pieces = np.array([uses.get(family, 0) for family in families[used]])
        frames.append(pd.DataFrame({
            "lot_number": numbers[used],
            "material_number": material,
            "supplier_number": np.array(suppliers_of(material))[lots.source[material][used]],
            "source": lots.source[material][used],
            "period": lots.supplier_lot[material][used],
            "quantity": pieces * lots.planned[used],
        }))  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    keys = frame[["material_number", "source", "period"]].drop_duplicates()
    keys["supplier_lot_number"] = [
        supplier_lot_number(clock, m, s, p) for m, s, p in keys.itertuples(index=False, name=None)
    ]
    return frame.merge(keys, on=["material_number", "source", "period"], how="left")


def receipts(rng: np.random.Generator, clock: Clock, used: pd.DataFrame) -> pd.DataFrame:
    """The template `purchase_receipts`: one per supplier lot, a little more than was used of it."""
    by = ["material_number", "source", "period", "supplier_number", "supplier_lot_number"]
    lots = used.groupby(by, sort=True, as_index=False)["quantity"].sum()
    count = len(lots)
    days = np.array([DAYS_OF.get(material, SUPPLIER_LOT_DAYS) for material in lots["material_number"]])
    due = lots["period"].to_numpy() * days - 8
    received = due + np.where(rng.random(count) < 0.16, rng.integers(1, 6, count), -rng.integers(0, 4, count))
    quantity = np.ceil(lots["quantity"].to_numpy() * rng.uniform(1.01, 1.06, count))
    refused = np.where(rng.random(count) < 0.3, rng.uniform(0.002, 0.05, count), 0.0)
    price = np.array([MATERIALS[material][3] for material in lots["material_number"]])
    frame = pd.DataFrame({
        "receipt_number": "",
        "supplier_number": lots["supplier_number"],
        "material_number": lots["material_number"],
        "supplier_lot_number": lots["supplier_lot_number"],
        "ordered_on": clock.dates(due - rng.integers(30, 70, count)),
        "due_on": clock.dates(due),
        "received_on": clock.dates(received),
        "quantity_ordered": quantity,
        "quantity_received": quantity,
        "quantity_rejected": np.floor(quantity * refused),
        "unit_cost": (price * rng.uniform(0.96, 1.05, count)).round(3),
    })  # fmt: skip
    frame = frame.sort_values(["received_on", "material_number", "supplier_number"], ignore_index=True)
    frame["receipt_number"] = [f"PR-{1000 + i}" for i in range(count)]
    return frame


def lot_tables(rng: np.random.Generator, clock: Clock, lots: Lots, scrapped: Ints) -> dict[str, pd.DataFrame]:
    """The templates `lots` and `work_orders`; an order covers the lots of one product on one line in one week."""
    skus = np.array([p.sku for p in PRODUCTS])
    frame = pd.DataFrame({"sku": skus[lots.product], "line": lots.line, "week": lots.start // 7})
    orders = frame.groupby(["week", "sku", "line"], sort=True).ngroup()
    good = lots.planned - scrapped
    frame = frame.assign(
        lot_number=lots.number, order=orders, shift=lots.shift, quantity_planned=lots.planned, quantity_good=good,
        quantity_scrapped=scrapped, start=lots.start, end=lots.end,
    )  # fmt: skip
    frame["work_order_number"] = [f"WO-{20001 + i}" for i in orders]
    frame["started_on"], frame["ended_on"] = clock.dates(lots.start), clock.dates(lots.end)
    frame["status"] = "closed"
    names = "lot_number sku work_order_number line shift quantity_planned quantity_good quantity_scrapped"
    return {
        "lots": frame[[*names.split(), "started_on", "ended_on", "status"]],
        "work_orders": _work_orders(rng, clock, frame),
    }


def _work_orders(rng: np.random.Generator, clock: Clock, lots: pd.DataFrame) -> pd.DataFrame:
    sums = {"quantity_planned": "sum", "quantity_good": "sum", "quantity_scrapped": "sum", "start": "min", "end": "max"}
    orders = lots.groupby(["work_order_number", "sku", "line"], sort=True, as_index=False).agg(sums)
    due = orders["end"].to_numpy() + rng.choice([-1, 0, 1, 2, 3], len(orders), p=[0.07, 0.2, 0.33, 0.25, 0.15])
    orders["started_on"] = clock.dates(orders["start"].to_numpy())
    orders["ended_on"] = clock.dates(orders["end"].to_numpy())
    orders["due_on"] = clock.dates(due)
    return orders.drop(columns=["start", "end"])
