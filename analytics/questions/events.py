"""What happened meanwhile: price changes, line moves, fixes, which the drawings of time mark by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import and_, select

from analytics import catalog
from analytics.metrics import Filters
from kb.access import Person, require
from kb.models import Event, Product, Site, User, WorkCenter
from kb.store import KnowledgeBase

# What the member of an event belongs to, so that a filter on one can leave out an event limited to the other.
BELONGS = {"product": ("family", "category", "site"), "line": ("site",)}
COLUMNS = ["event_id", "happened_on", "kind", "title", "dimension", "member", "by", "department", "version"]


def events(
    base: KnowledgeBase,
    who: Person,
    *,
    key: str | None = None,
    filters: Filters | None = None,
    latest_first: bool = False,
) -> pd.DataFrame:
    """What happened, by day: event_id, happened_on, kind, title, dimension and member (none: everything), by,
    department, version. Withdrawn ones are left out.

    With the key of a metric only what may explain it: an event limited to a line says nothing about a number that is
    not recorded by line. With filters only what can touch what they let through: an event of another family is left
    out, also one of a product of another family; one of a line stays where a family is chosen, because lines make many.
    """
    require(who, "read")
    rows = _rows(base)
    known = catalog.get(key).dimensions if key else None
    kept = [
        row for row in rows if (known is None or row["dimension"] in (None, *known)) and _touches(row, filters or {})
    ]
    frame = pd.DataFrame(kept[::-1] if latest_first else kept, columns=COLUMNS)
    return frame.assign(happened_on=pd.to_datetime(frame["happened_on"]).astype("datetime64[us]"))


def _rows(base: KnowledgeBase) -> list[Mapping[str, Any]]:
    made_at, line_at = Site.__table__.alias("made_at"), Site.__table__.alias("line_at")
    wanted = (
        select(
            Event.event_id, Event.happened_on, Event.kind, Event.title, Event.dimension, Event.member,
            User.name.label("by"), Event.department, Event.version, Product.family, Product.category,
            made_at.c.site_number.label("product_site"), line_at.c.site_number.label("line_site"),
        )
        .outerjoin(User, User.user_id == Event.user_id)
        .outerjoin(Product, and_(Event.dimension == "product", Product.sku == Event.member))
        .outerjoin(made_at, made_at.c.site_id == Product.site_id)
        .outerjoin(WorkCenter, and_(Event.dimension == "line", WorkCenter.line == Event.member))
        .outerjoin(line_at, line_at.c.site_id == WorkCenter.site_id)
        .where(~Event.is_withdrawn)
        .order_by(Event.happened_on, Event.event_id)
    )  # fmt: skip
    with base.reading() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def _touches(row: Mapping[str, Any], filters: Filters) -> bool:
    """Whether anything that the filters let through can be what the event is limited to."""
    belongs = {name: row[name] for name in ("family", "category")} | {"site": row["product_site"] or row["line_site"]}
    places = {row["dimension"]: row["member"]} | {
        name: belongs[name] for name in BELONGS.get(row["dimension"], ()) if belongs[name] is not None
    }
    return all(places[name] in values for name, values in filters.items() if values and name in places)
