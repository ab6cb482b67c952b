"""Texts grouped by BERTopic, as its makers ship it, in an environment of its own: what our groups are compared with."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.environments import Environment, ran

ENVIRONMENT = Environment("BERTopic", "requirements-bertopic.txt", pythons=((3, 11), (3, 14)), gigabytes=2)
CHILD = Path(__file__).with_name("bertopic_child.py")
PACKAGES = ("bertopic", "sentence-transformers", "umap-learn", "hdbscan", "torch")


@dataclass(frozen=True)
class Topics:
    """The topic of each text, -1 where none was found even after outliers were reduced, and what that took.

    `seconds` is from texts to topics, the encoding included; `seconds_loading`, apart, imports the libraries and reads
    the weights. `processor_seconds` is of the same span as `seconds`, all threads added up: it says more where other
    work runs on the machine. `outliers` had no topic before they were reduced.
    """

    labels: NDArray[np.int64]
    seconds: float
    seconds_loading: float
    seconds_encoding: float
    processor_seconds: float
    threads: int
    outliers: int


def labels(texts: Sequence[str]) -> Topics:
    """BERTopic's topics of the texts; makes its environment where there is none yet. Raises Missing."""
    python = ENVIRONMENT.programs() / "python"
    with tempfile.TemporaryDirectory(prefix="symbiosis-bertopic-") as name:
        given, found = Path(name) / "texts.csv", Path(name) / "topics.json"
        _write(given, texts)
        # Isolated (-I): the folder of the script would come first among the places to import from, and in it
        # `bertopic` is this module. Offline: the weights are a package, nothing is to be asked for.
        command = [str(python), "-I", str(CHILD), str(given), str(found)]
        ran(command, {**os.environ, "HF_HUB_OFFLINE": "1"}, "BERTopic failed")
        told = json.loads(found.read_text("utf-8"))
    return Topics(**{**told, "labels": np.array(told["labels"], dtype=np.int64)})


def versions() -> dict[str, str]:
    """Of what decides about the topics, for the notes of a bench."""
    return {package: ENVIRONMENT.version(package) for package in PACKAGES}


def _write(path: Path, texts: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        writer.writerows([text] for text in texts)
