"""What the base holds is remembered for as long as it is true."""

from __future__ import annotations

from pathlib import Path

from pytest import MonkeyPatch
from sqlalchemy import event, insert

from kb import importing
from kb.facts.holdings import holdings, row_counts
from kb.models import Site
from kb.store import KnowledgeBase
from tests.importing import WHO, load, put

PRICE, NAMES = ("products", ("unit_price",)), ("sites", ())


def held(base: KnowledgeBase) -> list[bool]:
    with base.reading() as connection:
        found = holdings(connection, [PRICE, NAMES])
    return [found[PRICE], found[NAMES]]


def test_an_import_and_its_undoing_change_what_is_held(base: KnowledgeBase, tmp_path: Path) -> None:
    load(base, put(tmp_path / "bare", {"products.csv": "sku\nA\n"}))
    assert held(base) == [False, False]
    report = load(base, put(tmp_path / "priced", {"products.csv": "sku,unit_price\nA,5\n"}))
    assert held(base) == [True, False]
    assert report.import_id
    importing.undo(base, WHO, report.import_id)
    assert held(base) == [False, False]


def test_rows_that_came_past_the_import_are_noticed(base: KnowledgeBase) -> None:
    assert held(base) == [False, False]
    with base.writing() as connection:
        connection.execute(insert(Site).values(site_number="MUC"))
    assert held(base) == [False, True]
    with base.reading() as connection:
        assert row_counts(connection, ["sites"]) == {"sites": 1}


def test_a_full_memory_makes_room_without_losing_an_answer(base: KnowledgeBase, monkeypatch: MonkeyPatch) -> None:
    with base.reading() as connection:
        assert holdings(connection, [NAMES]) == {NAMES: False}
        monkeypatch.setattr("kb.facts.holdings.MOST_REMEMBERED", 0)
        assert holdings(connection, [PRICE, NAMES]) == {PRICE: False, NAMES: False}


def test_what_was_asked_before_is_not_looked_for_again(base: KnowledgeBase, tmp_path: Path) -> None:
    load(base, put(tmp_path / "bare", {"products.csv": "sku\nA\n"}))
    asked: list[str] = []
    event.listen(base.reader, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    assert held(base) == held(base)
    assert sum("unit_price" in statement for statement in asked) == 1
