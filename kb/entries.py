"""What people type in, checked before it is kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from kb.access import DEPARTMENTS
from kb.errors import Refused

LONGEST_NAME = 200
LONGEST_TEXT = 100_000
LONGEST_COMMENT, LONGEST_TITLE, LONGEST_LINK = 2_000, 80, 1_500
EVENT_KINDS = ("price change", "line move", "fix", "other")
# What an event can be limited to, and where its members are kept.
EVENT_DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "product": ("products", "sku"),
    "family": ("products", "family"),
    "line": ("work_centers", "line"),
    "site": ("sites", "site_number"),
}
PIN_SHAPES = ("table", "trend", "small multiples")


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


def clean_text(text: str, what: str) -> str:
    """The text without blanks around it; its lines stay. Raises Refused where it is empty, too long or holds a NUL."""
    cleaned = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not cleaned:
        raise Refused(f"the {what} is empty: write one")
    if len(cleaned) > LONGEST_COMMENT or "\x00" in cleaned:
        raise Refused(f"the {what} is longer than {LONGEST_COMMENT:,} characters or holds a NUL: shorten it")
    return cleaned


def short_link(link: str | None) -> str | None:
    """The link within the program. Raises Refused for one that leads elsewhere or holds what no link holds."""
    if not link:
        return None
    if len(link) > LONGEST_LINK or not link.isascii() or not link.isprintable() or ":" in link.split("?")[0]:
        raise Refused("the link of this view is too long or leads elsewhere: reset the filters and try again")
    return link


def sound_event(values: Mapping[str, Any]) -> dict[str, Any]:
    """The event's values, its texts cleaned. Raises Refused for a kind, day, title or limit that cannot be."""
    title = clean_name(values["title"], "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(f"the title is longer than {LONGEST_TITLE} characters: say it in a few words")
    if values["kind"] not in EVENT_KINDS:
        raise Refused(f"there is no kind {values['kind']!r}: choose {', '.join(EVENT_KINDS)}")
    day = values["happened_on"]
    if not isinstance(day, date) or isinstance(day, datetime) or not 1950 <= day.year <= 2100:
        raise Refused("an event needs the day it happened: choose one")
    dimension, member = values["dimension"] or None, values["member"] or None
    if (dimension is None) != (member is None) or (dimension and dimension not in EVENT_DIMENSIONS):
        raise Refused(f"an event is limited to one {', '.join(EVENT_DIMENSIONS)} or to nothing: choose which one")
    return {**values, "title": title, "dimension": dimension, "member": member}
