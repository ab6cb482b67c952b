"""Monthly sums say what the facts say: after imports, changes, renamings and undoings, on both databases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import delete, insert, text, update

from analytics import catalog, metrics
from analytics.periods import Period
from kb import facts, importing, rollups, store
from kb.access import Person
from kb.models import Base, MonthlySum, RollupState, Shipment
from kb.models.base import Edited
from kb.rollups import declared, reach, renewal, writing
from kb.store import KnowledgeBase
from tests import small_company
from tests.importing import WHO, load, put
from tests.invented import Inventor, write

PERIODS = (
    None,
    Period.months(date(2025, 2, 1), 3),
    Period.months(date(2024, 12, 1)),
    Period.months(date(2025, 12, 1), 14),
)
SEEDS = (1, 2, 3)


def differences(base: KnowledgeBase) -> list[str]:
    """Where a rollup's sums by month and one of its dimensions are not the fact's; every rollup must be in use."""
    found = []
    with base.reading() as connection:
        assert rollups.in_use(connection) == {one.name for one in rollups.ROLLUPS}
        for one in rollups.ROLLUPS:
            fact, kept = facts.get(one.fact), declared.as_fact(one)
            for groups in [("month",), *((name,) for name in kept.dimensions), ("month", *kept.dimensions)]:
                by_fact, by_sums = (
                    {tuple(row)[: len(groups)]: tuple(row)[len(groups) :] for row in connection.execute(*statement)}
                    for statement in (fact.totals(tuple(one.held), groups), kept.totals(tuple(one.held), groups))
                )
                found += [
                    f"{one.name} by {groups} {key}: {by_sums.get(key)} instead of {by_fact.get(key)}"
                    for key in by_fact.keys() | by_sums.keys()
                    if not same(by_fact.get(key), by_sums.get(key))
                ]
    return found


def same(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> bool:
    if one is None or other is None:
        return False
    return all(
        a is b if a is None or b is None else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
        for a, b in zip(one, other, strict=True)
    )


@contextmanager
def by_facts_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(rollups, "in_use", lambda connection: frozenset())
        yield


def company(base: KnowledgeBase, folder: Path, seed: int) -> tuple[Inventor, dict[str, list[dict[str, object]]]]:
    inventor = Inventor(seed)
    files = inventor.files()
    load(base, write(files, folder / "first"))
    return inventor, files


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_are_the_facts_after_every_import_and_undoing(base: KnowledgeBase, tmp_path: Path, seed: int) -> None:
    inventor, files = company(base, tmp_path, seed)
    assert differences(base) == []
    new = load(base, write(inventor.files(more=3), tmp_path / "new"))
    assert differences(base) == []
    changes = load(base, write(inventor.changed(files), tmp_path / "changes"))
    assert changes.total("changed") > 20
    assert differences(base) == []
    for report in (changes, new):
        assert report.import_id
        importing.undo(base, WHO, report.import_id)
        assert differences(base) == []


@pytest.mark.parametrize("table", ["shipments", "lots", "order_lines", "work_orders", "forecasts", "stock_levels"])
def test_a_file_of_one_table_renews_what_leans_on_it(base: KnowledgeBase, tmp_path: Path, table: str) -> None:
    inventor, files = company(base, tmp_path, 4)
    report = load(base, write(inventor.files(more=4, only=table), tmp_path / "more"))
    assert differences(base) == []
    load(base, write({table: inventor.changed(files)[table]}, tmp_path / "changed"))
    assert differences(base) == []
    assert report.total("new") >= 2


DUE = (
    "order_number,line_number,customer_number,ordered_on,sku,quantity,amount,requested_on,promised_on\n"
    "SO1,1,K1,2024-05-02,A,10,50,2024-05-10,2024-05-10\n"
    "SO2,1,K2,2024-05-03,A,20,100,2024-06-12,2024-06-12\n"
    "SO3,1,K2,2024-05-04,B,20,100,2024-08-12,2024-08-12\n"
)
SHIPPED = "shipment_number,order_number,line_number,customer_number,sku,quantity,shipped_on\n"
PLANNED = "forecast_version,sku,month_on,quantity\nV,A,2024-05-01,9\nV,A,2024-06-01,9\nV,B,2024-08-01,5\n"


def test_what_falls_due_by_a_shipment_of_something_else_is_counted(base: KnowledgeBase, tmp_path: Path) -> None:
    files = {
        "products.csv": "sku\nA\nB\n", "customers.csv": "customer_number\nK1\nK2\n",
        "order_lines.csv": DUE, "forecasts.csv": PLANNED,
    }  # fmt: skip
    load(base, put(tmp_path / "due", {**files, "shipments.csv": f"{SHIPPED}SH1,SO1,1,K1,A,10,2024-05-10\n"}))
    due = metrics.evaluate(base, WHO, ["on_time_to_promise"], period=None)
    assert due["denominator"].item() == 1
    later = load(base, put(tmp_path / "later", {"shipments.csv": f"{SHIPPED}SH2,,,K1,B,10,2024-08-20\n"}))
    assert differences(base) == []
    assert metrics.evaluate(base, WHO, ["on_time_to_promise"], period=None)["denominator"].item() == 3
    assert later.import_id
    importing.undo(base, WHO, later.import_id)
    assert differences(base) == []
    assert metrics.evaluate(base, WHO, ["on_time_to_promise"], period=None)["denominator"].item() == 1


def test_lines_that_were_due_gain_without_reading_their_months_again(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"products.csv": "sku\nA\nB\n", "customers.csv": "customer_number\nK1\nK2\n", "order_lines.csv": DUE}
    load(base, put(tmp_path / "due", {**files, "shipments.csv": f"{SHIPPED}SH1,SO1,1,K1,A,10,2024-05-10\n"}))
    whole = renewal.renew

    def watched(connection: Any, fact: str, *arguments: Any) -> None:
        assert fact not in ("promised", "requested")
        whole(connection, fact, *arguments)

    monkeypatch.setattr(renewal, "renew", watched)
    # SO1 goes on late, half of SO2 in time, SO3 falls due unsent; a new line is due in a month that had lines
    sent = "SH2,SO1,1,K1,A,1,2024-06-01\nSH3,SO2,1,K2,A,10,2024-06-11\nSH4,SO9,1,K1,B,5,2024-08-20\n"
    line = f"{DUE.splitlines()[0]}\nSO9,1,K1,2024-06-05,B,5,25,2024-06-20,2024-08-21\n"
    load(base, put(tmp_path / "more", {"order_lines.csv": line, "shipments.csv": f"{SHIPPED}{sent}"}))
    assert differences(base) == []
    late = metrics.evaluate(base, WHO, ["on_time_to_promise"], period=None)
    assert (late["numerator"].item(), late["denominator"].item()) == (1, 3)


def test_renaming_what_keys_lead_to_needs_no_renewal(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company(base, tmp_path, 5)
    monkeypatch.setattr(writing, "_write", lambda *arguments: pytest.fail("sums were made anew"))
    names = {
        "products.csv": "sku,name,family,category\nPR0,Hammer,Tools,Hand\nPR1,Plane,Tools,Hand\n",
        "customers.csv": "customer_number,segment,region\nCU0,public,EAST\n",
        "suppliers.csv": "supplier_number,name,country\nSU0,Boreal,FI\n",
    }
    assert load(base, put(tmp_path / "names", names)).total("changed") == 4
    assert differences(base) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_metric_has_the_same_value_by_sums_and_by_facts(
    base: KnowledgeBase, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventor, files = company(base, tmp_path, seed + 10)
    load(base, write({**inventor.changed(files), **inventor.files(more=2)}, tmp_path / "more"))
    for key, metric in catalog.METRICS.items():
        for period in PERIODS:
            for by, filters in _questions(metric, inventor):
                asked = {"period": period, "by": by, "filters": filters}
                kept = metrics.evaluate(base, WHO, [key], **asked)
                with by_facts_alone(monkeypatch):
                    scanned = metrics.evaluate(base, WHO, [key], **asked)
                pd.testing.assert_frame_equal(_sorted(kept, by), _sorted(scanned, by), rtol=1e-9, check_dtype=False)


def _questions(metric: catalog.Metric, inventor: Inventor) -> list[tuple[tuple[str, ...], dict[str, tuple[str, ...]]]]:
    """Three ways to split and filter a metric, by chance."""
    picked = inventor.chance.sample(metric.dimensions, k=min(3, len(metric.dimensions)))
    filters = [{}, *({name: ("Drills", "NORTH", "PR1", facts.UNKNOWN)} for name in picked[:1])]
    groups = [(), ("month",), *((name,) for name in picked[1:])]
    return [(by, inventor.chance.choice(filters)) for by in groups]


def _sorted(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    return frame.sort_values(list(by)).reset_index(drop=True) if by else frame


def test_days_within_a_month_are_answered_by_the_facts(sqlite_base: KnowledgeBase) -> None:
    usable = {one.name for one in rollups.ROLLUPS}
    for since, until in ((date(2025, 1, 2), None), (None, date(2025, 1, 30)), (date(2025, 1, 2), date(2025, 1, 31))):
        found = rollups.sources(usable, "shipments", ["units_shipped"], since=since, until=until)
        assert [source.table for source, _ in found] == ["shipments"]


def test_the_smallest_rollup_that_knows_all_dimensions_answers() -> None:
    usable = {one.name for one in rollups.ROLLUPS}

    def answering(fact: str, *names: str) -> list[str]:
        measures = list(facts.get(fact).measures)
        return [source.table for source, _ in rollups.sources(usable, fact, measures, names)]

    assert answering("shipments", "month", "family") == ["monthly_sums"]
    assert answering("shipments", "lot") == ["shipments"]
    assert answering("shipments", "family", "segment") == ["shipments"]
    # a customer's region, else the return's own, is more than the customer knows
    assert answering("returns", "region") == ["returns"]
    assert answering("returned", "age_months") == ["returns"]


def test_a_rollup_of_another_declaration_is_not_used_and_made_anew(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path, 6)
    with base.writing() as connection:
        connection.execute(
            update(RollupState).where(RollupState.rollup == "shipments by product").values(signature="x")
        )
        connection.execute(update(MonthlySum).where(MonthlySum.rollup == "shipments by product").values(sum_1=1e9))
    with base.reading() as connection:
        assert "shipments by product" not in rollups.in_use(connection)
    load(base, put(tmp_path / "other", {"suppliers.csv": "supplier_number\nS77\n"}))
    assert differences(base) == []


def test_rows_that_went_past_the_import_are_not_overlooked(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path, 7)
    with base.writing() as connection:
        connection.execute(insert(Shipment).values(shipment_number="past the door", quantity=1e6))
    assert metrics.evaluate(base, WHO, ["units_shipped"], period=None)["value"].item() > 1e6
    store.open_base(base.url)
    assert differences(base) == []


def test_a_first_load_of_very_many_rows_leaves_the_sums_for_afterwards(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "FIRST_LOAD", 20)
    inventor, _ = company(base, tmp_path, 8)
    with base.reading() as connection:
        used = rollups.in_use(connection)
    assert "order_lines by product" not in used
    assert "requests by customer kind" in used
    units = metrics.evaluate(base, WHO, ["units_shipped"], period=None)["value"].item()
    load(base, write(inventor.files(more=3, only="shipments"), tmp_path / "more"))
    assert differences(base) == []
    assert metrics.evaluate(base, WHO, ["units_shipped"], period=None)["value"].item() > units


def test_an_old_base_gets_its_sums_when_it_is_opened(base: KnowledgeBase, who: Person) -> None:
    small_company.build(base)
    with base.writing() as connection:
        for table in (MonthlySum, RollupState):
            connection.execute(delete(table))
    store.open_base(base.url)
    assert differences(base) == []
    assert metrics.evaluate(base, who, ["revenue"], period=None)["value"].item() == 450


def test_opening_a_base_that_has_its_sums_writes_nothing(sqlite_base: KnowledgeBase) -> None:
    with sqlite_base.reading() as connection:
        before = connection.scalar(text("PRAGMA data_version"))
        store.open_base(sqlite_base.url)
        assert connection.scalar(text("PRAGMA data_version")) == before


def test_people_edit_nothing_that_is_summed_up() -> None:
    edited = {str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, Edited)}
    for one in reach.reaches().values():
        assert not edited & one.columns.keys(), one.fact.name
