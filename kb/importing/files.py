"""Which files an import takes, in which order, and which table each fills."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from kb.errors import Refused
from kb.importing.cells import Condition, alternatives, filled_down, in_file, picked
from kb.importing.extract import AMBIGUOUS
from kb.importing.fields import importable, target
from kb.importing.filling import LookUps
from kb.importing.presets import ColumnMap, Preset, TableMap, Via
from kb.reading import Chunk, Found, Hints, chunks, fingerprint, look

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".xlsm")


@dataclass(frozen=True)
class File:
    """One file and the tables it fills."""

    name: str
    found: Found
    sha256: str
    maps: tuple[TableMap, ...]
    told_once: tuple[str, ...] = ()

    def chunks(self) -> Iterator[Chunk]:
        """Its rows; a record's further lines with the cells that stand in its first line only."""
        rows = chunks(self.found)
        return filled_down(rows, self.told_once) if self.told_once else rows


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
    is_held = _holders(paths, preset)
    helpers = [via for t in preset.tables for c in t.columns for via in c.via]
    for path in paths:
        relative = "/".join(path.parts[-2:]).lower()
        if any(fnmatch.fnmatch(relative, pattern.lower()) for pattern in preset.ignore):
            continue
        maps = _maps(path, preset)
        file = _open(path, maps, preset, is_held) if maps else None
        if file:
            known.append(file)
        elif not any(via.reads(path.name) for via in helpers):
            unknown.append(path)
    if not known:
        patterns = ", ".join(dict.fromkeys(pattern for t in preset.tables for pattern in t.files))
        lacking = "; ".join(_lacking(path, preset) for path in unknown[:1] if _maps(path, preset))
        raise Refused(f"preset {preset.name} knows none of these files; it takes {patterns}. {lacking}".rstrip(". "))
    if preset.one_of_each:
        _refuse_twins(known, preset)
    return _in_order(known), unknown


def _maps(path: Path, preset: Preset) -> tuple[TableMap, ...]:
    return tuple(t for t in preset.tables if t.takes(path.name))


def _open(path: Path, maps: tuple[TableMap, ...], preset: Preset, is_held: Callable[[Via], bool]) -> File | None:
    """The file with the tables it fills; none where it has the key columns of none of them and may do without."""
    found = look(path, _hints(preset, {source for m in maps for source in m.sources}, path.name))
    fitted = [_fit(m, found, is_held) for m in _by_rank(maps)]
    kept = tuple(table_map for table_map in fitted if table_map)
    if not kept:
        return None
    tables = [table_map.table for table_map in kept]
    twice = next((table for table in tables if tables.count(table) > 1), None)
    if twice:
        raise Refused(f"two entries of preset {preset.name} fill {twice} from {path.name}: let one of them fit it only")
    told_once = [in_file(source, found.headers) for source in preset.reading(path.name).fill_down]
    if told_once and told_once[0] is None:
        raise Refused(_lacks(found, preset.reading(path.name).fill_down[:1]))
    return File(path.name, found, fingerprint(path), kept, tuple(filter(None, told_once)))


def _hints(preset: Preset, sources: Iterable[str], file_name: str) -> Hints:
    reading = preset.reading(file_name)
    return Hints(
        encoding=preset.encoding,
        delimiter=preset.delimiter,
        escape=preset.escape,
        sheet=preset.sheet,
        expected=frozenset(name for source in sources for name in alternatives(source)),
        quote=reading.quote,
        names=reading.headers,
    )


def _by_rank(maps: Iterable[TableMap]) -> list[TableMap]:
    return sorted(maps, key=lambda m: importable().index(m.table))


def _holders(paths: Sequence[Path], preset: Preset) -> Callable[[Via], bool]:
    """A function that tells whether this import has the file, with the columns, that texts are looked up in."""
    vias = {via for table in preset.tables for column in table.columns for via in column.via}

    @cache
    def headers(path: Path) -> tuple[str, ...]:
        return _look_up_file(path, [via for via in vias if via.reads(path.name)], preset).headers

    def held(via: Via) -> bool:
        found = [headers(path) for path in paths if via.reads(path.name)]
        return bool(found) and all(in_file(via.key, one) and in_file(via.value, one) for one in found)

    return held


