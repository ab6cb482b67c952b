"""An invented company with lots and origins: the catalogue against sums over its files, made without the product."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics import metrics
from analytics.periods import Period
from kb import importing, store
from kb.access import DEPARTMENTS, Person
from kb.importing import presets
from kb.store import KnowledgeBase

pytestmark = pytest.mark.slow

WHO = Person("Ada Brandt", "executive", "admin", None, DEPARTMENTS)
COMPANY = "first"
Row = dict[str, str]
Rows = dict[str, list[Row]]
Values = dict[str, float]
Sold = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def company(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    base = store.open_base(f"sqlite:///{tmp_path_factory.mktemp('planted') / 'base.sqlite'}")
    importing.run(base, WHO, [shared_data / "planted" / COMPANY], presets.load("planted"))
    yield base
    base.close()


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> Rows:
    found: Rows = {}
    for path in sorted((shared_data / "planted" / COMPANY).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def last_day(month: str) -> date:
    return (date.fromisoformat(f"{month}-28") + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months_back(month: str, count: int) -> list[str]:
    """So many months that end with this one, the earliest first."""
    index = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{i // 12}-{i % 12 + 1:02}" for i in range(index - count + 1, index + 1)]


def summed(rows: Iterable[Row], by: Callable[[Row], str], of: Callable[[Row], float] = lambda row: 1.0) -> Values:
    total: dict[str, float] = defaultdict(float)
    for row in rows:
        total[by(row)] += of(row)
    return dict(total)


def over(above: Values, below: Values, scale: float = 1.0) -> Values:
    return {name: scale * above.get(name, 0.0) / below[name] for name in below if below[name]}


def month(column: str) -> Callable[[Row], str]:
    return lambda row: row[column][:7]


def number(column: str) -> Callable[[Row], float]:
    return lambda row: float(row[column])


def told(base: KnowledgeBase, key: str, by: str = "month", column: str = "value") -> Values:
    """What the product says, by the member's name; nothing where it has no data."""
    frame = metrics.evaluate(base, WHO, [key], period=None, by=[by])
    names = frame[by].dt.strftime("%Y-%m") if by == "month" else frame[by]
    values = zip(names, frame[column].astype(float), strict=True)
    return {str(name): value for name, value in values if value == value}


def headline(base: KnowledgeBase, key: str) -> float:
    return float(metrics.evaluate(base, WHO, [key], period=None)["value"].iloc[0])


def of_products(raw: Rows, column: str) -> dict[str, str]:
    return {row["product_id"]: row[column] for row in raw["products"]}


def test_selling_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    orders, families = raw["sales_orders"], of_products(raw, "name")
    value = lambda row: float(row["qty_ordered"]) * float(row["unit_price"])  # noqa: E731
    assert told(company, "revenue") == pytest.approx(summed(orders, month("order_date"), value))
    assert told(company, "revenue", "product_name") == pytest.approx(
        summed(orders, lambda row: families[row["product_id"]], value)
    )
    assert told(company, "orders") == summed(orders, month("order_date"))
    assert told(company, "units_shipped") == summed(raw["shipments"], month("ship_date"), number("qty"))


def test_order_cycle_time_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    sent: dict[str, list[Row]] = defaultdict(list)
    for row in raw["shipments"]:
        sent[row["order_id"]].append(row)
    days: dict[str, list[int]] = defaultdict(list)
    for order in raw["sales_orders"]:
        parts = sent[order["order_id"]]
        if sum(float(row["qty"]) for row in parts) >= float(order["qty_ordered"]):
            last = max(day(row["ship_date"]) for row in parts)
            days[f"{last:%Y-%m}"].append((last - day(order["order_date"])).days)
    assert told(company, "order_cycle_time") == pytest.approx({m: sum(n) / len(n) for m, n in days.items()})
    every = [n for some in days.values() for n in some]
    assert headline(company, "order_cycle_time") == pytest.approx(sum(every) / len(every))


def test_order_backlog_at_each_month_end_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    ships: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in raw["shipments"]:
        ships[row["order_id"]].append((day(row["ship_date"]), float(row["qty"])))
    months = sorted({row["ship_date"][:7] for row in raw["shipments"]})
    expected = dict.fromkeys(months, 0.0)
    for order in raw["sales_orders"]:
        ordered, quantity = day(order["order_date"]), float(order["qty_ordered"])
        for name in months:
            if ordered <= last_day(name):
                gone = sum(units for at, units in ships[order["order_id"]] if at <= last_day(name))
                expected[name] += max(quantity - gone, 0) * float(order["unit_price"])
    assert sum(expected.values()) > 0
    assert told(company, "order_backlog") == pytest.approx(expected, abs=1e-6)


