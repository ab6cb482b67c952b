"""What the base keeps about itself and its customers: settings, presets, who looks after whom."""

from __future__ import annotations

from sqlalchemy import insert, select

from kb import audit
from kb.access import Person, person, require
from kb.editing.guard import change
from kb.entries import clean_name, short_enough, sound_toml
from kb.models import Customer, MappingPreset, Setting
from kb.store import KnowledgeBase


def assign_account_owner(
    base: KnowledgeBase, who: Person, customer_id: int, user_id: int | None, seen_version: int
) -> int:
    """Make an active user (or nobody) the account owner of a customer; returns the customer's new version."""
    require(who, "edit")
    owner = None if user_id is None else int(user_id)
    with base.writing() as connection:
        if owner is not None:
            person(connection, owner)
        changes = {"account_owner_id": owner}
        return change(connection, who, Customer.__table__, customer_id, seen_version, changes, "assign")


def set_setting(base: KnowledgeBase, who: Person, name: str, value: str, seen_version: int | None = None) -> int:
    """Set a fact about the base itself; returns its version. Without seen_version the last word counts."""
    require(who, "edit")
    name = clean_name(name, "setting")
    short_enough(value, "value")
    with base.writing() as connection:
        now = connection.scalar(select(Setting.version).where(Setting.name == name).with_for_update())
        if now is None:
            connection.execute(insert(Setting).values(name=name, value=value, version=1))
            audit.append(connection, who, "set", "settings", name, after={"value": value})
            return 1
        seen = now if seen_version is None else seen_version
        return change(connection, who, Setting.__table__, name, seen, {"value": value}, "set")


def save_preset(base: KnowledgeBase, who: Person, name: str, toml: str, seen_version: int | None = None) -> int:
    """Keep a mapping preset that people made; returns its version. Without seen_version it must be new."""
    require(who, "import")
    name = clean_name(name, "preset")
    sound_toml(name, toml)
    with base.writing() as connection:
        preset_id = connection.scalar(select(MappingPreset.mapping_preset_id).where(MappingPreset.name == name))
        if preset_id is not None:
            seen = 0 if seen_version is None else seen_version
            return change(connection, who, MappingPreset.__table__, preset_id, seen, {"toml": toml}, "save")
        made = insert(MappingPreset).values(name=name, toml=toml, version=1)
        preset_id = connection.execute(made.returning(MappingPreset.mapping_preset_id)).scalar_one()
        audit.append(connection, who, "save", "mapping_presets", preset_id, after={"name": name, "toml": toml})
        return 1
