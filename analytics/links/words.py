"""Customers' words and factory words: pairs that go together over lots, and findings read as factory groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.feature_extraction.text import CountVectorizer

from analytics.typical_words import LITTLE

PAIRS = ["word", "factory_word", "shared_lots", "expected_lots", "pmi"]
WORD = r"[^\W\d_]{2,}"
MOST_WORDS = 2000
SURE = 0.9
CLEAR = 3.0
"""Standard errors above chance from which a pair of words is told."""


def word_pairs(
    factory: pd.DataFrame,
    field: pd.DataFrame,
    lots: pd.DataFrame,
    *,
    top: int = 5,
    fewest: int = 5,
    shrinkage: float = 5.0,
) -> pd.DataFrame:
    """Columns PAIRS: for each customers' word at most `top` factory words it shares lots with, the strongest first.

    `factory` and `field` have text and lot, `lots` has lot and product. pmi = log2((n + k) / (e + k)): n lots with
    both words, e as many as chance gives within each product, k = `shrinkage`, so that few lots say little. Words in
    fewer than `fewest` lots are left out, and pairs less than three standard errors above chance.
    """
    known = lots.drop_duplicates("lot").reset_index(drop=True)
    ours, our_words = _words_of_lots(factory, known["lot"], fewest)
    theirs, their_words = _words_of_lots(field, known["lot"], fewest)
    code, products = pd.factorize(known["product"])
    product = sp.csr_array((np.ones(len(code)), (code, np.arange(len(code)))), shape=(len(products), len(code)))
    size = np.maximum(np.asarray(product.sum(axis=1)), 1.0)[:, None]
    both = (theirs.T @ ours).toarray()
    chance = ((product @ theirs).toarray() / size).T @ (product @ ours).toarray()
    pmi = np.log2((both + shrinkage) / (chance + shrinkage))
    row, column = np.nonzero(both - chance > CLEAR * np.sqrt(chance))
    values = (their_words[row], our_words[column], both[row, column].astype(int), chance[row, column], pmi[row, column])
    found = pd.DataFrame(dict(zip(PAIRS, values, strict=True)), columns=PAIRS)
    found = found.sort_values(["pmi", "word", "factory_word"], ascending=[False, True, True])
    return found.groupby("word", sort=False).head(top).reset_index(drop=True)


def _words_of_lots(texts: pd.DataFrame, lots: pd.Series, fewest: int) -> tuple[sp.csr_array, NDArray[np.object_]]:
    """Lots x words, 1 where the word was used of the lot."""
    said = texts.groupby("lot")["text"].agg(" ".join).reindex(lots).fillna("")
    counter = CountVectorizer(binary=True, token_pattern=WORD, stop_words=sorted(LITTLE), max_features=MOST_WORDS)
    if not said.str.contains(WORD).any():
        return sp.csr_array((len(lots), 0)), np.array([], dtype=object)
    try:
        used = sp.csr_array(counter.fit_transform(said), dtype=np.float64)
    except ValueError:  # nothing but little words
        return sp.csr_array((len(lots), 0)), np.array([], dtype=object)
    often = np.flatnonzero(np.asarray(used.sum(axis=0)) >= fewest)
    return used[:, often], counter.get_feature_names_out()[often]


def groups_of_findings(findings: pd.Series, texts: pd.Series, groups: sp.csr_array) -> sp.csr_array:
    """Findings x factory groups: 1 where the finding is worded like the texts of that group (chance above .9).

    Multinomial naive Bayes over words of the factory's texts, `groups` being texts x groups; an empty row is a finding
    that says nothing about the group.
    """
    nothing = sp.csr_array((len(findings), groups.shape[1]))
    code, worded = pd.factorize(findings)
    if not len(worded) or not texts.str.contains(WORD).any():
        return nothing
    counter = CountVectorizer(token_pattern=WORD)
    used = sp.csr_array(counter.fit_transform(texts), dtype=np.float64)
    counts = (used.T @ groups).toarray()
    chance = np.log((counts + 0.1) / (counts.sum(axis=0) + 0.1 * len(counts)))
    share = np.log(np.asarray(groups.sum(axis=0)) + 1.0)
    words = sp.csr_array(counter.transform(worded), dtype=np.float64)
    likely = softmax(words @ chance + share, axis=1)
    sure = np.where((np.asarray(words.sum(axis=1)) > 0) & (likely.max(axis=1) > SURE), likely.argmax(axis=1), -1)[code]
    read = np.flatnonzero(sure >= 0)
    return sp.csr_array((np.ones(len(read)), (read, sure[read])), shape=nothing.shape)
