"""Reruns of several visitors: one after the other while they are short, beside each other where one is long."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from pages.ui.turns import Turns

LONG = 30.0


def test_short_ones_do_not_overlap() -> None:
    turns, inside, most = Turns(patience=LONG), [], []

    def visit() -> None:
        for _ in range(200):
            with turns.taken() as is_ours:
                assert is_ours
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    visitors = [Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert (len(most), max(most)) == (800, 1)


def test_a_long_one_holds_up_nobody_and_keeps_its_turn() -> None:
    turns, began, done = Turns(patience=0.01), Event(), Event()

    def import_files() -> None:
        with turns.taken() as is_ours:
            assert is_ours
            began.set()
            assert done.wait(LONG)

    slow = Thread(target=import_files)
    slow.start()
    assert began.wait(LONG)
    for _ in range(3):
        with turns.taken() as is_ours:
            assert not is_ours
    done.set()
    slow.join()
    with turns.taken() as is_ours:
        assert is_ours


def test_who_comes_first_is_served_first() -> None:
    turns, served = Turns(patience=LONG), []

    def visit(number: int) -> None:
        with turns.taken():
            served.append(number)

    visitors = [Thread(target=visit, args=(number,)) for number in range(20)]
    with turns.taken():
        for queued, visitor in enumerate(visitors, 1):
            visitor.start()
            while len(turns._waiting) < queued:
                pass
    for visitor in visitors:
        visitor.join()
    assert served == list(range(20))


def test_a_fault_gives_the_turn_back() -> None:
    turns = Turns(patience=LONG)
    with pytest.raises(ValueError, match="fault"), turns.taken():
        raise ValueError("fault")
    with turns.taken() as is_ours:
        assert is_ours
