"""Small random companies as files, and the same a month later: with new, changed and undated rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

Row = dict[str, object]
Files = dict[str, list[Row]]
FIRST = date(2024, 11, 3)


class Inventor:
    """Rows of every table that facts read; what is left empty, and which row names which, is left to chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.numbers: dict[str, list[str]] = {}

    def files(self, more: int = 0, only: str = "") -> Files:
        """Rows for each table, or for one; with `more`, so many, of numbers that come after those of the first call."""
        made: Files = {}
        for name, (count, make) in _TABLES.items():
            if only not in ("", name):
                continue
            own = self.numbers.setdefault(name, [])
            fresh = [f"{name[:2].upper()}{len(own) + at}" for at in range(more or count)]
            made[name] = [make(self, number) for number in fresh]
            own += fresh
        return made

    def changed(self, files: Files) -> Files:
        """Some rows of each table made anew under their old numbers."""
        return {
            name: [_TABLES[name][1](self, str(next(iter(row.values())))) for row in self._some(rows)]
            for name, rows in files.items()
        }

    def _some(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if self.chance.random() < 0.3]

    def day(self, spread: int = 150) -> str:
        if self.chance.random() < 0.1:
            return ""
        return (FIRST + timedelta(days=self.chance.randrange(spread))).isoformat()

    def one(self, table: str, missing: float = 0.25) -> str:
        known = self.numbers.get(table)
        return "" if not known or self.chance.random() < missing else self.chance.choice(known)

    def units(self, most: int = 40) -> object:
        return "" if self.chance.random() < 0.15 else self.chance.randrange(1, most)

    def word(self, *words: str) -> str:
        return self.chance.choice([*words, ""])


def write(files: Files, folder: Path) -> Path:
    """Write the files as the templates have them."""
    folder.mkdir(parents=True)
    for name, rows in files.items():
        if rows:
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
    return folder


def _product(i: Inventor, number: str) -> Row:
    return {"sku": number, "name": f"Name {i.units()}", "family": i.word("Drills", "Saws"), "unit_cost": i.units(),
            "unit_price": i.units(), "site_number": i.one("sites")}  # fmt: skip


def _customer(i: Inventor, number: str) -> Row:
    return {"customer_number": number, "segment": i.word("trade", "retail"), "region": i.word("NORTH", "SOUTH")}


def _work_order(i: Inventor, number: str) -> Row:
    return {"work_order_number": number, "sku": i.one("products", 0), "line": i.one("work_centers"),
            "quantity_good": i.units(), "quantity_scrapped": i.units(5), "started_on": i.day(),
            "ended_on": i.day()}  # fmt: skip


def _lot(i: Inventor, number: str) -> Row:
    return {"lot_number": number, "sku": i.one("products", 0), "work_order_number": i.one("work_orders", 0.5),
            "line": i.one("work_centers"), "shift": i.word("early", "late"), "quantity_good": i.units(),
            "quantity_scrapped": i.units(5), "started_on": i.day(), "ended_on": i.day()}  # fmt: skip


def _inspection(i: Inventor, number: str) -> Row:
    return {"inspection_number": number, "lot_number": i.one("lots"), "sku": i.one("products"),
            "station": i.word("ICT", "EOL"), "inspected_on": i.day(), "quantity_inspected": i.units(90),
            "quantity_rejected": i.units(9)}  # fmt: skip


def _nonconformance(i: Inventor, number: str) -> Row:
    day = i.day()
    return {"nonconformance_number": number, "detected_at": f"{day} 23:30" if day else "", "sku": i.one("products"),
            "lot_number": i.one("lots"), "work_order_number": i.one("work_orders"), "line": i.one("work_centers", 0.6),
            "shift": i.word("early"), "station": i.word("ICT"), "defect_code": i.word("E1", "E2"),
            "disposition": i.word("scrap", "rework"), "quantity": i.units(), "cost": i.units()}  # fmt: skip


