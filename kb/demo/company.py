"""Put the invented company together and write it down as templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kb.demo import faults, hearing, house, making, planning, selling, story, troubles, voices
from kb.demo.causes import CAUSES
from kb.demo.clock import SHORTEST_WEEKS, Clock
from kb.errors import Refused

# Columns of the templates; what is not listed here helps making the others and is left behind.
COLUMNS: dict[str, str] = {
    "sites": "site_number name",
    "products": "sku name family category model site_number unit_cost unit_price launched_on discontinued_on "
    "warranty_months is_made is_sold",
    "materials": "material_number name component unit sku is_bought",
    "bom_lines": "sku material_number bom_line_number quantity unit valid_from_on valid_to_on",
    "suppliers": "supplier_number name country is_active",
    "work_centers": "line name site_number",
    "customers": "customer_number name segment region country since_on account_owner",
    "purchase_receipts": "receipt_number supplier_number material_number supplier_lot_number ordered_on due_on "
    "received_on quantity_ordered quantity_received quantity_rejected unit_cost",
    "work_orders": "work_order_number sku line quantity_planned quantity_good quantity_scrapped started_on "
    "ended_on due_on",
    "lots": "lot_number sku work_order_number line shift quantity_planned quantity_good quantity_scrapped started_on "
    "ended_on status",
    "lot_materials": "lot_number material_number supplier_number supplier_lot_number quantity",
    "inspections": "inspection_number lot_number sku station inspected_on quantity_inspected quantity_rejected cost",
    "nonconformances": "nonconformance_number detected_at sku lot_number work_order_number line shift station "
    "defect_code disposition quantity cost text",
    "order_lines": "order_number customer_number ordered_on line_number sku quantity amount requested_on promised_on "
    "is_cancelled",
    "shipments": "shipment_number order_number line_number customer_number sku lot_number quantity amount shipped_on "
    "delivered_on",
    "returns": "return_number returned_on sku customer_number lot_number order_number line_number sold_on region "
    "quantity credit reason finding is_no_trouble_found text",
    "complaints": "complaint_number received_on channel sku customer_number lot_number return_number severity "
    "closed_on text",
    "feedback": "feedback_number received_on kind channel sku customer_number score text",
    "requests": "request_number received_on kind sku customer_number quantity amount text",
    "recalls": "recall_number started_on sku lot_number severity quantity text",
    "actions": "action_number title opened_on due_on implemented_on closed_on department component defect_code status "
    "cost",
    "forecasts": "sku month_on forecast_version quantity",
    "stock_levels": "stock_number sku material_number location counted_on quantity amount",
    "capacities": "line month_on hours",
}


@dataclass(frozen=True)
class Company:
    """`tables`: a frame per template, cells as text, numbers and ISO dates. `truth`: what the product never sees."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]


def invent(seed: int = 1, weeks: int = 156) -> Company:
    """The company over the weeks up to October 2026; the same seed gives the same company. Refused when too short."""
    if weeks < SHORTEST_WEEKS:
        raise Refused(f"weeks {weeks}: the story needs at least {SHORTEST_WEEKS}; ask for more weeks.")
    clock = Clock(weeks)
    rngs = iter(np.random.default_rng(seed).spawn(20))
    tables = house.master_tables(next(rngs), clock)
    wanted = planning.demand(next(rngs), clock)
    lots = making.make(next(rngs), clock, planning.builds(wanted))
    bad = faults.strike(next(rngs), clock, lots)
    records, factory_truth = faults.nonconformances(next(rngs), clock, lots, bad)
    scrapped = faults.scrapped(records, len(lots.start))
    tables |= making.lot_tables(next(rngs), clock, lots, scrapped)
    tables |= _made(next(rngs), clock, lots, records, tables["lots"])
    tables |= {"forecasts": planning.forecasts(next(rngs), clock, wanted), "actions": story.actions(clock)}
    tables["capacities"] = planning.capacities(next(rngs), clock)
    field_truth = _sold(rngs, clock, lots, bad, wanted, tables)
    truth = _truth(clock, lots, bad, [factory_truth, *field_truth])
    return Company({name: tables[name][columns.split()] for name, columns in COLUMNS.items()}, truth)


def _made(
    rng: np.random.Generator, clock: Clock, lots: making.Lots, records: pd.DataFrame, lot_table: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    used = making.lot_materials(clock, lots)
    orders = lot_table["work_order_number"].to_numpy()[records["lot"].to_numpy()]
    return {
        "nonconformances": records.assign(work_order_number=orders),
        "inspections": faults.inspections(clock, lots, records),
        "lot_materials": used,
        "purchase_receipts": making.receipts(rng, clock, used),
    }


def _sold(
    rngs: Iterable[np.random.Generator], clock: Clock, lots: making.Lots, bad: faults.Bad, wanted: planning.Demand,
    tables: dict[str, pd.DataFrame],
) -> list[pd.DataFrame]:  # fmt: skip
    """Add what is sold and heard to the tables; returns the causes of the records."""
    rng = iter(rngs)
    customers = tables["customers"]
    segments, regions = customers["segment"].tolist(), customers["region"].tolist()
    good = tables["lots"]["quantity_good"].to_numpy()
    lines = tables["order_lines"] = selling.order_lines(next(rng), clock, wanted.ordered, customers)
    shipped = selling.ship(next(rng), clock, lots, good, lines)
    sold = tables["shipments"] = selling.shipments(clock, lots, lines, shipped)
    tables["stock_levels"] = selling.stock_levels(next(rng), clock, lots, good, shipped)
    trouble = troubles.happen(next(rng), clock, lots, good, bad, shipped, segments, regions)
    tables["returns"], one = hearing.returns(next(rng), clock, trouble, shipped, sold, regions)
    tables["complaints"], two = hearing.complaints(next(rng), clock, trouble, shipped, sold)
    numbers = customers["customer_number"].tolist()
    tables["feedback"], three = voices.feedback(next(rng), clock, shipped, trouble, numbers)
    tables["requests"] = voices.requests(next(rng), clock, customers)
    tables["recalls"] = voices.recalls(clock, lots, good)
    return [one, two, three]


def _truth(clock: Clock, lots: making.Lots, bad: faults.Bad, causes: list[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    bad_lots = np.array(lots.number)[lots.bad(clock)].tolist()
    supplier_lot = making.supplier_lot_number(clock, story.BAD_MATERIAL, 0, making.bad_period(clock))
    known = pd.DataFrame([cause._asdict() for cause in CAUSES])
    known["families"] = known["families"].map(" | ".join)
    effects = [
        (f"CAPA-{i:03d}", fix.cause, fix.ratio if fix.implemented is not None else np.nan, fix.ratio < 0.9)
        for i, fix in enumerate(story.FIXES, start=1)
    ]
    return {
        "record_cause": pd.concat(causes, ignore_index=True),
        "causes": known.rename(columns={"key": "cause"}),
        "affected_lots": faults.affected(lots, bad),
        "capa_effect": pd.DataFrame(effects, columns=["action_number", "cause", "ratio", "is_effective"]),
        "forecast_bias": planning.planted_bias(),
        "story": story.told(clock, supplier_lot, bad_lots),
    }


def write(company: Company, folder: Path) -> list[Path]:
    """Write one CSV template per table into the folder (made when absent); never the truth. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in company.tables.items():
        files.append(folder / f"{name}.csv")
        table.to_csv(files[-1], index=False, lineterminator="\n", encoding="utf-8")
    return files
