"""Everything of an import that happens before the write lock: read, check, find parents, give keys, stage, compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select

from kb.errors import Refused
from kb.importing import survey
from kb.importing.columns import Rules
from kb.importing.draft import Draft, Mask
from kb.importing.extract import Coded, Codes
from kb.importing.fields import target
from kb.importing.files import File
from kb.importing.filling import Filling, LookUps
from kb.importing.keys import Keys
from kb.importing.presets import Preset, TableMap
from kb.importing.report import ChangedCell, FileReport, RefusedCell, Report, TableCount
from kb.importing.stage import Stage, Staging
from kb.reading import Chunk

Progress = Callable[[str], None]
MOST_REFUSED = 200_000
HELD_BYTES = 100_000_000  # a file up to this size is read once and held; a larger one is read for its formats first
MOST_CHANGES_LISTED = 10_000


@dataclass
class Preparation:
    """What waits to be merged, in the order in which it must be."""

    staging: Staging
    preset: Preset
    report: Report
    look_ups: LookUps
    currency: str
    import_id: int
    progress: Progress
    keys: dict[str, Keys] = field(default_factory=dict)
    stages: list[tuple[Stage, TableCount]] = field(default_factory=list)

    def open_keys(self, table: str) -> Keys:
        """The keys of a table, read once."""
        if table not in self.keys:
            self.keys[table] = Keys(lambda: self.staging.connection, target(table))
            for reference in target(table).references:
                if reference.column == target(table).key[0]:
                    self.keys[table].parent = self.open_keys(reference.table)
            self.staging.connection.commit()  # what was read is remembered; what was staged must stay
        return self.keys[table]

    def take(self, file: File) -> None:
        """Read, check and stage one file."""
        held = list(file.chunks()) if file.found.path.stat().st_size <= HELD_BYTES else None
        rules, notes = survey.rules(lambda: held or file.chunks(), list(file.maps), self.preset, self.look_ups)
        shown = "; ".join([file.found.describe(), *notes])
        found = file.found
        report = FileReport(file.name, str(found.path), file.sha256, shown, found.headers, found.delimiter, found.quote)
        self.report.files.append(report)
        fillings = [self._filling(file, table_map, rules) for table_map in file.maps]
        counts = [TableCount(filling.target.name) for filling in fillings]
        report.tables.extend(counts)
        for chunk in file.chunks() if held is None else _letting_go(held):
            self._take_chunk(chunk, fillings, counts, report)
            self.progress(f"{file.name}: {report.read:,} rows read, {report.refused:,} refused")
        self.stages.extend((filling.stage, count) for filling, count in zip(fillings, counts, strict=True))

    def _filling(self, file: File, table_map: TableMap, rules: dict[survey.Place, Rules]) -> Filling:
        goal = target(table_map.table)
        columns = tuple(column for column in table_map.columns if column.header != "currency")
        given = {column.header for column in columns} | (set(goal.key[-1:]) if table_map.content_key else set())
        parents = [r.column for r in goal.references if set(r.headers) <= given]
        plain = [name for name in goal.fields if name in given]
        stage = self.staging.add(goal, [*plain, *parents], self.import_id)
        stage.keep = table_map.keep
        return Filling(
            table_map=table_map,
            columns=table_map.columns,
            target=goal,
            stage=stage,
            rules=rules,
            look_ups=self.look_ups,
            empty=self.preset.empty,
            currency=self.currency,
            first_new=self.open_keys(goal.name).next,
            same_file=frozenset(other.table for other in file.maps if other is not table_map),
        )

    def _take_chunk(self, chunk: Chunk, fillings: list[Filling], counts: list[TableCount], report: FileReport) -> None:
        size = len(chunk.lines)
        report.read += size + len(chunk.bad)
        report.refused += len(chunk.bad)
        drafts = [Draft(filling, chunk) for filling in fillings]
        good = self._good(drafts, size)
        for draft in drafts:
            draft.find_parents(self.open_keys, good, same_file=False)
        placed = self._place_all(drafts, size)
        good = self._good(drafts, size)
        for draft, (ids, is_new, repeats), count in zip(drafts, placed, counts, strict=True):
            self._write(draft, ids, is_new, good & draft.applies & ~repeats)
            staged_new = int((is_new & good).sum())
            count.read += size + len(chunk.bad)
            count.refused += len(chunk.bad) + int((~good).sum())
            count.new += staged_new
            count.skipped += int((good & ~draft.applies).sum()) + int((good & draft.applies & repeats).sum())
            count.same += int((good & draft.applies & ~repeats).sum()) - staged_new
        report.refused += int((~good).sum())
        self._note_refused(chunk, drafts, report)

    def _place_all(self, drafts: list[Draft], size: int) -> list[tuple[Codes, Mask, Mask]]:
        """Keys of all tables; given anew where a later table refused a row, so that nothing hangs on that row."""
        while True:
            may_fall = len(drafts) > 1 or any(draft.filling.lacking for draft in drafts)
            before = [self._given(draft.filling) for draft in drafts] if may_fall else []
            placed, held = [], []
            for draft in drafts:
                draft.find_parents(self.open_keys, self._good(drafts, size), same_file=True)
                good = self._good(drafts, size)
                placed.append(self._place(draft, good))
                held.append(good & draft.applies & ~placed[-1][2])
            good = self._good(drafts, size)
            if not any((rows & ~good).any() for rows in held):
                return placed
            for draft, state in zip(drafts, before, strict=True):
                self._take_back(draft.filling, state)

    def _given(self, filling: Filling) -> tuple[Any, int, Any, dict[int, int], dict[int, int]]:
        keys = self.open_keys(filling.target.name)
        lines = len(filling.first_lines)
        return keys.given(), lines, filling.signatures, dict(filling.known_signatures), dict(filling.seen)

    def _take_back(self, filling: Filling, state: tuple[Any, int, Any, dict[int, int], dict[int, int]]) -> None:
        given, lines, filling.signatures, filling.known_signatures, filling.seen = state
        self.open_keys(filling.target.name).take_back(given)
        del filling.first_lines[lines:]

    def _place(self, draft: Draft, good: Mask) -> tuple[Codes, Mask, Mask]:
        ids, is_new, repeats = draft.own_keys(self.open_keys(draft.filling.target.name), good)
        draft.refuse_incomplete(is_new)
        if draft.filling.table_map.distinct and not draft.filling.table_map.first_counts:
            draft.refuse_contradictions(ids, is_new, good)
        elif not draft.filling.table_map.distinct:
            draft.refuse_repeats(ids, repeats)
        if draft.filling.table_map.only_new:
            repeats = repeats | (~is_new & good & draft.applies)
        return ids, is_new, repeats

    @staticmethod
    def _good(drafts: list[Draft], size: int) -> Mask:
        good: Mask = np.ones(size, dtype=bool)
        for draft in drafts:
            good[list(draft.problems)] = False
        return good

    def _write(self, draft: Draft, ids: Codes, is_new: Mask, rows: Mask) -> None:
        stage = draft.filling.stage
        columns = [Coded(np.arange(len(rows)), ids), *draft.staged_columns()]
        for table, wanted in ((stage.new, rows & is_new), (stage.known, rows & ~is_new)):
            kept = columns if wanted.all() else [column.only(wanted) for column in columns]
            self.staging.write(table, stage.names, kept)

    def _note_refused(self, chunk: Chunk, drafts: list[Draft], report: FileReport) -> None:
        cells = self.report.refused_cells
        for bad in chunk.bad:
            cells.append(
                RefusedCell(
                    report.file_name, bad.line, bad.column or "", bad.value or "", bad.reason, json.dumps([bad.raw])
                )
            )
        problems = sorted(
            (row, problem) for draft in drafts for row, found in draft.problems.items() for problem in found
        )
        for row, (column, value, reason) in dict.fromkeys(problems):
            raw = json.dumps([chunk.cells[i][row].as_py() for i in range(chunk.cells.num_columns)], ensure_ascii=False)
            cells.append(RefusedCell(report.file_name, int(chunk.lines[row]), column, value, reason, raw))
        if len(cells) > MOST_REFUSED:
            raise Refused(
                f"{report.file_name}: more than {MOST_REFUSED:,} cells are refused, first {cells[0].column} "
                f"{cells[0].value!r} {cells[0].reason}: is it the right preset?"
            )

    def compare(self) -> None:
        """Count what changes rows that the base already has, and list the cells."""
        with self.staging.snapshot() as connection:
            self._count_created(connection)
            for stage, count in self.stages:
                if not count.same:
                    continue
                ids = self.changed_ids(stage)
                changed = connection.scalar(select(func.count()).select_from(ids.subquery())) or 0
                count.changed, count.same = changed, count.same - changed
                if changed:
                    self._list_changes(stage)

    def _count_created(self, connection: Connection) -> None:
        """Rows made because others name them: only those that a row which is kept names."""
        for name, keys in self.keys.items():
            if not keys.created:
                continue
            named: set[int] = set()
            for stage, _ in self.stages:
                for reference in stage.target.references:
                    if reference.table == name and reference.column in stage.columns:
                        named.update(connection.scalars(select(stage.holding(reference.column))))
            keys.created = {text: number for text, number in keys.created.items() if number in named}
            if keys.created:
                self.report.created[name] = len(keys.created)

    def changed_ids(self, stage: Stage) -> Select[int]:
        """Ids of staged rows that differ from the base in a column the file gives."""
        own = stage.target.id_column
        return select(own).join(stage.known, stage.known.c[own.name] == own).where(stage.differs())

    def _list_changes(self, stage: Stage) -> None:
        for row_id, name, column, before, after in changed_cells(self.staging, stage, MOST_CHANGES_LISTED):
            del row_id
            self.report.changed_cells.append(
                ChangedCell(stage.target.name, name, column, _shown(before), _shown(after))
            )


def _letting_go(held: list[Chunk]) -> Iterator[Chunk]:
    """The chunks in order, each freed once it is used."""
    held.reverse()
    while held:
        yield held.pop()


def changed_cells(
    staging: Staging, stage: Stage, most: int | None = None
) -> list[tuple[int, str, str, object, object]]:
    """(row id, business key, column, before, after) of every cell the staged rows change in the base."""
    main, own = stage.target.table, stage.target.id_column
    names = stage.columns
    key = [main.c[name] for name in stage.target.key]
    query = (
        select(own, *key, *(main.c[name] for name in names), *(stage.coming(name) for name in names))
        .join(stage.known, stage.known.c[own.name] == own)
        .where(stage.differs())
        .limit(most)
    )
    cells = []
    for row in staging.connection.execute(query):
        shown = " ".join(str(part) for part in row[1 : 1 + len(key)])
        before, after = row[1 + len(key) : 1 + len(key) + len(names)], row[1 + len(key) + len(names) :]
        cells += [(row[0], shown, n, b, a) for n, b, a in zip(names, before, after, strict=True) if b != a]
    return cells


def _shown(value: object) -> str:
    return "" if value is None else str(value)
