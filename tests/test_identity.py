"""A group keeps its id over refits while most of its records stay together; what became of the others is told."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.identity import Change, match

OLD = np.repeat([10, 20, 30], [6, 6, 6])


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_groups_that_stay_together_keep_their_ids_whatever_their_new_numbers(order: list[int]) -> None:
    found = match(OLD, np.repeat(order, 6))
    assert {found.ids[label]: label for label in order} == dict(zip([10, 20, 30], order, strict=True))
    assert found.changes == ()


def test_an_id_is_kept_when_half_of_all_records_of_both_are_common_and_lost_below() -> None:
    assert match(np.repeat(10, 6), np.array([0, 0, 0, 1, 2, 3])).ids == {0: 10}
    assert match(np.repeat(10, 7), np.array([0, 0, 0, 1, 2, 3, 4])).ids == {}


def test_a_split_leaves_the_id_with_the_larger_part_and_tells_where_the_smaller_came_from() -> None:
    found = match(OLD, np.array([0] * 4 + [1] * 2 + [2] * 6 + [3] * 6))
    assert found.ids == {0: 10, 2: 20, 3: 30}
    assert found.changes == (Change("split", 1, 10, 2),)


def test_a_merge_keeps_the_larger_groups_id_and_tells_what_went_into_it() -> None:
    found = match(np.repeat([10, 20], [8, 4]), np.repeat(0, 12))
    assert found.ids == {0: 10}
    assert found.changes == (Change("merged", 20, 10, 4),)


def test_a_group_of_new_records_is_born_and_one_that_scattered_died() -> None:
    old = np.array([10] * 6 + [20] * 6 + [-1] * 4)
    new = np.array([0] * 6 + [1, 2, 3, 4, -1, -1] + [5] * 4)
    kinds = {(change.kind, change.number) for change in match(old, new).changes}
    assert ("born", 5) in kinds
    assert ("died", 20) in kinds


def test_a_first_fit_has_nothing_to_continue() -> None:
    found = match(np.full(4, -1), np.array([0, 0, 1, 1]))
    assert found.ids == {}
    assert [change.kind for change in found.changes] == ["born", "born"]
