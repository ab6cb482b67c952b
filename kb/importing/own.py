"""Presets that people made in the app: kept in the base, found by their name like those that come along."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kb.access import Person, require
from kb.entries import clean_name
from kb.errors import Refused
from kb.importing import presets
from kb.importing.presets import Preset
from kb.models import MappingPreset
from kb.store import KnowledgeBase


@dataclass(frozen=True)
class Saved:
    """A preset as it is kept: `version` is what a change must have seen (kb.editing.save_preset)."""

    name: str
    toml: str
    version: int


def saved(base: KnowledgeBase, who: Person) -> list[Saved]:
    """All presets that people made, by name. Raises Refused for a person who may not read."""
    require(who, "read")
    wanted = select(MappingPreset.name, MappingPreset.toml, MappingPreset.version).order_by(MappingPreset.name)
    with base.reading() as connection:
        return [Saved(*row) for row in connection.execute(wanted)]


def load(base: KnowledgeBase, who: Person, name: str) -> Preset:
    """A preset by the name of one that comes along or that people made, or by the path of a TOML file.

    Raises Refused where there is none, and for a person who may not read.
    """
    own = {one.name: one for one in saved(base, who)}
    if name in own and name not in presets.names():
        return presets.parse(own[name].toml, name)
    if not name.endswith(".toml") and name not in presets.names():
        raise Refused(f"no preset {name!r}: choose one of {', '.join([*presets.names(), *own])} or name a .toml file")
    return presets.load(name)


def free_name(name: str) -> str:
    """The name, cleaned, for a preset of one's own. Raises Refused where it is empty or comes with the program."""
    cleaned = clean_name(name, "name of the preset")
    if cleaned in presets.names() or cleaned.endswith(".toml"):
        raise Refused(f"the name {cleaned} belongs to a preset that comes with the program: choose another")
    return cleaned
