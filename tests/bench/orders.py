"""A large export to import: order lines of new orders, of known products and customers."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

PRODUCTS, CUSTOMERS, LINES_PER_ORDER = 500, 5_000, 3
HEADERS = (
    "order_number", "customer_number", "ordered_on", "line_number", "sku", "quantity", "amount", "requested_on",
    "promised_on",
)  # fmt: skip


def write_masters(folder: Path) -> None:
    """products.csv and customers.csv."""
    with (folder / "products.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("sku", "name", "family"))
        out.writerows((f"P-{i:04d}", f"Product {i}", f"Family {i % 12}") for i in range(PRODUCTS))
    with (folder / "customers.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("customer_number", "name"))
        out.writerows((f"K{i:05d}", f"Customer {i}") for i in range(CUSTOMERS))


def write_order_lines(path: Path, rows: int, first_order: int = 0, seed: int = 1) -> None:
    """A CSV of so many order lines, three to an order."""
    chance = random.Random(seed)
    start = date(2020, 1, 1)
    days = [(start + timedelta(days=i)).isoformat() for i in range(2_000)]
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADERS)
        for i in range(rows):
            order, line = divmod(i, LINES_PER_ORDER)
            day = (order * 1_900) // max(1, rows // LINES_PER_ORDER + 1)
            sku, quantity = f"P-{chance.randrange(PRODUCTS):04d}", chance.randint(1, 40)
            amount = quantity * chance.randint(500, 9000) / 100
            out.writerow(
                (
                    f"SO-{first_order + order:08d}", f"K{(order * 7919) % CUSTOMERS:05d}", days[day], line + 1,
                    sku, quantity, f"{amount:.2f}", days[day + 10], days[day + 12],
                )
            )  # fmt: skip
