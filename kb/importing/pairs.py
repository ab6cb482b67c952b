"""Ids of new rows whose key is two whole numbers, such as an order and its line: kept as sorted numbers.

A tuple in a dictionary for each of a million lines took a seventh of an import's time and 150 MB.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Runs = tuple[tuple[Numbers, Numbers], ...]
_LIMIT = 1 << 31  # two numbers below it fit into one of 63 bits
UNFIT = -1


def packed(first: npt.ArrayLike, second: npt.ArrayLike) -> Numbers:
    """One number for each pair of numbers; UNFIT where one of them is not whole or not from 0 to 2,147,483,647."""
    wide, narrow = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    fits = np.ones(len(wide), dtype=bool)
    for values in (wide, narrow):
        fits &= (values >= 0) & (values < _LIMIT) & (values == np.floor(values))
    names: Numbers = np.full(len(wide), UNFIT, dtype=np.int64)
    names[fits] = wide[fits].astype(np.int64) * _LIMIT + narrow[fits].astype(np.int64)
    return names


def unpacked(names: Numbers) -> list[tuple[int, int]]:
    """The pairs as tuples."""
    return list(zip((names // _LIMIT).tolist(), (names % _LIMIT).tolist(), strict=True))


def firsts(names: Numbers) -> Numbers:
    """The first number of each pair."""
    found: Numbers = names // _LIMIT
    return found


def distinct(names: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Each name once in the order of its first row, that row, and for every row which name it holds."""
    if (np.diff(names) > 0).all():
        rows = np.arange(len(names), dtype=np.int64)
        return names, rows, rows
    found, first, held = np.unique(names, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return found[order], first[order], rank[held]


def first_rows(codes: Numbers, count: int) -> tuple[Numbers, Numbers, Numbers]:
    """Of codes below `count`: those used, the first row of each, and for every row which of them it holds."""
    first = np.full(count, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    used = np.flatnonzero(first >= 0)
    place = np.cumsum(first >= 0) - 1
    return used, first[used], place[codes]


class Pairs:
    """Numbers by packed pair. `runs` never change in place: who keeps them can put them back."""

    def __init__(self) -> None:
        self.runs: Runs = ()

    def find(self, names: Numbers) -> Numbers:
        """The id of each name, 0 where it is not here."""
        found = np.zeros(len(names), dtype=np.int64)
        if not len(names):
            return found
        low, high = names.min(), names.max()
        for known, ids in self.runs:
            if known[-1] >= low and known[0] <= high:
                at = np.minimum(np.searchsorted(known, names), len(known) - 1)
                found = np.where(known[at] == names, ids[at], found)
        return found

    def add(self, names: Numbers, ids: Numbers) -> None:
        """Names that are not here yet. Runs of like length become one, so that there are never many."""
        if not len(names):
            return
        runs = [*self.runs, _ordered(names, ids)]
        while len(runs) > 1 and len(runs[-2][0]) <= 2 * len(runs[-1][0]):
            (names, ids), (more, their_ids) = runs[-2:]
            runs[-2:] = [_ordered(np.concatenate((names, more)), np.concatenate((ids, their_ids)))]
        self.runs = tuple(runs)


def _ordered(names: Numbers, ids: Numbers) -> tuple[Numbers, Numbers]:
    if (np.diff(names) > 0).all():
        return names, ids
    order = np.argsort(names, kind="stable")
    return names[order], ids[order]
