"""A Dirichlet-multinomial mixture with categorical views, fitted by expectation maximisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.special import logsumexp

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
VIEW_SMOOTHING = 5.0
CERTAINTY_AT_START = 0.9
SETTLED = 1e-3


@dataclass(frozen=True)
class Mixture:
    """Fitted parameters, as logarithms: `prior` (groups), `words` (groups x words), `views` (groups x values each)."""

    prior: Matrix
    words: Matrix
    views: tuple[Matrix, ...]

    @property
    def n_groups(self) -> int:
        return len(self.prior)

    def responsibilities(self, counts: sparse.csr_matrix, views: Sequence[Labels]) -> Matrix:
        """How sure each record is of each group: r_ik ~ pi_k * prod_t phi_kt ^ x_it * prod_v theta_kv(s_iv).

        counts: records x words, weighted. views: for each view the value of each record, -1 unknown.
        """
        told: Matrix = np.asarray(counts @ self.words.T)
        told += self.prior
        for codes, logs in zip(views, self.views, strict=True):
            told += np.vstack([logs.T, np.zeros(self.n_groups)])[codes]  # -1, the last row: nothing is said
        # in place and with one exponential: this is most of the time of a fit
        told -= told.max(axis=1, keepdims=True)
        np.exp(told, out=told)
        told /= told.sum(axis=1, keepdims=True)
        return told

    def only(self, groups: Labels) -> Mixture:
        """The same with only these groups, in this order."""
        kept = self.prior[groups]
        return replace(
            self, prior=kept - logsumexp(kept), words=self.words[groups], views=tuple(v[groups] for v in self.views)
        )


def fit(
    counts: sparse.csr_matrix, labels: Labels, views: Sequence[Labels], concentration: float, most_rounds: int = 60
) -> tuple[Mixture, Matrix]:
    """The mixture, and the responsibilities of the records it was fitted to, from groups to begin with.

    It stops when no responsibility moves by more than SETTLED, or after so many rounds (Yin & Wang, KDD 2014, with
    soft assignments).
    """
    groups = int(labels.max()) + 1
    shares = np.full((counts.shape[0], groups), (1 - CERTAINTY_AT_START) / groups)
    shares[np.arange(len(labels)), labels] += CERTAINTY_AT_START
    held = [one_hot(codes) for codes in views]
    for _round in range(most_rounds):
        model = _maximised(counts, shares, held, concentration)
        before, shares = shares, model.responsibilities(counts, views)
        if np.abs(shares - before).max() < SETTLED:
            break
    return model, shares


def _maximised(
    counts: sparse.csr_matrix, shares: Matrix, held: Sequence[sparse.csr_matrix], concentration: float
) -> Mixture:
    sizes = shares.sum(axis=0) + 1
    used = np.asarray((counts.T @ shares).T)
    words = np.log(used + concentration) - np.log(used.sum(axis=1, keepdims=True) + concentration * used.shape[1])
    views = []
    for one in held:
        total = np.asarray(one.sum(axis=0)).ravel()
        seen = np.asarray((one.T @ shares).T) + VIEW_SMOOTHING * (total / total.sum())
        views.append(np.log(np.maximum(seen, 1e-300)) - np.log(seen.sum(axis=1, keepdims=True)))
    return Mixture(np.log(sizes / sizes.sum()), words, tuple(views))


def one_hot(codes: Labels) -> sparse.csr_matrix:
    """Records x values with a 1 where a record has the value; a record of -1 has none."""
    known = np.flatnonzero(codes >= 0)
    shape = (len(codes), int(codes.max(initial=0)) + 1)
    return sparse.csr_matrix((np.ones(len(known)), (known, codes[known])), shape=shape)
