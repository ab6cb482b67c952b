"""Which files an import takes, in which order, and which table each fills."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from kb.errors import Refused
from kb.importing.draft import LookUps
from kb.importing.fields import importable, target
from kb.importing.presets import ColumnMap, Preset, TableMap, Via
from kb.reading import Found, Hints, chunks, fingerprint, look

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".xlsm")


@dataclass(frozen=True)
class File:
    """One file and the tables it fills."""

    name: str
    found: Found
    sha256: str
    maps: tuple[TableMap, ...]


def discover(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those in the folders named, each once. Raises Refused for a path that is not there."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise Refused(f"{path} does not exist: check the path")
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS) if path.is_dir() else [path]
        found += [p for p in inside if not p.name.startswith((".", "~$"))]
    return list(dict.fromkeys(found))


def choose(paths: Sequence[Path], preset: Preset) -> tuple[list[File], list[Path]]:
    """The files the preset takes, parents first, and those it does not know. Raises Refused where none fits."""
    known: list[File] = []
    unknown: list[Path] = []
    helpers = {via.file.lower() for t in preset.tables for c in t.columns for via in c.via}
    for path in paths:
        relative = "/".join(path.parts[-2:]).lower()
        if any(fnmatch.fnmatch(relative, pattern.lower()) for pattern in preset.ignore):
            continue
        maps = tuple(t for t in preset.tables if t.takes(path.name))
        if maps:
            known.append(_open(path, maps, preset))
        elif path.name.lower() not in helpers:
            unknown.append(path)
    if not known:
        patterns = ", ".join(dict.fromkeys(pattern for t in preset.tables for pattern in t.files))
        raise Refused(f"preset {preset.name} knows none of these files; it takes {patterns}")
    if preset.one_of_each:
        _refuse_twins(known, preset)
    return _in_order(known), unknown


def _open(path: Path, maps: tuple[TableMap, ...], preset: Preset) -> File:
    expected = frozenset(source for table_map in maps for source in table_map.sources)
    found = look(path, _hints(preset, expected))
    return File(path.name, found, fingerprint(path), tuple(_fit(m, found) for m in _by_rank(maps)))


def _hints(preset: Preset, expected: frozenset[str]) -> Hints:
    return Hints(
        encoding=preset.encoding,
        delimiter=preset.delimiter,
        escape=preset.escape,
        sheet=preset.sheet,
        expected=expected,
    )


def _by_rank(maps: Iterable[TableMap]) -> list[TableMap]:
    return sorted(maps, key=lambda m: importable().index(m.table))


def _fit(table_map: TableMap, found: Found) -> TableMap:
    """The mapping with the columns this file has. Raises Refused where one is missing that must be there."""
    missing = table_map.sources - set(found.headers)
    if not missing:
        return table_map
    keys = {s for c in table_map.columns if c.header in target(table_map.table).key_headers for s in c.sources}
    if not table_map.optional or missing & keys:
        wanted = ", ".join(sorted(missing & keys or missing))
        raise Refused(
            f"{found.path.name} has no column {wanted} (found: {', '.join(found.headers[:12])}): "
            "choose another preset or correct the header"
        )
    present = tuple(c for c in table_map.columns if set(c.sources) <= set(found.headers))
    return replace(table_map, columns=present)


def _refuse_twins(files: list[File], preset: Preset) -> None:
    names = [file.name.lower() for file in files]
    twin = next((file for file in files if names.count(file.name.lower()) > 1), None)
    if twin:
        folders = ", ".join(str(f.found.path.parent.name) for f in files if f.name == twin.name)
        raise Refused(f"{twin.name} is there more than once ({folders}): {preset.name} imports one company at a time")


def _in_order(files: list[File]) -> list[File]:
    filled_by: dict[str, list[int]] = {}
    for i, file in enumerate(files):
        for table_map in file.maps:
            filled_by.setdefault(table_map.table, []).append(i)
    graph: dict[int, set[int]] = {}
    for i, file in enumerate(files):
        own = {table_map.table for table_map in file.maps}
        parents = {r.table for m in file.maps for r in target(m.table).references} - own
        graph[i] = {j for table in parents for j in filled_by.get(table, ()) if j != i}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise Refused(f"the preset lets files wait for each other: {error.args[1]}") from error
    return [files[i] for i in order]


def look_ups(files: Sequence[File], paths: Sequence[Path], preset: Preset) -> LookUps:
    """The tables that columns are translated by. Raises Refused where the file that holds one is missing."""
    wanted = {via for file in files for m in file.maps for column in m.columns for via in column.via}
    by_name = {path.name.lower(): path for path in paths}
    result: LookUps = {}
    for via in wanted:
        path = by_name.get(via.file.lower())
        if path is None:
            users = ", ".join(sorted({f.name for f in files for m in f.maps if any(via in c.via for c in m.columns)}))
            raise Refused(f"{users} needs {via.file} in the same import: name the folder or both files")
        result[(via.file, via.key, via.value)] = _read_look_up(path, via, preset)
    return result


def _read_look_up(path: Path, via: Via, preset: Preset) -> dict[str, str]:
    found = look(path, _hints(preset, frozenset({via.key, via.value})))
    for header in (via.key, via.value):
        if header not in found.headers:
            raise Refused(f"{path.name} has no column {header}: the preset looks up {via.key} > {via.value} in it")
    result: dict[str, str] = {}
    for chunk in chunks(found):
        keys, values = chunk.cells[via.key].to_pylist(), chunk.cells[via.value].to_pylist()
        result.update((key.strip(), value.strip()) for key, value in zip(keys, values, strict=True))
    return result


def same_columns(headers: Iterable[str]) -> tuple[ColumnMap, ...]:
    """Columns mapped to themselves, as in our own templates."""
    return tuple(ColumnMap(header, (header,)) for header in headers)
