"""The hidden causes: what goes wrong, what drives it, how often the factory sees it and when customers feel it."""

from __future__ import annotations

from typing import NamedTuple

DRV, BAT, CHG, DSP, LUX, TRL = "Drive units", "Batteries", "Chargers", "Displays", "Lights", "Trailers"


class Cause(NamedTuple):
    key: str
    name: str
    kind: str  # linked: both sides see it; factory; customer
    component: str
    code: str
    families: tuple[str, ...]
    driver: str  # supplier, line, shift; region and segment for what only customers see
    value: str
    multiplier: float
    weight: float  # share among the causes of its families
    detected: float  # chance that the factory finds a bad unit
    shape: float  # Weibull shape and scale in days, from the sale to the trouble
    scale: float
    severity: int


CAUSES: tuple[Cause, ...] = (
    Cause("BAL", "cold joints on the balancing board", "linked", "BAL", "E21", (BAT,),
          "supplier", "1", 1.8, 0.8, 0.72, 1.4, 62, 3),
    Cause("WLD", "weak spot welds on cell tabs", "linked", "TAB", "E24", (BAT,),
          "line", "L3", 3.2, 1.2, 0.78, 1.0, 120, 4),
    Cause("CEL", "cells below capacity", "linked", "CEL", "E27", (BAT,),
          "supplier", "2", 3.4, 1.1, 0.70, 1.8, 210, 3),
    Cause("SEA", "gaps in the sealing bead", "linked", "SEA", "M31", (BAT, DSP, LUX),
          "shift", "C", 3.0, 1.2, 0.76, 1.1, 110, 3),
    Cause("LCK", "lock cylinder out of tolerance", "linked", "LCK", "M34", (BAT,),
          "supplier", "2", 4.0, 1.0, 0.80, 0.9, 60, 3),
    Cause("CON", "plug contacts pushed back", "linked", "CON", "E41", (DRV, BAT, DSP),
          "line", "L2", 2.6, 1.1, 0.78, 1.0, 90, 3),
    Cause("BRG", "bearing pressed without preload", "linked", "BRG", "M42", (DRV,),
          "shift", "B", 3.1, 1.3, 0.80, 1.5, 180, 2),
    Cause("GER", "burrs on planet gears", "linked", "GER", "M42", (DRV,),
          "supplier", "1", 3.0, 1.2, 0.82, 1.2, 110, 3),
    Cause("TQS", "torque sensor not calibrated", "linked", "TQS", "E45", (DRV,),
          "line", "L1", 2.8, 1.3, 0.78, 0.9, 50, 3),
    Cause("CRK", "crank spline below tolerance", "linked", "CRK", "M47", (DRV,),
          "supplier", "2", 4.2, 1.0, 0.80, 1.3, 130, 4),
    Cause("MAG", "gap of the speed pickup", "linked", "MAG", "E45", (DRV,),
          "shift", "C", 3.4, 1.0, 0.82, 0.8, 40, 2),
    Cause("CAP", "capacitor with high resistance", "linked", "CAP", "E51", (CHG,),
          "supplier", "2", 3.8, 1.2, 0.78, 1.3, 150, 3),
    Cause("THM", "thermal pad missing or torn", "linked", "THM", "E52", (CHG,),
          "line", "L4", 3.2, 1.0, 0.76, 0.9, 60, 4),
    Cause("STR", "strain relief not closed", "linked", "STR", "M53", (CHG, LUX),
          "shift", "B", 3.0, 1.2, 0.78, 1.1, 90, 3),
    Cause("BND", "bubbles in the display bonding", "linked", "BND", "O61", (DSP,),
          "line", "L5", 2.2, 1.0, 0.80, 1.4, 130, 2),
    Cause("BTN", "key domes without force", "linked", "BTN", "E62", (DSP,),
          "supplier", "2", 3.6, 1.1, 0.80, 1.0, 80, 2),
    Cause("FLX", "flex tail not seated", "linked", "FLX", "E62", (DSP,),
          "line", "L4", 3.0, 1.1, 0.78, 0.9, 70, 3),
    Cause("LED", "solder voids under the LED", "linked", "LED", "O64", (LUX,),
          "line", "L5", 2.2, 1.1, 0.80, 1.2, 100, 3),
    Cause("LNS", "lens not clipped in", "linked", "LNS", "O64", (LUX,),
          "shift", "A", 2.0, 1.0, 0.80, 0.7, 25, 3),
    Cause("FAB", "seam of the cover", "linked", "FAB", "T71", (TRL,),
          "supplier", "1", 2.6, 1.2, 0.80, 1.2, 120, 3),
    Cause("HIT", "coupling does not lock itself", "linked", "HIT", "T74", (TRL,),
          "supplier", "2", 2.5, 0.9, 0.84, 0.9, 55, 5),
    Cause("LBL", "type plate or code unreadable", "factory", "LBL", "K81", (DRV, BAT, CHG, DSP, LUX, TRL),
          "line", "L3", 2.4, 0.38, 1.0, 1, 1, 1),
    Cause("PNT", "finish of the housing", "factory", "PNT", "K84", (DRV, BAT, TRL),
          "supplier", "1", 2.6, 0.9, 1.0, 1, 1, 1),
    Cause("SCR", "screws outside their window", "factory", "SCR", "M91", (DRV, TRL),
          "shift", "C", 2.8, 0.9, 1.0, 1, 1, 1),
    Cause("APP", "app does not connect", "customer", "", "", (DSP, DRV),
          "segment", "online shop", 2.5, 1.0, 0.0, 0.8, 25, 2),
    Cause("MAN", "manual or parts missing", "customer", "", "", (TRL, LUX),
          "segment", "bike shop", 2.5, 1.3, 0.0, 0.8, 10, 1),
    Cause("PKG", "damaged in transport", "customer", "", "", (DRV, BAT, CHG, DSP, LUX, TRL),
          "region", "EXPORT", 3.5, 0.6, 0.0, 1.0, 4, 2),
)  # fmt: skip
KEYS = tuple(cause.key for cause in CAUSES)
FACTORY = tuple(cause for cause in CAUSES if cause.kind != "customer")
CUSTOMER_ONLY = tuple(cause for cause in CAUSES if cause.kind == "customer")
CODES = tuple(dict.fromkeys(cause.code for cause in FACTORY))
OTHER_CODE = "Z99"