def test_retention_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    bought: dict[str, set[str]] = defaultdict(set)
    for row in raw["sales_orders"]:
        bought[row["order_date"][:7]].add(row["customer_id"])
    months, expected = sorted(bought), {}
    for name in months:
        window = months_back(name, 24)
        if window[0] >= months[0]:
            first, second = (set().union(*(bought[m] for m in part)) for part in (window[:12], window[12:]))
            expected[name] = 100 * len(first & second) / len(first)
    assert len(expected) > 6
    assert told(company, "retention") == pytest.approx(expected)


def test_inspections_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    rows = raw["inspections"]
    for key, by, column in (("first_pass_yield", "station", "station"), ("internal_ppm", "month", "date")):
        name = month(column) if by == "month" else lambda row: row["station"]
        seen, bad = summed(rows, name, number("qty_inspected")), summed(rows, name, number("qty_rejected"))
        good = {member: seen[member] - bad[member] for member in seen}
        expected = over(good, seen, 100) if key == "first_pass_yield" else over(bad, seen, 1e6)
        assert told(company, key, by) == pytest.approx(expected)
    steps = told(company, "first_pass_yield", "station").values()
    product = 100.0
    for step in steps:
        product *= step / 100
    assert headline(company, "rolled_throughput_yield") == pytest.approx(product)


def test_scrap_and_rework_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    lots, defects = raw["lots"], raw["defects"]
    whole = lambda row: float(row["qty_good"]) + float(row["qty_scrapped"])  # noqa: E731
    for by, of_lot, of_defect in (
        ("month", month("start_date"), month("detected_at")),
        ("line", lambda row: row["line"], lambda row: row["line"]),
    ):
        made = summed(lots, of_lot, whole)
        scrapped = summed(lots, of_lot, number("qty_scrapped"))
        assert told(company, "scrap_rate", by) == pytest.approx(over(scrapped, made, 100))
        for key, disposition in (("scrap_rate_records", "scrap"), ("rework_rate", "rework")):
            units = summed((r for r in defects if r["disposition"] == disposition), of_defect, number("qty"))
            assert told(company, key, by) == pytest.approx(over(units, made, 100)), key


def test_nonconformances_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    code = lambda row: row["defect_code"] or "not recorded"  # noqa: E731
    assert told(company, "nonconformances") == summed(raw["defects"], month("detected_at"))
    assert told(company, "units_nonconforming", "defect_code") == summed(raw["defects"], code, number("qty"))


def test_nonconformances_by_supplier_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    used: dict[str, list[str]] = defaultdict(list)
    for row in raw["lot_materials"]:
        used[row["lot_id"]].append(row["supplier_id"])
    expected: Values = defaultdict(float)
    for row in raw["defects"]:
        suppliers = used.get(row["lot_id"], []) or ["not recorded"]
        for supplier in suppliers:
            expected[supplier] += 1 / len(suppliers)
    assert told(company, "nonconformances_shared", "supplier") == pytest.approx(expected)
    assert sum(expected.values()) == pytest.approx(len(raw["defects"]))


def failure(raw: Rows) -> Values:
    """Scrap at unit cost and returns at list price, by month: neither has a cost of its own."""
    cost = of_products(raw, "unit_cost")
    scrap = (row for row in raw["defects"] if row["disposition"] == "scrap")
    spent = summed(scrap, month("detected_at"), lambda r: float(r["qty"]) * float(cost[r["product_id"]]))
    credit = returned_value(raw)
    return {name: spent.get(name, 0) + credit.get(name, 0) for name in spent | credit}


def returned_value(raw: Rows) -> Values:
    price = of_products(raw, "unit_price")
    return summed(raw["returns"], month("date"), lambda row: float(row["qty"]) * float(price[row["product_id"]]))


def test_cost_of_poor_quality_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    expected = failure(raw)
    assert told(company, "cost_of_poor_quality") == pytest.approx(expected)
    assert told(company, "return_cost") == pytest.approx(returned_value(raw))
    revenue = summed(
        raw["sales_orders"], month("order_date"), lambda r: float(r["qty_ordered"]) * float(r["unit_price"])
    )
    assert told(company, "cost_of_poor_quality_share") == pytest.approx(over(expected, revenue, 100))


