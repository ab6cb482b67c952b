"""A real bicycle maker: the catalogue against sums over the raw files, made with nothing but the csv module."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from analytics import metrics, questions
from analytics.periods import Period
from kb import importing, store
from kb.access import DEPARTMENTS, Person
from kb.importing import presets
from kb.store import KnowledgeBase

pytestmark = pytest.mark.slow

WHO = Person("Ada Brandt", "executive", "admin", None, DEPARTMENTS)
MAKING, SELLING = "adventureworks", "adventureworks_sales_returns"
WORK_ORDER_SHIFT = timedelta(days=4017)
NOT_RECORDED = "not recorded"
Months = dict[str, float]


@pytest.fixture(scope="module")
def bicycles(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    base = store.open_base(f"sqlite:///{tmp_path_factory.mktemp('bicycles') / 'base.sqlite'}")
    importing.run(base, WHO, [shared_data / MAKING, shared_data / SELLING], presets.load("adventureworks"))
    yield base
    base.close()


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> dict[str, list[dict[str, str]]]:
    """Every row of the files, by file name; the three years of sales under one name."""
    found: dict[str, list[dict[str, str]]] = {}
    for path in sorted([*(shared_data / MAKING).glob("*.csv"), *(shared_data / SELLING).glob("*.csv")]):
        name = "Sales" if "_Sales_" in path.name else path.stem
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            found.setdefault(name, []).extend(csv.DictReader(file))
    return found


def month_first(text: str) -> str:
    """'01-12-21' and '01/13/2021' both name the month first."""
    month, _, year = text.replace("/", "-").split("-")
    return f"{int(year) % 100 + 2000}-{month}"


def shifted(row: dict[str, str]) -> str | None:
    text = row["StartDate"] or row["EndDate"]
    return f"{date.fromisoformat(text[:10]) + WORK_ORDER_SHIFT:%Y-%m}" if text else None


def by(base: KnowledgeBase, key: str, dimension: str, column: str = "value") -> Months:
    frame = metrics.evaluate(base, WHO, [key], period=None, by=[dimension])
    names = frame[dimension].dt.strftime("%Y-%m") if dimension == "month" else frame[dimension]
    return {name: value for name, value in zip(names, frame[column], strict=True) if isinstance(name, str)}


def summed(rows: list[dict[str, str]], when: str, what: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total[month_first(row[when])] += float(row[what])
    return total


def families(raw: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """SKU -> subcategory: the maker's own list of products counts, the sales export fills in what it lacks."""
    own = {row["ProductSubcategoryID"]: row["Name"] for row in raw["ProductSubcategory"]}
    sold = {row["ProductSubcategoryKey"]: row["SubcategoryName"] for row in raw["AdventureWorks_Product_Subcategories"]}
    found = {
        row["ProductSKU"]: sold.get(row["ProductSubcategoryKey"], NOT_RECORDED)
        for row in raw["AdventureWorks_Products"]
    }
    return found | {row["ProductNumber"]: own.get(row["ProductSubcategoryID"], NOT_RECORDED) for row in raw["Product"]}


def test_revenue_and_units_by_month_agree_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    assert len(raw["Sales"]) == 56_046
    assert by(bicycles, "revenue", "month") == pytest.approx(dict(summed(raw["Sales"], "OrderDate", "Sales")))
    assert by(bicycles, "units_shipped", "month") == dict(summed(raw["Sales"], "OrderDate", "OrderQuantity"))


def test_orders_by_month_agree_with_the_files(bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]) -> None:
    numbers = {row["OrderNumber"]: month_first(row["OrderDate"]) for row in raw["Sales"]}
    assert by(bicycles, "orders", "month") == dict(Counter(numbers.values()))


def test_revenue_by_family_agrees_with_the_files(bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]) -> None:
    skus = {row["ProductKey"]: row["ProductSKU"] for row in raw["AdventureWorks_Products"]}
    named, expected = families(raw), Counter[str]()
    for row in raw["Sales"]:
        expected[named[skus[row["ProductKey"]]]] += float(row["Sales"])
    assert by(bicycles, "revenue", "family") == pytest.approx(dict(expected))


