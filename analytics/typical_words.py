"""Words that are typical of some texts against others: texts in, a tidy frame out. Nothing here opens the base.

Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' words", equations 16 and
22): how much more often a word stands in the one set than in the other, pulled towards no difference by how it stands
in both together, over its standard error. Words used everywhere, and words seen once or twice, score low by
themselves. Little words (and, was, our) tell nothing to a reader and are left out of what is returned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TYPICAL = ["term", "inside", "outside", "score"]
PRIOR_TERMS = 100.0
"""The weight of the prior, in terms: so much text it takes until the data speak louder. Never more than the smaller set
has, or a few texts could not speak at all."""
SURE = 1.96
ALIKE = 0.6
LITTLE = frozenset(
    """
    a about after all also am an and any are as at be because been but by can could did do does for from get gets go
    goes got had has have he her his how i if in into is it its just me more my of off on one only or other our out over
    please she should so some than that the their them then there these they this those to too under up us very was we
    were what when where which while who will with without would you your
    aber als am an auch auf aus bei bin bis das dass dem den der des die du ein eine einem einen einer er es fuer für
    hat haben hatte ich ihr im in ist ja kann man mein mir mit nach noch nur oder schon sehr sein sich sie sind so ueber
    über um und uns unser von vor war was weil wenn wie wir wird zu zum zur
    au aux avec ce cette dans de des du elle en est et il je la le les leur mais ne nos notre nous ou par pas pour que
    qui sa se ses son sont sur tres très un une vous
    """.split()  # noqa: SIM905 - two hundred quoted words would hide what stands there
)
Counts = NDArray[np.float64]
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def terms(text: str) -> frozenset[str]:
    """The words of a text and its pairs of neighbouring words, in small letters, each once; single letters in pairs."""
    words = [word.casefold() for word in _WORD.findall(text)]
    pairs = (f"{first} {second}" for first, second in zip(words, words[1:], strict=False))
    return frozenset([*(word for word in words if len(word) > 1), *pairs])


def scores(inside: Counts, outside: Counts, sizes: tuple[float, float], prior: float = PRIOR_TERMS) -> Counts:
    """The z-score of each term from its counts in both sets: above 1.96 it is typical of the first at 95 %.

    `sizes` are the sums over all terms of either set, also of those that are not asked for here.
    """
    here_size, there_size = sizes
    weight = prior * (inside + outside) / max(here_size + there_size, 1.0)
    here, there = inside + weight, outside + weight
    odds = np.log(here / (here_size + prior - here)) - np.log(there / (there_size + prior - there))
    return np.asarray(odds / np.sqrt(1 / here + 1 / there), dtype=np.float64)


def counted(texts: Iterable[frozenset[str]]) -> Counter[str]:
    """In how many of the texts each term stands."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(text)
    return found


def typical(
    inside: Sequence[frozenset[str]],
    outside: Counter[str],
    *,
    most: int = 12,
    fewest: int = 2,
    without: Collection[str] = (),
    sure: float = SURE,
) -> pd.DataFrame:
    """Columns TYPICAL, the highest score first: terms of the first set of texts that tell it from the second.

    `outside` is what `counted` makes of the second set. In the result `inside` and `outside` count texts, each once for
    a term; `score` is at least `sure`. Left out are terms in fewer than `fewest` texts, terms with a little word or one
    of `without` (small letters), and of terms that stand in much the same texts (a word and the pair it is part of) all
    but the one that tells most.
    """
    counts = counted(inside)
    silent = LITTLE | set(without)
    telling = [term for term, count in counts.items() if count >= fewest and silent.isdisjoint(term.split())]
    here, there = (np.array([one[term] for term in telling], dtype=np.float64) for one in (counts, outside))
    sizes = float(counts.total()), float(outside.total())
    scored = dict(zip(telling, scores(here, there, sizes, max(min(PRIOR_TERMS, *sizes), 1.0)), strict=True))
    certain = sorted(
        (term for term in telling if scored[term] >= sure), key=lambda term: (-scored[term], -len(term), term)
    )
    rows = [(term, counts[term], outside[term], scored[term]) for term in _apart(certain, inside, most)]
    return pd.DataFrame(rows, columns=TYPICAL)


def _apart(ranked: Sequence[str], texts: Sequence[frozenset[str]], most: int) -> list[str]:
    kept: dict[str, set[int]] = {}
    for term in ranked:
        places = {number for number, text in enumerate(texts) if term in text}
        if all(len(places & other) < ALIKE * len(places | other) for other in kept.values()):
            kept[term] = places
        if len(kept) == most:
            break
    return list(kept)
