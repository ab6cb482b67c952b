"""What headers say when they mean a column of ours, for each table, as sets of concepts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kb.importing.fields import importable, target
from kb.importing.templates import headers

CURRENCY = "currency"  # every table of money may name it, and the importer compares it with the base's
MONEY = frozenset({"amount", "cost", "credit", "unit_cost", "unit_price"})
_NAMES = frozenset({"name"})
_SENTENCES = frozenset({"text", "title", "finding"})


@dataclass(frozen=True)
class Phrase:
    """Concepts that together mean a column; a vague one is true of other columns as well."""

    concepts: frozenset[str]
    is_vague: bool
    head: str  # the concept it ends in, without which a label is not meant


@dataclass(frozen=True)
class Goal:
    """A column of ours that a file can fill: `name` is its header, with its table before it where it is another's."""

    name: str
    kind: str
    role: str  # key, parent, name, text or word: what its cells look like
    parent: str  # the table whose key it is; empty for none
    phrases: tuple[Phrase, ...]


def tables() -> list[str]:
    """The tables that can be proposed."""
    return list(importable())


@cache
def called(table: str) -> tuple[Phrase, ...]:
    """What files are called that hold this table."""
    return _phrases(_content()["called"].get(table, ""))


@cache
def goals(table: str) -> tuple[Goal, ...]:
    """Every column a file of this table can fill, its own first, then what it may tell of its parents."""
    own = [_goal(table, header) for header in headers(table)]
    if MONEY & set(target(table).fields):
        own.append(Goal(CURRENCY, "text", "word", "", _phrases(CURRENCY)))
    others = [
        _goal(parent, header, beside=table)
        for parent in beside(table)
        for header in _content()["beside"][parent].split()
    ]
    return tuple(own + others)


@cache
def beside(table: str) -> tuple[str, ...]:
    """The parents that one file may fill along with this table."""
    parents = {_parent(table, header) for header in headers(table)} - {table}
    return tuple(name for name in _content()["beside"] if name in parents)


def _goal(table: str, header: str, beside: str = "") -> Goal:
    content = _content()
    told = content.get(table, {}).get(header) or content["every"].get(header, header.replace("_", " "))
    if beside:
        told = ", ".join(part for part in told.split(", ") if not part.startswith("~") or header == "name")
    is_key = not beside and header in target(table).key_headers and len(target(table).key_headers) == 1
    parent = "" if beside else _parent(table, header)
    role = "key" if is_key else "parent" if parent else _role(header)
    return Goal(f"{table}.{header}" if beside else header, kind(table, header), role, parent, _phrases(told))


def kind(table: str, header: str) -> str:
    """What the cells of a header must be: text, integer, number, date, time or boolean."""
    own = target(table).fields.get(header)
    if own:
        return own.kind
    others = (target(name).fields.get(header) for name in importable())
    return next((field.kind for field in others if field), "text")


def _parent(table: str, header: str) -> str:
    """The table that has this header as the whole of its key, where the header is a parent's."""
    if header in target(table).fields or header == "account_owner":
        return ""
    return next((name for name in importable() if target(name).key_headers == (header,) and name != table), "")


def _role(header: str) -> str:
    return "name" if header in _NAMES else "text" if header in _SENTENCES else "word"


def _phrases(told: str) -> tuple[Phrase, ...]:
    parts = [part.strip() for part in told.split(",") if part.strip()]
    return tuple(
        Phrase(frozenset(words), part.startswith("~"), words[-1])
        for part in parts
        if (words := part.lstrip("~").split())
    )


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
