"""Which columns hold keys that the base already knows: customer numbers, article numbers, lots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, select

from kb.access import Person, require
from kb.importing.fields import target
from kb.importing.proposing.profile import Profile
from kb.store import KnowledgeBase

PARENTS = (
    "products", "customers", "lots", "materials", "suppliers", "work_orders", "sales_orders", "returns",
    "work_centers", "sites",
)  # fmt: skip
MOST_COLUMNS, TEXTS_EACH, SHORTEST, BATCH = 120, 60, 2, 5_000


def shares(base: KnowledgeBase, who: Person, profiles: Sequence[Profile]) -> Mapping[tuple[str, str], float]:
    """(header, table) -> share of the column's texts that are keys of the table, 0 to 1; without those that have none.

    Raises Refused for a person who may not read.
    """
    require(who, "read")
    asked = {p.header: _codes(p) for p in profiles[:MOST_COLUMNS]}
    wanted = list({text for texts in asked.values() for text in texts})
    found: dict[tuple[str, str], float] = {}
    with base.reading() as connection:
        for table in PARENTS:
            key = target(table).table.c[target(table).key[0]]
            known: set[str] = set()
            for at in range(0, len(wanted) if isinstance(key.type, Text) else 0, BATCH):
                known.update(connection.scalars(select(key).where(key.in_(wanted[at : at + BATCH]))))
            if known:
                held = {header: sum(text in known for text in texts) for header, texts in asked.items() if texts}
                found |= {(header, table): hits / len(asked[header]) for header, hits in held.items() if hits}
    return found


def _codes(profile: Profile) -> list[str]:
    if profile.length > 40 or profile.date_share > 0.9 or profile.flag_share > 0.9:
        return []
    step = max(1, len(profile.told) // TEXTS_EACH)
    return [text for text in profile.told[::step] if len(text) >= SHORTEST][:TEXTS_EACH]
