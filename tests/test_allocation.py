"""Which shipment a return or complaint came from."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from kb import allocation
from kb.models import Base
from kb.store import KnowledgeBase
from tests.small_company import add, masters

T = Base.metadata.tables
SHIPMENT = "shipment_number order_line_id customer_id product_id lot_id quantity shipped_on"
RETURN = "return_number returned_on product_id customer_id lot_id order_line_id sold_on quantity"


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    with base.writing() as connection:
        masters(connection)
        add(connection, "lots", "lot_number product_id", ("LOT-1", 1), ("LOT-2", 1))
        add(connection, "sales_orders", "order_number customer_id ordered_on", ("SO1", 1, "01-02"))
        add(connection, "order_lines", "sales_order_id line_number product_id quantity", (1, 1, 1, 40))
        add(
            connection, "shipments", SHIPMENT,
            ("S1", 1, 1, 1, 1, 10, "01-10"), ("S2", 1, 1, 1, 2, 30, "01-20"), ("S3", None, 2, 1, 1, 60, "01-15"),
            ("S4", None, 1, 1, None, 100, "06-01"), ("S5", None, 1, 2, None, 5, "01-05"),
        )  # fmt: skip
    return base


def shares(base: KnowledgeBase, table: str, columns: str, *rows: tuple[object, ...]) -> dict[str, tuple[float, str]]:
    """Allocate one record: shipment number -> share and basis."""
    with base.writing() as connection:
        add(connection, table, columns, *rows)
        allocation.renew(connection)
        kept = T["field_allocations"].join(T["shipments"])
        found = connection.execute(
            select(T["shipments"].c.shipment_number, T["field_allocations"].c.share, T["field_allocations"].c.basis)
            .select_from(kept)
            .order_by("shipment_number")
        )
        return {number: (pytest.approx(share), basis) for number, share, basis in found}


def test_a_named_order_line_is_spread_over_its_shipments_by_quantity(company: KnowledgeBase) -> None:
    found = shares(company, "returns", RETURN, ("R", "03-01", 1, 2, 1, 1, None, 1))
    assert found == {"S1": (0.25, "order"), "S2": (0.75, "order")}


def test_a_named_lot_goes_to_that_customers_shipments_of_it(company: KnowledgeBase) -> None:
    assert shares(company, "returns", RETURN, ("R", "03-01", 1, 1, 1, None, None, 1)) == {"S1": (1.0, "lot")}


def test_a_lot_without_a_customer_is_spread_over_everybody_who_got_it(company: KnowledgeBase) -> None:
    found = shares(company, "returns", RETURN, ("R", "03-01", 1, None, 1, None, None, 1))
    assert found == {"S1": (pytest.approx(1 / 7), "lot"), "S3": (pytest.approx(6 / 7), "lot")}


def test_a_lot_that_this_customer_never_got_is_spread_over_those_who_did(company: KnowledgeBase) -> None:
    assert shares(company, "returns", RETURN, ("R", "03-01", 1, 2, 2, None, None, 1)) == {"S2": (1.0, "lot")}


def test_without_lot_or_order_it_is_what_the_customer_received_of_the_product_before(company: KnowledgeBase) -> None:
    found = shares(company, "returns", RETURN, ("R", "03-01", 1, 1, None, None, None, 1))
    assert found == {"S1": (0.25, "customer"), "S2": (0.75, "customer")}


def test_a_shipment_of_the_same_day_counts_and_of_the_day_after_does_not(company: KnowledgeBase) -> None:
    assert shares(company, "returns", RETURN, ("R", "01-10", 1, 1, None, None, None, 1)) == {"S1": (1.0, "customer")}
    assert shares(company, "returns", RETURN, ("Q", "01-09", 1, 1, None, None, None, 1)) == {"S1": (1.0, "customer")}


def test_the_day_it_was_sold_narrows_the_choice(company: KnowledgeBase) -> None:
    found = shares(company, "returns", RETURN, ("R", "09-01", 1, 1, None, None, "01-12", 1))
    assert found == {"S1": (1.0, "customer")}


def test_a_record_that_fits_no_shipment_has_no_shares(company: KnowledgeBase) -> None:
    assert shares(company, "returns", RETURN, ("R", "03-01", 2, 2, None, None, None, 1)) == {}


def test_a_complaint_without_anything_of_its_own_follows_the_return_it_names(company: KnowledgeBase) -> None:
    with company.writing() as connection:
        add(connection, "returns", RETURN, ("R", "03-01", 1, None, 2, None, None, 1))
    shares(company, "complaints", "complaint_number received_on return_id", ("C", "03-02", 1))
    with company.reading() as connection:
        row = connection.execute(text("SELECT shipment_id, share FROM field_allocations WHERE complaint_id = 1")).one()
    assert tuple(row) == (2, 1.0)


def test_shipments_without_a_quantity_share_evenly(company: KnowledgeBase) -> None:
    with company.writing() as connection:
        connection.execute(text("UPDATE shipments SET quantity = NULL"))
    found = shares(company, "returns", RETURN, ("R", "03-01", 1, 1, None, None, None, 1))
    assert found == {"S1": (0.5, "customer"), "S2": (0.5, "customer")}


def test_shares_always_sum_to_one_and_renewing_changes_nothing(company: KnowledgeBase) -> None:
    rows = [
        (f"R{number}", f"{1 + number % 9:02}-15", 1 + number % 2, customer, lot, line, None, 1)
        for number, (customer, lot, line) in enumerate(
            (customer, lot, line) for customer in (1, 2, None) for lot in (1, 2, None) for line in (1, None)
        )
    ]
    first = shares(company, "returns", RETURN, *rows)
    with company.writing() as connection:
        allocation.renew(connection)
        sums = connection.execute(text("SELECT return_id, sum(share) FROM field_allocations GROUP BY return_id")).all()
    assert first
    assert [total for _, total in sums] == pytest.approx([1.0] * len(sums))