def test_what_came_in_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    assert told(company, "complaints") == summed(raw["complaints"], month("date"))
    assert told(company, "returns") == summed(raw["returns"], month("date"))
    shipped = summed(raw["shipments"], month("ship_date"), number("qty"))
    returned = summed(raw["returns"], month("date"), number("qty"))
    assert told(company, "return_rate_calendar") == pytest.approx(over(returned, shipped, 100))


def traced(raw: Rows, records: list[Row]) -> list[tuple[Row, Row, float]]:
    """Record, shipment and share: the order's shipments, else the lot's to that customer, else the lot's, else all
    that the customer had of the product; those before the purchase, else before the record, before the others."""
    keyed: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in raw["shipments"]:
        for key in (("order", row["order_id"]), ("lot", row["lot_id"]), ("lot", row["lot_id"], row["customer_id"]),
                    ("customer", row["customer_id"], row["product_id"])):  # fmt: skip
            keyed[key].append(row)
    found = []
    for record in records:
        ways = [
            ("order", record["order_id"]), ("lot", record["lot_id"], record["customer_id"]), ("lot", record["lot_id"]),
            ("customer", record["customer_id"], record["product_id"]),
        ]  # fmt: skip
        for way in ways:
            ranked = [(rank(record, row), row) for row in keyed.get(way, []) if all(way)]
            if way[0] == "customer":
                ranked = [(place, row) for place, row in ranked if place]
            if ranked:
                best = max(place for place, _ in ranked)
                kept = [row for place, row in ranked if place == best]
                total = sum(float(row["qty"]) for row in kept)
                found += [(record, row, float(row["qty"]) / total) for row in kept]
                break
    return found


def rank(record: Row, shipment: Row) -> int:
    if record["purchase_date"] and shipment["ship_date"] <= record["purchase_date"]:
        return 2
    return int(shipment["ship_date"] <= record["date"])


def cohorts(
    found: list[tuple[Row, Row, float]], is_counted: Callable[[date, date], bool], of: Callable[[Row], float]
) -> Values:
    total: dict[str, float] = defaultdict(float)
    for record, shipment, share in found:
        if is_counted(day(shipment["ship_date"]), day(record["date"])):
            total[shipment["ship_date"][:7]] += share * of(record)
    return dict(total)


def within_180_days(shipped: date, back: date) -> bool:
    return (back - shipped).days <= 180


def younger_than_a_year(shipped: date, back: date) -> bool:
    return (back.year - shipped.year) * 12 + back.month - shipped.month - (back.day < shipped.day) < 12


def mature(raw: Rows, days: int) -> set[str]:
    """Months that were followed so long after their end."""
    last = max([*(r["ship_date"] for r in raw["shipments"]), *(r["date"] for r in raw["returns"] + raw["complaints"])])
    months = {row["ship_date"][:7] for row in raw["shipments"]}
    return {name for name in months if last_day(name) + timedelta(days=days) <= day(last)}


def test_returns_by_ship_cohort_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    price = of_products(raw, "unit_price")
    found = traced(raw, raw["returns"])
    shipped = summed(raw["shipments"], month("ship_date"), number("qty"))
    value = summed(raw["shipments"], month("ship_date"), lambda r: float(r["qty"]) * float(price[r["product_id"]]))
    units = number("qty")
    worth = lambda row: float(row["qty"]) * float(price[row["product_id"]])  # noqa: E731
    for key, above, below, scale, days in (
        ("return_rate_cohort", cohorts(found, within_180_days, units), shipped, 100, 180),
        ("customer_ppm", cohorts(found, within_180_days, units), shipped, 1e6, 180),
        ("return_value_rate", cohorts(found, within_180_days, worth), value, 100, 180),
        ("claims_per_1000", cohorts(found, younger_than_a_year, units), shipped, 1000, 365),
    ):
        assert told(company, key) == pytest.approx(over(above, below, scale)), key
        old = mature(raw, days)
        assert 12 < len(old) < len(below)
        total = scale * sum(above[name] for name in old) / sum(below[name] for name in old)
        assert headline(company, key) == pytest.approx(total), key


def test_complaints_by_ship_cohort_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    returns = {row["return_id"]: row for row in raw["returns"]}
    nothing = dict.fromkeys(("order_id", "purchase_date", "lot_id", "customer_id", "product_id"), "")
    records = []
    for row in raw["complaints"]:
        origin = returns.get(row["return_id"], nothing)
        own = {name: row.get(name) or origin[name] for name in nothing}
        records.append({"date": row["date"], **own})
    found = cohorts(traced(raw, records), within_180_days, lambda row: 1.0)
    shipped = summed(raw["shipments"], month("ship_date"), number("qty"))
    assert told(company, "complaint_rate_cohort") == pytest.approx(over(found, shipped, 1000))


