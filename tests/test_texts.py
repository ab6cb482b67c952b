"""Texts become counts of words: misspellings are folded, numbers are no words, people's aliases count."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from analytics.texts import WordCounter, misspellings, words


def test_whatever_holds_a_digit_is_no_word() -> None:
    assert words("NCR76: Q37 short 0402 row, lot L24-117 excess paste") == ["short", "row", "lot", "excess", "paste"]


def test_words_of_any_language_keep_their_letters_and_inner_marks() -> None:
    assert words("Lötstelle kalt am Balancer, won't hold n.i.O. US-weld ЗАРЯД") == [
        "lötstelle", "kalt", "am", "balancer", "won't", "hold", "us-weld", "заряд",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["bougt", "bougght", "bougth", "bpught"])
def test_one_letter_lost_added_swapped_or_changed_is_folded_into_the_usual_word(wrong: str) -> None:
    assert misspellings(Counter({"bought": 50, wrong: 2}), 8) == {wrong: "bought"}


def test_a_word_that_is_used_often_or_is_very_short_is_never_folded() -> None:
    assert misspellings(Counter({"bought": 50, "brought": 9, "hot": 40, "not": 2}), 8) == {}


def test_the_most_used_of_several_words_that_may_be_meant_is_taken() -> None:
    assert misspellings(Counter({"cracks": 9, "crack": 30, "crackk": 1}), 8) == {"crackk": "crack"}


TEXTS = ["cold joint on board"] * 5 + ["cracked shell"] * 5


def test_a_text_uses_a_word_or_not_however_often_it_says_it() -> None:
    counter = WordCounter().fit(TEXTS)
    assert list(counter.get_feature_names_out()) == ["board", "cold", "cracked", "joint", "on", "shell"]
    assert counter.transform(["cold, cold joint!"]).toarray().tolist() == [[0, 1, 0, 1, 0, 0]]


def test_rare_words_are_left_out_and_unknown_texts_count_nothing() -> None:
    counter = WordCounter(min_records=6)
    with pytest.raises(ValueError, match="no word is used in 6 of the 10 texts"):
        counter.fit(TEXTS)
    assert WordCounter().fit(TEXTS).transform(["something else"]).nnz == 0


def test_peoples_aliases_go_before_what_is_found_and_may_drop_a_word() -> None:
    counter = WordCounter(aliases={"shell": "housing", "on": ""}).fit(TEXTS)
    assert "housing" in counter.vocabulary_
    assert not {"shell", "on"} & counter.vocabulary_.keys()
    assert counter.transform(["the shell"]).sum() == 1


def test_a_misspelling_of_a_word_that_has_an_alias_follows_it() -> None:
    counter = WordCounter(aliases={"cracked": "broken"}).fit(["cracked shell"] * 9 + ["crackde shell"])
    assert counter.aliases_["crackde"] == "broken"


def test_fitting_and_counting_in_one_pass_or_in_two_is_the_same() -> None:
    counter = WordCounter()
    together = counter.fit_transform(TEXTS)
    assert np.array_equal(together.toarray(), counter.transform(TEXTS).toarray())
