"""Words in texts whatever their case and accents, the same on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from kb.facts.searching import MOST_WORDS, says, words
from kb.models import Base
from kb.store import KnowledgeBase

TEXTS = [
    "Cable broke right where it goes in", "CAFÉ lamp", "Cafe\u0301 lamp", "Ladegerät tot", "Ladegeraet kaputt",
    "LADEGERAT", "Straße nass", "Strasse nass", "100 % [sic] *bold* ?", "50_percent 'quoted'", "Зарядка не работает",
    "ŁÓDŹ", "naïve façade", "back\\slash a.b",
]  # fmt: skip
CASES = [
    ("cable", ["Cable broke right where it goes in"]),
    ("IN broke CABLE", ["Cable broke right where it goes in"]),
    ("cable lamp", []),
    ("cafe", ["CAFÉ lamp", "Cafe\u0301 lamp"]),
    ("Café", ["CAFÉ lamp", "Cafe\u0301 lamp"]),
    ("ladegerät", ["Ladegerät tot", "Ladegeraet kaputt", "LADEGERAT"]),
    ("ladegeraet", ["Ladegerät tot", "Ladegeraet kaputt", "LADEGERAT"]),
    ("ladegerat", ["Ladegerät tot", "LADEGERAT"]),
    ("strasse", ["Straße nass", "Strasse nass"]),
    ("STRASSE", ["Straße nass", "Strasse nass"]),
    ("straße", ["Straße nass", "Strasse nass"]),
    ("%", ["100 % [sic] *bold* ?"]),
    ("[sic]", ["100 % [sic] *bold* ?"]),
    ("*bold* ?", ["100 % [sic] *bold* ?"]),
    ("0_p", ["50_percent 'quoted'"]),
    ("'quoted'", ["50_percent 'quoted'"]),
    ("РАБОТАЕТ", ["Зарядка не работает"]),
    ("lodz", ["ŁÓDŹ"]),
    ("NAIVE facade", ["naïve façade"]),
    ("k\\s", ["back\\slash a.b"]),
    ("a.b", ["back\\slash a.b"]),
    ("a^b", []),
    ("]", ["100 % [sic] *bold* ?"]),
    ("^", []),
    ("", TEXTS),
    ("   ", TEXTS),
]


@pytest.mark.parametrize(("search", "found"), CASES, ids=[repr(search) for search, _ in CASES])
def test_a_search_finds_what_people_mean(base: KnowledgeBase, search: str, found: list[str]) -> None:
    complaints = Base.metadata.tables["complaints"]
    with base.writing() as connection:
        rows = [{"complaint_number": f"{n:02d}", "text": text} for n, text in enumerate(TEXTS)]
        connection.execute(insert(complaints), rows)
    wanted = select(complaints.c.text).where(says(complaints.c.text, search)).order_by(complaints.c.complaint_number)
    with base.reading() as connection:
        assert list(connection.scalars(wanted)) == found


def test_only_the_first_words_of_a_long_search_count() -> None:
    assert len(words(" ".join(f"word{number}" for number in range(50)))) == MOST_WORDS
    assert words("Cable cable CABLE") == ["cable"]
