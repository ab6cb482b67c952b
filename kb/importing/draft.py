"""The rows of one chunk on their way into one table: values first, then parents, then their own keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kb.importing import extract
from kb.importing.cells import holding, picked
from kb.importing.extract import Coded, Codes, Objects, Texts, Values, objects
from kb.importing.fields import Reference, Target, target
from kb.importing.filling import Filling
from kb.importing.keys import Keys, Name
from kb.importing.pairs import distinct, first_rows
from kb.importing.presets import ColumnMap
from kb.reading import Chunk

Mask = npt.NDArray[np.bool_]
OpenKeys = Callable[[str], Keys]


class Draft:
    """One chunk for one table. Problems are (column, value, reason) by row; a row with one is refused whole."""

    def __init__(self, filling: Filling, chunk: Chunk) -> None:
        self.filling = filling
        self.lines = chunk.lines
        self.problems: dict[int, list[tuple[str, str, str]]] = {}
        self.applies = holding(chunk.cells, filling.table_map.where)
        self.texts: dict[str, Texts] = {}
        self.values: dict[str, Values] = {}
        self.ids: dict[str, Coded] = {}
        for column in filling.columns:
            self._read(chunk, column)
        if filling.table_map.content_key:
            self._content_key(chunk.cells)
        self._need(name for name, entry in filling.target.fields.items() if entry.required)

    def _read(self, chunk: Chunk, column: ColumnMap) -> None:
        filling, header = self.filling, column.header
        rules = filling.rules[(filling.target.name, header)]
        if column.times:
            factors = [column] if column.sources else []
            factors += [ColumnMap(header, (source,), where=column.where) for source in column.times]
            parts = [extract.texts(chunk, factor, filling.look_ups, filling.empty) for factor in factors]
            self.texts[header], failed = parts[0]
            self.values[header] = extract.product([found for found, _ in parts], rules)
        else:
            self.texts[header], failed = extract.texts(chunk, column, filling.look_ups, filling.empty)
            self.values[header] = extract.values(self.texts[header], self._kind(header), rules)
        for row, reason in {**failed, **self.values[header].wrong}.items():
            self.complain(row, header, reason)
        if header == "currency":
            self._check_currency()

    def _kind(self, header: str) -> str:
        entry = self.filling.target.fields.get(header)
        parents = [target(r.table).fields.get(header) for r in self.filling.target.references]
        found = entry or next((parent for parent in parents if parent), None)
        return found.kind if found else "text"

    def _check_currency(self) -> None:
        for row, value in enumerate(self.values["currency"].rows):
            if value and value != self.filling.currency:
                self.complain(row, "currency", f"is not {self.filling.currency}, the one currency of this base")

    def _content_key(self, cells: pa.Table) -> None:
        """Rows without a key of their own get one from their content, and a number where the content repeats."""
        header = self.filling.target.key[-1]
        sources = self.filling.table_map.key_sources
        columns = [picked(cells, s).to_pylist() for s in sources] or [c.rows.tolist() for c in self.values.values()]
        digests = [hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16] for row in zip(*columns, strict=True)]
        told = self.texts.get(header)
        names = []
        for row, (digest, applies) in enumerate(zip(digests, self.applies, strict=True)):
            self.filling.contents[digest] += bool(applies)
            names.append(f"{told.at(row) if told else ''}~{digest}-{self.filling.contents[digest]}")
        codes = np.arange(len(names), dtype=np.int64)
        self.texts[header] = Texts(codes, names)
        whole = self._kind(header) == "integer"
        self.values[header] = Values(codes, objects([_number_of(name) for name in names] if whole else names), {})

    def _need(self, headers: object) -> None:
        for header in headers:  # type: ignore[attr-defined]
            if header not in self.values:
                continue
            values = self.values[header]
            for row in np.flatnonzero((values.values == None)[values.codes]):  # noqa: E711 - element by element
                self.complain(int(row), header, "is empty, and every row needs it")

    def complain(self, row: int, header: str, reason: str) -> None:
        """Refuse a row, unless the mapping does not speak of it."""
        if self.applies[row]:
            shown = self.texts[header].at(row) if header in self.texts else ""
            entry = (self.filling.source_of(header), shown, reason)
            if entry not in self.problems.setdefault(row, []):
                self.problems[row].append(entry)

    def find_parents(self, keys: OpenKeys, good: Mask, *, same_file: bool) -> None:
        """Turn the business keys of parents into ids; `same_file`: of tables that this file fills itself, or not."""
        for reference in self.filling.references:
            if (reference.table in self.filling.same_file) == same_file:
                self.ids[reference.column] = self._resolve(reference, keys, good & self.applies)

    def _resolve(self, reference: Reference, keys: OpenKeys, rows: Mask) -> Coded:
        """The parent's id for each row, None where the cells are empty."""
        codes, names, blank = self._names(target(reference.table), reference, keys, rows)
        if reference.required:
            for row in np.flatnonzero(rows & blank[codes]):
                self.complain(int(row), reference.headers[0], "is empty, and every row needs it")
        used = np.zeros(len(names), dtype=bool)
        used[codes[rows]] = True
        ids = self._find(keys(reference.table), reference, names, used & ~blank)
        unknown = used & ~blank & np.asarray(ids == None)  # noqa: E711 - element by element
        for row in np.flatnonzero(rows & unknown[codes]) if unknown.any() else ():
            reason = f"is not among the {reference.table}: import it first or correct it"
            self.complain(int(row), reference.headers[0], reason)
        return Coded(codes, ids)

    def _find(self, table: Keys, reference: Reference, names: Objects, wanted: Mask) -> Objects:
        create = reference.table == "users" or reference.table in self.filling.table_map.create
        ids = objects([None] * len(names))
        held = table.held(names)
        if held is not None and held[wanted].all():
            ids[wanted] = held[wanted]
            return ids
        asked = names[wanted].tolist()
        found = table.find(asked)
        if create:
            found = [number or table.create(name) for name, number in zip(asked, found, strict=True)]
        ids[wanted] = objects(found)
        return ids

    def _names(self, parent: Target, reference: Reference, keys: OpenKeys, rows: Mask) -> tuple[Codes, Objects, Mask]:
        """Which of the distinct names each row holds, the names, and which of them are empty."""
        if len(parent.key) == 1:
            values = self.values[reference.headers[0]]
            return values.codes, values.values, np.asarray(values.values == None)  # noqa: E711
        by_column = {nested.column: nested for nested in parent.references}
        columns: list[Objects] = []
        for name in parent.key:
            nested = by_column.get(name)
            columns.append(
                self._resolve(nested, keys, rows & self._filled(nested)).rows if nested else self.values[name].rows
            )
        blank: Mask = np.zeros(len(rows), dtype=bool)
        for column in columns:
            blank |= np.asarray(column == None)  # noqa: E711
        names = objects(list(zip(*(column.tolist() for column in columns), strict=True)))
        return np.arange(len(rows), dtype=np.int64), names, blank

    def _filled(self, reference: Reference) -> Mask:
        filled: Mask = np.asarray(self.values[reference.headers[0]].rows != None)  # noqa: E711
        return filled

    def own_keys(self, keys: Keys, good: Mask) -> tuple[Codes, Mask, Mask]:
        """Row ids (0: none), which of them are new, and which rows repeat one of this file (to be left out)."""
        filling = self.filling
        wanted = np.flatnonzero(good & self.applies)
        names, first, held = self._own_names(keys, wanted)
        numbers, fresh = keys.numbers(names)
        self._hold(keys, wanted[first], numbers)
        ids, is_new, repeats = np.zeros(len(good), np.int64), np.zeros(len(good), bool), np.zeros(len(good), bool)
        ids[wanted] = numbers[held]
        is_new[wanted[first[fresh]]] = True
        filling.first_lines.frombytes(self.lines[wanted[first[fresh]]].tobytes())
        is_first = np.zeros(len(wanted), dtype=bool)
        is_first[first] = True
        earlier = (numbers >= filling.first_new) & ~fresh
        if not earlier.all() and filling.first_new > 1:
            known = np.flatnonzero(~fresh & ~earlier)
            earlier[known] = [number in filling.seen for number in numbers[known].tolist()]
            for number, line in zip(numbers[known].tolist(), self.lines[wanted[first[known]]].tolist(), strict=True):
                filling.seen.setdefault(number, line)
        repeats[wanted] = ~is_first | earlier[held]
        return ids, is_new, repeats

    def _own_names(self, keys: Keys, wanted: Codes) -> tuple[list[Name] | Codes, Codes, Codes]:
        """Distinct names of the rows, the first row of each, and for each row which name it holds."""
        if len(keys.target.key) == 1 and keys.target.key[0] in self.values:
            values = self.values[keys.target.key[0]]
            used, first, held = first_rows(values.codes[wanted], len(values.values))
            names = values.values[used].tolist()
            if len(set(names)) == len(names):
                return names, first, held
        columns = [self._column(name).rows[wanted] for name in keys.target.key]
        pairs = keys.pairs(columns)
        if pairs is not None:
            return distinct(pairs)
        lists = [column.tolist() for column in columns]
        rows: list[Name] = lists[0] if len(lists) == 1 else list(zip(*lists, strict=True))
        place = {name: i for i, name in reversed(list(enumerate(rows)))}
        if len(place) == len(rows):
            return rows, np.arange(len(rows)), np.arange(len(rows))
        first = np.sort(np.fromiter(place.values(), dtype=np.int64))
        number = {rows[i]: n for n, i in enumerate(first.tolist())}
        return [rows[i] for i in first.tolist()], first, np.array([number[name] for name in rows], dtype=np.int64)

    def _hold(self, keys: Keys, rows: Codes, numbers: Codes) -> None:
        """Let the tables that name these rows by their key have the ids without looking up each name."""
        if len(keys.target.key) == 1 and keys.target.key[0] in self.values:
            values = self.values[keys.target.key[0]]
            ids = np.zeros(len(values.values), np.int64)
            ids[values.codes[rows]] = numbers
            keys.hold(values.values, ids)

    def refuse_repeats(self, ids: Codes, repeats: Mask) -> None:
        """A key may stand once in a file."""
        for row in np.flatnonzero(repeats):
            at = int(ids[row]) - self.filling.first_new
            line = self.filling.first_lines[at] if at >= 0 else self.filling.seen[int(ids[row])]
            self.complain(int(row), self.filling.target.key_headers[-1], f"stands already in line {line} of this file")

    def refuse_incomplete(self, is_new: Mask) -> None:
        """A file that lacks the column of a parent may correct rows, but a new row needs it."""
        for header in self.filling.lacking:
            for row in np.flatnonzero(is_new):
                self.complain(int(row), header, "is not among the file's columns, and a new row needs it")

    def refuse_contradictions(self, ids: Codes, is_new: Mask, good: Mask) -> None:
        """Where a parent is told in every line, all its lines must tell the same."""
        filling = self.filling
        rows = np.flatnonzero(good & self.applies)
        told = self._told()[rows]
        numbers = ids[rows] - filling.first_new
        first = is_new[rows]
        grown = np.zeros(max(len(filling.signatures), int(numbers[first].max(initial=-1)) + 1), dtype=np.uint64)
        grown[: len(filling.signatures)] = filling.signatures
        grown[numbers[first]] = told[first]
        filling.signatures = grown
        differs = np.zeros(len(rows), dtype=bool)
        fresh = numbers >= 0
        differs[fresh] = grown[numbers[fresh]] != told[fresh]
        for i in np.flatnonzero(~fresh).tolist():
            differs[i] = filling.known_signatures.setdefault(int(numbers[i]), int(told[i])) != int(told[i])
        for row in rows[differs].tolist():
            self.complain(row, filling.target.key_headers[0], "has other values here than in an earlier line")

    def _told(self) -> npt.NDArray[np.uint64]:
        """One number for all that a row tells of the parent."""
        told = np.zeros(len(self.lines), dtype=np.uint64)
        for name in self.filling.stage.columns:
            column = self._column(name)
            hashes = np.fromiter(map(hash, column.values), np.int64, len(column.values))
            told = told * np.uint64(1_000_003) + hashes.view(np.uint64)[column.codes]
        return told

    def staged_columns(self) -> list[Coded]:
        """The columns of the stage, for all rows."""
        return [self._column(name) for name in self.filling.stage.columns]

    def _column(self, name: str) -> Coded:
        return self.ids[name] if name in self.ids else self.values[name]


def _number_of(name: str) -> int:
    """A whole number made from a key's text, of 31 bits because line numbers are stored in 32."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) >> 1
