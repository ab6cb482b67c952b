"""Groups so many texts once, for its time and memory: python -m tests.bench.group_once 100000."""

from __future__ import annotations

import sys

import numpy as np
from threadpoolctl import threadpool_limits

from analytics.context import frame_context
from analytics.groups import GroupBuilder
from analytics.texts import WordCounter
from tests.bench.group_speed import planted_records

if __name__ == "__main__":
    wanted = int(sys.argv[1])
    records = planted_records("second", "factory")
    chance = np.random.default_rng(0)
    drawn = records.iloc[chance.integers(0, len(records), wanted)]
    other = chance.permutation(records["text"].to_numpy())[chance.integers(0, len(records), wanted)]
    texts = [f"{text} {more.split(' ')[0]}" for text, more in zip(drawn["text"], other, strict=True)]
    with threadpool_limits(1):
        builder = GroupBuilder().fit(
            WordCounter().fit_transform(texts), context=frame_context(drawn[["product", "code"]])
        )
    print(len(texts), builder.n_groups_)
