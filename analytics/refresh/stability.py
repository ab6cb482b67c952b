"""Stability of the groups there are, measured apart from a refresh because it fits them many times."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from sqlalchemy import func, select, update
from threadpoolctl import threadpool_limits

from analytics.bootstrap import ROUNDS, group_stability
from analytics.groups import GroupBuilder
from analytics.refresh import learning, reading, storing
from analytics.texts import WordCounter
from kb import audit, corrections
from kb.access import Person, require
from kb.corrections import SIDES
from kb.errors import Refused
from kb.models import Group, Run
from kb.store import KnowledgeBase


def measure_stability(
    base: KnowledgeBase, who: Person, *, rounds: int = ROUNDS, progress: Callable[[str], None] = lambda _: None
) -> dict[str, dict[int, float]]:
    """For each side the stability (0 to 1) of each group by the model, kept with it. Raises Refused without groups."""
    require(who, "edit")
    with base.reading() as connection:
        if not connection.scalar(select(func.count()).select_from(Group)):
            raise Refused("there are no groups yet whose stability could be measured: run python -m analytics refresh")
        read = {side: reading.records(connection, side) for side in SIDES}
        groups = {side: storing.earlier(connection, side, read[side]) for side in SIDES}
        said = corrections.aliases(connection), corrections.granularity(connection)
    found = {}
    with threadpool_limits(1):
        for side in SIDES:
            if not (groups[side] >= 0).any():
                continue
            cases, texts, context = learning.cases_of(side, read[side])
            builder = GroupBuilder(merge_at=said[1].get(side, GroupBuilder().merge_at))
            labels = np.full(len(texts), -1)
            labels[cases] = groups[side]
            counts = WordCounter(aliases=said[0]).fit_transform(texts)
            step = partial(_said, progress, side, rounds)
            found[side] = group_stability(counts, context, labels, builder, rounds, step)
    _keep(base, who, found)
    return found


def _said(progress: Callable[[str], None], side: str, rounds: int, at: int) -> None:
    progress(f"Stability of {side}, {at + 1} of {rounds}")


def _keep(base: KnowledgeBase, who: Person, found: dict[str, dict[int, float]]) -> None:
    with base.writing() as connection:
        for side in found.values():
            for group, value in side.items():
                connection.execute(update(Group).where(Group.group_id == group).values(stability=value))
        run = connection.scalar(select(func.max(Run.run_id)))
        audit.append(connection, who, "measure stability", "runs", run, after={s: len(g) for s, g in found.items()})
