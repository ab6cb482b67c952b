"""What a group is about: the words that tell it from the others, its most typical records, its place on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

from analytics.groups import GroupBuilder, likeness, weighted
from analytics.typical_words import LITTLE

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
TERMS, IN_NAME, EXAMPLES = 10, 3, 3


@dataclass(frozen=True)
class Described:
    """`number` of the group in its fit, a `name` of its first terms, `terms` most telling first, `typical` records
    (positions), `place` on the map (near means alike)."""

    number: int
    name: str
    terms: tuple[str, ...]
    typical: tuple[int, ...]
    place: tuple[float, float]


def described(
    counts: sparse.csr_matrix, builder: GroupBuilder, words: np.ndarray[Any, Any], cases: Labels
) -> list[Described]:
    """Every group of a fit. `counts`: cases x words; `cases`: the case of each record, for the positions of records."""
    told = weighted(counts, builder.word_weights_)
    # words such as "its" tell groups apart well enough, but name nothing
    telling = class_tf_idf(told, builder.responsibilities_) * ~np.isin(words, sorted(LITTLE))
    places = on_a_map(likeness(told, builder.responsibilities_, builder.context_.codes))
    first = np.unique(cases, return_index=True)[1]
    typical = most_typical(counts, builder.responsibilities_, telling)
    groups = []
    for number in range(builder.n_groups_):
        best = np.argsort(-telling[number], kind="stable")[:TERMS]
        terms = tuple(str(words[at]) for at in best if telling[number, at] > 0)
        place = float(places[number, 0]), float(places[number, 1])
        examples = tuple(int(first[at]) for at in typical[number])
        groups.append(Described(number, ", ".join(terms[:IN_NAME]) or "no words", terms, examples, place))
    return groups


def class_tf_idf(counts: sparse.csr_matrix, shares: Matrix) -> Matrix:
    """Groups x words: how much a word tells a group from the others, tf * log(1 + A / f), with the frequency f over
    all groups and the mean number of words A in a group (Grootendorst 2022)."""
    used = np.asarray((counts.T @ shares).T)
    share = used / np.maximum(used.sum(axis=1, keepdims=True), 1e-12)
    overall = np.maximum(used.sum(axis=0), 1e-12)
    return np.asarray(share * np.log1p(used.sum() / len(used) / overall))


def most_typical(counts: sparse.csr_matrix, shares: Matrix, telling: Matrix) -> list[list[int]]:
    """For each group the records that use most of its telling words, no two of the same words."""
    found = []
    length = np.sqrt(np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1))
    own = shares.argmax(axis=1)
    for number in range(shares.shape[1]):
        mine = np.flatnonzero(own == number)
        fit = np.asarray(counts[mine] @ telling[number]) / length[mine] * shares[mine, number]
        chosen: dict[bytes, int] = {}
        for at in mine[np.argsort(-fit, kind="stable")]:
            chosen.setdefault(counts[at].indices.tobytes(), int(at))
            if len(chosen) == EXAMPLES:
                break
        found.append(list(chosen.values()))
    return found


def on_a_map(alike: Matrix) -> Matrix:
    """Groups x 2: places between which distances follow how unlike groups are (classical scaling, Torgerson 1952)."""
    if len(alike) < 3:
        return np.column_stack([np.arange(len(alike), dtype=float), np.zeros(len(alike))])
    apart = (1 - alike) ** 2
    centred = -0.5 * (apart - apart.mean(axis=0) - apart.mean(axis=1, keepdims=True) + apart.mean())
    values, vectors = np.linalg.eigh((centred + centred.T) / 2)
    axes = vectors[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.asarray(axes * np.sqrt(np.maximum(values[::-1][:2], 0)))
