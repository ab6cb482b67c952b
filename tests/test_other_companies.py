"""Companies with other words, as the bench of groups reads them."""

from __future__ import annotations

from tomllib import loads

import pytest
from pandas.testing import assert_frame_equal
from sklearn.metrics import adjusted_rand_score

from tests.bench.other_companies import COMPANIES, records

NAMES = sorted(path.stem for path in COMPANIES.glob("*.toml"))
KINDS = {"both": 22, "factory": 3, "customers": 3}


@pytest.mark.parametrize("name", NAMES)
def test_a_company_has_words_for_the_causes_of_both_sides(name: str) -> None:
    words = loads((COMPANIES / f"{name}.toml").read_text(encoding="ascii"))
    causes = words["causes"]
    assert {kind: sum(cause["kind"] == kind for cause in causes) for kind in KINDS} == KINDS
    assert len({cause["key"] for cause in causes}) == sum(KINDS.values())
    for cause in causes:
        assert set(cause["families"]) <= set(words["families"])
        assert len(cause.get("faults", ())) >= (9 if cause["kind"] != "customers" else 0)
        assert len(cause.get("symptoms", ())) >= (16 if cause["kind"] != "factory" else 0)


@pytest.mark.parametrize(
    ("name", "heavy", "agreement"), [(NAMES[0], False, 0.40), *((name, True, 0.28) for name in NAMES)]
)
def test_its_codes_scatter_over_causes_as_those_of_the_planted_companies(
    name: str, heavy: bool, agreement: float
) -> None:
    found = records(name, "factory", heavy=heavy)
    caused = found[found["cause"] != ""]
    assert caused["cause"].nunique() == KINDS["both"] + KINDS["factory"]
    assert adjusted_rand_score(caused["cause"], caused["code"]) == pytest.approx(agreement, abs=0.04)


def test_the_same_seed_gives_the_same_records_and_another_seed_others() -> None:
    once, again, other = (records(NAMES[0], "field", heavy=True, seed=seed) for seed in (1, 1, 2))
    assert_frame_equal(once, again)
    assert (once["text"] != other["text"]).mean() > 0.9


def test_reasons_of_returns_say_nothing_of_the_cause() -> None:
    found = records(NAMES[0], "field", heavy=True)
    assert abs(adjusted_rand_score(found["cause"], found["code"])) < 0.03
