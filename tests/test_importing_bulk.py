"""Many rows at once on PostgreSQL: keys and indexes come back as they were, and no batch is lost on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError

from kb.importing import bulk
from kb.importing.stage import Staging
from kb.models import Base
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, count, load, put

pytestmark = pytest.mark.postgres
PRODUCTS = Base.metadata.tables["products"]


def shape(connection: Connection) -> list[Any]:
    """Every index, key and constraint, and whether it holds."""
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    rules = "SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 3"
    return [*connection.execute(text(indexes)), *connection.execute(text(rules))]


def test_indexes_and_keys_are_the_same_after_a_bulk_import(
    postgres_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    with postgres_base.reading() as connection:
        before = shape(connection)
    load(postgres_base, put(tmp_path, {**MASTERS, "order_lines.csv": ORDERS}))
    more = put(tmp_path / "more", {"order_lines.csv": ORDERS + "SO3,K2,2024-05-04,1,A,1,5,2024-05-12\n"})
    load(postgres_base, more)
    assert count(postgres_base, "order_lines") == 4
    assert load(postgres_base, more).import_id is None
    with postgres_base.reading() as connection:
        assert shape(connection) == before


def test_an_index_that_somebody_holds_up_is_left_to_the_next_import(
    postgres_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    monkeypatch.setattr(bulk, "WAIT_SECONDS", 0.1)
    load(postgres_base, put(tmp_path, MASTERS))
    with postgres_base.reading() as connection:
        before = shape(connection)
    with postgres_base.reader.connect().execution_options(isolation_level="REPEATABLE READ") as backup:
        backup.execute(text("SELECT count(*) FROM settings"))
        load(postgres_base, put(tmp_path / "orders", {"order_lines.csv": ORDERS}))
        lacking = {index.name for index in bulk.lacking(backup)}
    assert lacking == {"ix_sales_orders_ordered_on", "ix_sales_orders_customer_id"}
    assert count(postgres_base, "order_lines") == 3
    load(postgres_base, put(tmp_path / "more", {"customers.csv": "customer_number,name\nK9,Nine\n"}))
    with postgres_base.reading() as connection:
        assert shape(connection) == before


def test_indexes_stay_where_fewer_rows_come_than_are_there(postgres_base: KnowledgeBase, tmp_path: Path) -> None:
    load(postgres_base, put(tmp_path, MASTERS))
    with postgres_base.writing() as connection:
        before = shape(connection)
        bulk.suspend_indexes(connection, PRODUCTS, 1)
        assert shape(connection) == before
        bulk.suspend_indexes(connection, PRODUCTS, 2)
        assert shape(connection) != before
        bulk.restore_indexes(connection)
    with postgres_base.writer.connect() as connection:
        bulk.complete(connection)
    with postgres_base.reading() as connection:
        assert shape(connection) == before


@pytest.mark.parametrize("leaning", [False, True])
def test_a_primary_key_goes_only_where_no_row_of_another_table_leans_on_it(
    postgres_base: KnowledgeBase, tmp_path: Path, leaning: bool
) -> None:
    load(postgres_base, put(tmp_path, {**MASTERS, **({"order_lines.csv": ORDERS} if leaning else {})}))
    with postgres_base.writing() as connection:
        before = shape(connection)
        bulk.suspend_leaning(connection, PRODUCTS, 2)
        bulk.suspend_indexes(connection, PRODUCTS, 2)
        kept = "SELECT count(*) FROM pg_constraint WHERE conname = 'pk_products'"
        assert bool(connection.scalar(text(kept))) == leaning
        bulk.restore_indexes(connection)
        bulk.restore_references(connection)
    with postgres_base.writer.connect() as connection:
        bulk.complete(connection)
    with postgres_base.reading() as connection:
        assert shape(connection) == before


def test_a_primary_key_that_somebodys_view_groups_by_stays(postgres_base: KnowledgeBase, tmp_path: Path) -> None:
    load(postgres_base, put(tmp_path, MASTERS))
    with postgres_base.writing() as connection:
        connection.execute(text("CREATE VIEW own AS SELECT product_id, name FROM products GROUP BY product_id"))
        bulk.suspend_leaning(connection, PRODUCTS, 2)
        bulk.suspend_indexes(connection, PRODUCTS, 2)
        assert connection.scalar(text("SELECT count(*) FROM pg_constraint WHERE conname = 'pk_products'"))
        bulk.restore_indexes(connection)
        bulk.restore_references(connection)


def test_a_repeated_key_is_still_refused_and_takes_nothing_with_it(
    postgres_base: KnowledgeBase, tmp_path: Path
) -> None:
    load(postgres_base, put(tmp_path, MASTERS))
    with postgres_base.reading() as connection:
        before = shape(connection)
    with pytest.raises(IntegrityError), postgres_base.writing() as connection:
        bulk.suspend_indexes(connection, PRODUCTS, 2)
        connection.execute(insert(PRODUCTS), [{"sku": "C"}, {"sku": "C"}])
        bulk.restore_indexes(connection)
    assert count(postgres_base, "products") == 2
    with postgres_base.reading() as connection:
        assert shape(connection) == before


def test_a_batch_that_fails_on_its_way_stops_the_import(
    postgres_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Staging._copy

    def failing(area: Staging, table: Any, names: Any, columns: Any) -> None:
        if "order_number" in names:
            raise RuntimeError("the line was cut")
        send(area, table, names, columns)

    monkeypatch.setattr(Staging, "_copy", failing)
    with pytest.raises(RuntimeError, match="the line was cut"):
        load(postgres_base, put(tmp_path, {**MASTERS, "order_lines.csv": ORDERS}))
    assert [count(postgres_base, name) for name in ("products", "order_lines", "imports")] == [0, 0, 0]
