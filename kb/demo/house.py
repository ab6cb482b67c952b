"""Norrveld Cycle Systems, a maker that does not exist: products, plants, lines, materials, suppliers, customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kb.demo.clock import Clock


class Article(NamedTuple):
    sku: str
    name: str
    family: str
    category: str
    site: str
    lines: tuple[str, ...]
    price: float
    cost: float
    weekly: float  # units a week, a year's mean
    thing: str  # what customers call it


PRODUCTS: tuple[Article, ...] = (
    Article("DRV-C50", "City drive 50 Nm", "Drive units", "Drive", "GRZ", ("L1", "L2"), 331.0, 189.0, 240, "motor"),
    Article("DRV-T85", "Trail drive 85 Nm", "Drive units", "Drive", "GRZ", ("L1", "L2"), 468.0, 262.0, 150, "motor"),
    Article("PWR-400", "Frame battery 400", "Batteries", "Drive", "GRZ", ("L2", "L3"), 246.0, 151.0, 260, "battery"),
    Article("PWR-625", "Frame battery 625", "Batteries", "Drive", "GRZ", ("L2", "L3"), 352.0, 214.0, 230, "battery"),
    Article("CHG-2A", "Charger 2 A", "Chargers", "Drive", "BRQ", ("L4", "L5"), 44.0, 23.5, 330, "charger"),
    Article("CHG-4A", "Fast charger 4 A", "Chargers", "Drive", "BRQ", ("L4", "L5"), 71.0, 37.0, 210, "charger"),
    Article("DSP-M", "Mini display", "Displays", "Cockpit", "BRQ", ("L4", "L5"), 58.0, 30.0, 280, "display"),
    Article("DSP-C", "Colour display", "Displays", "Cockpit", "BRQ", ("L4", "L5"), 118.0, 64.0, 170, "display"),
    Article("LUX-60", "Front light 60 lux", "Lights", "Cockpit", "BRQ", ("L4", "L5"), 37.0, 18.5, 310, "light"),
    Article("LUX-120", "Front light 120 lux", "Lights", "Cockpit", "BRQ", ("L4", "L5"), 69.0, 35.0, 150, "light"),
    Article("TRL-1", "Child trailer One", "Trailers", "Trailers", "BRQ", ("L6",), 262.0, 158.0, 95, "trailer"),
    Article("TRL-2", "Child trailer Duo", "Trailers", "Trailers", "BRQ", ("L6",), 341.0, 203.0, 70, "trailer"),
)
FAMILIES = tuple(dict.fromkeys(article.family for article in PRODUCTS))
SITES = {"GRZ": "Graz", "BRQ": "Brno"}
LINES = {
    "L1": ("Drive assembly 1", "GRZ"),
    "L2": ("Drive and pack assembly 2", "GRZ"),
    "L3": ("Pack assembly 3", "GRZ"),
    "L4": ("Electronics 4", "BRQ"),
    "L5": ("Electronics 5", "BRQ"),
    "L6": ("Trailer assembly 6", "BRQ"),
}
SHIFTS = {"A": 0.42, "B": 0.36, "C": 0.22}
# The steps have the same names in every family, so that a yield rolled over the steps of the company means something.
STATIONS = {family: ("ASSY", "TEST", "EOL") for family in FAMILIES} | {"Batteries": ("ASSY", "TEST", "CYCLE", "EOL")}
# number: (name, component, unit, price, pieces in one unit per family)
MATERIALS: dict[str, tuple[str, str, str, float, dict[str, int]]] = {
    "M-BAL": ("Balancing board", "BAL", "pc", 9.8, {"Batteries": 1}),
    "M-TAB": ("Nickel strip", "TAB", "pc", 0.12, {"Batteries": 24}),
    "M-CEL": ("Cell 21700", "CEL", "pc", 2.35, {"Batteries": 40}),
    "M-SEA": ("Sealing compound", "SEA", "g", 0.03, {"Batteries": 18, "Displays": 4, "Lights": 3}),
    "M-LCK": ("Lock cylinder", "LCK", "pc", 3.9, {"Batteries": 1}),
    "M-CON": ("Plug six-pole", "CON", "pc", 1.1, {"Batteries": 1, "Drive units": 2, "Displays": 1}),
    "M-BRG": ("Bearing 6902", "BRG", "pc", 1.7, {"Drive units": 3}),
    "M-GER": ("Gear set planetary", "GER", "pc", 14.2, {"Drive units": 1}),
    "M-TQS": ("Torque sensor", "TQS", "pc", 17.5, {"Drive units": 1}),
    "M-CRK": ("Crank axle", "CRK", "pc", 8.6, {"Drive units": 1}),
    "M-MAG": ("Hall pickup", "MAG", "pc", 0.9, {"Drive units": 1}),
    "M-CAP": ("Electrolytic capacitor", "CAP", "pc", 0.22, {"Chargers": 3}),
    "M-TIM": ("Thermal pad", "THM", "pc", 0.18, {"Chargers": 2}),
    "M-CBL": ("Cable with plug", "STR", "pc", 1.6, {"Chargers": 1, "Lights": 1}),
    "M-GLS": ("Cover glass with film", "BND", "pc", 4.4, {"Displays": 1}),
    "M-DOM": ("Key dome sheet", "BTN", "pc", 0.6, {"Displays": 1}),
    "M-LCD": ("LCD module", "FLX", "pc", 11.5, {"Displays": 1}),
    "M-LED": ("LED board", "LED", "pc", 3.1, {"Lights": 1}),
    "M-LNS": ("Lens and carrier", "LNS", "pc", 1.9, {"Lights": 1}),
    "M-FAB": ("Cover fabric set", "FAB", "set", 31.0, {"Trailers": 1}),
    "M-HIT": ("Ball coupling", "HIT", "pc", 7.4, {"Trailers": 1}),
    "M-LBL": ("Type plate", "LBL", "pc", 0.05, dict.fromkeys(FAMILIES, 1)),
    "M-HSG": ("Housing painted", "PNT", "pc", 6.8, {"Drive units": 1, "Batteries": 1, "Trailers": 1}),
    "M-SCR": ("Screw set", "SCR", "set", 0.4, {"Drive units": 1, "Trailers": 1}),
}
FIRST_SHARE = 0.62  # of a material that the first of its two suppliers delivers
# Nearly all boards come from one supplier, which is why its bad lot hurts.
FIRST_SHARE_OF = {"M-BAL": 0.82}
_FIRST_NAMES = ("Kestrel", "Lindqvist", "Oberau", "Tamarin", "Vasco", "Ferrand", "Hokuto", "Mirador")
_SECOND_NAMES = ("Precision", "Components", "Industries", "Technik")
_COUNTRIES = ("DE", "CZ", "TW", "CN", "PL", "IT", "JP", "SI")
_TOWNS = """
    Aarle Brill Corvin Dorsten Elmau Fjord Garda Hasel Isar Jura Kaska Lenno Moldau Nesse Orla Piave Quell Rhin
    Sava Tirso Ulster Venlo Wesen Ybbs Zilla Alster Bober Cadore Drau Ems Fulda Glan Hunte Iller Jizera Krka Lech
    Mur Naab Oker Pegnitz Rur Salzach Traun Vils
