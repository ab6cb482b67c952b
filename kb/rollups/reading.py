"""Which kept sums answer a question, and whether they may: else the facts themselves do."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache

from sqlalchemy import Connection, Select, func, select

from kb import facts
from kb.facts.fact import Fact
from kb.facts.shared import table
from kb.facts.state import once
from kb.models import RollupState
from kb.rollups.declared import ROLLUPS, Rollup, as_fact, rollups_of, signature
from kb.rollups.reach import key_of_table, reaches


def sources(
    usable: Collection[str],
    fact: str,
    measures: Sequence[str],
    groups: Sequence[str] = (),
    filters: Iterable[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[tuple[Fact, tuple[str, ...]]]:
    """Facts to ask for totals, each with the measures it has: rollups where they give the same answer, else the fact.

    `usable` is what `in_use` gave for the same connection. A rollup answers where it knows all groups and filters
    and the days are whole months.
    """
    asked = {*groups, *filters} - {"month"}
    fitting = [
        rollup
        for rollup in rollups_of(fact)
        if rollup.name in usable and _are_whole_months(since, until) and asked <= as_fact(rollup).dimensions.keys()
    ]
    found: dict[str, tuple[Fact, list[str]]] = {}
    for measure in measures:
        rollup = next((one for one in fitting if measure in one.held), None)
        name, source = (rollup.name, as_fact(rollup)) if rollup else ("", facts.get(fact))
        found.setdefault(name, (source, []))[1].append(measure)
    return [(source, tuple(names)) for source, names in found.values()]


def _are_whole_months(since: date | None, until: date | None) -> bool:
    return (since is None or since.day == 1) and (until is None or (until + timedelta(days=1)).day == 1)


def in_use(connection: Connection) -> frozenset[str]:
    """The names of the rollups that hold what the facts hold.

    Made by today's declaration, and no row came into or left the end of a table they read in any other way than by
    an import or its undoing.
    """
    return once(connection, "rollups in use", lambda: _in_use(connection))


def _in_use(connection: Connection) -> frozenset[str]:
    kept = connection.execute(select(RollupState.rollup, RollupState.signature)).all()
    return _usable(frozenset(map(tuple, kept)), tuple(last_rows(connection).items())) if kept else frozenset()


@lru_cache(maxsize=16)
def _usable(kept: frozenset[tuple[str, str]], last: tuple[tuple[str, int], ...]) -> frozenset[str]:
    states, rows = dict(kept), dict(last)
    return frozenset(rollup.name for rollup in ROLLUPS if states.get(rollup.name) == state(rollup, rows))


def stale(usable: Collection[str]) -> set[str]:
    """The facts of which some rollup is not among the usable ones."""
    return {rollup.fact for rollup in ROLLUPS if rollup.name not in usable}


def state(rollup: Rollup, last: Mapping[str, int]) -> str:
    """What a rollup's state says: its declaration's signature and the last row of each table it reads."""
    return json.dumps([signature(rollup), {name: last[name] for name in sorted(reaches()[rollup.fact].columns)}])


def last_rows(connection: Connection) -> dict[str, int]:
    """The highest surrogate key of each table that rollups read; 0 where it is empty."""
    row = connection.execute(_last_rows()).one()
    return {name: number or 0 for name, number in row._mapping.items()}


@cache
def _last_rows() -> Select[tuple[int | None, ...]]:
    names = sorted({name for reach in reaches().values() for name in reach.columns})
    ends = [select(func.max(key_of_table(table(name)))).scalar_subquery().label(name) for name in names]
    return select(*ends)
