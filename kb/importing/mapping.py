"""A mapping made by hand: which column of a file goes where, written as a preset and read back from one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePath

from kb.errors import Refused
from kb.importing import presets, templates
from kb.importing.columns import FALSE, TRUE, with_clocks
from kb.importing.fields import importable, target
from kb.importing.presets import Preset
from kb.importing.proposing.phrases import CURRENCY, kind

_JOINABLE = frozenset({"text", "time"})
_TIMED = frozenset({"date", "time"})
ORDERS = "sales_orders"


@dataclass(frozen=True)
class FileMapping:
    """One kind of file: `goals` is header -> our column ("customers.name" for another table's), in file order.

    `days` holds the form of days of a goal (`%d.%m.%Y`), `yes` and `no` its words, `constants` its one value for all
    rows. `create` are parents that are made with nothing but their key when a row names one that is not there.
    """

    pattern: str
    table: str
    goals: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    yes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    negative: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    decimal: str | None = None
    content_key: bool = False

    def sources(self, goal: str) -> tuple[str, ...]:
        """The headers that fill a goal, in the file's order."""
        return tuple(header for header, chosen in self.goals.items() if chosen == goal)

    @property
    def given(self) -> tuple[str, ...]:
        """The goals that are filled, each once."""
        return tuple(dict.fromkeys([*self.goals.values(), *self.constants]))

    @property
    def kinds(self) -> dict[str, str]:
        """Goal -> kind of its cells."""
        return {goal: kind_of(self.table, goal) for goal in self.given}


@dataclass(frozen=True)
class Draft:
    """A whole preset made by hand."""

    name: str
    title: str
    files: tuple[FileMapping, ...]
    time_zone: str = "UTC"
    currency: str = ""
    sheet: str | None = None
    version: str = "1"


def kind_of(table: str, goal: str) -> str:
    """The kind of a goal's cells: text, integer, number, date, time or boolean."""
    other, _, header = goal.rpartition(".")
    return kind(other or table, header)


def may_use_content(table: str) -> bool:
    """Whether rows without a number of their own can get one from their content."""
    goal = target(table)
    return len(goal.key) == 1 and goal.key[0] in goal.fields


def missing(file: FileMapping) -> tuple[str, ...]:
    """The columns without which every new row would be refused, that nothing fills yet."""
    own_key = set(target(file.table).key) if file.content_key and may_use_content(file.table) else set()
    wanted = [header for header in templates.headers(file.table) if header in templates.needed(file.table)]
    return tuple(header for header in wanted if header not in {*file.given, *own_key})


def doubled(file: FileMapping) -> dict[str, tuple[str, ...]]:
    """Goals that several columns fill though their cells cannot be put together."""
    found = {goal: file.sources(goal) for goal in file.given if file.kinds[goal] not in _JOINABLE}
    return {goal: sources for goal, sources in found.items() if len(sources) > 1}


def may_be_negative(table: str, goal: str) -> bool:
    """Whether our own templates allow negative numbers there (credit notes, stock)."""
    return goal in _allowed(table)[0]


def pattern_for(file_name: str) -> str:
    """The pattern for files of this kind: figures, which differ from export to export, become *."""
    path = PurePath(file_name)
    stem = re.sub(r"[\[\]?*]", "?", path.stem)
    kept = re.sub(r"[\d]+([-_. ]?[\d]+)*", "*", stem)
    return f"{kept if any(letter.isalpha() for letter in kept) else '*'}{path.suffix}"


def preset(draft: Draft) -> Preset:
    """The preset that the draft makes, as the importer takes it. Raises Refused where something needed is missing."""
    for file in draft.files:
        gone = missing(file)
        if gone:
            raise Refused(f"{file.pattern}: {file.table} needs {', '.join(gone)}: choose a column or a fixed value")
        for goal, sources in doubled(file).items():
            raise Refused(
                f"{file.pattern}: {goal} can hold one column only, not {' and '.join(sources)}: leave one out"
            )
    return presets.parse(toml(draft), draft.name)


def toml(draft: Draft) -> str:
    """The draft as the text of a preset, in the language of data/README.md."""
    lines = [f"name = {_text(draft.name)}", f"title = {_text(draft.title)}", f"version = {_text(draft.version)}"]
    lines.append(f"time_zone = {_text(draft.time_zone)}")
    lines += [
        f"{word} = {_text(value)}" for word, value in (("currency", draft.currency), ("sheet", draft.sheet)) if value
    ]
    decimal, day = _usual(draft)
    lines += [f"decimal = {_text(decimal)}"] if decimal else []
    lines += [f"dates = {_list(with_clocks(day))}"] if day else []
    for file in draft.files:
        lines += _entries(file, decimal, day)
    return "\n".join(lines) + "\n"


def _usual(draft: Draft) -> tuple[str | None, str | None]:
    """The decimal mark and the form of days of most columns, which the preset says once."""
    marks = [file.decimal for file in draft.files if file.decimal]
    days = [day for file in draft.files for goal, day in file.days.items() if goal in file.given]
    open_marks = any(file.decimal is None and set(file.kinds.values()) & {"number", "integer"} for file in draft.files)
    open_days = any(
        file.kinds[goal] in _TIMED and goal not in file.days for file in draft.files for goal in file.goals.values()
    )
    return (
        max(marks, key=marks.count) if marks and not open_marks else None,
        max(days, key=days.count) if days and not open_days else None,
    )


def _entries(file: FileMapping, decimal: str | None, day: str | None) -> Iterator[str]:
    """One [[table]] for each table that the file fills, parents first."""
    for table in _tables(file):
        columns = _columns(file, table, decimal, day)
        yield from ("", "[[table]]", f"table = {_text(table)}", f"files = {_list([file.pattern])}")
        yield from _words(file, table, tuple(columns))
        yield "[table.columns]"
        yield from (f"{header} = {told}" for header, told in columns.items())


def _tables(file: FileMapping) -> list[str]:
    """The tables that the file fills, in the order in which they need each other."""
    others = {goal.partition(".")[0] for goal in file.given if "." in goal}
    others |= {ORDERS} if file.table == "order_lines" else set()
    usable = {name for name in others if set(target(name).key_headers) <= set(file.given)}
    return sorted({*usable, file.table}, key=importable().index)


def _columns(file: FileMapping, table: str, decimal: str | None, day: str | None) -> dict[str, str]:
    found = {}
    for header in target(table).headers:
        own, other = header, f"{table}.{header}"
        is_shared = table in (file.table, ORDERS) or header in target(table).key_headers
        goal = other if other in file.given else own if is_shared and own in file.given else None
        if goal:
            found[header] = _column(file, goal, decimal, day)
    if table == file.table and CURRENCY in file.given:
        found[CURRENCY] = _column(file, CURRENCY, decimal, day)
    return found


def _column(file: FileMapping, goal: str, decimal: str | None, day: str | None) -> str:
    sources, what = file.sources(goal), file.kinds[goal]
    words = {}
    if goal in file.constants and not sources:
        words["constant"] = _text(file.constants[goal])
    else:
        words["from"] = _text(sources[0]) if len(sources) == 1 else _list(sources)
    if what in _TIMED and file.days.get(goal, day) != day:
        words["dates"] = _list(with_clocks(file.days[goal]))
    if what in ("number", "integer") and file.decimal and file.decimal != decimal:
        words["decimal"] = _text(file.decimal)
    if what == "boolean" and (goal in file.yes or goal in file.no):
        words |= {"true": _list(file.yes.get(goal, ())), "false": _list(file.no.get(goal, ()))}
    if list(words) == ["from"] and len(sources) == 1:
        return words["from"]
    return "{ " + ", ".join(f"{word} = {told}" for word, told in words.items()) + " }"


def _words(file: FileMapping, table: str, columns: Sequence[str]) -> Iterator[str]:
    if table != file.table:
        yield "distinct = true" if table == ORDERS else 'distinct = "first"'
        if table != ORDERS:
            yield "only_new = true"
            keys = [source for key in target(table).key_headers for source in file.sources(key)]
            yield "where = { " + ", ".join(f'{_text(key)} = {{ not = [""] }}' for key in keys) + " }"
        return
    if file.content_key and may_use_content(table):
        yield 'key = "content"'
    others = [name for name in file.create if name not in _tables(file)]
    if others:
        yield f"create = {_list(others)}"
    allowed = _allowed(table)
    for word, named in (("negative", (*allowed[0], *file.negative)), ("future", allowed[1])):
        if kept := [header for header in columns if header in named]:
            yield f"{word} = {_list(kept)}"


@cache
def _allowed(table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns in which our own templates allow negative numbers, and days after today."""
    columns = [c for entry in presets.load("symbiosis").tables if entry.table == table for c in entry.columns]
    return tuple(c.header for c in columns if c.negative), tuple(c.header for c in columns if c.future)


def _text(text: str | None) -> str:
    """The text as a TOML string; what JSON leaves as it is and TOML forbids is written as a code."""
    return json.dumps(text or "", ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def again(text: str, name: str) -> Draft | None:
    """The draft that makes this preset, to be changed once more; none where it says more than a draft can."""
    held = presets.parse(text, name)
    patterns = dict.fromkeys(entry.files for entry in held.tables)
    if any(len(files) != 1 for files in patterns):
        return None
    draft = Draft(
        held.name, held.title, tuple(_file(held, files[0]) for files in patterns), held.time_zone, held.currency,
        held.sheet, held.version,
    )  # fmt: skip
    try:
        return draft if preset(draft) == held else None
    except Refused:
        return None


def _file(held: Preset, pattern: str) -> FileMapping:
    entries = [entry for entry in held.tables if entry.files == (pattern,)]
    main = next((entry for entry in entries if not entry.distinct), entries[-1])
    file = FileMapping(pattern, main.table, {}, create=main.create, content_key=main.content_key)
    for entry in sorted(entries, key=lambda entry: entry is not main):
        for column in entry.columns:
            is_own = column.header in (*templates.headers(main.table), CURRENCY)
            file = _with(file, column.header if is_own else f"{entry.table}.{column.header}", column, held)
    negative = tuple(c.header for c in main.columns if c.negative and c.header not in _allowed(main.table)[0])
    return replace(file, negative=negative)


def _with(file: FileMapping, goal: str, column: presets.ColumnMap, held: Preset) -> FileMapping:
    what = kind_of(file.table, goal)
    goals = {**file.goals, **{source: goal for source in column.sources if source not in file.goals}}
    constants = {**file.constants, **({goal: column.constant} if column.constant is not None else {})}
    dates = column.dates or held.dates if what in _TIMED else None
    days = {**file.days, **({goal: dates[0].partition(" ")[0].partition("T")[0]} if dates else {})}
    yes, no = dict(file.yes), dict(file.no)
    if what == "boolean" and (column.true != TRUE or column.false != FALSE):
        yes[goal], no[goal] = tuple(sorted(column.true)), tuple(sorted(column.false))
    decimal = column.decimal or held.decimal if what in ("number", "integer") else file.decimal
    return replace(file, goals=goals, constants=constants, days=days, yes=yes, no=no, decimal=decimal or file.decimal)
