"""Do the codes that people entered agree with what the records say? Each is judged by records other than itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from analytics.texts import WordCounter, words

Matrix = np.ndarray[Any, np.dtype[np.float64]]
EMPTY = "(none)"
BY_CODE = ["code", "records", "judged", "disagree", "share", "is_vague", "correction", "corrections"]
FOLDS = 4
FEWEST_CODED, FEWEST_OF_CODE = 60, 2 * FOLDS
MOST_LEARNED = 30_000
# Strong shrinking: nearly half of the codes it learns from may be wrong, and must not be believed one by one.
SHRINKING = 0.1
SURE, TIMES_LIKELIER = 0.35, 2.0
"""A proposal is at least so probable, and so many times as probable as the code that was entered. Chosen on the first
planted company, where 99.8 % of the flagged defect codes and 86 % of the flagged return reasons were wrong."""
FOR, AGAINST = 1.05, 0.8
"""The text itself must speak: make the proposal that many times as probable as it is in general, or the code entered at
most so many times. Without this a text that says nothing would be given the most usual code."""
OTHER_WORDS = frozenset({
    "other", "others", "misc", "miscellaneous", "various", "general", "unknown", "unclassified", "undefined", "none",
    "na", "tbd", "sonstige", "sonstiges", "sonstiger", "andere", "anderes", "divers", "diverse", "diverses",
    "unbekannt", "allgemein", "keine", "verschiedenes",
})  # fmt: skip
CATCH_ALL_SHARE, CATCH_ALL_FIRST, CATCH_ALL_CODES = 0.35, 1 / 3, 5
"""A code is a catch-all where so many of its texts call for another one, at least so many different ones, and the most
frequent of these no more than a third of the time."""


def judged(texts: Sequence[str], codes: Sequence[str]) -> pd.DataFrame:
    """What each text calls for, in the order of the texts; `codes` says what was entered, '' for nothing.

    Columns: code (EMPTY for none), called_for (the code that the text makes most probable, '' where nothing can be
    said), probability (of that), of_own (probability of the code entered, nan where it has none or is too rare),
    sure (probability of called_for against the one entered, or alone where none was, 0 to 1), is_judged, disagrees.
    Logistic regression on the words, fitted on the other folds, so that no record is judged by a model that saw it.
    Raises ValueError where too few records are coded to learn from.
    """
    entered = pd.Series(list(codes), dtype=object).str.strip()
    often = entered[entered != ""].value_counts()
    learned = sorted(often[often >= FEWEST_OF_CODE].index)
    known = entered.isin(learned).to_numpy(bool)
    if len(learned) < 2 or known.sum() < FEWEST_CODED:
        raise ValueError(
            f"{int(known.sum()):,} records have a text and a code that {FEWEST_OF_CODE} records share; "
            f"{FEWEST_CODED} records and two such codes are needed"
        )
    counts = WordCounter().fit_transform(list(texts))
    place = entered.map({code: at for at, code in enumerate(learned)}).fillna(-1).to_numpy(int)
    chances = _cross_fitted(counts, place, known, len(learned))
    usual = np.bincount(place[known], minlength=len(learned)) / known.sum()
    return _verdicts(entered, np.array(learned, dtype=object), place, chances, usual, counts.getnnz(axis=1) > 0)


def _cross_fitted(counts: sparse.csr_matrix, place: Any, known: Any, n_codes: int) -> Matrix:
    """Records x codes: probabilities by models that did not see the record."""
    coded = np.flatnonzero(known)
    chances = np.zeros((counts.shape[0], n_codes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(coded, place[coded])
    for seen, unseen in folds:
        model = _fitted(counts, coded[seen], place)
        chances[coded[unseen]] = model.predict_proba(counts[coded[unseen]])
        if not known.all():  # what has no code was seen by none of the models: their mean
            chances[~known] += model.predict_proba(counts[~known]) / FOLDS
    return chances


def _fitted(counts: sparse.csr_matrix, seen: Any, place: Any) -> LogisticRegression:
    if len(seen) > MOST_LEARNED:
        # the first of each code stay, so that a sample knows the rare ones as well
        order = np.random.default_rng(0).permutation(seen)
        nth = pd.Series(place[order]).groupby(place[order]).cumcount().to_numpy()
        seen = order[np.argsort(nth >= FEWEST_OF_CODE, kind="stable")][:MOST_LEARNED]
    return LogisticRegression(C=SHRINKING, max_iter=200, tol=1e-3).fit(counts[seen], place[seen])


def _verdicts(entered: Any, learned: Any, place: Any, chances: Matrix, usual: Any, says_something: Any) -> pd.DataFrame:
    best = chances.argmax(axis=1)
    probability = chances.max(axis=1)
    rows = np.arange(len(place))
    of_own = np.where(place >= 0, chances[rows, np.maximum(place, 0)], np.nan)
    against = np.nan_to_num(of_own)
    is_empty = (entered == "").to_numpy(bool)
    is_judged = says_something & ((place >= 0) | is_empty)
    speaks = (probability >= FOR * usual[best]) | (against <= AGAINST * usual[np.maximum(place, 0)])
    likelier = speaks & (best != place) & (probability >= SURE) & (probability >= TIMES_LIKELIER * against)
    return pd.DataFrame({
        "code": entered.where(~is_empty, EMPTY), "called_for": np.where(says_something, learned[best], ""),
        "probability": probability, "of_own": of_own,
        "sure": np.where(is_empty, probability, probability / (probability + against)),
        "is_judged": is_judged, "disagrees": is_judged & likelier,
    })  # fmt: skip


def is_named_other(code: str) -> bool:
    """Whether a code says nothing by its name: none at all, or one of the usual words for other."""
    spoken = words(str(code))
    return code in (EMPTY, "") or (bool(spoken) and any(word in OTHER_WORDS for word in spoken))


def by_code(rows: pd.DataFrame) -> pd.DataFrame:
    """Per code entered, those with most disagreement first.

    Columns: code, records, judged, disagree, share (of those judged, 0 to 1, nan without any), is_vague (none, named
    other, or a catch-all by its texts), correction (the code most often called for instead), corrections (how often).
    `rows` are those of `judged`.
    """
    found = rows.groupby("code").agg(
        records=("code", "size"), judged=("is_judged", "sum"), disagree=("disagrees", "sum")
    )
    found["share"] = found["disagree"] / found["judged"].where(found["judged"] > 0)
    pairs = rows[rows["disagrees"]].groupby(["code", "called_for"]).size().rename("corrections").reset_index()
    first = pairs.sort_values(["corrections", "called_for"], ascending=[False, True]).drop_duplicates("code")
    found = found.join(first.set_index("code").rename(columns={"called_for": "correction"})).reset_index()
    found = found.fillna({"correction": "", "corrections": 0}).astype({"corrections": "int64"})
    different = found["code"].map(pairs["code"].value_counts()).fillna(0)
    catch_all = (
        (found["share"] >= CATCH_ALL_SHARE)
        & (different >= CATCH_ALL_CODES)
        & (found["corrections"] <= CATCH_ALL_FIRST * found["disagree"])
    )
    found["is_vague"] = found["code"].map(is_named_other) | catch_all
    return found[BY_CODE].sort_values(
        ["disagree", "records", "code"], ascending=[False, False, True], ignore_index=True
    )


def code_of_others(codes: Sequence[str], groups: Sequence[int]) -> list[str]:
    """The most frequent code of the other records of each record's group; '' without a group (-1) or a coded other."""
    frame = pd.DataFrame({"code": list(codes), "group": list(groups)})
    coded = frame[(frame["code"] != "") & (frame["group"] >= 0)]
    by_group: dict[int, dict[str, int]] = {}
    for group, code in zip(coded["group"], coded["code"], strict=True):
        counts = by_group.setdefault(group, {})
        counts[code] = counts.get(code, 0) + 1
    return [_most(by_group.get(group, {}), code) for code, group in zip(frame["code"], frame["group"], strict=True)]


def _most(counts: dict[str, int], own: str) -> str:
    others = {code: n - (code == own) for code, n in counts.items()}
    best = max(others, key=lambda code: (others[code], code), default="")
    return best if best and others[best] > 0 else ""
