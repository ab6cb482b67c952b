"""How long similar records take at 100,000: to build the index, and to ask it: python -m tests.bench similar."""

from __future__ import annotations

import csv
import itertools
import statistics
import time
from pathlib import Path

from analytics.similar import SimilarTexts
from tests.bench.figures import Figure, Result

PLANTED = Path(__file__).parents[3] / "shared" / "data" / "planted" / "first"
FILES = ("defects.csv", "returns.csv", "complaints.csv")
RECORDS, QUESTIONS, PROMISED = 100_000, 200, 1.0


def run() -> Result:
    """Build the index over planted texts, repeated to 100,000, and search for 200 of them and their halves."""
    texts = list(itertools.islice(itertools.cycle(_texts()), RECORDS))
    started = time.perf_counter()
    index = SimilarTexts().fit(texts)
    built = time.perf_counter() - started
    asked = texts[:: RECORDS // QUESTIONS][:QUESTIONS]
    times = [_seconds(index, words) for text in asked for words in (text, text[: len(text) // 2])]
    slowest = max(times)
    figures = [
        Figure("Building the index", f"{built:.1f} s"),
        Figure("One search, median", f"{statistics.median(times) * 1000:.0f} ms"),
        Figure("One search, slowest", f"{slowest:.2f} s", f"{PROMISED:.0f} s", _verdict(slowest)),
        Figure("Memory of the index", f"{_megabytes(index):.0f} MB"),
    ]
    return Result(f"Similar records among {RECORDS:,}", figures, NOTES)


NOTES = (
    "The texts of a planted company (factory records, returns, complaints), repeated to 100,000: repeated ones are "
    "searched as if each were another. Asked are 200 of them and the first half of each. Without reading the base.",
)


def _texts() -> list[str]:
    found: list[str] = []
    for name in FILES:
        with (PLANTED / name).open(encoding="utf-8", newline="") as file:
            found += [row["text"] for row in csv.DictReader(file) if row["text"]]
    return found


def _seconds(index: SimilarTexts, text: str) -> float:
    started = time.perf_counter()
    index.search(text)
    return time.perf_counter() - started


def _megabytes(index: SimilarTexts) -> float:
    kept = [part for _, _, texts in index.known for part in (texts.data, texts.indices, texts.indptr)]
    return float(sum(part.nbytes for part in kept) / 2**20)


def _verdict(slowest: float) -> str:
    return "reached" if slowest < PROMISED else "missed"
