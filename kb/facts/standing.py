"""Facts of how things stood at the end of each month: never added up over months, each row speaks of one month end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from kb.facts.expressions import days_before, last_day_of, month_number, real
from kb.facts.fact import SINCE, UNTIL, Column, Fact, Join
from kb.facts.planning import MATERIALS, STOCK
from kb.facts.selling import IS_ORDER, LINES, ORDERS, SHIPMENTS, STANDS
from kb.facts.shared import CUSTOMERS, PRODUCTS, joined, of_customer, of_product, plain, table

COMPLAINTS = table("complaints")
YEAR, TWO_YEARS = 366, 731
"""Days that surely hold the last 12 and 24 months; the months themselves are told apart by their numbers."""
EXCESS_MONTHS, SEVERE = 3, 4
MONEY, NUMBER, TEXT = Float(), Integer(), String()


def _months(name: str, first: ColumnElement[Any], last: ColumnElement[Any]) -> Subquery:
    """The numbers of the months asked for that lie between two days, one row each."""
    start = case((first < SINCE, SINCE), else_=first)
    stop = case((last > UNTIL, UNTIL), else_=last)
    count = select(month_number(start).label("n")).cte(f"{name}_count", recursive=True)
    count = count.union_all(select(count.c.n + 1).where(count.c.n < month_number(stop)))
    return select(count.c.n).where(count.c.n <= month_number(stop)).subquery(name)


def _end(column: ColumnElement[Any], function: Any) -> ColumnElement[Any]:
    return select(function(column)).scalar_subquery()


def _sold() -> Subquery:
    """Units shipped by product and month, of the months asked for and the year before them."""
    n = month_number(SHIPMENTS.c.shipped_on)
    return (
        select(SHIPMENTS.c.product_id, n.label("n"), func.sum(SHIPMENTS.c.quantity).label("units"))
        .where(SHIPMENTS.c.shipped_on.between(days_before(SINCE, YEAR), UNTIL))
        .group_by(SHIPMENTS.c.product_id, n)
        .subquery("sold")
    )


def _counts() -> Subquery:
    """The last count of each article and place in each month asked for."""
    n = month_number(STOCK.c.counted_on)
    rank = func.row_number().over(
        partition_by=(STOCK.c.product_id, STOCK.c.material_id, STOCK.c.location, n),
        order_by=(STOCK.c.counted_on.desc(), STOCK.c.stock_level_id.desc()),
    )
    within = STOCK.c.counted_on.between(SINCE, UNTIL)
    ranked = select(STOCK, n.label("n"), rank.label("rank")).where(within).subquery("ranked_counts")
    return select(ranked).where(ranked.c.rank == 1).subquery("last_counts")


def _counted_months() -> Subquery:
    n = month_number(STOCK.c.counted_on)
    return select(n.label("n")).where(STOCK.c.counted_on.between(SINCE, UNTIL)).distinct().subquery("counted_months")


def _supply() -> Fact:
    """Stock, and beside it what its articles cost a day: two kinds of rows of the same months."""
    last, month, sold = _counts(), _counted_months(), _sold()
    stock = select(
        literal("stock").label("kind"), last.c.stock_number.label("number"), last.c.counted_on.label("on"),
        func.coalesce(last.c.product_id, MATERIALS.c.product_id).label("product_id"), last.c.quantity, last.c.amount,
        cast(null(), MONEY).label("sold"),
    ).select_from(last.outerjoin(MATERIALS, MATERIALS.c.material_id == last.c.material_id))  # fmt: skip
    first, until = (month_number(_end(SHIPMENTS.c.shipped_on, end)) for end in (func.min, func.max))
    cost = (
        select(
            literal("12 months' shipments"), cast(null(), TEXT), last_day_of(month.c.n), sold.c.product_id,
            cast(null(), MONEY), cast(null(), MONEY), func.sum(sold.c.units),
        )
        .join_from(month, sold, sold.c.n.between(month.c.n - 11, month.c.n))
        .where(month.c.n >= first + 11, month.c.n <= until)
        .group_by(month.c.n, sold.c.product_id)
    )  # fmt: skip
    both = stock.union_all(cost).subquery("supply")
    joins, dimensions = of_product(both.c.product_id)
    value = func.coalesce(both.c.amount, both.c.quantity * PRODUCTS.c.unit_cost)
    return Fact(
        "supply", "Stock and a day's cost of goods",
        "the last count of each article and place in a month, and the cost of a day's goods of the 12 months up to it",
        table="stock_levels", root=both, key=Column(both.c.number), on=Column(both.c.on), joins=joins,
        dimensions=dimensions,
        measures={
            "stock_value": Column(value, ("product",)),
            "cost_per_day": Column(both.c.sold * PRODUCTS.c.unit_cost / 365.0, ("product",)),
        },
        details=plain(both, "kind"),
    )  # fmt: skip


def _demand() -> Subquery:
    """Units an average month takes, of the 12 months up to each counted one; of fewer where a product is younger."""
    month, sold = _counted_months(), _sold()
    older = SHIPMENTS.alias("older")
    is_older = (
        select(literal(1))
        .where(older.c.product_id == sold.c.product_id, older.c.shipped_on <= last_day_of(month.c.n - 12))
        .correlate(sold, month)
        .exists()
    )
    months = func.max(case((is_older, 12), else_=month.c.n - sold.c.n + 1))
    return (
        select(month.c.n, sold.c.product_id, (func.sum(sold.c.units) / real(months)).label("units"))
        .join_from(month, sold, sold.c.n.between(month.c.n - 11, month.c.n))
        .group_by(month.c.n, sold.c.product_id)
        .subquery("demand")
    )


def _excess() -> Fact:
    last, demand = _counts(), _demand()
    value = func.coalesce(last.c.amount, last.c.quantity * PRODUCTS.c.unit_cost)
    first, until = (month_number(_end(SHIPMENTS.c.shipped_on, end)) for end in (func.min, func.max))
    held = (
        select(
            last.c.n, last.c.product_id, func.max(last.c.counted_on).label("on"),
            func.sum(last.c.quantity).label("units"), func.sum(value).label("value"),
        )
        .join_from(last, PRODUCTS, PRODUCTS.c.product_id == last.c.product_id)
        .where(last.c.n.between(first, until))
        .group_by(last.c.n, last.c.product_id)
        .subquery("held")
    )  # fmt: skip
    joins, dimensions = of_product(held.c.product_id)
    same = and_(demand.c.n == held.c.n, demand.c.product_id == held.c.product_id)
    monthly = func.coalesce(demand.c.units, 0.0)
    beyond = held.c.units - EXCESS_MONTHS * monthly
    share = case((held.c.units <= 0, 0.0), (beyond > 0, beyond / held.c.units), else_=0.0)
    return Fact(
        "excess", "Excess stock", f"one product at the end of one month, against {EXCESS_MONTHS} months of its demand",
        table="stock_levels", root=held, key=Column(PRODUCTS.c.sku, ("product",)), on=Column(held.c.on),
        joins={**joins, "demand": Join(demand, same)}, dimensions=dimensions,
        measures={"excess_value": Column(held.c.value * share, ("demand",))},
        details={**plain(held, "units", "value"), "monthly_demand": Column(monthly, ("demand",))},
    )  # fmt: skip


def _unfinished() -> Subquery:
    """Order lines that were open for some of the days asked for, and the day the last of each left, if it did."""
    quantity = func.coalesce(LINES.c.quantity, 1)
    left = case((SHIPMENTS.c.shipment_id.is_not(None), func.coalesce(SHIPMENTS.c.quantity, quantity)))
    sent, last = func.sum(left), func.max(SHIPMENTS.c.shipped_on)
    shipped = and_(SHIPMENTS.c.order_line_id == LINES.c.order_line_id, SHIPMENTS.c.shipped_on <= UNTIL)
    return (
        select(
            LINES.c.order_line_id, LINES.c.product_id, ORDERS.c.customer_id, ORDERS.c.order_number,
            ORDERS.c.ordered_on, LINES.c.amount, quantity.label("quantity"),
            case((sent >= quantity, last)).label("done_on"),
        )
        .select_from(
            LINES.join(ORDERS, ORDERS.c.sales_order_id == LINES.c.sales_order_id).outerjoin(SHIPMENTS, shipped)
        )
        .where(STANDS, IS_ORDER, ORDERS.c.ordered_on <= UNTIL)
        .group_by(LINES.c.order_line_id, ORDERS.c.sales_order_id)
        .having(or_(sent.is_(None), sent < quantity, last >= SINCE))
        .subquery("unfinished_lines")
    )  # fmt: skip


def _open_lines(months: Subquery) -> Any:
    lines = _unfinished()
    day = last_day_of(months.c.n)
    quantity = func.coalesce(SHIPMENTS.c.quantity, lines.c.quantity)
    sent = (
        select(func.coalesce(func.sum(quantity), 0))
        .where(SHIPMENTS.c.order_line_id == lines.c.order_line_id, SHIPMENTS.c.shipped_on <= day)
        .correlate(lines, months)
        .scalar_subquery()
    )
    is_open = and_(
        months.c.n >= month_number(lines.c.ordered_on),
        or_(lines.c.done_on.is_(None), months.c.n < month_number(lines.c.done_on)),
    )
    return select(
        lines.c.order_number.label("number"), day.label("on"), lines.c.product_id, lines.c.customer_id,
        (lines.c.amount * (1 - sent / real(lines.c.quantity))).label("value"),
    ).join_from(months, lines, is_open).where(sent < lines.c.quantity)  # fmt: skip


def _backlog() -> Fact:
    months = _months("backlog_months", _end(ORDERS.c.ordered_on, func.min), _end(SHIPMENTS.c.shipped_on, func.max))
    # who ordered what at all, with nothing open: a month in which all was sent is nothing, not unknown
    pairs = (
        select(LINES.c.product_id, ORDERS.c.customer_id)
        .join_from(LINES, ORDERS, ORDERS.c.sales_order_id == LINES.c.sales_order_id)
        .distinct()
        .subquery("ordering")
    )
    nothing = select(
        cast(null(), TEXT), last_day_of(months.c.n), pairs.c.product_id, pairs.c.customer_id, literal(0.0),
    ).join_from(months, pairs, literal(True))  # fmt: skip
    root = _open_lines(months).union_all(nothing).subquery("backlog")
    joins, dimensions = joined(of_product(root.c.product_id), of_customer(root.c.customer_id))
    return Fact(
        "backlog", "Order backlog", "one order line not wholly shipped at the end of one month",
        table="order_lines", root=root, key=Column(root.c.number), on=Column(root.c.on), joins=joins,
        dimensions=dimensions, measures={"open_value": Column(root.c.value)},
    )  # fmt: skip


def _bought() -> Subquery:
    """Revenue by customer, product and month, of the months asked for and the year before them."""
    n = month_number(ORDERS.c.ordered_on)
    return (
        select(ORDERS.c.customer_id, LINES.c.product_id, n.label("n"), func.sum(LINES.c.amount).label("revenue"))
        .join_from(ORDERS, LINES, LINES.c.sales_order_id == ORDERS.c.sales_order_id)
        .where(STANDS, ORDERS.c.ordered_on.between(days_before(SINCE, YEAR), UNTIL))
        .group_by(ORDERS.c.customer_id, LINES.c.product_id, n)
        .subquery("bought")
    )


def _at_risk() -> Fact:
    heard = _end(COMPLAINTS.c.received_on, func.max)
    bought = _bought()
    months = _months("risk_months", _end(ORDERS.c.ordered_on, func.min), _end(ORDERS.c.ordered_on, func.max))
    day = last_day_of(months.c.n)
    year = (
        select(months.c.n, bought.c.customer_id, bought.c.product_id, func.sum(bought.c.revenue).label("revenue"))
        .join_from(months, bought, bought.c.n.between(months.c.n - 11, months.c.n))
        .where(months.c.n >= month_number(_end(COMPLAINTS.c.received_on, func.min)), months.c.n <= month_number(heard))
        .group_by(months.c.n, bought.c.customer_id, bought.c.product_id)
        .subquery("last_year")
    )
    day = last_day_of(year.c.n)
    is_open = or_(COMPLAINTS.c.closed_on.is_(None), COMPLAINTS.c.closed_on > day)
    troubled = (
        select(literal(1))
        .where(COMPLAINTS.c.customer_id == year.c.customer_id, COMPLAINTS.c.severity >= SEVERE)
        .where(COMPLAINTS.c.received_on <= day, is_open)
        .correlate(year)
        .exists()
    )
    joins, dimensions = joined(of_product(year.c.product_id), of_customer(year.c.customer_id))
    return Fact(
        "at_risk", "Revenue at risk",
        "what one customer bought of one product in the 12 months up to the end of one month",
        table="order_lines", root=year, key=Column(CUSTOMERS.c.customer_number, ("customer",)), on=Column(day),
        joins=joins, dimensions=dimensions,
        measures={"revenue_at_risk": Column(case((troubled, year.c.revenue), else_=0.0))},
        details=plain(year, "revenue"),
    )  # fmt: skip


def _retained() -> Fact:
    n = month_number(ORDERS.c.ordered_on)
    is_bought = select(literal(1)).where(LINES.c.sales_order_id == ORDERS.c.sales_order_id, STANDS, IS_ORDER).exists()
    buying = (
        select(ORDERS.c.customer_id, n.label("n"))
        .where(ORDERS.c.ordered_on.between(days_before(SINCE, TWO_YEARS), UNTIL), ORDERS.c.customer_id.is_not(None))
        .where(is_bought)
        .distinct()
        .subquery("buying")
    )
    first, last = (_end(ORDERS.c.ordered_on, end) for end in (func.min, func.max))
    months = _months("retention_months", first, last)
    before = case((buying.c.n <= months.c.n - 12, 1), else_=0)
    kept = (
        select(months.c.n, buying.c.customer_id, func.max(1 - before).label("again"))
        .join_from(months, buying, buying.c.n.between(months.c.n - 23, months.c.n))
        .where(months.c.n >= month_number(first) + 23)
        .group_by(months.c.n, buying.c.customer_id)
        .having(func.max(before) == 1)
        .subquery("retained")
    )
    joins, dimensions = of_customer(kept.c.customer_id)
    return Fact(
        "retained", "Customers of the year before",
        "one customer who bought in the 12 months before the last 12, at the end of one month",
        table="sales_orders", root=kept, key=Column(CUSTOMERS.c.customer_number, ("customer",)),
        on=Column(last_day_of(kept.c.n)), joins=joins, dimensions=dimensions,
        measures={"customers_before": Column(literal(1)), "customers_kept": Column(kept.c.again)},
    )  # fmt: skip


FACTS = (_supply(), _excess(), _backlog(), _at_risk(), _retained())
