"""Identity of groups over refits: a group keeps its id while most of its records stay together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

Labels = np.ndarray[Any, np.dtype[np.int64]]
KEPT_FROM = 0.5
PART_FROM = 0.5


@dataclass(frozen=True)
class Change:
    """What became of a group: kind is born, split, merged or died; `other` the group it came from or went into.

    `number` is the id of an old group, or for born and split the new group's label. `records` counts those concerned.
    """

    kind: str
    number: int
    other: int | None
    records: int


@dataclass(frozen=True)
class Identity:
    """`ids`: new label -> id of the old group that it continues; labels not named are new. `changes` tell the rest."""

    ids: Mapping[int, int]
    changes: tuple[Change, ...]


def match(old: Labels, new: Labels) -> Identity:
    """Which new group continues which old one, from the group of each common record before and after (-1: none).

    Hungarian assignment on the Jaccard index of common records; an id is kept from 0.5 (METHODS 1). A new group of
    which at least half was one old group is split from it, else born; an old group of which at least half went into
    one new group was merged into it, else it died.
    """
    known = (old >= 0) & (new >= 0)
    before, at_old = np.unique(old[known], return_inverse=True)
    after, at_new = np.unique(new[known], return_inverse=True)
    common = np.zeros((len(before), len(after)))
    np.add.at(common, (at_old, at_new), 1)
    sizes = np.array([np.sum(old == one) for one in before]), np.array([np.sum(new == one) for one in after])
    jaccard = common / np.maximum(sizes[0][:, None] + sizes[1][None, :] - common, 1)
    pairs = [(i, j) for i, j in zip(*linear_sum_assignment(-jaccard), strict=True) if jaccard[i, j] >= KEPT_FROM]
    ids = {int(after[j]): int(before[i]) for i, j in pairs}
    return Identity(ids, (*_arrived(old, new, ids), *_left(old, new, ids)))


def _arrived(old: Labels, new: Labels, ids: Mapping[int, int]) -> list[Change]:
    changes = []
    for label in np.unique(new[new >= 0]):
        if int(label) not in ids:
            mine = new == label
            whence, share = _most(old[mine])
            kind = ("split", whence) if share >= PART_FROM else ("born", None)
            changes.append(Change(kind[0], int(label), kind[1], int(mine.sum())))
    return changes


def _left(old: Labels, new: Labels, ids: Mapping[int, int]) -> list[Change]:
    changes = []
    for number in sorted(set(np.unique(old[old >= 0]).tolist()) - set(ids.values())):
        mine = old == number
        where, share = _most(new[mine])
        went = ids.get(where) if where is not None and share >= PART_FROM else None
        changes.append(Change("merged" if went is not None else "died", int(number), went, int(mine.sum())))
    return changes


def _most(labels: Labels) -> tuple[int | None, float]:
    found, counts = np.unique(labels[labels >= 0], return_counts=True)
    if not len(found):
        return None, 0.0
    return int(found[counts.argmax()]), float(counts.max() / len(labels))
