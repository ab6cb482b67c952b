"""What grouping costs: against a plain pipeline, from 100,000 texts to a million, and whether groups keep their ids."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score as ari
from sqlalchemy import select
from threadpoolctl import threadpool_limits

from analytics import identity, refresh
from analytics.refresh import learning, reading
from kb import editing, importing, store
from kb.access import Person, command_line
from kb.corrections import SIDES
from kb.models import Membership
from tests.bench.figures import Figure, Result, at_most
from tests.bench.scoring import PLANTED
from tests.bench.timing import child

ROUNDS = 5
SMALL, LARGE = 100_000, 1_000_000
QUALITY = Person("Bench", "quality", "member", None, ("quality",))


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor-like wall time on one thread, and what came of it."""
    with threadpool_limits(1):
        started = time.perf_counter()
        found = run()
        return time.perf_counter() - started, found


def planted_records(name: str, side: str) -> pd.DataFrame:
    """A planted company's records of one side as a refresh reads them, with their true cause ('' none)."""
    with (
        tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder,
        closing(store.open_base(f"sqlite:///{folder}/base.sqlite")) as base,
    ):
        importing.run(base, command_line(), [PLANTED / name], importing.presets.load("planted"))
        with base.reading() as connection:
            records = reading.records(connection, side)
    truth = pd.read_csv(PLANTED / name / "truth" / "record_cause.csv", keep_default_na=False)
    causes = truth.set_index("record_id")["cause_id"]
    return records.assign(cause=records["number"].map(causes).fillna(""))


def speed() -> Result:
    """Fit and predict of both sides against plain TF-IDF, SVD and MiniBatchKMeans on the same texts."""
    sides = {side: planted_records("second", side) for side in SIDES}
    ours, plain = [], []
    for _ in range(ROUNDS):
        ours.append(sum(timed(lambda s=s, r=r: learning.learn(s, r, np.full(len(r), -1)))[0] for s, r in sides.items()))
        plain.append(sum(timed(lambda r=r: _plain(r["text"]))[0] for r in sides.values()))
    ratio = statistics.median(ours) / statistics.median(plain)
    figures = [at_most("Grouping of both sides against the plain pipeline", ratio, 8, "times")]
    figures += [_rounds("Rounds of ours, s", ours), _rounds("Rounds of the plain pipeline, s", plain)]
    figures += _phases(statistics.median(plain))
    figures += _scaling()
    notes = [
        "planted/second, 13,904 and 8,230 texts, one thread; the plain pipeline is TF-IDF of words and pairs, 100 "
        "components, MiniBatchKMeans told 25 groups, fit and predict. Ours reads cases together, folds misspellings, "
        "finds the number and describes each group. Phases are of one refresh, each against the same plain pipeline.",
        "Scaling: texts of planted/second repeated with words of their own mixed in, counting and grouping, each in a "
        "process of its own.",
    ]
    return Result("What grouping costs", figures, notes)


def _rounds(what: str, seconds: Sequence[float]) -> Figure:
    return Figure(what, ", ".join(f"{one:.2f}" for one in seconds))


def _plain(texts: pd.Series) -> Any:
    features = TfidfVectorizer(ngram_range=(1, 2), min_df=3).fit_transform(texts)
    reduced = TruncatedSVD(100, random_state=0).fit_transform(features)
    return MiniBatchKMeans(25, n_init=3, random_state=0).fit(reduced).predict(reduced)


def _phases(plain: float) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder,
        closing(store.open_base(f"sqlite:///{folder}/base.sqlite")) as base,
    ):
        importing.run(base, command_line(), [PLANTED / "second"], importing.presets.load("planted"))
        done = refresh.refresh(base, command_line())
    return [
        Figure(f"Refresh, {name}", f"{seconds / plain:.2f} times ({seconds:.2f} s)")
        for name, seconds in done.phases.items()
    ]