def test_forecasts_agree_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    sold: Sold = defaultdict(float)
    for row in raw["shipments"]:
        sold[row["ship_date"][:7], row["product_id"]] += float(row["qty"])
    last = max(row["ship_date"][:7] for row in raw["shipments"])
    past = [row for row in raw["forecasts"] if row["month"] <= last]
    actual = summed(past, month("month"), lambda row: sold[row["month"], row["product_id"]])
    over_by = lambda row: float(row["forecast_qty"]) - sold[row["month"], row["product_id"]]  # noqa: E731
    missed = summed(past, month("month"), lambda row: abs(over_by(row)))
    assert told(company, "forecast_error") == pytest.approx(over(missed, actual, 100))
    assert told(company, "forecast_bias") == pytest.approx(over(summed(past, month("month"), over_by), actual, 100))


def counted(raw: Rows) -> dict[str, dict[str, Row]]:
    """The last count of each product in each month."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in sorted(raw["inventory"], key=lambda row: row["date"]):
        found[row["date"][:7]][row["product_id"]] = row
    return found


def test_stock_agrees_with_the_files(company: KnowledgeBase, raw: Rows) -> None:
    cost = of_products(raw, "unit_cost")
    sold: Sold = defaultdict(float)
    for row in raw["shipments"]:
        sold[row["ship_date"][:7], row["product_id"]] += float(row["qty"])
    first, last = (end(row["ship_date"][:7] for row in raw["shipments"]) for end in (min, max))
    value, days, excess = {}, {}, {}
    for name, rows in counted(raw).items():
        value[name] = sum(float(row["value"]) for row in rows.values())
        year = months_back(name, 12)
        if year[0] >= first and name <= last:
            spent = sum(units * float(cost[p]) for (m, p), units in sold.items() if m in year)
            days[name] = value[name] / (spent / 365)
        if first <= name <= last:
            excess[name] = sum(beyond(row, year, sold) for row in rows.values())
    assert told(company, "inventory_value") == pytest.approx(value)
    assert told(company, "days_of_supply") == pytest.approx(days)
    assert told(company, "excess_stock") == pytest.approx(excess)
    assert len(days) > 12 and excess[max(excess)] > 0


def beyond(row: Row, year: list[str], sold: Sold) -> float:
    """Value of the units above three average months; a product younger than a year is averaged over its months."""
    ever = [m for m, p in sold if p == row["product_id"] and m <= year[-1]]
    months = [m for m in year if m >= min(ever)] if ever else year
    demand = 3 * sum(sold.get((m, row["product_id"]), 0) for m in year) / len(months)
    units = float(row["on_hand"])
    return float(row["value"]) * max(units - demand, 0) / units if units > 0 else 0.0


def test_a_filter_narrows_what_stood_at_a_month_end_to_its_part(company: KnowledgeBase, raw: Rows) -> None:
    families = {row["family"] for row in raw["products"]}
    for key in ("excess_stock", "order_backlog", "inventory_value"):
        for family in sorted(families):
            alone = metrics.evaluate(company, WHO, [key], period=None, filters={"family": (family,)})["value"].iloc[0]
            assert alone == pytest.approx(last_of(company, key, family), abs=1e-6), (key, family)


def last_of(base: KnowledgeBase, key: str, family: str) -> float:
    frame = metrics.evaluate(base, WHO, [key], period=None, by=["family", "month"])
    mine = frame[(frame["family"] == family) & frame["value"].notna()].sort_values("month")
    return float(mine["value"].iloc[-1])


def test_what_this_company_cannot_be_asked_names_the_missing_columns(company: KnowledgeBase) -> None:
    reasons = metrics.unsupported(company, WHO)
    assert reasons["on_time_in_full"] == ("order lines name no promised on: 0 of 6,118; import order_lines.promised_on")
    assert reasons["time_to_know"].startswith("no signal has been raised")
    assert reasons["revenue_at_risk"] == "complaints name no closed on: 0 of 2,988; import complaints.closed_on"


def test_a_single_month_reads_the_same_as_all_of_them(company: KnowledgeBase) -> None:
    period = Period.months(date(2025, 6, 1))
    for key in ("order_backlog", "retention", "days_of_supply", "excess_stock", "order_cycle_time"):
        alone = metrics.evaluate(company, WHO, [key], period=period)["value"].iloc[0]
        assert alone == pytest.approx(told(company, key)["2025-06"]), key