def _fit(table_map: TableMap, found: Found, is_held: Callable[[Via], bool]) -> TableMap | None:
    """The mapping in the words of this file; none where it may do without and has not what the entry needs.

    Raises Refused where a column is missing that must be there.
    """
    spelt = {source: in_file(source, found.headers) for source in table_map.sources}
    missing = {source for source, name in spelt.items() if name is None}
    if missing and (not table_map.optional or missing & table_map.needed):
        if table_map.dispensable:
            return None
        raise Refused(_lacks(found, missing & table_map.needed or missing))
    keys = target(table_map.table).key_headers
    given = [c for c in table_map.columns if not missing & {*c.all_sources}]
    soft = [c for c in given if table_map.optional and c.header not in keys]
    alone = [c for c in soft if not all(is_held(via) for via in c.via)]
    columns = tuple(c for c in given if c not in alone)
    note = " ".join([table_map.note, *(_left_out(c, found.path.name) for c in alone)]).strip()
    return _spelt(replace(table_map, columns=columns, note=note), {a: b for a, b in spelt.items() if b})


def _left_out(column: ColumnMap, file: str) -> str:
    wanted = ", ".join(dict.fromkeys(f"{via.file} ({via.key} > {via.value})" for via in column.via))
    return f"{column.header} of {file} is left as it is: this import has not what it is looked up in, {wanted}."


def _lacks(found: Found, missing: Iterable[str]) -> str:
    return (
        f"{found.path.name} has no column {', '.join(sorted(missing))} (found: {', '.join(found.headers[:12])}): "
        "choose another preset or correct the header"
    )


def _lacking(path: Path, preset: Preset) -> str:
    """What a file lacks that the preset takes by its name."""
    first = _maps(path, preset)[0]
    found = look(path, _hints(preset, first.sources, path.name))
    return _lacks(found, [source for source in first.needed if in_file(source, found.headers) is None])


def _spelt(table_map: TableMap, spelt: dict[str, str]) -> TableMap:
    """The mapping with every source as the file spells it."""

    def many(sources: Iterable[str]) -> tuple[str, ...]:
        return tuple(spelt[source] for source in sources)

    def conditions(of: TableMap | ColumnMap) -> tuple[Condition, ...]:
        return tuple(replace(condition, source=spelt[condition.source]) for condition in of.where)

    columns = tuple(
        replace(c, sources=many(c.sources), times=many(c.times), where=conditions(c)) for c in table_map.columns
    )
    return replace(
        table_map,
        columns=columns,
        where=conditions(table_map),
        key_sources=many(table_map.key_sources),
    )


def currency(files: Iterable[File]) -> str:
    """The first currency that a column of these files names; empty where none does."""
    for file in files:
        sources = [s for m in file.maps for c in m.columns if c.header == "currency" for s in c.sources]
        for chunk in chunks(file.found) if sources else ():
            named = [text for source in sources for text in picked(chunk.cells, source).to_pylist() if text]
            if named:
                return str(named[0])
    return ""


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
    tables: dict[Via, dict[str, str]] = {via: {} for via in wanted}
    for path in paths:
        here = {via: table for via, table in tables.items() if via.reads(path.name)}
        if here:
            _read_look_ups(path, here, preset)
    for via in wanted:
        if not any(via.reads(path.name) for path in paths):
            users = ", ".join(sorted({f.name for f in files for m in f.maps if any(via in c.via for c in m.columns)}))
            raise Refused(f"{users} needs {via.file} in the same import: name the folder or both files")
    return {(via.file, via.key, via.value): table for via, table in tables.items()}


def _read_look_ups(path: Path, tables: dict[Via, dict[str, str]], preset: Preset) -> None:
    """Adds what one file tells, read once for all of them."""
    found = _look_up_file(path, tables, preset)
    spelt = {via: (in_file(via.key, found.headers), in_file(via.value, found.headers)) for via in tables}
    for via, (key, value) in spelt.items():
        if not key or not value:
            lacking = via.value if key else via.key
            raise Refused(f"{path.name} has no column {lacking}: the preset looks up {via.key} > {via.value} in it")
    for chunk in chunks(found):
        for via, (key, value) in spelt.items():
            _add(chunk, found, str(key), str(value), tables[via])


def _look_up_file(path: Path, vias: Iterable[Via], preset: Preset) -> Found:
    return look(path, _hints(preset, {source for via in vias for source in (via.key, via.value)}, path.name))


def _add(chunk: Chunk, found: Found, key: str, value: str, table: dict[str, str]) -> None:
    """A text that stands for two values is ambiguous, whichever of the key's headers it is under."""
    values = picked(chunk.cells, value).to_pylist()
    for header in (key,) if key in found.headers else alternatives(key):
        for name, told in zip(picked(chunk.cells, header).to_pylist(), values, strict=True):
            if name:
                table[name] = told if table.get(name, told) == told else AMBIGUOUS


def same_columns(headers: Iterable[str]) -> tuple[ColumnMap, ...]:
    """Columns mapped to themselves, as in our own templates."""
    return tuple(ColumnMap(header, (header,)) for header in headers)
