"""What happens in the three years, so that the demo is worth a meeting. Times are weeks before the end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kb.demo.causes import CAUSES
from kb.demo.clock import Clock, Floats, Ints


class Emergence(NamedTuple):
    """A cause that gets worse: on a line, a shift or with a supplier, for some weeks, at once or little by little."""

    cause: str
    driver: str
    value: str
    start: int
    stop: int
    shape: str
    ratio: float


class Fix(NamedTuple):
    """A corrective action, and the true rate ratio of its cause afterwards."""

    cause: str
    title: str
    department: str
    opened: int
    due: int
    implemented: int | None
    closed: int | None
    ratio: float
    cost: int


# The heart: one supplier lot of balancing boards, barely seen in the factory, comes back months later.
BAD_MATERIAL = "M-BAL"
BAD_LOT_WEEK = 45
BAD_LOT_DAYS = 42
BAD_LOT_RATE = 0.34
BAD_LOT_DETECTED = 0.2

# The line that drifts, and how much worse everything on it gets by the end.
DRIFT_LINE = "L5"
DRIFT_WEEKS = 26
DRIFT_RATIO = 3.4

# The forecast that builds stock nobody buys.
BIASED_SKU = "DSP-C"
BIAS = 0.30
BIAS_WEEKS = 61
# Another one is a little too low: a lesser tale, for contrast.
LOW_SKU = "LUX-120"
LOW_BIAS = -0.11

# The wish that several customers voice.
WISH = "van"
WISH_WEEKS = 16

RECALL_CAUSE = "HIT"
RECALL_WEEK = 70

EMERGENCES: tuple[Emergence, ...] = (
    Emergence("TQS", "line", "L1", 118, 0, "step", 4.2),
    Emergence("STR", "shift", "B", 104, 0, "step", 3.0),
    Emergence("FLX", "line", "L4", 100, 0, "ramp", 4.5),
    Emergence("HIT", "supplier", "2", 92, 78, "step", 9.0),
    Emergence("BTN", "supplier", "2", 60, 0, "ramp", 4.0),
    Emergence("CON", "line", "L2", 44, 0, "ramp", 4.0),
    Emergence("BND", "line", "L5", DRIFT_WEEKS, 0, "ramp", 3.0),
    Emergence("LED", "line", "L5", DRIFT_WEEKS, 0, "ramp", 3.0),
)
WORKED, DID_NOTHING = "TQS", "STR"
FIXES: tuple[Fix, ...] = (
    Fix("CAP", "Burn-in doubled for the second capacitor source", "purchasing", 112, 92, 98, 92, 0.45, 14_200),
    Fix("TQS", "New calibration sequence with warm zero on line L1", "production", 90, 64, 74, 66, 0.12, 6_800),
    Fix("FLX", "Seating gauge for flex tails", "production", 84, 74, 76, 70, 0.25, 3_900),
    Fix("HIT", "Spring of the coupling changed, recall of the lots", "quality", 72, 68, 67, 60, 0.40, 38_500),
    Fix("STR", "Work instruction and training for strain relief", "production", 74, 54, 62, 55, 1.0, 2_400),
    Fix("SEA", "Dispenser needle changed every shift", "production", 66, 48, 50, 40, 0.95, 5_100),
    Fix("GER", "Supplier deburrs planet gears twice", "purchasing", 58, 35, 41, 36, 0.30, 9_700),
    Fix("BTN", "Force test of every dome sheet at goods in", "purchasing", 38, 31, 30, 22, 0.30, 7_300),
    Fix(
        "BAL",
        "Supplier lot of balancing boards blocked, X-ray of first boards",
        "quality",
        26,
        18,
        20,
        None,
        0.60,
        21_600,
    ),
    Fix("CON", "Plug housing with a second lock", "production", 17, 8, 6, None, 0.35, 12_900),
    Fix("WLD", "Weld current monitored per spot on line L3", "production", 13, 4, None, None, 1.0, 16_000),
    Fix("FAB", "Lap of the cover seam widened", "quality", 7, -5, None, None, 1.0, 4_400),
)


def worsening(event: Emergence, days: Ints, clock: Clock) -> Floats:
    """How many times more often the cause strikes on each day because of the event."""
    start, stop = clock.before_end(event.start), clock.before_end(event.stop)
    inside = (days >= start) & (days < stop)
    rise = np.clip((days - start) / (7.0 * 26), 0, 1) if event.shape == "ramp" else np.ones(len(days))
    return np.where(inside, 1 + (event.ratio - 1) * rise, 1.0)


def relief(cause: str, days: Ints, clock: Clock) -> Floats:
    """The true effect of the fixes of the cause on each day."""
    factor = np.ones(len(days))
    for fix in FIXES:
        if fix.cause == cause and fix.implemented is not None:
            factor = np.where(days >= clock.before_end(fix.implemented), factor * fix.ratio, factor)
    return factor


def drift(days: Ints, on_line: np.ndarray, clock: Clock) -> Floats:
    """The drifting line makes every cause more frequent, slowly."""
    start = clock.before_end(DRIFT_WEEKS)
    rise = np.clip((days - start) / (7.0 * DRIFT_WEEKS), 0, 1)
    return np.where(on_line, 1 + (DRIFT_RATIO - 1) * rise, 1.0)


def actions(clock: Clock) -> pd.DataFrame:
    """The template `actions`."""
    codes = {cause.key: (cause.component, cause.code) for cause in CAUSES}

    def day(weeks: int | None) -> str:
        return "" if weeks is None else clock.date(7 * (clock.weeks - weeks))

    rows = [
        (f"CAPA-{i:03d}", fix.title, day(fix.opened), day(fix.due), day(fix.implemented), day(fix.closed),
         fix.department, *codes[fix.cause], _status(fix), fix.cost)
        for i, fix in enumerate(FIXES, start=1)
    ]  # fmt: skip
    names = "action_number title opened_on due_on implemented_on closed_on department component defect_code status cost"
    return pd.DataFrame(rows, columns=names.split())


def _status(fix: Fix) -> str:
    if fix.closed is not None:
        return "closed"
    return "open" if fix.implemented is None else "implemented"


def told(clock: Clock, bad_supplier_lot: str, bad_lots: list[str]) -> pd.DataFrame:
    """The story as a table for tests: element, subject, from, to, note."""
    number = {fix.cause: f"CAPA-{i:03d}" for i, fix in enumerate(FIXES, start=1)}
    at = {fix.cause: fix.implemented for fix in FIXES}
    last = clock.date(clock.last_day)

    def since(weeks: int | None) -> str:
        return clock.date(clock.before_end(weeks or 0))

    rows = [
        ("bad supplier lot", bad_supplier_lot, since(BAD_LOT_WEEK), "", " ".join(bad_lots)),
        ("line drifts", DRIFT_LINE, since(DRIFT_WEEKS), last, "BND LED"),
        ("fix worked", number[WORKED], since(at[WORKED]), last, WORKED),
        ("fix did nothing", number[DID_NOTHING], since(at[DID_NOTHING]), last, DID_NOTHING),
        ("forecast too high", BIASED_SKU, since(BIAS_WEEKS), last, str(BIAS)),
        ("wish", WISH, since(WISH_WEEKS), last, "12 V charging for vans"),
        ("recall", "RC-2025-1", since(RECALL_WEEK), "", RECALL_CAUSE),
    ]
    return pd.DataFrame(rows, columns=["element", "subject", "from_on", "to_on", "note"])
