"""What a preset says, as values: which files, which tables, which columns, and how their cells are read."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field, replace

from kb.importing.cells import Condition, alternatives
from kb.importing.columns import FALSE, TRUE, with_clocks
from kb.importing.fields import target


def _named(file_name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(file_name.lower(), pattern.lower()) for pattern in patterns)


@dataclass(frozen=True)
class Via:
    """A look-up in another file of the same import: `file: key > value`; file patterns, key and value sources."""

    file: str
    key: str
    value: str

    def reads(self, file_name: str) -> bool:
        return _named(file_name, alternatives(self.file))


@dataclass(frozen=True)
class ColumnMap:
    """Where one header of our tables comes from, and how its cells are read.

    A source is a header of the file, or several as `A | B`: the first of them that holds a text.
    """

    header: str
    sources: tuple[str, ...] = ()
    join: str = " "
    constant: str | None = None
    times: tuple[str, ...] = ()
    via: tuple[Via, ...] = ()
    unknown: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    other: str | None = None
    dates: tuple[str, ...] | None = None
    decimal: str | None = None
    negative: bool = False
    future: bool = False
    true: frozenset[str] = TRUE
    false: frozenset[str] = FALSE
    where: tuple[Condition, ...] = ()
    markup: bool = False

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Every source of the column, those of its conditions too."""
        return (*self.sources, *self.times, *(condition.source for condition in self.where))


@dataclass(frozen=True)
class TableMap:
    """Which files fill one table."""

    table: str
    files: tuple[str, ...]
    columns: tuple[ColumnMap, ...]
    where: tuple[Condition, ...] = ()
    content_key: bool = False
    key_sources: tuple[str, ...] = ()
    distinct: bool = False
    first_counts: bool = False
    create: tuple[str, ...] = ()
    shift_days: int = 0
    note: str = ""
    optional: bool = False
    dispensable: bool = False
    keep: frozenset[str] = frozenset()
    only_new: bool = False

    def takes(self, file_name: str) -> bool:
        return _named(file_name, self.files)

    @property
    def sources(self) -> set[str]:
        """What the file must have."""
        return self.needed | {source for column in self.columns for source in column.all_sources}

    @property
    def needed(self) -> set[str]:
        """What the file must have even where columns are optional."""
        keys = target(self.table).key_headers
        of_keys = {source for column in self.columns if column.header in keys for source in column.all_sources}
        return of_keys | {condition.source for condition in self.where} | {*self.key_sources}


@dataclass(frozen=True)
class FileMap:
    """How files of some names are read: the names of columns without a header, the quote, what a record tells once."""

    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    quote: str = '"'
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preset:
    """How the exports of one system are read."""

    name: str
    title: str
    version: str
    tables: tuple[TableMap, ...]
    time_zone: str = "UTC"
    currency: str = ""
    dates: tuple[str, ...] | None = None
    decimal: str | None = None
    empty: frozenset[str] = frozenset()
    encoding: str | None = None
    delimiter: str | None = None
    escape: str | None = None
    sheet: str | None = None
    ignore: tuple[str, ...] = ()
    one_of_each: bool = False
    notes: tuple[str, ...] = ()
    files: tuple[FileMap, ...] = ()

    def reading(self, file_name: str) -> FileMap:
        """How the file of this name is read: the first entry that takes it."""
        return next((entry for entry in self.files if _named(file_name, entry.files)), FileMap())

    @property
    def shifts(self) -> tuple[str, ...]:
        """One sentence for each table whose dates are moved."""
        return tuple(
            f"All dates of {t.table} from {', '.join(t.files)} are moved by {t.shift_days:+,} days."
            for t in self.tables
            if t.shift_days
        )

    def with_choices(self, *, decimal: str | None = None, day: str | None = None) -> Preset:
        """The same preset with the reader's own word on the decimal mark or on how days are written.

        It counts for columns whose format the preset itself leaves open.
        """
        dates = with_clocks(day) if day and self.dates is None else self.dates
        return replace(self, decimal=self.decimal or decimal, dates=dates)