def _scaling() -> list[Figure]:
    spent = {n: child([sys.executable, "-m", "tests.bench.group_once", str(n)]) for n in (SMALL, LARGE)}
    linear = (spent[LARGE].cpu / LARGE) / (spent[SMALL].cpu / SMALL)
    return [
        at_most(f"Time a text at {LARGE:,} against {SMALL:,}", linear, 1.3, "times", 2),
        Figure(f"Processor time at {SMALL:,} and at {LARGE:,}", f"{spent[SMALL].cpu:.0f} s, {spent[LARGE].cpu:.0f} s"),
        at_most(f"Peak memory at {LARGE:,} texts", spent[LARGE].megabytes / 1024, 6, "GB"),
    ]


def keeping() -> Result:
    """Fitted on months 1 to 33, refitted on 36: do records keep their group, is it as good, does people's word last?"""
    figures = []
    for name in ("first", "second"):
        for side in SIDES:
            figures += _kept(name, side)
    figures.append(_said())
    notes = [
        "Months 1 to 33 of 36, then a refit of all of it that goes on from the groups; fresh is a fit from nothing."
    ]
    return Result("Identity of groups over a refit", figures, notes)


def _kept(name: str, side: str) -> list[Figure]:
    records = planted_records(name, side)
    early = (records["on"] < records["on"].min() + pd.DateOffset(months=33)).to_numpy()
    nothing = np.full(len(records), -1)
    before = nothing.copy()
    before[early] = learning.learn(side, records[early].reset_index(drop=True), nothing[early]).labels
    refit = learning.learn(side, records, before).labels
    fresh = learning.learn(side, records, nothing).labels
    ids = identity.match(before, refit).ids
    common = (before >= 0) & (refit >= 0)
    same = float(np.mean([ids.get(new) == old for old, new in zip(before[common], refit[common], strict=True)]))
    truth = records["cause"].to_numpy(str)
    caused = truth != ""
    values = [float(ari(truth[caused], labels[caused])) for labels in (refit, fresh)]
    away = abs(min(values[0] - values[1], 0))
    verdict = "reached" if same >= 0.95 else f"missed: {0.95 - same:.3f} short"
    return [
        Figure(f"{name}, {side}: common records that keep their group", f"{100 * same:.1f} %", "at least 95 %",
               verdict),
        Figure(f"{name}, {side}: ARI after the refit against a fresh fit", f"{values[0]:.3f} to {values[1]:.3f}",
               "at most .02 less", "reached" if away <= 0.02 else f"missed: {away - 0.02:.3f} more"),
    ]  # fmt: skip


def _said() -> Figure:
    """Every twentieth record moved to another group, then a full refit."""
    with (
        tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as folder,
        closing(store.open_base(f"sqlite:///{folder}/base.sqlite")) as base,
    ):
        importing.run(base, command_line(), [PLANTED / "first"], importing.presets.load("planted"))
        refresh.refresh(base, command_line())
        with base.reading() as connection:
            rows = connection.execute(
                select(Membership.record_id, Membership.group_id).where(Membership.record_type == "defect")
            ).all()
        groups = sorted({row.group_id for row in rows if row.group_id})
        moved = {row.record_id: groups[at % len(groups)] for at, row in enumerate(rows) if at % 400 == 0}
        for record, group in moved.items():
            editing.pin_record(base, QUALITY, "defect", record, group)
        refresh.refresh(base, command_line())
        with base.reading() as connection:
            now = dict(connection.execute(
                select(Membership.record_id, Membership.group_id).where(Membership.record_id.in_(moved),
                                                                        Membership.record_type == "defect")
            ).tuples().all())  # fmt: skip
    kept = sum(now.get(record) == group for record, group in moved.items())
    verdict = "reached" if kept == len(moved) else f"missed: {len(moved) - kept} lost"
    return Figure("People's moves of records that survive a full refit", f"{kept} of {len(moved)}", "all", verdict)
