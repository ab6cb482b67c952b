"""The state of the data that results come from, to see later whether they are older than the data."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, func, select

from kb.facts.shared import table

SOURCES = ("nonconformances", "returns", "complaints", "lots", "shipments", "lot_materials", "products")


def fingerprint(connection: Connection) -> str:
    """The state of the data that results come from, as SHA-256: rows and last key of each table read, last import."""
    imports = table("imports")
    marks: list[Any] = [select(func.max(imports.c.import_id)).scalar_subquery()]
    marks.append(select(func.count(imports.c.undone_at)).scalar_subquery())
    for name in SOURCES:
        rows = table(name)
        key = next(iter(rows.primary_key))
        marks += [select(func.count()).select_from(rows).scalar_subquery(), select(func.max(key)).scalar_subquery()]
    state = list(connection.execute(select(*(mark.label(f"m{at}") for at, mark in enumerate(marks)))).one())
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()
