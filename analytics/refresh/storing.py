"""Results into the base: groups that keep their ids, memberships, fitted models and links, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select, update

from analytics.identity import Change
from analytics.refresh.learning import Learned, content_hash, packed
from kb import corrections
from kb.models import Correction, Group, GroupChange, LearnedModel, Link, Membership, Run

Labels = np.ndarray[Any, np.dtype[np.int64]]
ROWS_AT_ONCE = 10_000
RUNS_KEPT = 2


@dataclass(frozen=True)
class Seen:
    """The state that a refresh began with: if it is another when results are stored, they would be of yesterday."""

    run_id: int
    correction_id: int


def seen(connection: Connection) -> Seen:
    """The last run and the last correction."""
    run = connection.scalar(select(func.max(Run.run_id))) or 0
    return Seen(run, connection.scalar(select(func.max(Correction.correction_id))) or 0)


def earlier(connection: Connection, side: str, records: pd.DataFrame) -> Labels:
    """The group that the model last put each record into, in the order of the records; -1 for none."""
    rows = connection.execute(
        select(Membership.record_type, Membership.record_id, Membership.model_group_id).where(Membership.side == side)
    )
    known = {(kind, number): -1 if group is None else group for kind, number, group in rows}
    keys = zip(records["record_type"], records["record_id"].tolist(), strict=True)
    return np.array([known.get(key, -1) for key in keys], dtype=np.int64)


def begin(connection: Connection, kind: str, data_hash: str, revision: int, as_of: date | None) -> int:
    """A new run; returns its id."""
    values = {"started_at": datetime.now(UTC), "data_revision": revision, "data_hash": data_hash}
    made = insert(Run).values(**values, kind=kind, as_of=as_of)
    return int(connection.execute(made.returning(Run.run_id)).scalar_one())


def finish(connection: Connection, run_id: int, phases: Mapping[str, float]) -> None:
    """Mark a run as done, with the seconds of its phases."""
    told = json.dumps({name: round(seconds, 3) for name, seconds in phases.items()})
    connection.execute(update(Run).where(Run.run_id == run_id).values(finished_at=datetime.now(UTC), phases=told))


def keep_groups(connection: Connection, run_id: int, found: Sequence[Learned], data_hash: str) -> list[int]:
    """Groups, memberships and models of both sides in place of those before; then people's word over them.

    Returns the group_id of each group found, side after side in the order of their numbers.
    """
    connection.execute(delete(Link))
    kept: list[int] = []
    for learned in found:
        ids = _kept_ids(connection, run_id, learned)
        kept += ids.values()
        connection.execute(delete(Membership).where(Membership.side == learned.side))
        _insert_memberships(connection, learned.side, learned.records, learned.labels, learned.confidence, ids)
        _keep_changes(connection, run_id, learned.changes, ids)
        if learned.model is not None:
            _keep_model(connection, run_id, learned, ids, data_hash)
    old = select(Run.run_id).order_by(Run.run_id.desc()).offset(RUNS_KEPT)
    connection.execute(delete(LearnedModel).where(LearnedModel.run_id.in_(old)))
    corrections.replay(connection)
    return kept


def _kept_ids(connection: Connection, run_id: int, learned: Learned) -> dict[int, int]:
    """The group_id of each group number: an earlier one's, renewed, or a new one's."""
    ids = {}
    days = _days(learned)
    for group in learned.groups:
        typical = [f"{kind}:{number}" for kind, number in _keys(learned.records, group.typical)]
        first, last = days.get(group.number, (None, None))
        values = {
            "name": group.name, "terms": ", ".join(group.terms), "typical": json.dumps(typical),
            "map_x": group.place[0], "map_y": group.place[1],
            "first_seen_on": first, "last_seen_on": last, "run_id": run_id, "stability": None,
        }  # fmt: skip
        known = learned.ids.get(group.number)
        if known is None:
            made = insert(Group).values(side=learned.side, status="alive", **values)
            ids[group.number] = int(connection.execute(made.returning(Group.group_id)).scalar_one())
        else:
            connection.execute(update(Group).where(Group.group_id == known).values(**values))
            ids[group.number] = known
    return ids


def _days(learned: Learned) -> dict[int, tuple[date, date]]:
    dated = (
        learned.records.assign(label=learned.labels).dropna(subset=["on"]).groupby("label")["on"].agg(["min", "max"])
    )
    return {int(label): (first.date(), last.date()) for label, first, last in dated.itertuples()}


def _keys(records: pd.DataFrame, positions: Sequence[int]) -> list[tuple[str, int]]:
    rows = records.iloc[list(positions)]
    return list(zip(rows["record_type"], rows["record_id"].tolist(), strict=True))


def add_memberships(
    connection: Connection, side: str, records: pd.DataFrame, groups: Labels, confidence: Any, ids: Labels
) -> None:
    """Memberships of newly scored records under a stored model, and people's word over them."""
    numbered = {number: int(group_id) for number, group_id in enumerate(ids)}
    _insert_memberships(connection, side, records, groups, confidence, numbered)


def _insert_memberships(
    connection: Connection, side: str, records: pd.DataFrame, labels: Labels, confidence: Any, ids: Mapping[int, int]
) -> None:
    groups = [ids.get(label) for label in labels.tolist()]
    columns = (records["record_type"], records["record_id"].tolist(), groups, np.round(confidence, 4).tolist())
    rows = [
        {"side": side, "record_type": kind, "record_id": number, "model_group_id": group, "group_id": group,
         "confidence": sure if group is not None else 0.0, "is_pinned": False}
        for kind, number, group, sure in zip(*columns, strict=True)
    ]  # fmt: skip
    for first in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(insert(Membership), rows[first : first + ROWS_AT_ONCE])


def _keep_changes(connection: Connection, run_id: int, changes: Sequence[Change], ids: Mapping[int, int]) -> None:
    for change in changes:
        is_new = change.kind in ("born", "split")
        group = ids[change.number] if is_new else change.number
        values = {"run_id": run_id, "group_id": group, "kind": change.kind, "other_id": change.other}
        connection.execute(insert(GroupChange).values(**values, records=change.records))


def _keep_model(connection: Connection, run_id: int, learned: Learned, ids: Mapping[int, int], data_hash: str) -> None:
    if learned.model is None:
        return
    numbers = np.array([ids[number] for number in range(len(ids))], dtype=np.int64)
    content = packed(*learned.model, numbers)
    values = {"data_hash": data_hash, "content_hash": content_hash(content), "content": content}
    connection.execute(insert(LearnedModel).values(run_id=run_id, side=learned.side, **values))


def keep_links(connection: Connection, links: pd.DataFrame) -> None:
    """Links in place of those before, with what people said of them."""
    connection.execute(delete(Link))
    columns = ["symptom_id", "cause_id", "rank", "score", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots",
               "lag_days", "evidence"]  # fmt: skip
    known = links[columns].astype(object).where(links[columns].notna(), None)
    rows = [dict(zip(columns, row, strict=True)) for row in known.itertuples(index=False)]
    if rows:
        connection.execute(insert(Link), rows)
    corrections.replay(connection)


def final_groups(connection: Connection, side: str) -> pd.DataFrame:
    """After people's word: record_type, record_id, group, confidence of the side's records that are in a group."""
    wanted = select(Membership.record_type, Membership.record_id, Membership.group_id, Membership.confidence)
    rows = connection.execute(wanted.where(Membership.side == side, Membership.group_id.is_not(None))).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["record_type", "record_id", "group", "confidence"])