def _receipt(i: Inventor, number: str) -> Row:
    return {"receipt_number": number, "supplier_number": i.one("suppliers"), "material_number": i.one("materials"),
            "received_on": i.day(), "quantity_received": i.units(), "quantity_rejected": i.units(4)}  # fmt: skip


def _order_line(i: Inventor, number: str) -> Row:
    return {"order_number": number, "line_number": i.chance.choice([1, 1, 1, 2]), "customer_number": i.one("customers"),
            "ordered_on": i.day(), "sku": i.one("products", 0), "quantity": i.units(), "amount": i.units(900),
            "requested_on": i.day(200), "promised_on": i.day(200),
            "is_cancelled": i.chance.choice(["yes", "no", "no", "no", ""])}  # fmt: skip


def _shipment(i: Inventor, number: str) -> Row:
    order = i.one("order_lines", 0.2)
    return {"shipment_number": number, "order_number": order, "line_number": 1 if order else "",
            "customer_number": i.one("customers"), "sku": i.one("products"), "lot_number": i.one("lots"),
            "quantity": i.units(), "amount": i.units(900), "shipped_on": i.day(170)}  # fmt: skip


def _return(i: Inventor, number: str) -> Row:
    return {"return_number": number, "returned_on": i.day(300), "sku": i.one("products"),
            "customer_number": i.one("customers"), "lot_number": i.one("lots"), "region": i.word("WEST"),
            "quantity": i.units(4), "credit": i.units(), "reason": i.word("defective", "unwanted"),
            "is_no_trouble_found": i.word("yes", "no")}  # fmt: skip


def _complaint(i: Inventor, number: str) -> Row:
    return {"complaint_number": number, "received_on": i.day(300), "channel": i.word("phone", "mail"),
            "sku": i.one("products"), "customer_number": i.one("customers"), "lot_number": i.one("lots"),
            "return_number": i.one("returns", 0.7)}  # fmt: skip


def _feedback(i: Inventor, number: str) -> Row:
    return {"feedback_number": number, "received_on": i.day(), "kind": i.word("NPS", "CSAT"), "sku": i.one("products"),
            "customer_number": i.one("customers"), "score": i.units(10)}  # fmt: skip


def _request(i: Inventor, number: str) -> Row:
    return {"request_number": number, "received_on": i.day(), "kind": i.word("wish", "lost order"),
            "sku": i.one("products"), "customer_number": i.one("customers"), "quantity": i.units(),
            "amount": i.units(99)}  # fmt: skip


def _forecast(i: Inventor, number: str) -> Row:
    month = date(2024, 11, 1) if i.chance.random() < 0.3 else date(2025, i.chance.randrange(1, 8), 1)
    return {"forecast_version": number, "sku": i.one("products", 0), "month_on": month.isoformat(),
            "quantity": i.units(90)}  # fmt: skip


def _stock(i: Inventor, number: str) -> Row:
    return {"stock_number": number, "sku": i.one("products"), "material_number": i.one("materials"),
            "location": i.word("W1", "W2"), "counted_on": i.day(), "quantity": i.units(),
            "amount": i.units(999)}  # fmt: skip


_TABLES: Mapping[str, tuple[int, Callable[[Inventor, str], Row]]] = {
    "sites": (2, lambda i, number: {"site_number": number}),
    "suppliers": (2, lambda i, number: {"supplier_number": number, "country": i.word("CN", "DE")}),
    "products": (4, _product),
    "materials": (2, lambda i, number: {"material_number": number, "sku": i.one("products"), "component": i.word("M")}),
    "customers": (4, _customer),
    "work_centers": (3, lambda i, number: {"line": number, "site_number": i.one("sites")}),
    "work_orders": (8, _work_order),
    "lots": (10, _lot),
    "inspections": (20, _inspection),
    "nonconformances": (20, _nonconformance),
    "purchase_receipts": (15, _receipt),
    "order_lines": (25, _order_line),
    "shipments": (30, _shipment),
    "returns": (20, _return),
    "complaints": (15, _complaint),
    "feedback": (10, _feedback),
    "requests": (8, _request),
    "forecasts": (14, _forecast),
    "stock_levels": (14, _stock),
}
