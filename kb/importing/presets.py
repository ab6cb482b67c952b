"""Presets: one TOML file says which file fills which table, column by column."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.errors import Refused
from kb.importing.cells import Condition
from kb.importing.columns import FALSE, TRUE, overlapping
from kb.importing.fields import importable, target
from kb.importing.maps import ColumnMap, FileMap, Preset, TableMap, Via

__all__ = ["ColumnMap", "FileMap", "Preset", "TableMap", "Via", "load", "names", "parse"]

FOLDER = Path(__file__).parents[2] / "data" / "presets"
_COLUMN_WORDS = frozenset(
    "from join constant via times values other dates decimal negative future true false where markup unknown".split()  # noqa: SIM905
)
_TABLE_WORDS = frozenset(
    "table files columns where key distinct create shift_days note optional negative future keep only_new".split()  # noqa: SIM905
)
_FILE_WORDS = frozenset("files headers quote fill_down".split())  # noqa: SIM905
_PRESET_WORDS = frozenset(
    "name title version extends time_zone currency dates decimal empty encoding delimiter escape sheet ignore "  # noqa: SIM905
    "one_of_each notes table file".split()
)


def names() -> list[str]:
    """The names of the presets that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Preset:
    """A preset by name or by the path of a TOML file. Raises Refused where it is missing or wrong."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise Refused(f"no preset {name!r}: choose one of {', '.join(names())} or name a .toml file")
    return _kept(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=100)
def _kept(path: Path, changed: int) -> Preset:
    """A preset as of the file's last change; pages read the titles of all of them at every turn."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, where: str) -> Preset:
    """A preset from its TOML text; `where` names it in messages. Raises Refused saying what is wrong in it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{where} is no valid TOML: {error}") from error
    if "extends" in content:
        parent = tomllib.loads((FOLDER / f"{content['extends']}.toml").read_text(encoding="utf-8"))
        both = {word: [*content.get(word, []), *parent.get(word, [])] for word in ("table", "file")}
        content = {**parent, **content, **both}
    _only(content, _PRESET_WORDS, where)
    preset = _preset(content, where)
    _check(preset, where)
    return preset


def _preset(content: dict[str, Any], where: str) -> Preset:
    plain = ("time_zone", "currency", "decimal", "encoding", "delimiter", "escape", "one_of_each", "sheet")
    return Preset(
        name=str(content.get("name") or Path(where).stem),
        title=str(content.get("title", "")),
        version=str(content.get("version", "1")),
        tables=tuple(_table(entry, where) for entry in content.get("table", [])),
        dates=_many(content, "dates"),
        empty=frozenset(content.get("empty", ())),
        ignore=tuple(content.get("ignore", ())),
        notes=tuple(content.get("notes", ())),
        files=tuple(_file(entry, where) for entry in content.get("file", [])),
        **{word: content[word] for word in plain if word in content},
    )


def _table(entry: dict[str, Any], where: str) -> TableMap:
    name = str(entry.get("table", ""))
    place = f"{where}, table {name}"
    _only(entry, _TABLE_WORDS, place)
    headers = target(name).headers
    columns = entry.get("columns", "same")
    if columns == "same":
        columns = {header: {"from": header} for header in headers}
        entry = {"optional": True, **entry}
    foreign = set(columns) - set(headers) - {"currency"}
    if foreign:
        raise Refused(f"{place}: no column {sorted(foreign)[0]!r}; it takes {', '.join(headers)}")
    return TableMap(
        table=name,
        files=tuple([entry["files"]] if isinstance(entry["files"], str) else entry["files"]),
        columns=tuple(_allow(_column(header, spec, place), entry) for header, spec in columns.items()),
        where=_conditions(entry),
        content_key="key" in entry,
        key_sources=() if entry.get("key") == "content" else _many(entry, "key") or (),
        distinct=bool(entry.get("distinct", False)),
        first_counts=entry.get("distinct") == "first",
        create=tuple(entry.get("create", ())),
        shift_days=int(entry.get("shift_days", 0)),
        note=str(entry.get("note", "")),
        optional=bool(entry.get("optional", False)),
        dispensable=entry.get("optional") == "all",
        keep=frozenset(entry.get("keep", ())),
        only_new=bool(entry.get("only_new", False)),
    )


def _file(entry: dict[str, Any], where: str) -> FileMap:
    _only(entry, _FILE_WORDS, f"{where}, [[file]]")
    return FileMap(
        files=_many(entry, "files") or (),
        headers=tuple(entry.get("headers", ())),
        quote=str(entry.get("quote", '"')),
        fill_down=_many(entry, "fill_down") or (),
    )


def _conditions(entry: dict[str, Any]) -> tuple[Condition, ...]:
    return tuple(
        Condition(source, tuple(map(str, wanted.get("not", wanted.get("is", ())))), "not" not in wanted)
        for source, wanted in entry.get("where", {}).items()
    )


def _allow(column: ColumnMap, entry: dict[str, Any]) -> ColumnMap:
    """What the table's lists `negative` and `future` allow, beside the column's own word."""
    return replace(
        column,
        negative=column.negative or column.header in entry.get("negative", ()),
        future=column.future or column.header in entry.get("future", ()),
    )


def _column(header: str, spec: Any, place: str) -> ColumnMap:
    spec = {"from": spec} if isinstance(spec, str) else dict(spec)
    _only(spec, _COLUMN_WORDS, f"{place}, column {header}")
    chain = spec.get("via", ())
    return ColumnMap(
        header=header,
        sources=_many(spec, "from") or (),
        join=spec.get("join", " "),
        constant=spec.get("constant"),
        times=tuple(spec.get("times", ())),
        via=tuple(_via(step, place) for step in ([chain] if isinstance(chain, str) else chain)),
        values={str(a): str(b) for a, b in spec.get("values", {}).items()},
        other=spec.get("other"),
        unknown=spec.get("unknown"),
        dates=_many(spec, "dates"),
        decimal=spec.get("decimal"),
        negative=bool(spec.get("negative", False)),
        future=bool(spec.get("future", False)),
        true=frozenset(word.lower() for word in spec["true"]) if "true" in spec else TRUE,
        false=frozenset(word.lower() for word in spec["false"]) if "false" in spec else FALSE,
        where=_conditions(spec),
        markup=bool(spec.get("markup", False)),
    )


def _via(step: str, place: str) -> Via:
    try:
        file, rest = step.split(":", 1)
        key, value = rest.split(">", 1)
    except ValueError as error:
        raise Refused(f"{place}: via = {step!r} must read 'FILE: KEY > VALUE'") from error
    return Via(file.strip(), key.strip(), value.strip())


def _many(content: dict[str, Any], word: str) -> tuple[str, ...] | None:
    value = content.get(word)
    if value is None or value == "auto":
        return None
    return (value,) if isinstance(value, str) else tuple(value)


def _only(content: dict[str, Any], known: frozenset[str], place: str) -> None:
    unknown = sorted(set(content) - known)
    if unknown:
        raise Refused(f"{place}: unknown word {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _check(preset: Preset, where: str) -> None:
    try:
        ZoneInfo(preset.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(f"{where}: no time zone {preset.time_zone!r}; write one like Europe/Berlin") from error
    lists = [preset.dates, *(column.dates for table in preset.tables for column in table.columns)]
    for formats in filter(None, lists):
        clash = overlapping(formats)
        if clash:
            raise Refused(f"{where}: {clash[2]} can be read by {clash[0]} and {clash[1]} as different days; keep one")
    if not preset.tables:
        raise Refused(f"{where} fills no table: add [[table]] entries for {', '.join(importable()[:3])}, ...")
