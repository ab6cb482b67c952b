"""A small company whose two sides tell of the same troubles in different words, over lots that tie them together."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tests.importing import put_rows

FIRST = date(2024, 1, 1)
# cause: its code, what the factory writes, what customers write
TROUBLES = {
    "joint": ("E21", ["cold joint", "dull solder", "pad not wetted", "dewetting on pcb"],
              ["won't hold charge", "battery goes flat", "dies within minutes", "empty over night"]),
    "seal": ("M31", ["gasket pinched", "o-ring rolled", "leak at lid", "seal cord nicked"],
             ["water got inside", "fogged up glass", "not rainproof", "died after rain"]),
    "brush": ("E41", ["brush sparking", "commutator worn", "arcing at holder", "spring too weak"],
              ["smells of burning", "smoke came out", "lost all power", "sparks in the vents"]),
}  # fmt: skip
SERVICE = ["order came late", "wrong colour sent", "invoice address wrong", "tracking never updated"]
PRODUCTS = ("A", "B")
LOTS = 120


def write(folder: Path, seed: int = 0) -> Path:
    """Files as the templates have them: two years of lots, a third of them bad for one trouble, defects and returns.

    Every third return names no lot, complaints tell of a return again, and some customers only quarrel with the
    service, which the factory knows nothing of.
    """
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    lots, shipments, defects, returns, complaints = [], [], [], [], []
    for at in range(LOTS):
        lot, product, start = f"L{at:03}", PRODUCTS[at % 2], FIRST + timedelta(days=6 * at)
        lots.append((lot, product, 100, start))
        for customer in chance.choice(5, 2, replace=False):
            shipments.append((f"S{len(shipments)}", f"K{customer}", product, lot, 50, start + timedelta(days=5)))
        for code, seen, felt in TROUBLES.values():
            bad = chance.random() < 0.33
            for _ in range(chance.poisson(5 if bad else 0.4)):
                text = " ".join([*chance.choice(seen, 2, replace=False), chance.choice(["see pic", "rework ok", ""])])
                defects.append((f"D{len(defects)}", start + timedelta(days=2), product, lot, code, text))
            for _ in range(chance.poisson(3 if bad else 0.2)):
                customer, back = shipments[-1][1], start + timedelta(days=int(30 + chance.exponential(60)))
                named = lot if chance.random() < 0.67 else ""
                text = ", ".join(chance.choice(felt, 2, replace=False))
                returns.append((f"R{len(returns)}", back, product, customer, named, "defective", text))
                if chance.random() < 0.2:
                    again = f"please help, {chance.choice(felt)}"
                    complaints.append((f"C{len(complaints)}", back, product, customer, returns[-1][0], again))
        if chance.random() < 0.7:
            text = " and ".join(chance.choice(SERVICE, 2, replace=False))
            complaints.append((f"C{len(complaints)}", start, product, f"K{chance.integers(5)}", "", text))
    put_rows(folder / "products.csv", ["sku", "family"], [(one, "Drills") for one in PRODUCTS])
    put_rows(folder / "customers.csv", ["customer_number"], [(f"K{at}",) for at in range(5)])
    put_rows(folder / "lots.csv", ["lot_number", "sku", "quantity_good", "started_on"], lots)
    headers = ["shipment_number", "customer_number", "sku", "lot_number", "quantity", "shipped_on"]
    put_rows(folder / "shipments.csv", headers, shipments)
    headers = ["nonconformance_number", "detected_at", "sku", "lot_number", "defect_code", "text"]
    put_rows(folder / "nonconformances.csv", headers, defects)
    headers = ["return_number", "returned_on", "sku", "customer_number", "lot_number", "reason", "text"]
    put_rows(folder / "returns.csv", headers, returns)
    headers = ["complaint_number", "received_on", "sku", "customer_number", "return_number", "text"]
    put_rows(folder / "complaints.csv", headers, complaints)
    return folder


def trouble_of(text: str) -> str:
    """Which of TROUBLES a text of either side tells of, 'service' for the rest."""
    for cause, (_, seen, felt) in TROUBLES.items():
        if any(phrase in text for phrase in [*seen, *felt]):
            return cause
    return "service"
