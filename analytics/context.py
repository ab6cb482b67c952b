"""Context of records (product, family, code) as numbers, and how much a word says about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse

from analytics.mixture import one_hot

Labels = np.ndarray[Any, np.dtype[np.int64]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]
# Records of no particular word that each word starts with, so that a rare word does not look telling by chance.
SMOOTHING = 20.0
TELLING, HINTING = 0.2, 0.22


class Context:
    """Columns of text as codes: `codes` holds for each column the number of each record's value, -1 unknown."""

    def __init__(self, columns: Any, n: int) -> None:
        table = _table(columns, n)
        self.values = [sorted({str(one) for one in table[:, at]} - {""}) for at in range(table.shape[1])]
        self.codes = self._coded(table)
        kept = [at for at, codes in enumerate(self.codes) if len(set(codes.tolist()) - {-1}) > 1]
        self.columns, self.width = kept, table.shape[1]
        self.values = [self.values[at] for at in kept]
        self.codes = [self.codes[at] for at in kept]

    @classmethod
    def known(cls, columns: list[int], width: int, values: list[list[str]]) -> Context:
        """A context that was fitted before: which of `width` columns are used, and the values of each."""
        made = cls(None, 0)
        made.columns, made.width, made.values = columns, width, values
        return made

    def give_up(self) -> None:
        """Use none of the columns; they are still taken, and ignored."""
        self.columns, self.values, self.codes = [], [], []

    def of(self, columns: Any, n: int) -> list[Labels]:
        """The codes of other records' context; what was not seen before is unknown."""
        if columns is None:
            return [np.full(n, -1) for _ in self.columns]
        table = _table(columns, n)
        if table.shape[1] != self.width:
            raise ValueError(f"context has {table.shape[1]} columns, but {self.width} were fitted")
        return self._coded(table[:, self.columns])

    def _coded(self, table: np.ndarray[Any, Any]) -> list[Labels]:
        numbered = [{value: number for number, value in enumerate(values)} for values in self.values]
        return [
            np.array([numbers.get(str(one), -1) for one in table[:, at]], dtype=np.int64)
            for at, numbers in enumerate(numbered)
        ]


def frame_context(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The frame's columns as context: text, '' where nothing is known."""
    return frame.astype("object").where(frame.notna(), "").astype(str).to_numpy(dtype=object)


def _table(columns: Any, n: int) -> np.ndarray[Any, Any]:
    if columns is None:
        return np.empty((n, 0), dtype=object)
    table = np.asarray(columns, dtype=object)
    table = table[:, None] if table.ndim == 1 else table
    if len(table) != n:
        raise ValueError(f"context has {len(table)} rows, but there are {n} records")
    return table


def word_information(counts: sparse.csr_matrix, codes: Labels) -> Matrix:
    """For each word how much its use says about the context, 0 (nothing) to 1 (everything): the Kullback-Leibler
    divergence of P(context | word) from P(context), smoothed, over the entropy of P(context)."""
    together, usual = _together(counts, codes)
    share = (together + SMOOTHING * usual) / (together.sum(axis=1, keepdims=True) + SMOOTHING)
    return _divergence(share, usual)


def information_beyond_chance(counts: sparse.csr_matrix, codes: Labels) -> Matrix:
    """The same without smoothing, less what words that say nothing would seem to say: (values - 1) / (2 uses) in the
    mean (Miller 1955). It does not shrink where there are few records, so that a small company is judged as a large
    one."""
    together, usual = _together(counts, codes)
    uses = np.maximum(together.sum(axis=1, keepdims=True), 1)
    by_chance = (np.count_nonzero(usual) - 1) / (2 * uses[:, 0])
    entropy = _entropy(usual)
    found = _divergence(together / uses, usual) - (by_chance / entropy if entropy > 0 else 0)
    return np.asarray(np.maximum(found, 0))


def _together(counts: sparse.csr_matrix, codes: Labels) -> tuple[Matrix, Matrix]:
    """Words x values of a context, uses of the one in records of the other; and the usual share of each value."""
    held = one_hot(codes)
    usual = np.asarray(held.sum(axis=0)).ravel() / max(held.sum(), 1)
    return np.asarray((counts.T @ held).todense()), usual


def _divergence(share: Matrix, usual: Matrix) -> Matrix:
    entropy = _entropy(usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.where(share > 0, share * np.log(share / usual), 0.0).sum(axis=1)
    return np.asarray(told / entropy) if entropy > 0 else np.zeros(len(share))


def _entropy(usual: Matrix) -> float:
    kept = usual[usual > 0]
    return float(-(kept * np.log(kept)).sum())


def said(information: Matrix, power: float) -> Matrix:
    """A factor for each word, from 0 where it says nothing to 1 for the tenth of the words that say most."""
    usual = np.quantile(information, 0.9) if len(information) else 0.0
    return np.clip(information / usual, 0, 1) ** power if usual > 0 else np.ones(len(information))


def context_power(counts: sparse.csr_matrix, views: Sequence[Labels]) -> float:
    """How far the context is to be trusted in weighting words: 1 where half of all uses of words say at least TELLING
    of one of its columns beyond chance, 1/2 where a tenth of them say at least HINTING, else 0.

    Defect codes of three invented plants lay between .23 and .48 in the middle, .12 where most of them are wrong;
    products below .17. In the upper tenth products lay between .24 and .64, with all records as with a third of them,
    the assets of a maintenance log, which say nothing of what is worn there, at .2.
    """
    beyond = [information_beyond_chance(counts, codes) for codes in views]
    if any(_quantile(counts, one, 0.5) >= TELLING for one in beyond):
        return 1.0
    return 0.5 if any(_quantile(counts, one, 0.9) >= HINTING for one in beyond) else 0.0


def _quantile(counts: sparse.csr_matrix, information: Matrix, share: float) -> float:
    uses = np.asarray(counts.sum(axis=0)).ravel()
    order = np.argsort(information)
    at = np.searchsorted(np.cumsum(uses[order]), uses.sum() * share)
    return float(information[order][min(at, len(order) - 1)]) if len(order) else 0.0
