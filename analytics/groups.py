"""Records into groups: symptoms out of customers' words, causes out of the factory's, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from analytics import mixture
from analytics.context import Context, context_power, said, word_information

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
DIMENSIONS = 100
ROWS_AT_ONCE = 50_000
SMALLEST_START = 5.0
MOST_JOININGS = 4
# Rounds of expectation maximisation: at most, of groups not yet joined, and where only words are to be weighed.
ROUNDS, ROUNDS_BEFORE, FEW_ROUNDS = 60, 30, 10
# How far the groups found at first are trusted in weighting words, as a context that only hints (see context_power).
HALF = 0.5
KNOWN_APART = 0.5
STARTS_PER_ROOT, STARTS = 1.2, (40, 150)
# Thirty records for each group to begin with are enough, up to a hundred of them.
RECORDS_A_START, ENOUGH_STARTS = 30, 100
# Words in a note of which none can be spared; twice as many make a sentence.
SHORT_NOTE = 5.0
# How much a group counts that no context tells apart, against one that product or code do (in nats of divergence).
PLAIN_WORTH = 0.6


class GroupBuilder(ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Groups of records by their words and their context, without being told how many there are.

    1. Words are weighted by how rare they are and by how much they say about the context (Kullback-Leibler, after
       METHODS 1.2), so that boilerplate counts little; how strongly follows from the data (see `context_power`).
    2. More groups than can be meant (`n_start`, none takes `usual_starts`) are set up
       by k-means on a singular value decomposition.
    3. Expectation maximisation of a Dirichlet-multinomial mixture with categorical views (Yin & Wang, KDD 2014)
       lets records move between them; some run empty.
    4. Groups that use the same words on the same products under the same codes are one group said in several ways:
       they are joined by average linkage while their likeness is at least `merge_at`. Then step 3 again, and 4, until
       nothing more is joined.
    5. Steps 3 and 4 are taken twice from the same start, the first time briefly: what comes of it says which words
       tell groups apart. The others count less the second time.

    n_groups: wanted number, none finds it. context_power: exponent of the context weight, none chooses it: 1 where a
    column of context tells words apart, 1/2 where it only hints, 0 where it does not: then context is given up.
    rarity_power: exponent of the inverse frequency, none chooses it: 0 for notes of a few words, where each counts, to
    1 for whole sentences. concentration: smoothing of the words of a group. merge_at: likeness of groups to be joined,
    from 0 to 1; greater keeps finer groups. max_fit: of more records than that a random sample is fitted, the others
    are scored into its groups.

    Fitted: `labels_` (group of each record, -1 where it uses no known word), `responsibilities_` (records x groups,
    rows sum to 1), `n_groups_`, `word_weights_`, `model_` (mixture.Mixture).
    """

    def __init__(
        self,
        n_groups: int | None = None,
        *,
        n_start: int | None = None,
        context_power: float | None = None,
        rarity_power: float | None = None,
        concentration: float = 0.1,
        merge_at: float = 0.2,
        max_fit: int = 30_000,
        random_state: int | None = 0,
    ) -> None:
        self.n_groups = n_groups
        self.n_start = n_start
        self.context_power = context_power
        self.rarity_power = rarity_power
        self.concentration = concentration
        self.merge_at = merge_at
        self.max_fit = max_fit
        self.random_state = random_state

    def fit(self, X: Any, y: object = None, context: Any = None, start: Any = None) -> Self:
        """Find the groups. X: records x words, counts from 0. context: records x columns of text, '' unknown.

        start: the group of each record from an earlier fit, -1 unknown. Those groups are gone on from, so that they
        keep their records; what is unknown may join them or make groups of its own.
        """
        counts = self._counts(X, ensure_min_samples=2)
        chance = check_random_state(self.random_state)
        self.context_ = Context(context, counts.shape[0])
        some = self._sample(counts.shape[0], chance)
        weights = self._weights(counts[some], some)
        fitted, views = weighted(counts[some], weights), [view[some] for view in self.context_.codes]
        known = np.full(counts.shape[0], -1) if start is None else np.asarray(start)
        begun = self._started(fitted, known[some], chance)
        shares = self._grouped(fitted, views, *begun, rounds=FEW_ROUNDS, joinings=1)[1]
        telling = said(word_information(fitted, shares.argmax(axis=1)), HALF)
        self.word_weights_ = weights * telling
        self.model_ = self._modelled(weighted(fitted, telling), views, *begun)
        self.n_groups_ = self.model_.n_groups
        self.responsibilities_ = self._scored(counts, self.context_.codes)
        self.labels_ = _labels(self.responsibilities_, counts, self.word_weights_)
        return self

    def fit_predict(self, X: Any, y: object = None, context: Any = None) -> Labels:
        """The group of each record."""
        found: Labels = self.fit(X, context=context).labels_
        return found

    def predict_proba(self, X: Any, context: Any = None) -> Matrix:
        """How sure each record is of each group: records x groups, rows sum to 1. Unseen context counts as unknown."""
        check_is_fitted(self)
        counts = self._counts(X, reset=False)
        return self._scored(counts, self.context_.of(context, counts.shape[0]))

    def predict(self, X: Any, context: Any = None) -> Labels:
        """The group of each record, -1 where it uses no known word."""
        check_is_fitted(self)
        counts = self._counts(X, reset=False)
        return _labels(self._scored(counts, self.context_.of(context, counts.shape[0])), counts, self.word_weights_)

    def transform(self, X: Any, context: Any = None) -> Matrix:
        """The same as `predict_proba`."""
        return self.predict_proba(X, context)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags

    def _counts(self, X: Any, **checks: Any) -> sparse.csr_matrix:
        counts = sparse.csr_matrix(validate_data(self, X, accept_sparse="csr", dtype=np.float64, **checks))
        if counts.nnz and counts.data.min() < 0:
            raise ValueError("Negative values in data passed to GroupBuilder: counts of words start at 0")
        return counts

    def _sample(self, n: int, chance: Any) -> Labels:
        if n <= self.max_fit:
            return np.arange(n)
        return np.sort(chance.choice(n, self.max_fit, replace=False))

    def _weights(self, counts: sparse.csr_matrix, some: Labels) -> Matrix:
        """The weight of each word; a context that says nothing of the words is given up."""
        length = counts.sum() / counts.shape[0]
        chosen = np.clip((length - SHORT_NOTE) / SHORT_NOTE, 0, 1)
        rarity = inverse_frequency(counts) ** (chosen if self.rarity_power is None else self.rarity_power)
        views = [view[some] for view in self.context_.codes]
        power = context_power(counts, views) if self.context_power is None else self.context_power
        if not views or power == 0:
            self.context_.give_up()
            return np.asarray(rarity)
        information = [word_information(counts, view) for view in views]
        return np.asarray(rarity * said(np.max(information, axis=0), power))

    def _modelled(
        self, counts: sparse.csr_matrix, views: list[Labels], labels: Labels, earlier: int
    ) -> mixture.Mixture:
        # words alone are weak grounds: without a context that agrees, what was joined is not joined again
        joinings = MOST_JOININGS if views else 1
        model, shares = self._grouped(counts, views, labels, earlier, rounds=ROUNDS, joinings=joinings)
        if self.n_groups is not None and model.n_groups > self.n_groups:
            return model.only(_most_worth(shares, views, self.n_groups))
        return model

    def _grouped(
        self,
        counts: sparse.csr_matrix,
        views: list[Labels],
        labels: Labels,
        earlier: int,
        *,
        rounds: int,
        joinings: int,
    ) -> tuple[mixture.Mixture, Matrix]:
        """Steps 3 and 4 from groups to begin with, of which the first `earlier` are known, and the responsibilities."""
        model, shares = mixture.fit(counts, labels, views, self.concentration, min(rounds, ROUNDS_BEFORE))
        held = shares.sum(axis=0) > min(SMALLEST_START, counts.shape[0] / model.n_groups)
        shares, earlier = shares[:, held], int(held[:earlier].sum())
        for _round in range(joinings):
            parts = self._joined(counts, shares, views, earlier)
            if parts.max() + 1 == model.n_groups:
                break
            earlier = len(set(parts[:earlier].tolist()))
            joined = (shares @ _indicator(parts)).argmax(axis=1)
            model, shares = mixture.fit(counts, joined, views, self.concentration, rounds)
        return model, shares

    def _started(self, counts: sparse.csr_matrix, known: Labels, chance: Any) -> tuple[Labels, int]:
        """The groups to begin with: first those known, then for what is in none more than can be meant; and how many
        are known."""
        earlier = np.unique(known[known >= 0])
        labels = np.searchsorted(earlier, known)
        new = np.flatnonzero(known < 0)
        if len(new):
            usual = usual_starts(len(new))
            found = _first_groups(counts[new], min(self.n_start or usual, len(new)), chance)
            labels[new] = len(earlier) + np.unique(found, return_inverse=True)[1]
        return labels.astype(np.int64), len(earlier)

    def _joined(self, counts: sparse.csr_matrix, shares: Matrix, views: list[Labels], earlier: int) -> Labels:
        """For each group the one that it becomes part of. The first `earlier` ones, and what they become, come first:
        two that people know apart are joined only where they are far more alike than two new ones need to be."""
        if shares.shape[1] < 2:
            return np.zeros(shares.shape[1], dtype=np.int64)
        alike = likeness(counts, shares, views)
        alike[:earlier, :earlier] *= KNOWN_APART if views else 0
        apart = -np.log(np.clip(alike, 1e-6, 1))
        np.fill_diagonal(apart, 0)
        tree = linkage(squareform(apart, checks=False), "average")
        found = fcluster(tree, -np.log(self.merge_at), "distance")
        if self.n_groups is not None and found.max() < self.n_groups:
            found = fcluster(tree, self.n_groups, "maxclust")
        return np.asarray(pd.factorize(found)[0], dtype=np.int64)

    def _scored(self, counts: sparse.csr_matrix, views: list[Labels]) -> Matrix:
        parts = []
        for first in range(0, counts.shape[0], ROWS_AT_ONCE):
            rows = slice(first, first + ROWS_AT_ONCE)
            part = weighted(counts[rows], self.word_weights_)
            parts.append(self.model_.responsibilities(part, [view[rows] for view in views]))
        return np.vstack(parts)


