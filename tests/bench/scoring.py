"""The shared scorer, its two baselines, and a figure that is to be reached."""

from __future__ import annotations

import importlib.util
from functools import cache
from types import ModuleType

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score as ari

from tests.bench.figures import ROOT, Figure

SHARED = ROOT.parent / "shared"
PLANTED = SHARED / "data" / "planted"
SCORE = SHARED / "tools" / "score.py"
SIDES = {"factory": "factory", "field": "customers"}
BASELINES = ("plain", "fair")


@cache
def scorer() -> ModuleType:
    """The shared scorer as a module. Raises SystemExit where it is not there."""
    spec = importlib.util.spec_from_file_location("score", SCORE)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{SCORE} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def best_baseline(records: pd.DataFrame, side: str) -> float:
    """The better ARI of both baselines, each told the true number of causes: plain words, and words with the one-hot
    code (factory) or family (customers). Records: text, defect_code or family, cause ('' none)."""
    return max(_baseline(records, kind, side) for kind in BASELINES)


def _baseline(records: pd.DataFrame, kind: str, side: str) -> float:
    column = "defect_code" if side == "factory" else "family"
    features = scorer().features(records, kind, column)
    truth = records["cause"].to_numpy(str)
    caused = truth != ""
    groups = len(set(truth) - {""})
    labels = KMeans(groups, n_init=5, random_state=0).fit_predict(features)
    return float(ari(truth[caused], labels[caused]))


def at_least(what: str, value: float | None, promised: float | None, more: str = "") -> Figure:
    """A value that is to be at least so much, with `more` beside it; none of either leaves it out."""
    if value is None:
        return Figure(what, f"none{more}")
    verdict = ""
    if promised is not None:
        verdict = "reached" if value >= promised else f"missed: {promised - value:.3f} short"
    return Figure(what, f"{value:.3f}{more}", "" if promised is None else f"at least {promised:g}", verdict)
