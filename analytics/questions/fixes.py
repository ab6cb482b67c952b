"""What is done about a cause: the corrective actions that name its defect code or its component."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, select

from analytics import typical_words
from kb.models import Action, Group, Link, LotMaterial, Material, Membership, Nonconformance

SURELY = 0.05


@dataclass(frozen=True)
class Fix:
    """One corrective action on a cause; status is open, implemented or closed, `since` the day it became so."""

    action_number: str
    title: str
    status: str
    since: date | None
    department: str

    @property
    def told(self) -> str:
        """The state in words: 'implemented on 2026-09-21'."""
        if self.since is None:
            return self.status
        return f"{self.status} {'since' if self.status == 'open' else 'on'} {self.since:%Y-%m-%d}"


def fixes(connection: Connection, causes: Collection[int]) -> dict[int, list[Fix]]:
    """For each cause the actions that name the defect code of most of its records, the newest first; else those on the
    component of a supplier lot that both sides have too much of.

    Where several actions name one code, those whose title shares a word with the cause are meant.
    """
    actions = connection.execute(select(Action.__table__).order_by(Action.opened_on.desc(), Action.action_id)).all()
    if not actions or not causes:
        return {}
    codes, components = _codes(connection, causes), _components(connection, causes)
    words = _words(connection, causes)
    return {
        cause: _meant(actions, codes.get(cause), components.get(cause, set()), words.get(cause, set()))
        for cause in causes
    }


def _meant(actions: Sequence[Any], code: str | None, components: set[str], words: set[str]) -> list[Fix]:
    coded = [one for one in actions if code and one.defect_code == code]
    told = [one for one in coded if words & set(typical_words.terms(one.title or ""))]
    named = [one for one in actions if one.component in components]
    return [_fix(one) for one in told or coded or named]


def _fix(action: Any) -> Fix:
    """The state by its dates, which say more than a word that may be missing."""
    if action.closed_on:
        status, since = "closed", action.closed_on
    elif action.implemented_on:
        status, since = "implemented", action.implemented_on
    else:
        status, since = action.status or "open", action.opened_on
    return Fix(action.action_number, action.title or "", status, since, action.department or "")


def _codes(connection: Connection, causes: Collection[int]) -> dict[int, str]:
    """The defect code that most records of each cause carry."""
    count = func.count().label("n")
    wanted = (
        select(Membership.group_id, Nonconformance.defect_code)
        .join(Nonconformance, and_(Membership.record_type == "defect",
                                   Membership.record_id == Nonconformance.nonconformance_id))
        .where(Membership.group_id.in_(list(causes)), Nonconformance.defect_code.is_not(None))
        .group_by(Membership.group_id, Nonconformance.defect_code)
        .order_by(count, Nonconformance.defect_code)
    )  # fmt: skip
    found: Sequence[Any] = connection.execute(wanted).all()
    return {row.group_id: row.defect_code for row in found}


def _components(connection: Connection, causes: Collection[int]) -> dict[int, set[str]]:
    """Components whose supplier lots are over-represented on both sides of an asserted link."""
    asked = select(Link.cause_id, Link.evidence).where(Link.cause_id.in_(list(causes)))
    stored: Sequence[Any] = connection.execute(asked.where(Link.evidence.is_not(None))).all()
    lots = {(cause, name) for cause, evidence in stored for name in _supplier_lots(evidence)}
    wanted = (
        select(LotMaterial.supplier_lot_number, Material.component)
        .join(Material, Material.material_id == LotMaterial.material_id)
        .where(LotMaterial.supplier_lot_number.in_({name for _, name in lots}), Material.component.is_not(None))
        .distinct()
    )
    made_of: dict[str, set[str]] = {}
    made: Sequence[Any] = connection.execute(wanted).all()
    for name, component in made:
        made_of.setdefault(name, set()).add(component)
    found: dict[int, set[str]] = {}
    for cause, name in lots:
        found.setdefault(cause, set()).update(made_of.get(name, ()))
    return found


def _supplier_lots(evidence: str) -> list[str]:
    origins: list[Mapping[str, Any]] = json.loads(evidence).get("origins", [])
    return [one["name"] for one in origins if one["kind"] == "supplier lot" and (one["q_value"] or 0.0) < SURELY]


def _words(connection: Connection, causes: Collection[int]) -> dict[int, set[str]]:
    wanted = select(Group.group_id, Group.name, Group.terms).where(Group.group_id.in_(list(causes)))
    return {
        cause: set(typical_words.terms(f"{name} {(terms or '').replace(',', ' ')}"))
        for cause, name, terms in connection.execute(wanted)
    }
