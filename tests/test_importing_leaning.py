"""Very many rows at once on SQLite: their parents are proved together, and no row is left without its parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from kb import importing
from kb.importing import bulk, leaning, presets
from kb.importing.prepare import Preparation
from kb.importing.stage import Staging
from kb.models import Base
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, WHO, count, load, put

PRODUCTS, LINES = Base.metadata.tables["products"], Base.metadata.tables["order_lines"]
MORE = ORDERS + "SO2,K1,2024-05-03,2,B,7,70,2024-05-12\nSO3,K1,2024-05-04,1,B,7,70,2024-05-12\n"


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)


def orphans(base: KnowledgeBase) -> list[Any]:
    with base.reading() as connection:
        return list(connection.exec_driver_sql("PRAGMA foreign_key_check"))


def test_every_row_has_its_parents_old_and_new_ones(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load(sqlite_base, put(tmp_path, {**MASTERS, "order_lines.csv": ORDERS}))
    again = load(sqlite_base, put(tmp_path / "more", {"order_lines.csv": MORE.replace("SO2,K1", "SO2,K2")}))
    assert again.total("new") == 3
    assert count(sqlite_base, "order_lines") == 5
    assert orphans(sqlite_base) == []
    with sqlite_base.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_parent_that_somebody_deletes_meanwhile_is_missed_and_its_rows_are_refused(
    sqlite_base: KnowledgeBase, tmp_path: Path
) -> None:
    load(sqlite_base, put(tmp_path, MASTERS))
    gone: list[str] = []

    def meanwhile(message: str) -> None:
        if not gone and message.startswith("order_lines.csv"):
            with sqlite_base.writing() as connection:
                connection.execute(delete(PRODUCTS).where(PRODUCTS.c.sku == "B"))
            gone.append("B")

    files = put(tmp_path / "orders", {"order_lines.csv": ORDERS})
    report = importing.run(sqlite_base, WHO, [files], presets.load("symbiosis"), progress=meanwhile)
    assert gone == ["B"]
    assert [(cell.value, cell.reason) for cell in report.refused_cells] == [
        ("B", "is not among the products: import it first or correct it")
    ]
    assert count(sqlite_base, "order_lines") == 2
    assert orphans(sqlite_base) == []


def test_rows_whose_new_parent_the_import_lost_on_its_way_stop_it(
    sqlite_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite_base, put(tmp_path, MASTERS))
    files = put(tmp_path / "orders", {"order_lines.csv": ORDERS})
    named = leaning.named

    def losing(area: Staging, preparation: Preparation) -> list[leaning.Named]:
        orders = next(stage for stage, _ in preparation.stages if stage.target.name == "sales_orders")
        with area.locked([]) as connection:
            connection.execute(delete(orders.new).where(orders.new.c.order_number == "SO2"))
        return named(area, preparation)

    monkeypatch.setattr(leaning, "named", losing)
    with pytest.raises(RuntimeError, match="order_lines name rows of sales_orders that this import does not bring"):
        load(sqlite_base, files)
    with sqlite_base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(LINES)) == 0