"""
_SEGMENTS = {
    "bicycle maker": ("Bikes", 14, 6.0),
    "wholesaler": ("Wholesale", 8, 3.2),
    "bike shop": ("Cycle Shop", 12, 0.8),
    "online shop": ("Online", 6, 2.2),
    "rental fleet": ("Rental", 5, 1.2),
}
_REGIONS = {"DACH": "DE", "BENELUX": "NL", "NORDICS": "SE", "SOUTH": "IT", "EXPORT": "US"}
_REGION_SHARES = (0.38, 0.22, 0.16, 0.15, 0.09)
_OWNERS = {
    "DACH": "Katrin Vollmer", "BENELUX": "Joost Baan", "NORDICS": "Elin Sandahl", "SOUTH": "Paolo Trevi",
    "EXPORT": "Grace Whitlow",
}  # fmt: skip


def materials_of(family: str) -> list[str]:
    """Numbers of the materials that go into a family."""
    return [number for number, row in MATERIALS.items() if family in row[4]]


def suppliers_of(material: str) -> tuple[str, str]:
    """Numbers of the two suppliers of a material, the larger one first."""
    place = list(MATERIALS).index(material)
    return f"S{2 * place + 1:02d}", f"S{2 * place + 2:02d}"


def master_tables(rng: np.random.Generator, clock: Clock) -> dict[str, pd.DataFrame]:
    """The tables that change little: sites, products, materials, bom_lines, suppliers, work_centers, customers."""
    return {
        "sites": pd.DataFrame({"site_number": list(SITES), "name": list(SITES.values())}),
        "work_centers": pd.DataFrame(
            [(line, name, site) for line, (name, site) in LINES.items()], columns=["line", "name", "site_number"]
        ),
        "products": _products(rng),
        "materials": _materials(),
        "suppliers": _suppliers(),
        "bom_lines": _bom_lines(clock),
        "customers": _customers(rng),
    }


def _products(rng: np.random.Generator) -> pd.DataFrame:
    years = rng.integers(2017, 2023, len(PRODUCTS))
    rows = [
        (p.sku, p.name, p.family, p.category, p.name.rsplit(" ", 1)[0], p.site, p.cost, p.price, f"{year}-03-01")
        for p, year in zip(PRODUCTS, years.tolist(), strict=True)
    ]
    names = "sku name family category model site_number unit_cost unit_price launched_on"
    frame = pd.DataFrame(rows, columns=names.split())
    return frame.assign(discontinued_on="", warranty_months=24, is_made="yes", is_sold="yes")


def _materials() -> pd.DataFrame:
    rows = [(number, name, component, unit) for number, (name, component, unit, *_) in MATERIALS.items()]
    frame = pd.DataFrame(rows, columns=["material_number", "name", "component", "unit"])
    return frame.assign(sku="", is_bought="yes")


def _suppliers() -> pd.DataFrame:
    names = [f"{first} {second}" for second in _SECOND_NAMES for first in _FIRST_NAMES]
    names += [f"{first} & Sons" for first in _FIRST_NAMES] + [f"{first} Nova" for first in _FIRST_NAMES]
    numbers = [number for material in MATERIALS for number in suppliers_of(material)]
    countries = [_COUNTRIES[(3 * i + i // 7) % len(_COUNTRIES)] for i in range(len(numbers))]
    frame = pd.DataFrame({"supplier_number": numbers, "name": names[: len(numbers)], "country": countries})
    return frame.assign(is_active="yes")


def _bom_lines(clock: Clock) -> pd.DataFrame:
    rows = [
        (p.sku, number, str(line), MATERIALS[number][4][p.family], MATERIALS[number][2])
        for p in PRODUCTS
        for line, number in enumerate(materials_of(p.family), start=1)
    ]
    frame = pd.DataFrame(rows, columns=["sku", "material_number", "bom_line_number", "quantity", "unit"])
    return frame.assign(valid_from_on=clock.date(0), valid_to_on="")


def _customers(rng: np.random.Generator) -> pd.DataFrame:
    towns, rows = iter(_TOWNS.split()), []
    for segment, (suffix, count, _) in _SEGMENTS.items():
        for region in rng.choice(list(_REGIONS), size=count, p=_REGION_SHARES).tolist():
            since = np.datetime64("2012-01-01") + np.timedelta64(int(rng.integers(0, 4000)), "D")
            rows.append((f"{next(towns)} {suffix}", segment, region, _REGIONS[region], str(since), _OWNERS[region]))
    frame = pd.DataFrame(rows, columns=["name", "segment", "region", "country", "since_on", "account_owner"])
    frame.insert(0, "customer_number", [f"C{100 + 7 * i}" for i in range(len(frame))])
    return frame


def customer_weights(rng: np.random.Generator, customers: pd.DataFrame) -> np.ndarray:
    """Share of each customer (rows) in the demand of each product (columns); each column sums to one."""
    size = customers["segment"].map({name: weight for name, (_, _, weight) in _SEGMENTS.items()}).to_numpy(float)
    taste = rng.lognormal(0, 0.8, (len(customers), len(PRODUCTS))) * rng.lognormal(0, 0.4, (len(customers), 1))
    taste[:, [p.family == "Trailers" for p in PRODUCTS]] *= np.where(
        customers["segment"].to_numpy() == "bicycle maker", 0.1, 1.0
    )[:, None]
    weights = size[:, None] * taste
    return np.asarray(weights / weights.sum(axis=0))
