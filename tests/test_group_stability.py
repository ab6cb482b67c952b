"""Whether groups come out again when the records are drawn anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from analytics import refresh
from analytics.bootstrap import UNSTABLE_BELOW, best_jaccard, group_stability
from analytics.context import frame_context
from analytics.groups import GroupBuilder
from analytics.texts import WordCounter
from kb.errors import Refused
from kb.models import Group
from kb.store import KnowledgeBase
from tests import talking_company
from tests.importing import WHO, load
from tests.test_groups import plant


def test_the_best_jaccard_index_of_a_group_is_that_with_the_group_it_shares_most_with() -> None:
    labels, other = np.array([0, 0, 0, 0, 1, 1]), np.array([5, 5, 5, 2, 2, 2])
    assert best_jaccard(labels, other, np.array([0, 1, 7])).tolist() == [3 / 4, 2 / 3, 0.0]


def test_records_that_belong_to_no_group_count_against_nobody() -> None:
    assert best_jaccard(np.array([0, 0, -1]), np.array([1, 1, 1]), np.array([0])).tolist() == [2 / 3]
    assert best_jaccard(np.array([0, 0, -1]), np.array([1, 1, -1]), np.array([0])).tolist() == [1.0]


def test_groups_that_are_there_are_stable_and_one_drawn_by_lot_is_not() -> None:
    records = plant()
    counts, context = WordCounter().fit_transform(records["text"]), frame_context(records[["product", "code"]])
    labels = records["cause"].map({"joint": 0, "seal": 1, "brush": 2, "label": 3}).to_numpy()
    labels = np.where((labels == 0) & (np.random.default_rng(0).random(len(labels)) < 0.2), 4, labels)
    found = group_stability(counts, context, labels, GroupBuilder(), rounds=3)
    assert min(found[1], found[2], found[3]) > 0.9
    assert found[4] < UNSTABLE_BELOW


def test_stability_is_kept_with_each_group_until_the_next_refit(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no groups yet"):
        refresh.measure_stability(sqlite_base, WHO)
    load(sqlite_base, talking_company.write(tmp_path / "files"))
    refresh.refresh(sqlite_base, WHO)
    steps: list[str] = []
    found = refresh.measure_stability(sqlite_base, WHO, rounds=2, progress=steps.append)
    assert steps[0] == "Stability of factory, 1 of 2" and len(steps) == 4

    def kept() -> dict[int, float | None]:
        with sqlite_base.reading() as connection:
            rows = connection.execute(select(Group.group_id, Group.stability).where(Group.status == "alive"))
            return {group: value for group, value in rows}

    assert kept() == pytest.approx({**found["factory"], **found["field"]})
    refresh.refresh(sqlite_base, WHO)
    assert set(kept().values()) == {None}
