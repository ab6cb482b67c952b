"""Axes of names: placed by number, because two names may be cut to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analytics.charts.house import safe, short


def labels(names: Sequence[object], most: int = 24) -> list[str]:
    """The names as they stand on an axis; those that would look the same keep their ends."""
    texts = [str(name) for name in names]
    alike = Counter(short(text, most) for text in texts)
    return [safe(_ends(text, most) if alike[short(text, most)] > 1 else short(text, most)) for text in texts]


def _ends(text: str, most: int) -> str:
    head = most // 2
    return text if len(text) <= most else f"{text[:head]}…{text[len(text) - (most - head - 1) :]}"


def from_top(texts: Sequence[str]) -> dict[str, Any]:
    """A vertical axis with the first name on top, its labels lying flat."""
    return {**along(texts), "range": [len(texts) - 0.5, -0.5], "tickangle": 0}


def along(texts: Sequence[str]) -> dict[str, Any]:
    """An axis with one name at each of 0, 1, 2, ..."""
    return {
        "tickmode": "array", "tickvals": list(range(len(texts))), "ticktext": list(texts), "zeroline": False,
        "showgrid": False, "range": [-0.5, len(texts) - 0.5],
    }  # fmt: skip
