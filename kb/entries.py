"""What people type in, checked before it is kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from kb.access import DEPARTMENTS
from kb.errors import Refused

LONGEST_NAME = 200
LONGEST_TEXT = 100_000


def clean_name(name: str, what: str) -> str:
    """The name without needless blanks. Raises Refused where it is empty, too long or holds control characters."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Refused(f"the {what} is empty: write one")
    if len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise Refused(f"the {what} is longer than {LONGEST_NAME} characters or holds invisible ones: shorten it")
    return cleaned


def short_enough(text: str, what: str) -> str:
    """The text itself. Raises Refused where no database would keep it whole."""
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise Refused(f"the {what} is longer than {LONGEST_TEXT} characters or holds a NUL: shorten it")
    return text


def known_departments(*departments: str) -> None:
    """Raise Refused for a department that does not exist."""
    for department in departments:
        if department not in DEPARTMENTS:
            raise Refused(f"there is no department {department!r}: choose {', '.join(DEPARTMENTS)}")


def sound_toml(name: str, toml: str) -> None:
    """Raise Refused where the text of a preset is no TOML."""
    try:
        tomllib.loads(short_enough(toml, "preset"))
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"preset {name} is not valid TOML: {error}") from error


def sound_objective(values: Mapping[str, Any]) -> None:
    """Raise Refused where an objective lacks a metric, a finite target, a day or two different owners."""
    clean_name(values["metric"], "metric")
    short_enough(values["note"] or "", "note")
    for name in ("target", "baseline"):
        if values[name] is not None and not isfinite(values[name]):
            raise Refused(f"the {name} {values[name]} is not a number: write a finite one")
    if values["target"] is None or not isinstance(values["due_on"], date):
        raise Refused("an objective needs a target and a day: fill in both")
    known_departments(values["first_department"], values["second_department"])
    if values["first_department"] == values["second_department"]:
        raise Refused("an objective has two owners: choose two different departments")
