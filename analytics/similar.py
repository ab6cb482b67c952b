"""Texts like another one: by the words they share and by pieces of words, so that a slip of the pen hides none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sparse
from sklearn.feature_extraction.text import TfidfVectorizer, strip_accents_unicode

WORDS, PIECES = 0.6, 0.4
"""What words and pieces of words contribute to a likeness; they sum to one."""
_MARKS = re.compile(r"[\W_]+")
FEWEST = 2
"""A piece that fewer texts hold likens none to another."""


def _bare(text: str) -> str:
    """Small letters without accents and marks."""
    return _MARKS.sub(" ", strip_accents_unicode(text.lower()))


class SimilarTexts:
    """An index of texts. A likeness is the weighted mean of two cosines: of words, and of pieces of 3 to 5 letters.

    Both are weighted by rarity (TF-IDF, with the logarithm of how often a text says it). Texts are kept by column, so
    that a search touches only those that share something with what is asked.
    """

    def __init__(self) -> None:
        shared = {"sublinear_tf": True, "preprocessor": _bare, "dtype": np.float32}
        self.words = TfidfVectorizer(token_pattern=r"\w\w+", **shared)
        self.pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)
        self.known: list[tuple[float, TfidfVectorizer, sparse.csr_matrix]] = []
        self.size = 0

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn and keep the texts; without any, or without a single word, nothing is ever found."""
        self.size = len(texts)
        self.known = []
        fewest = FEWEST if self.size >= 20 * FEWEST else 1
        for weight, counter in ((WORDS, self.words), (PIECES, self.pieces)):
            counter.set_params(min_df=fewest)
            try:
                counted = counter.fit_transform(texts)
            except ValueError:  # nothing but marks and spaces
                continue
            self.known.append((weight, counter, sparse.csr_matrix(counted.T)))
        return self

    def search(self, text: str, most: int = 20, without: int = -1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Places of the most similar texts, the most similar first, and their likeness (above 0, at most 1).

        `without` is the place of a text that must not be found: the one that is asked for.
        """
        likeness = np.zeros(self.size, dtype=np.float32)
        for weight, counter, texts in self.known:
            found = counter.transform([text]) @ texts
            likeness[found.indices] += weight * found.data
        if 0 <= without < self.size:
            likeness[without] = 0
        few = np.argpartition(-likeness, most)[:most] if self.size > most else np.arange(self.size)
        ranked = few[np.lexsort((few, -likeness[few]))]
        ranked = ranked[likeness[ranked] > 0]
        return ranked, np.minimum(likeness[ranked], 1.0)
