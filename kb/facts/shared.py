"""Dimensions that several facts share: the same name means the same thing everywhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, func

from kb.facts.fact import Column, Join
from kb.models import Base

Parts = tuple[dict[str, Join], dict[str, Column]]


def table(name: str) -> Table:
    """A table of the knowledge base."""
    return Base.metadata.tables[name]


PRODUCTS, CUSTOMERS, USERS = table("products"), table("customers"), table("users")
PRODUCT_SITES = table("sites").alias("product_sites")
LINE_SITES = table("sites").alias("line_sites")
CENTERS = table("work_centers")
LOTS = table("lots").alias("made_lots")


def of_product(key: ColumnElement[Any], needs: tuple[str, ...] = ()) -> Parts:
    """The product and what it belongs to; its site is the plant that makes it."""
    joins = {
        "product": Join(PRODUCTS, PRODUCTS.c.product_id == key, needs),
        "product_site": Join(PRODUCT_SITES, PRODUCT_SITES.c.site_id == PRODUCTS.c.site_id, ("product",)),
    }
    dimensions = {
        "product": Column(PRODUCTS.c.sku, ("product",)),
        "product_name": Column(PRODUCTS.c.name, ("product",)),
        "family": Column(PRODUCTS.c.family, ("product",)),
        "category": Column(PRODUCTS.c.category, ("product",)),
        "model": Column(PRODUCTS.c.model, ("product",)),
        "site": Column(PRODUCT_SITES.c.site_number, ("product_site",)),
    }
    return joins, dimensions


def of_customer(key: ColumnElement[Any], needs: tuple[str, ...] = ()) -> Parts:
    """The customer, where and what kind of company it is, and who looks after it."""
    joins = {
        "customer": Join(CUSTOMERS, CUSTOMERS.c.customer_id == key, needs),
        "account_owner": Join(USERS, USERS.c.user_id == CUSTOMERS.c.account_owner_id, ("customer",)),
    }
    dimensions = {
        "customer": Column(CUSTOMERS.c.customer_number, ("customer",)),
        "customer_name": Column(CUSTOMERS.c.name, ("customer",)),
        "segment": Column(CUSTOMERS.c.segment, ("customer",)),
        "region": Column(CUSTOMERS.c.region, ("customer",)),
        "country": Column(CUSTOMERS.c.country, ("customer",)),
        "account_owner": Column(USERS.c.name, ("account_owner",)),
    }
    return joins, dimensions


def of_line(key: ColumnElement[Any], needs: tuple[str, ...] = ()) -> Parts:
    """The production line, and its site where the line has one, else the product's."""
    joins = {
        "line": Join(CENTERS, CENTERS.c.work_center_id == key, needs),
        "line_site": Join(LINE_SITES, LINE_SITES.c.site_id == CENTERS.c.site_id, ("line",)),
    }
    site = func.coalesce(LINE_SITES.c.site_number, PRODUCT_SITES.c.site_number)
    return joins, {
        "line": Column(CENTERS.c.line, ("line",)),
        "site": Column(site, ("line_site", "product_site")),
    }


def of_lot(key: ColumnElement[Any]) -> Parts:
    """The lot and the line and shift that made it."""
    joins, dimensions = of_line(LOTS.c.work_center_id, ("lot",))
    lot = {"lot": Join(LOTS, LOTS.c.lot_id == key)}
    return {**lot, **joins}, {
        **dimensions,
        "shift": Column(LOTS.c.shift, ("lot",)),
        "lot": Column(LOTS.c.lot_number, ("lot",)),
    }


def joined(*parts: Parts) -> tuple[dict[str, Join], dict[str, Column]]:
    """The parts together; a later part's meaning of a name wins (a line's site over a product's)."""
    joins: dict[str, Join] = {}
    dimensions: dict[str, Column] = {}
    for some_joins, some_dimensions in parts:
        joins.update(some_joins)
        dimensions.update(some_dimensions)
    return joins, dimensions


def plain(source: FromClause, *names: str) -> dict[str, Column]:
    """Columns of the fact's own table under their own names."""
    return {name: Column(source.c[name]) for name in names}
