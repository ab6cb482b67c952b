"""What every table shares: the naming of constraints, column types and the ways to declare a column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

# SQLite gives automatic keys to INTEGER columns only; PostgreSQL needs 64 bits for rows that never stop coming.
Key = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Python sees aware UTC; naive values are refused because nobody can tell what they mean."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: attach a time zone first, inside kb all times are UTC")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), float: Double(), str: Text()}


def key() -> MappedColumn[int]:
    """The surrogate key of a table."""
    return mapped_column(Key, primary_key=True, autoincrement=True)


def reference(target: str, *, index: bool = True) -> MappedColumn[Any]:
    """A foreign key `table.column`; without an index only where rows are many and parents are hardly ever deleted."""
    return mapped_column(Key, ForeignKey(target), index=index)


def field(doc: str, example: str = "", **options: Any) -> MappedColumn[Any]:
    """An importable column: what it means (in templates, the mapping page and docs) and an example value."""
    return mapped_column(doc=doc, info={"example": example}, **options)


class Imported:
    """A row that a file brought: which import created it (none: a person did)."""

    import_id: Mapped[int | None] = mapped_column(Key, ForeignKey("imports.import_id"), index=False, sort_order=1000)


class Edited:
    """A row that people change: the version they saw guards against silent overwrites."""

    version: Mapped[int] = mapped_column(default=1, server_default="1", sort_order=1001)