def usual_starts(records: int) -> int:
    """How many groups to begin with: 1.2 times the root of the records, 40 to 150; from 3,000 records at least 100."""
    wanted = max(STARTS_PER_ROOT * np.sqrt(records), min(ENOUGH_STARTS, records / RECORDS_A_START))
    return int(np.clip(wanted, *STARTS))


def inverse_frequency(counts: sparse.csr_matrix) -> Matrix:
    """For each word log(records / records that use it) + 1, scaled so that a word used has 1 in the mean."""
    used = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log(counts.shape[0] / np.maximum(used, 1)) + 1
    total = float(used @ rarity)
    scaled: Matrix = rarity * (used.sum() / total if total else 1.0)
    return scaled


def weighted(counts: sparse.csr_matrix, weights: Matrix) -> sparse.csr_matrix:
    """Each word's counts times its weight."""
    return sparse.csr_matrix(counts @ sparse.diags(weights))


def likeness(counts: sparse.csr_matrix, shares: Matrix, views: list[Labels]) -> Matrix:
    """How alike groups are, groups x groups, from 0 to 1: the cosine of the square roots of their words' shares
    (Bhattacharyya) above what two groups have in common in the median, times the same cosine for each view."""
    by_words = _cosine((counts.T @ shares).T)
    upper = by_words[np.triu_indices_from(by_words, 1)]
    usual = min(float(np.median(upper)), 0.99) if len(upper) else 0.0
    alike = np.clip((by_words - usual) / (1 - usual), 1e-3, 1)
    for view in views:
        alike = alike * _cosine((mixture.one_hot(view).T @ shares).T)
    return alike


