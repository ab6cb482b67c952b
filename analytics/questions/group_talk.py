"""What the last refit changed, and what people said of groups, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, select

from analytics.questions.groups import NOUNS, known_side, name_of
from kb import corrections
from kb.access import Person, require
from kb.corrections import RECORDS
from kb.models import Correction, Group, GroupChange, Run
from kb.store import KnowledgeBase

SAID = ("rename", "merge", "split", "pin", "alias", "granularity")
USUAL_GRANULARITY = 0.2
Names = Mapping[int, tuple[str, str]]
"""What each group is called, and what the model calls it."""


def group_changes(base: KnowledgeBase, who: Person, side: str) -> pd.DataFrame:
    """What the last refit made of the groups of a side: kind, what (a sentence), records, group_id, is_first.

    is_first: nothing had been grouped before, so that all are new.
    """
    require(who, "read")
    known_side(side)
    with base.reading() as connection:
        fits = connection.scalars(
            select(Run.run_id).where(Run.kind == "refresh", Run.finished_at.is_not(None)).order_by(Run.run_id.desc())
        ).all()
        wanted = (
            select(GroupChange.kind, GroupChange.group_id, GroupChange.other_id, GroupChange.records)
            .join(Group, Group.group_id == GroupChange.group_id)
            .where(GroupChange.run_id == (fits[0] if fits else 0), Group.side == side)
            .order_by(GroupChange.kind, GroupChange.records.desc())
        )
        rows, names = connection.execute(wanted).all(), _names(connection)
    told = [
        {"kind": row.kind, "what": _change(row, names, NOUNS[side]), "records": row.records, "group_id": row.group_id}
        for row in rows
    ]
    return pd.DataFrame(told, columns=["kind", "what", "records", "group_id"]).assign(is_first=len(fits) == 1)


def _names(connection: Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute(select(Group.group_id, name_of(), Group.name))
    return {number: (called, model) for number, called, model in rows}


def _named(names: Names, group_id: int | None) -> str:
    return "a group that is gone" if group_id is None or group_id not in names else f"“{names[group_id][0]}”"


def _change(row: Any, names: Names, noun: str) -> str:
    one, other = _named(names, row.group_id), _named(names, row.other_id)
    return {
        "born": f"New {noun} {one}",
        "split": f"{one} was split off {other}",
        "merged": f"{one} became part of {other}",
        "died": f"{one} is gone: its records went to several others",
    }.get(row.kind, f"{one}: {row.kind}")


def group_words(base: KnowledgeBase, who: Person) -> pd.DataFrame:
    """People's table of words as it stands: word, stands_for ('' where it is left out), by, said_at, correction_id."""
    require(who, "read")
    with base.reading() as connection:
        last = {row.subject: row for row in corrections.standing(connection, "alias")}
    rows = [
        {"word": row.subject, "stands_for": row.detail or "", "by": row.user_name, "said_at": row.said_at,
         "correction_id": row.correction_id}
        for row in sorted(last.values(), key=lambda one: one.subject)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["word", "stands_for", "by", "said_at", "correction_id"])


def group_granularity(base: KnowledgeBase, who: Person) -> dict[str, float]:
    """For each side how alike groups must be to be joined: people's word, else the usual value."""
    require(who, "read")
    with base.reading() as connection:
        said = corrections.granularity(connection)
    return {side: said.get(side, USUAL_GRANULARITY) for side in NOUNS}


def group_corrections(
    base: KnowledgeBase, who: Person, side: str, group_id: int | None = None, *, limit: int = 200
) -> pd.DataFrame:
    """What people said of the groups of a side (of one group where named), the latest first.

    Columns correction_id, said_at (UTC), by, department, kind, what (a sentence), reason, taken_back_at, taken_back_by.
    """
    require(who, "read")
    known_side(side)
    wanted = select(Correction.__table__).where(Correction.kind.in_(SAID)).order_by(Correction.correction_id.desc())
    with base.reading() as connection:
        rows, names = connection.execute(wanted).all(), _names(connection)
        sides = {one: of for one, of in connection.execute(select(Group.group_id, Group.side))}
        chosen = [row for row in rows if _concerns(row, side, sides, group_id)][:limit]
        numbers = _numbers(connection, chosen)
    told = [
        {"correction_id": row.correction_id, "said_at": row.said_at, "by": row.user_name,
         "department": row.department, "kind": row.kind, "what": _SENTENCES[row.kind](row, names, numbers),
         "reason": row.reason, "taken_back_at": row.taken_back_at, "taken_back_by": row.taken_back_by}
        for row in chosen
    ]  # fmt: skip
    columns = ["correction_id", "said_at", "by", "department", "kind", "what", "reason", "taken_back_at",
               "taken_back_by"]  # fmt: skip
    return pd.DataFrame(told, columns=columns)


def _concerns(row: Row[Any], side: str, sides: Mapping[int, str], group_id: int | None) -> bool:
    if row.kind == "alias":
        return group_id is None
    if row.kind == "granularity":
        return group_id is None and row.subject == side
    if row.kind == "pin":
        into = int(row.detail) if row.detail else None
        return RECORDS[row.subject.partition(":")[0]][0] == side and group_id in (None, into)
    about = {int(row.subject), *_others(row)}
    return sides.get(int(row.subject)) == side and (group_id is None or group_id in about)


def _others(row: Row[Any]) -> set[int]:
    """Further groups that a merge or a split is about."""
    if row.kind == "merge":
        return {int(row.detail)}
    return {int(json.loads(row.detail)["group_id"])} if row.kind == "split" else set()


def _numbers(connection: Connection, rows: list[Row[Any]]) -> dict[str, str]:
    """The business numbers of the records that pins name: `defect:17` -> its number."""
    wanted: dict[str, list[int]] = {}
    for row in rows:
        if row.kind == "pin":
            kind, _, number = row.subject.partition(":")
            wanted.setdefault(kind, []).append(int(number))
    found = {}
    for kind, keys in wanted.items():
        _, _, key, number = RECORDS[kind]
        for one, called in connection.execute(select(key, number).where(key.in_(keys))):
            found[f"{kind}:{one}"] = str(called)
    return found


def _rename(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    model = names[int(row.subject)][1] if int(row.subject) in names else "a group that is gone"
    return f"Renamed “{model}” to “{row.detail}”"


def _merge(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    return f"Made {_named(names, int(row.subject))} part of {_named(names, int(row.detail))}"


def _split(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    said = json.loads(row.detail)
    return f"Split records with “{said['word']}” off {_named(names, int(row.subject))}"


def _pin(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    kind = row.subject.partition(":")[0]
    record = f"{'nonconformance' if kind == 'defect' else kind} {numbers.get(row.subject, 'that is gone')}"
    return f"Put {record} into {_named(names, int(row.detail))}" if row.detail else f"Took {record} out of any group"


def _alias(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    if not row.detail:
        return f"Leave out the word “{row.subject}”"
    return f"The word “{row.subject}” stands for “{row.detail}”"


def _granularity(row: Row[Any], names: Names, numbers: Mapping[str, str]) -> str:
    return f"Groups of this side are joined from a likeness of {float(row.detail):.2f} on"


_SENTENCES: Mapping[str, Callable[[Row[Any], Names, Mapping[str, str]], str]] = {
    "rename": _rename, "merge": _merge, "split": _split, "pin": _pin, "alias": _alias, "granularity": _granularity,
}  # fmt: skip
