"""Monthly sums the base keeps beside the facts: renewed by each import, never a number the facts would not give."""

from __future__ import annotations

from kb.rollups.declared import ROLLUPS, Rollup
from kb.rollups.opening import make_ready
from kb.rollups.reading import in_use, sources
from kb.rollups.renewal import Renewal

__all__ = ["ROLLUPS", "Renewal", "Rollup", "in_use", "make_ready", "sources"]
