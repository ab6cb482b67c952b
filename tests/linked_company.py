"""The small company with symptoms, causes and links as a refresh would have stored them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Connection

from kb import editing
from kb.access import Person
from kb.store import KnowledgeBase
from tests import small_company
from tests.small_company import add, change

JOINT, DEAD, LOUD, BURR = 1, 2, 3, 4
OWNER = Person("Sam Oder", "sales", "member", 1, ("sales",))
VIEW = {"base": "Own", "part": "Symptoms", "period": "Own dates", "from": "2025-02-01", "to": "2025-02-28"}
"""Where the product feedback page shows its symptoms."""
EVIDENCE = {
    "lots": [
        {"lot": "LOT-1", "product": "A", "line": "L1", "shift": "early", "started_on": "2025-01-02T00:00:00.000",
         "quantity": 90.0, "exposure": 29.96, "factory_records": 2.0, "field_records": 2.449,
         "supplier_lots": "M1: S1-7"},
    ],
    "origins": [
        {"kind": "supplier lot", "name": "S1-7", "lots": 1, "factory_records": 2.0, "factory_expected": 0.5,
         "field_records": 2.4, "field_expected": 0.4, "q_value": 0.01},
    ],
    "words": [{"word": "dead", "factory_word": "cold", "shared_lots": 3, "expected_lots": 0.3, "pmi": 0.9}],
}  # fmt: skip


def build(base: KnowledgeBase) -> None:
    """Four groups: "goes dead" is linked to "cold joint", "too loud" to nothing."""
    small_company.build(base)
    with base.writing() as connection:
        learned(connection)
        add(connection, "users", "name role", ("Sam Oder", "member"))
        change(connection, "customers", "customer_id account_owner_id name", (1, 1, "Kauf"))
    editing.rename_group(base, OWNER, DEAD, "goes dead")


def learned(connection: Connection) -> None:
    moment = datetime(2025, 3, 1, 8, tzinfo=UTC)
    add(connection, "runs", "started_at finished_at data_revision data_hash kind", (moment, moment, 1, "x", "refresh"))
    add(
        connection, "groups", "side name terms status run_id",
        ("factory", "joint, cold", "joint, cold, solder", "alive", 1),
        ("field", "goes, dead", "goes, dead, off", "alive", 1),
        ("field", "loud, too", "loud, too", "alive", 1),
        ("factory", "burr, edge", "burr, edge", "alive", 1),
    )  # fmt: skip
    add(
        connection, "memberships", "group_id model_group_id side record_type record_id confidence",
        *((group, group, side, kind, number, 1.0) for group, side, kind, numbers in (
            (JOINT, "factory", "defect", (1, 3)), (BURR, "factory", "defect", (2, 4)),
            (DEAD, "field", "return", (1, 4)),
            (DEAD, "field", "complaint", (1,)), (LOUD, "field", "return", (3,)), (LOUD, "field", "complaint", (2,)),
        ) for number in numbers),
    )  # fmt: skip
    add(
        connection, "links",
        "symptom_id cause_id rank score rate_ratio ci_low ci_high q_value shared_lots lag_days evidence",
        (DEAD, JOINT, 1, 5.0, 3.0, 1.5, 6.0, 0.001, 1, 30.0, json.dumps(EVIDENCE)),
        (DEAD, BURR, 2, 0.2, 1.1, 0.5, 2.4, 0.5, 0, None, None),
        (LOUD, BURR, 1, 0.5, 1.2, 0.8, 1.8, 0.4, 1, 20.0, None),
        (LOUD, JOINT, 2, 0.1, None, None, None, 0.9, 0, None, None),
    )  # fmt: skip
