"""Typical words: the published formula by hand, and words planted in generated texts."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import typical_words
from analytics.typical_words import counted, scores, terms, typical


def test_words_and_neighbours_are_terms_and_single_letters_only_in_pairs() -> None:
    assert terms("A 12 V charger, for VANS!") == {
        "12", "charger", "for", "vans", "a 12", "12 v", "v charger", "charger for", "for vans",
    }  # fmt: skip
    assert terms("don't") == {"don't"}
    assert terms("...") == frozenset()


def test_a_score_is_the_log_odds_over_its_standard_error() -> None:
    """Monroe et al. 2008: two words, 8 and 2 of 10 in the one set, 1 and 9 of 10 in the other, prior of 20 words."""
    found = scores(np.array([8.0, 2.0]), np.array([1.0, 9.0]), (10.0, 10.0), prior=20.0)
    weight = 20 * 9 / 20
    inside, outside = 8 + weight, 1 + weight
    odds = math.log(inside / (10 + 20 - inside)) - math.log(outside / (10 + 20 - outside))
    assert found[0] == pytest.approx(odds / math.sqrt(1 / inside + 1 / outside))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=30))
def test_exchanging_both_sides_turns_the_sign(counts: list[tuple[int, int]]) -> None:
    inside, outside = (np.array(side, dtype=float) for side in zip(*counts, strict=True))
    sizes = inside.sum(), outside.sum()
    if (inside + outside).min() > 0:
        assert np.allclose(scores(inside, outside, sizes), -scores(outside, inside, sizes[::-1]))


def test_planted_words_are_found_and_words_of_both_sides_are_not() -> None:
    chance = random.Random(5)
    common = ["pump", "valve", "cable", "seal", "paint", "screw", "wheel", "gear"]

    def text(*more: str) -> frozenset[str]:
        return terms(" ".join([*chance.choices(common, k=6), *more]))

    inside = [text("quiet") if number % 2 else text("strong") for number in range(80)]
    outside = [text("broken") for _ in range(400)]
    found = typical(inside, counted(outside))
    assert set(found["term"].head(2)) == {"quiet", "strong"}
    assert not set(found["term"]) & {*common, "broken"}
    assert list(found["inside"].head(2)) == [40, 40]
    assert list(found["outside"].head(2)) == [0, 0]


def test_a_word_seen_once_is_not_typical() -> None:
    inside = [terms("splendid thing"), *[terms("pump works")] * 20]
    assert "splendid" not in set(typical(inside, counted([terms("pump stopped")] * 20))["term"])


def many(*texts: str) -> list[frozenset[str]]:
    """Each text ten times, with a word of its own each time, as real texts have."""
    return [terms(f"{text} w{number}{text[:2]}") for text in texts for number in range(10)]


OTHERS = counted(many("loud at night", "seal broke again", "paint came off", "screw fell out", "went dead in rain"))


def test_little_words_and_names_that_are_given_are_left_out() -> None:
    inside = many("we ask for the charger", "and it was for vans")
    assert {"charger", "vans"} <= set(typical(inside, OTHERS, most=50)["term"])
    assert not {"we", "and", "the", "it", "was"} & set(typical(inside, OTHERS, most=50)["term"])
    assert "charger" not in set(typical(inside, OTHERS, most=50, without=["charger"])["term"])


def test_of_terms_in_the_same_texts_only_the_longest_is_told() -> None:
    found = list(typical(many("cigarette lighter", "good value"), OTHERS)["term"])
    assert found == ["cigarette lighter", "good value"]


@pytest.mark.parametrize(("inside", "outside"), [([], []), ([], [terms("loud")]), ([frozenset()], [])])
def test_nothing_gives_no_words(inside: list[frozenset[str]], outside: list[frozenset[str]]) -> None:
    found = typical(inside, counted(outside))
    assert found.empty
    assert list(found.columns) == typical_words.TYPICAL
