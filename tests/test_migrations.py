"""Migrations: all or nothing on both databases, a copy first, and nothing that is no base of ours is touched."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, insert, inspect, select, text

from kb import migrations, store
from kb.errors import Refused
from kb.models import Base, Lot, Product
from kb.store import KnowledgeBase

TODAY = migrations.head()
LATER = f"{int(TODAY) + 1:04}"
SECOND = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{LATER}", "{TODAY}", None, None


def upgrade():
    op.create_table("colours", sa.Column("colour_id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("products", recreate="auto") as table:
        table.add_column(sa.Column("colour", sa.Text()))
        table.alter_column("sku", nullable=True)
    op.execute("UPDATE products SET colour = 'red'")
    op.create_index("ix_products_colour", "products", ["colour"])
"""


class Failure(Exception):
    pass


@contextmanager
def failing_after(base: KnowledgeBase, count: int) -> Iterator[None]:
    """Break the migration off once that many statements that change something have run.

    The monthly sums, which an opening makes after the migration, are left out: they are no part of it.
    """
    done = 0

    def after(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal done
        if statement.split(maxsplit=1)[0].upper() not in ("SELECT", "PRAGMA", "BEGIN"):
            done += 1
            if done == count:
                raise Failure

    event.listen(base.writer, "after_cursor_execute", after)
    try:
        with patch("kb.rollups.make_ready"):
            yield
    finally:
        event.remove(base.writer, "after_cursor_execute", after)


def tables(base: KnowledgeBase) -> set[str]:
    with base.reader.connect() as connection:
        return set(inspect(connection).get_table_names())


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Turns the program into what it will be when it has a second migration."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / f"{LATER}_colours.py").write_text(SECOND)
    return lambda: monkeypatch.setattr(migrations, "VERSIONS", (*migrations.VERSIONS, folder))


def a_lot(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        connection.execute(insert(Product).values(product_id=1, sku="D-1"))
        connection.execute(insert(Lot).values(lot_number="L1", product_id=1))


@pytest.mark.slow
def test_the_first_migration_that_fails_after_any_operation_leaves_nothing(blank_url: str) -> None:
    base, count, half = store.engines(blank_url), 0, []
    while True:
        count += 1
        try:
            with failing_after(base, count):
                store.open_base(blank_url)
            break
        except Failure:
            half += [(count, name) for name in tables(base)]
    assert count > 100
    assert half == []
    assert tables(base) == {*Base.metadata.tables, "alembic_version"}
    base.close()


def test_a_later_migration_that_fails_after_any_operation_leaves_the_old_schema(
    base: KnowledgeBase, newer_program: Callable[[], None]
) -> None:
    a_lot(base)
    newer_program()
    count = 0
    while True:
        count += 1
        try:
            with failing_after(base, count):
                store.open_base(base.url)
            break
        except Failure:
            assert migrations.current(base) == TODAY
            assert "colours" not in tables(base)
            with base.reading() as connection:
                assert connection.execute(text("SELECT * FROM products")).keys() == Product.__table__.columns.keys()
                assert connection.scalar(select(Lot.product_id)) == 1
    assert count > 4
    assert migrations.current(base) == LATER
    with base.reading() as connection:
        assert connection.execute(text("SELECT sku, colour FROM products")).all() == [("D-1", "red")]


def test_an_existing_base_is_copied_before_it_is_migrated(
    sqlite_base: KnowledgeBase, home: Path, newer_program: Callable[[], None]
) -> None:
    a_lot(sqlite_base)
    newer_program()
    store.open_base(sqlite_base.url)
    copy = home / f"symbiosis.before-{LATER}.sqlite"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(TODAY,)]
        assert connection.execute("SELECT sku FROM products").fetchall() == [("D-1",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_table_made_anew_keeps_the_rows_that_name_it(base: KnowledgeBase, newer_program: Callable[[], None]) -> None:
    a_lot(base)
    newer_program()
    store.open_base(base.url)
    with base.reading() as connection:
        assert connection.scalar(select(Lot.product_id)) == 1
    if base.is_sqlite:
        with base.writer.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_the_migrations_make_exactly_the_tables_of_the_models(base: KnowledgeBase) -> None:
    with base.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_a_base_again_changes_nothing(base: KnowledgeBase) -> None:
    revision = base.revision()
    assert store.open_base(base.url).revision() == revision
    assert migrations.current(base) == migrations.head()


def test_a_base_of_a_newer_version_is_refused(base: KnowledgeBase) -> None:
    with base.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="newer version .schema 9999.: update the program"):
        store.open_base(base.url)


def test_a_base_of_another_program_is_refused_and_left_alone(blank_url: str) -> None:
    base = store.engines(blank_url)
    with base.writing() as connection:
        connection.execute(text("CREATE TABLE songs (title text)"))
    with pytest.raises(Refused, match="another program"):
        store.open_base(blank_url)
    assert tables(base) == {"songs"}
    base.close()


@pytest.mark.parametrize(
    "content, reason", [(b"", "empty file"), (b"no base at all " * 1000, "not a database"), (b"x", "empty file")]
)
def test_a_file_that_is_no_base_is_refused_and_left_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "base.sqlite"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason):
        store.open_base(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_damaged_base_is_refused_at_the_start(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "base.sqlite"
    content = bytearray(sqlite_template.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 30_000] = b"\xff" * 30_000
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"is damaged|cannot open"):
        store.open_base(f"sqlite:///{path}")


def test_a_new_base_is_its_owners_only(blank_url: str) -> None:
    base = store.open_base(blank_url)
    if base.path:
        assert {stat.S_IMODE(path.stat().st_mode) for path in base.path.parent.glob("blank.sqlite*")} == {0o600}
    base.close()


def test_a_migration_that_leaves_orphans_is_refused_whole(
    sqlite_base: KnowledgeBase, newer_program: Callable[[], None], tmp_path: Path
) -> None:
    a_lot(sqlite_base)
    newer_program()
    script = tmp_path / "versions" / f"{LATER}_colours.py"
    script.write_text(SECOND + '    op.execute("DELETE FROM products")\n')
    with pytest.raises(Refused, match="point to nothing"):
        store.open_base(sqlite_base.url)
    assert migrations.current(sqlite_base) == TODAY


def test_migrating_the_other_way_is_possible_by_hand(blank_url: str) -> None:
    base = store.open_base(blank_url)
    with base.writing() as connection:
        command.downgrade(migrations.configuration(connection), "base")
    assert tables(base) == {"alembic_version"}
    base.close()


def test_the_numbers_of_the_migrations_say_what_alembic_says() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert migrations.head() == scripts.get_current_head()
    assert migrations.known() == [script.revision for script in scripts.walk_revisions()][::-1]
