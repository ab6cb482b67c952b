"""Which group each record belongs to, and which causes a symptom is tied to: what several questions look up."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, func, select

from kb.facts.shared import table

ASSERTED = 0.05
"""Below this q-value a link is asserted, else no counterpart was found."""
MEMBERSHIPS, GROUPS, LINKS = table("memberships"), table("groups"), table("links")
_NAME = func.coalesce(GROUPS.c.given_name, GROUPS.c.name)


def memberships(connection: Connection, record_type: str, record_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """By record_id: group_id and group (its name) of the records of a type (defect, return, complaint) in a group."""
    wanted = (
        select(MEMBERSHIPS.c.record_id, GROUPS.c.group_id, _NAME.label("group"))
        .join(GROUPS, GROUPS.c.group_id == MEMBERSHIPS.c.group_id)
        .where(MEMBERSHIPS.c.record_type == record_type)
    )
    if record_ids is not None:
        wanted = wanted.where(MEMBERSHIPS.c.record_id.in_(list(record_ids)))
    rows = connection.execute(wanted).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["record_id", "group_id", "group"]).set_index("record_id")


def asserted_causes(connection: Connection) -> dict[int, tuple[list[int], str]]:
    """By symptom: the causes it is tied to by an asserted link that nobody refused, best first; ids and names."""
    wanted = (
        select(LINKS.c.symptom_id, LINKS.c.cause_id, _NAME)
        .join(GROUPS, GROUPS.c.group_id == LINKS.c.cause_id)
        .where(func.coalesce(LINKS.c.verdict, "") != "refused")
        .where((LINKS.c.q_value < ASSERTED) | (LINKS.c.verdict == "confirmed"))
        .order_by(LINKS.c.symptom_id, LINKS.c.rank)
    )
    found: dict[int, tuple[list[int], str]] = {}
    for symptom, cause, name in connection.execute(wanted):
        ids, names = found.get(symptom, ([], ""))
        found[symptom] = ([*ids, cause], f"{names}; {name}" if names else name)
    return found
