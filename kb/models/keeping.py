"""Keeping: who may do what, what came in, what changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.models.base import Base, Edited, Key, key, reference


class User(Edited, Base):
    __tablename__ = "users"
    user_id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    role: Mapped[str] = mapped_column(default="member")
    is_active: Mapped[bool] = mapped_column(default=True)


class UserDepartment(Base):
    __tablename__ = "user_departments"
    user_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    department: Mapped[str] = mapped_column(primary_key=True)


class Session(Base):
    """A signed-in browser; the token itself is never stored, only its hash."""

    __tablename__ = "sessions"
    session_id: Mapped[int] = key()
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = reference("users.user_id")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Setting(Edited, Base):
    """Facts about the base itself: its currency, whether it is the demo."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Revision(Base):
    """One row: a counter that every change raises, so that caches know what they hold; the head of the audit chain."""

    __tablename__ = "revision"
    revision_id: Mapped[int] = mapped_column(primary_key=True)
    data_revision: Mapped[int] = mapped_column(Key, default=0)
    audit_count: Mapped[int] = mapped_column(Key, default=0)
    audit_head: Mapped[str] = mapped_column(default="")


class Import(Base):
    """The ledger: one row for every import, kept also when the import is undone."""

    __tablename__ = "imports"
    import_id: Mapped[int] = key()
    imported_at: Mapped[datetime]
    user_name: Mapped[str]
    preset: Mapped[str]
    preset_version: Mapped[str]
    status: Mapped[str] = mapped_column(default="done")
    rows_read: Mapped[int]
    rows_new: Mapped[int]
    rows_changed: Mapped[int]
    rows_same: Mapped[int]
    rows_refused: Mapped[int]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class ImportFile(Base):
    """What one file of an import brought to one table."""

    __tablename__ = "import_files"
    import_file_id: Mapped[int] = key()
    import_id: Mapped[int] = reference("imports.import_id")
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    found: Mapped[str]
    table_name: Mapped[str]
    rows_read: Mapped[int]
    rows_new: Mapped[int]
    rows_changed: Mapped[int]
    rows_same: Mapped[int]
    rows_skipped: Mapped[int]
    rows_refused: Mapped[int]


class ImportChange(Base):
    """One cell that an import changed, as JSON, so that undo can give back the earlier value."""

    __tablename__ = "import_changes"
    __table_args__ = (Index("ix_import_changes_row", "table_name", "row_id"),)
    import_change_id: Mapped[int] = key()
    import_id: Mapped[int] = reference("imports.import_id")
    table_name: Mapped[str]
    row_id: Mapped[int] = mapped_column(Key)
    column_name: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]


class RefusedRow(Base):
    """A row that was not taken, and why: line, column, value, reason."""

    __tablename__ = "refused_rows"
    refused_row_id: Mapped[int] = key()
    import_id: Mapped[int] = reference("imports.import_id")
    file_name: Mapped[str]
    line: Mapped[int]
    column_name: Mapped[str | None]
    value: Mapped[str | None]
    reason: Mapped[str]
    raw: Mapped[str | None]


class MappingPreset(Edited, Base):
    """A preset that people made in the app."""

    __tablename__ = "mapping_presets"
    mapping_preset_id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(unique=True)
    toml: Mapped[str]


class AuditEntry(Base):
    """Append-only, each entry carrying the hash of the one before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("sequence"),)
    audit_entry_id: Mapped[int] = key()
    sequence: Mapped[int] = mapped_column(Key)
    happened_at: Mapped[datetime] = mapped_column(index=True)
    user_name: Mapped[str]
    department: Mapped[str | None]
    verb: Mapped[str]
    subject_table: Mapped[str]
    subject: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]
