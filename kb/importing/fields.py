"""What each table takes from a file: its columns, and the business keys that stand for its parents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Boolean, Column, Date, Float, Integer, Table, UniqueConstraint

from kb.errors import Refused
from kb.models import Base, UtcDateTime
from kb.models.base import Imported

Kind = str  # text, integer, number, date, time, boolean


@dataclass(frozen=True)
class Field:
    """A column that a file can fill."""

    name: str
    kind: Kind
    required: bool
    doc: str
    example: str


@dataclass(frozen=True)
class Reference:
    """A foreign key, filled by the business key of the row it points to."""

    column: str
    table: str
    headers: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Target:
    """A table as files see it."""

    table: Table
    fields: dict[str, Field]
    references: tuple[Reference, ...]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def id_column(self) -> Column[int]:
        return next(iter(self.table.primary_key.columns))

    @property
    def key_headers(self) -> tuple[str, ...]:
        """The headers whose values name one row."""
        by_column = {reference.column: reference.headers for reference in self.references}
        return tuple(header for column in self.key for header in by_column.get(column, (column,)))

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers of the template: the key first, then parents, then the rest."""
        parents = [header for reference in self.references for header in reference.headers]
        return tuple(dict.fromkeys([*self.key_headers, *parents, *self.fields]))


def importable() -> tuple[str, ...]:
    """The tables that files can fill, parents before children."""
    filled = {str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, Imported)}
    return tuple(table.name for table in Base.metadata.sorted_tables if table.name in filled)


@cache
def target(name: str) -> Target:
    """How files fill the table of this name. Raises Refused for a table that is not filled by files."""
    if name not in importable() and name != "users":
        raise Refused(f"no table {name!r} is filled by files: choose one of {', '.join(importable())}")
    table = Base.metadata.tables[name]
    fields = {c.name: _field(c) for c in table.columns if "example" in c.info or (name == "users" and c.name == "name")}
    references = tuple(
        _reference(column) for column in table.columns if column.foreign_keys and column.name != "import_id"
    )
    return Target(table, fields, references, business_key(table))


def business_key(table: Table) -> tuple[str, ...]:
    """The columns that name one row in the outside world."""
    single = [c.name for c in table.columns if c.unique]
    composite = [tuple(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    return (single[0],) if single else sorted(composite, key=len)[-1]


def example(header: str) -> tuple[str, str]:
    """The explanation and example value of a header, wherever it is declared."""
    for name in importable():
        field = target(name).fields.get(header)
        if field:
            return field.doc, field.example
    return "Name of the person who looks after this customer", "Kim Berger"


def _field(column: Column[object]) -> Field:
    required = not column.nullable and column.default is None and not column.primary_key
    return Field(column.name, _kind(column), required, column.doc or "", str(column.info.get("example", "")))


def _kind(column: Column[object]) -> Kind:
    for kind, types in (
        ("boolean", Boolean),
        ("integer", Integer),
        ("number", Float),
        ("date", Date),
        ("time", UtcDateTime),
    ):
        if isinstance(column.type, types):
            return kind
    return "text"


def _reference(column: Column[object]) -> Reference:
    parent = next(iter(column.foreign_keys)).column.table
    headers = ("account_owner",) if parent.name == "users" else target(parent.name).key_headers
    return Reference(column.name, parent.name, headers, not column.nullable)
