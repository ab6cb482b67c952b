"""Texts into counts of words: cleaning, folding misspellings into the word that was meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

# What holds a digit is a number, a reference designator or a record's number: never a feature.
_MARKED = re.compile(r"\w*\d\w*")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’/\-](?=[^\W\d_]))+")
SHORTEST_FOLDED = 4


def words(text: str) -> list[str]:
    """The words of a text in small letters, in order; whatever holds a digit is left out."""
    return _WORD.findall(_MARKED.sub(" ", text.lower().replace("’", "'")))


def misspellings(counts: Mapping[str, int], seldom: int) -> dict[str, str]:
    """For each word used fewer than `seldom` times the most used word that one lost, added, changed or swapped letter
    would make of it; words without such a one are left out. After NIST Nestor's alias tables, by symmetric deletion.
    """
    usual = {word for word, n in counts.items() if n >= seldom and len(word) >= SHORTEST_FOLDED}
    reached: dict[str, list[str]] = {}
    for word in usual:
        for form in _shortened(word):
            reached.setdefault(form, []).append(word)
    found = {}
    for word, n in counts.items():
        if n >= seldom or len(word) < SHORTEST_FOLDED:
            continue
        meant = {one for form in _shortened(word) for one in reached.get(form, ())}
        if meant:
            found[word] = max(meant, key=lambda one: (counts[one], one))
    return found


def _shortened(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


class WordCounter(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Texts (a sequence of strings) into a matrix that says which words a text uses: records x words, 0 or 1.

    Words used in fewer than `min_records` texts are left out, those used fewer than `fold_below` times are first
    folded into the word that was meant. `aliases` are people's own: word -> the word it stands for ('' drops it);
    they go before what is found. Fitted: `vocabulary_` (word -> column), `aliases_` (all foldings in use).
    """

    def __init__(self, *, min_records: int = 3, fold_below: int = 8, aliases: Mapping[str, str] | None = None) -> None:
        self.min_records = min_records
        self.fold_below = fold_below
        self.aliases = aliases

    def fit(self, X: Sequence[str], y: object = None) -> Self:
        """Learn the vocabulary and the foldings. Raises ValueError where no word is used often enough."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Sequence[str], y: object = None, **_: Any) -> sparse.csr_matrix:
        """Learn and count in one pass; returns records x words, 0 or 1."""
        read = [words(text) for text in X]
        counts = Counter(word for one in read for word in one)
        said = dict(self.aliases or {})
        found = misspellings(counts, self.fold_below)
        self.aliases_ = {**{word: said.get(meant, meant) for word, meant in found.items()}, **said}
        used = Counter(word for one in read for word in set(self._meant(one)))
        known = sorted(word for word, n in used.items() if n >= self.min_records)
        if not known:
            raise ValueError(f"no word is used in {self.min_records} of the {len(read)} texts: nothing to group by")
        self.vocabulary_ = {word: at for at, word in enumerate(known)}
        return self._counted(read)

    def transform(self, X: Sequence[str]) -> sparse.csr_matrix:
        """Records x words of the fitted vocabulary, 0 or 1."""
        check_is_fitted(self)
        return self._counted([words(text) for text in X])

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray[Any, Any]:
        """The words, in the order of the columns."""
        check_is_fitted(self)
        return np.array(sorted(self.vocabulary_), dtype=object)

    def _meant(self, read: Iterable[str]) -> Iterator[str]:
        for word in read:
            meant = self.aliases_.get(word, word)
            if meant:
                yield meant

    def _counted(self, read: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        columns: list[int] = []
        ends = [0]
        for one in read:
            columns += sorted({self.vocabulary_[word] for word in self._meant(one) if word in self.vocabulary_})
            ends.append(len(columns))
        shape = (len(read), len(self.vocabulary_))
        return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
