"""The batch: read the texts of both sides, group them, link the groups, and store all of it or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select
from threadpoolctl import threadpool_limits

from analytics.groups import GroupBuilder
from analytics.refresh import learning, linking, reading, storing
from analytics.refresh.learning import Labels, Learned
from analytics.refresh.stability import measure_stability
from analytics.texts import WordCounter
from kb import audit, corrections
from kb.access import Person, require
from kb.corrections import SIDES
from kb.errors import Refused
from kb.models import LearnedModel, Revision
from kb.store import KnowledgeBase

__all__ = ["Refreshed", "measure_stability", "refresh", "refresh_new"]
Progress = Callable[[str], None]
TRIES = 3


@dataclass
class Refreshed:
    """What a refresh did: seconds of each phase, and for each side how many records and groups."""

    phases: dict[str, float] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    links: int = 0


class Overtaken(Exception):
    """Somebody else refreshed or corrected something in the meantime."""


def refresh(
    base: KnowledgeBase,
    who: Person,
    *,
    as_of: date | None = None,
    groups: Mapping[str, int] | None = None,
    progress: Progress = lambda _: None,
) -> Refreshed:
    """Group and link everything anew and store it in one transaction; nothing is kept of a refresh that is killed.

    `as_of`: look at nothing later. `groups`: the wanted number of groups of a side. Where somebody corrects or
    refreshes meanwhile it starts again, with their word; raises Refused where that happens again and again.
    """
    require(who, "edit")
    for _ in range(TRIES):
        try:
            with threadpool_limits(1):  # numeric libraries that fight for the cores take several times as long
                return _attempt(base, who, as_of, groups or {}, progress)
        except Overtaken:
            progress("Somebody changed groups meanwhile: starting again")
    raise Refused("people keep changing groups during the refresh: try again later")


def _attempt(
    base: KnowledgeBase, who: Person, as_of: date | None, wanted: Mapping[str, int], progress: Progress
) -> Refreshed:
    done = Refreshed()
    with _phase(done, "read", progress), base.reading() as connection:
        began, data_hash = storing.seen(connection), reading.fingerprint(connection)
        read = {side: reading.records(connection, side, as_of) for side in SIDES}
        before = {side: storing.earlier(connection, side, read[side]) for side in SIDES}
        ties = reading.ties(connection)
        said = corrections.aliases(connection), corrections.granularity(connection)
    found = []
    for side in SIDES:
        with _phase(done, f"group {side}", progress):
            known, finer = before[side], said[1].get(side)
            learned = learning.learn(
                side, read[side], known, n_groups=wanted.get(side), merge_at=finer, aliases=said[0]
            )
            found.append(learned)
        done.records[side], done.groups[side] = len(read[side]), len(found[-1].groups)
    with _phase(done, "apply people's word", progress):
        final = _rehearsed(base, began, found, data_hash)
    with _phase(done, "link", progress):
        links = linking.linked(found, final, ties)
        done.links = len(links)
    with _phase(done, "store", progress):
        _store(base, who, began, found, final.ids, links, data_hash, as_of, done)
    return done


def _rehearsed(base: KnowledgeBase, began: storing.Seen, found: list[Learned], data_hash: str) -> linking.Final:
    """What the groups will be once people's word is applied: stored, read and rolled back, so that links, which take
    longer, are found without holding the write lock."""
    with base.writer.connect() as connection:
        transaction = connection.begin()
        try:
            _same(connection, began)
            run_id = storing.begin(connection, "rehearsal", data_hash, 0, None)
            ids = storing.keep_groups(connection, run_id, found, data_hash)
            memberships = {side: storing.final_groups(connection, side) for side in SIDES}
            return linking.Final(ids, memberships, corrections.verdicts(connection))
        finally:
            transaction.rollback()


def _store(
    base: KnowledgeBase, who: Person, began: storing.Seen, found: list[Learned], rehearsed: Sequence[int],
    links: pd.DataFrame, data_hash: str, as_of: date | None, done: Refreshed,
) -> None:  # fmt: skip
    with base.writing() as connection:
        _same(connection, began)
        revision = connection.scalar(select(Revision.data_revision)) or 0
        run_id = storing.begin(connection, "refresh", data_hash, revision, as_of)
        ids = dict(zip(rehearsed, storing.keep_groups(connection, run_id, found, data_hash), strict=True))
        ends = {name: links[name].map(lambda one: ids.get(one, one)) for name in ("symptom_id", "cause_id")}
        storing.keep_links(connection, links.assign(**ends))
        storing.finish(connection, run_id, done.phases)
        audit.append(connection, who, "refresh", "runs", run_id, after={"groups": done.groups, "links": len(links)})


def _same(connection: Connection, began: storing.Seen) -> None:
    if storing.seen(connection) != began:
        raise Overtaken


def refresh_new(base: KnowledgeBase, who: Person, *, progress: Progress = lambda _: None) -> Refreshed:
    """Score the records that no run has read yet into the existing groups, without a refit, on one thread.

    Records that are gone are forgotten. Raises Refused where there is no model yet or it was altered.
    """
    require(who, "edit")
    done = Refreshed()
    with threadpool_limits(1):
        with _phase(done, "read", progress), base.reading() as connection:
            began, data_hash = storing.seen(connection), reading.fingerprint(connection)
            models = _models(connection)
            new = {side: reading.records(connection, side, only_new=True) for side in models}
        with _phase(done, "score", progress):
            scored = {side: learning.score(side, new[side], *models[side][:2]) for side in models if len(new[side])}
        with _phase(done, "store", progress), base.writing() as connection:
            _same(connection, began)
            revision = connection.scalar(select(Revision.data_revision)) or 0
            run_id = storing.begin(connection, "new", data_hash, revision, None)
            for side, (labels, confidence) in scored.items():
                storing.add_memberships(connection, side, new[side], labels, confidence, models[side][2])
            corrections.forget_missing(connection)
            corrections.replay(connection)
            storing.finish(connection, run_id, done.phases)
            counts = {side: len(rows) for side, rows in new.items()}
            audit.append(connection, who, "refresh", "runs", run_id, after={"new records": counts})
    done.records = counts
    return done


def _models(connection: Connection) -> dict[str, tuple[WordCounter, GroupBuilder, Labels]]:
    """The last fitted model of each side."""
    stored = select(LearnedModel.__table__).order_by(LearnedModel.run_id)
    found = {row.side: row for row in connection.execute(stored)}
    if not found:
        raise Refused("there are no groups yet to score new records into: run python -m analytics refresh")
    return {side: learning.unpacked(row.content, row.content_hash) for side, row in found.items()}


@contextmanager
def _phase(done: Refreshed, name: str, progress: Progress) -> Iterator[None]:
    progress(f"{name[:1].upper()}{name[1:]}")
    started = time.perf_counter()
    yield
    done.phases[name] = time.perf_counter() - started