def _cosine(sums: Matrix) -> Matrix:
    roots = np.sqrt((sums + 1e-9) / (sums + 1e-9).sum(axis=1, keepdims=True))
    return np.asarray(roots @ roots.T)


def _first_groups(counts: sparse.csr_matrix, start: int, chance: Any) -> Labels:
    seed = chance.randint(2**31 - 1)
    dimensions = min(DIMENSIONS, min(counts.shape) - 1)
    if dimensions < 1:
        return np.zeros(counts.shape[0], dtype=np.int64)
    reduced = normalize(TruncatedSVD(dimensions, random_state=seed).fit_transform(normalize(counts)))
    means = MiniBatchKMeans(start, n_init=3, batch_size=2048, random_state=seed)
    return np.asarray(means.fit_predict(reduced), dtype=np.int64)


def _indicator(groups: Labels) -> Matrix:
    return np.asarray(np.eye(groups.max() + 1)[groups])


def _most_worth(shares: Matrix, views: list[Labels], wanted: int) -> Labels:
    """The groups to keep: those with most records, each counted by what its context says."""
    worth = np.full(shares.shape[1], PLAIN_WORTH)
    for view in views:
        held = mixture.one_hot(view)
        usual = np.asarray(held.mean(axis=0)).ravel() + 1e-12
        mixed = ((held.T @ shares).T + 20 * usual) / (shares.sum(axis=0)[:, None] + 20)
        worth += (mixed * np.log(mixed / usual)).sum(axis=1)
    return np.sort(np.argsort(-worth * shares.sum(axis=0), kind="stable")[:wanted])


def _labels(responsibilities: Matrix, counts: sparse.csr_matrix, weights: Matrix) -> Labels:
    found = responsibilities.argmax(axis=1)
    says = np.asarray(counts @ weights).ravel() > 0
    return np.where(says, found, -1).astype(np.int64)