def test_scrap_rate_by_month_agrees_with_the_files_and_undated_work_orders_stay(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    made: Counter[str | None] = Counter()
    scrapped: Counter[str | None] = Counter()
    for row in raw["WorkOrder"]:
        made[shifted(row)] += int(row["StockedQty"]) + int(row["ScrappedQty"])
        scrapped[shifted(row)] += int(row["ScrappedQty"])
    expected = {month: 100 * scrapped[month] / made[month] for month in made if month and made[month]}
    assert by(bicycles, "scrap_rate", "month") == pytest.approx(expected)
    frame = metrics.evaluate(bicycles, WHO, ["scrap_rate"], period=None, by=["month"])
    undated = frame[frame["month"].isna()].iloc[0]
    assert (undated["numerator"], undated["denominator"]) == (scrapped[None], made[None])
    assert sum(not row["StartDate"] for row in raw["WorkOrder"]) == 7_056
    everything = metrics.evaluate(bicycles, WHO, ["scrap_rate"], period=None).iloc[0]
    assert (everything["numerator"], everything["denominator"]) == (10_651, sum(made.values()))


def test_scrap_rate_by_family_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    named = families(raw)
    family = {row["ProductID"]: named[row["ProductNumber"]] for row in raw["Product"]}
    made: Counter[str] = Counter()
    scrapped: Counter[str] = Counter()
    for row in raw["WorkOrder"]:
        made[family[row["ProductID"]]] += int(row["StockedQty"]) + int(row["ScrappedQty"])
        scrapped[family[row["ProductID"]]] += int(row["ScrappedQty"])
    expected = {name: 100 * scrapped[name] / made[name] for name in made}
    assert by(bicycles, "scrap_rate", "family") == pytest.approx(expected)


def test_supplier_reject_rate_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    orders = {row["PurchaseOrderID"]: row for row in raw["PurchaseOrderHeader"]}
    received: dict[str, Counter[str]] = {"month": Counter(), "supplier": Counter()}
    rejected: dict[str, Counter[str]] = {"month": Counter(), "supplier": Counter()}
    for row in raw["PurchaseOrderDetail"]:
        order = orders[row["PurchaseOrderID"]]
        for split, name in (("month", order["ShipDate"][:7]), ("supplier", order["VendorID"])):
            received[split][name] += float(row["ReceivedQty"])
            rejected[split][name] += float(row["RejectedQty"])
    for split in ("month", "supplier"):
        expected = {name: 100 * rejected[split][name] / units for name, units in received[split].items() if units}
        assert by(bicycles, "supplier_reject_rate", split) == pytest.approx(expected)


def test_return_rate_by_calendar_month_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    assert len(raw["AdventureWorks_Returns"]) == 1_809
    returned = summed(raw["AdventureWorks_Returns"], "ReturnDate", "ReturnQuantity")
    sold = summed(raw["Sales"], "OrderDate", "OrderQuantity")
    assert by(bicycles, "return_rate_calendar", "month") == pytest.approx(
        {month: 100 * returned[month] / sold[month] for month in sold}
    )


def test_cost_of_poor_quality_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    cost = {row["ProductID"]: float(row["StandardCost"]) for row in raw["Product"]}
    scrap = sum(int(row["ScrappedQty"]) * cost[row["ProductID"]] for row in raw["WorkOrder"] if row["ScrapReasonID"])
    listed = {row["ProductSKU"]: float(row["ProductPrice"]) for row in raw["AdventureWorks_Products"]}
    listed |= {row["ProductNumber"]: float(row["ListPrice"]) for row in raw["Product"]}
    price = {row["ProductKey"]: listed[row["ProductSKU"]] for row in raw["AdventureWorks_Products"]}
    returned = sum(int(row["ReturnQuantity"]) * price[row["ProductKey"]] for row in raw["AdventureWorks_Returns"])
    total = metrics.evaluate(bicycles, WHO, ["cost_of_poor_quality"], period=None)["value"].iloc[0]
    assert total == pytest.approx(scrap + returned)


def test_inventory_value_by_month_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    cost = {row["ProductID"]: float(row["StandardCost"]) for row in raw["Product"]}
    counted: Counter[str] = Counter()
    for row in raw["ProductInventory"]:
        counted[row["ModifiedDate"][:7]] += int(row["Quantity"]) * cost[row["ProductID"]]
    assert by(bicycles, "inventory_value", "month") == pytest.approx(dict(counted))
    last = metrics.evaluate(bicycles, WHO, ["inventory_value"], period=None)["value"].iloc[0]
    assert last == pytest.approx(counted[max(counted)])


def by_month(raw: dict[str, list[dict[str, str]]]) -> dict[str, Counter[str]]:
    """What several metrics divide by, and the two kinds of failure, by month."""
    cost = {row["ProductID"]: float(row["StandardCost"]) for row in raw["Product"]}
    price = prices(raw)
    found: dict[str, Counter[str]] = {name: Counter() for name in ("made", "records", "units", "scrap", "credit")}
    for row in raw["WorkOrder"]:
        found["made"][shifted(row) or ""] += int(row["StockedQty"]) + int(row["ScrappedQty"])
        if row["ScrapReasonID"]:
            ended = f"{date.fromisoformat(row['EndDate'][:10]) + WORK_ORDER_SHIFT:%Y-%m}" if row["EndDate"] else ""
            found["records"][ended] += 1
            found["units"][ended] += int(row["ScrappedQty"])
            found["scrap"][ended] += int(row["ScrappedQty"]) * cost[row["ProductID"]]
    for row in raw["AdventureWorks_Returns"]:
        found["credit"][month_first(row["ReturnDate"])] += int(row["ReturnQuantity"]) * price[row["ProductKey"]]
    return found


def prices(raw: dict[str, list[dict[str, str]]]) -> dict[str, float]:
    """List price by the key of the sales export; the maker's own list counts where it names the product."""
    listed = {row["ProductSKU"]: float(row["ProductPrice"]) for row in raw["AdventureWorks_Products"]}
    listed |= {row["ProductNumber"]: float(row["ListPrice"]) for row in raw["Product"]}
    return {row["ProductKey"]: listed[row["ProductSKU"]] for row in raw["AdventureWorks_Products"]}


def test_nonconformances_and_their_scrap_by_month_agree_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    months = by_month(raw)
    dated = {month: units for month, units in months["units"].items() if month}
    assert by(bicycles, "nonconformances", "month") == {m: n for m, n in months["records"].items() if m}
    assert by(bicycles, "units_nonconforming", "month") == dated
    rates = by(bicycles, "scrap_rate_records", "month")
    expected = {month: 100 * dated[month] / months["made"][month] for month in dated if months["made"][month]}
    assert {month: rates[month] for month in expected} == pytest.approx(expected)


def test_returns_and_failure_against_revenue_by_month_agree_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    months = by_month(raw)
    rows = Counter(month_first(row["ReturnDate"]) for row in raw["AdventureWorks_Returns"])
    assert by(bicycles, "returns", "month") == rows
    assert by(bicycles, "return_cost", "month") == pytest.approx(dict(months["credit"]))
    revenue = summed(raw["Sales"], "OrderDate", "Sales")
    failure = months["scrap"] + months["credit"]
    shares = by(bicycles, "cost_of_poor_quality_share", "month")
    expected = {month: 100 * failure[month] / revenue[month] for month in revenue if failure[month]}
    assert {month: shares[month] for month in expected} == pytest.approx(expected)


def test_orders_that_leave_on_their_day_have_no_backlog_and_take_no_time_as_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    months = {month_first(row["OrderDate"]) for row in raw["Sales"]}
    assert by(bicycles, "order_backlog", "month") == dict.fromkeys(months, 0.0)
    assert by(bicycles, "order_cycle_time", "month") == dict.fromkeys(months, 0.0)
    orders = {row["OrderNumber"] for row in raw["Sales"]}
    assert sum(by(bicycles, "order_cycle_time", "month", "denominator").values()) == len(orders)


def test_retention_by_month_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    bought = {(month_first(row["OrderDate"]), row["CustomerKey"]) for row in raw["Sales"]}
    months = sorted({month for month, _ in bought})
    expected = {}
    for end in range(23, len(months)):
        before, after = months[end - 23 : end - 11], months[end - 11 : end + 1]
        first = {customer for month, customer in bought if month in before}
        second = {customer for month, customer in bought if month in after}
        expected[months[end]] = 100 * len(first & second) / len(first)
    assert len(expected) == 7
    assert by(bicycles, "retention", "month") == pytest.approx(expected)


def test_stock_against_what_was_sold_agrees_with_the_files(
    bicycles: KnowledgeBase, raw: dict[str, list[dict[str, str]]]
) -> None:
    own = {row["ProductID"]: (row["ProductNumber"], float(row["StandardCost"])) for row in raw["Product"]}
    cost = {row["ProductSKU"]: float(row["ProductCost"]) for row in raw["AdventureWorks_Products"]} | dict(own.values())
    skus = {row["ProductKey"]: row["ProductSKU"] for row in raw["AdventureWorks_Products"]}
    sold: Counter[tuple[str, str]] = Counter()
    for row in raw["Sales"]:
        sold[month_first(row["OrderDate"]), skus[row["ProductKey"]]] += int(row["OrderQuantity"])
    months = sorted({month for month, _ in sold})
    held: Counter[tuple[str, str]] = Counter()
    for row in raw["ProductInventory"]:
        held[row["ModifiedDate"][:7], own[row["ProductID"]][0]] += int(row["Quantity"])
    excess, days = Counter[str](), {}
    for (month, sku), units in held.items():
        if month in months:
            first = next((m for m in months if sold[m, sku]), month)
            year = months[max(months.index(month) - 11, 0) : months.index(month) + 1]
            known = [m for m in year if m >= first]
            demand = 3 * sum(sold[m, sku] for m in year) / max(len(known), 1)
            excess[month] += max(units - demand, 0) * cost[sku]
    for month in {month for month, _ in held} & set(months[11:]):
        year = months[months.index(month) - 11 : months.index(month) + 1]
        value = sum(units * cost[sku] for (at, sku), units in held.items() if at == month)
        days[month] = value / (sum(n * cost[sku] for (at, sku), n in sold.items() if at in year) / 365)
    assert sorted(days) == ["2022-04", "2023-04"]
    assert by(bicycles, "excess_stock", "month") == pytest.approx(dict(excess))
    told = by(bicycles, "days_of_supply", "month")
    assert {month: told[month] for month in days} == pytest.approx(days)


def test_what_this_company_cannot_be_asked_names_the_missing_columns(bicycles: KnowledgeBase) -> None:
    reasons = metrics.unsupported(bicycles, WHO)
    assert reasons["return_rate_cohort"] == (
        "returns name no lot, order or customer: 0 of 1,809; import returns.lot_number, order_number or customer_number"
    )
    assert reasons["first_pass_yield"] == "there are no inspections: import inspections"
    assert reasons["nps"] == "no feedback is of the kind NPS: import feedback.kind and score"
    assert reasons["nonconformances_shared"] == "there are no lot materials: import lot_materials"
    assert reasons["rework_rate"].startswith("no nonconformance has the disposition rework")
    assert set(reasons) >= {"rolled_throughput_yield", "on_time_to_promise", "forecast_error", "capa_cycle_time"}
    assert not {
        "revenue",
        "orders",
        "units_shipped",
        "scrap_rate",
        "supplier_reject_rate",
        "return_rate_calendar",
    } & set(reasons)


def test_the_overview_opens_on_its_last_month_of_selling(bicycles: KnowledgeBase) -> None:
    period = questions.span(bicycles, WHO).last_month
    assert period == Period.months(datetime(2023, 6, 1).date())
    cards = questions.cards(bicycles, WHO, ["revenue", "scrap_rate", "return_rate_calendar"], period)
    assert all(card.value > 0 for card in cards)
    gaps = questions.completeness(bicycles, WHO).set_index("what")
    assert tuple(gaps.loc["Work orders with a day", ["numerator", "denominator"]]) == (72_591 - 7_056, 72_591)


def test_what_moved_revenue_adds_up(bicycles: KnowledgeBase) -> None:
    moved = questions.moved(bicycles, WHO, "revenue", period=Period.months(date(2023, 6, 1)), by="family")
    assert moved.parts["contribution"].sum() == pytest.approx(moved.change)
    assert moved.finding.startswith("Revenue ")
