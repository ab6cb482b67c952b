"""What can be exported by name: every table with the business keys of its parents, and the views with fixed columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Connection,
    FromClause,
    Integer,
    Select,
    Table,
    UniqueConstraint,
    func,
    literal,
    select,
    union_all,
)

from kb.access import Person, require
from kb.corrections import RECORDS
from kb.errors import Refused
from kb.models import (
    Action,
    Base,
    Group,
    Link,
    Membership,
    Signal,
)
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    import pandas as pd

SECRETS = frozenset({"sessions.token_hash"})
FOR_ADMINISTRATORS = frozenset({"users", "user_departments", "sessions", "audit_entries"})
# Where two columns together are the key of a parent, or a name is as good as one.
_SPOKEN = {"users": ("name",), "groups": ("name",), "meetings": ("title",)}


def table(base: KnowledgeBase, who: Person, name: str) -> pd.DataFrame:
    """All rows of a table by its key, the business keys of parents beside their ids. Raises Refused for a wrong name.

    A parent's key bears its own name (sku, lot_number) or, where a row has several such parents or only a name to
    show, the name of the reference (account_owner). Secrets are left out; tables about people need an administrator.
    """
    require(who, "administer" if name in FOR_ADMINISTRATORS else "read")
    if name not in Base.metadata.tables:
        raise Refused(f"there is no table or view {name}: choose one of {', '.join(names())}")
    with base.reading() as connection:
        return _read(connection, _with_parents(Base.metadata.tables[name]))


def view(base: KnowledgeBase, who: Person, name: str) -> pd.DataFrame:
    """One of VIEWS with its fixed columns, or the table of that name. Raises Refused for a wrong name."""
    if name not in VIEWS:
        return table(base, who, name)
    require(who, "read")
    with base.reading() as connection:
        return VIEWS[name](connection)


def names() -> list[str]:
    """Every name that view() takes."""
    return sorted({*VIEWS, *Base.metadata.tables})


def business_key(parent: Table) -> list[str]:
    """The columns by which people know a row of this table, none where they have no word for it."""
    if parent.name in _SPOKEN:
        return list(_SPOKEN[parent.name])
    unique = [rule for rule in parent.constraints if isinstance(rule, UniqueConstraint) and len(rule.columns) == 1]
    columns = [column.name for rule in unique for column in rule.columns]
    return columns or [column.name for column in parent.columns if column.unique]


def _read(connection: Connection, wanted: Any) -> pd.DataFrame:
    """The rows; whole numbers stay whole where some are missing."""
    import pandas as pd  # the command line asks for the names of views only

    frame = pd.read_sql(wanted, connection)
    whole = [column.key for column in wanted.selected_columns if isinstance(column.type, Integer)]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def _with_parents(child: Table) -> Select[Any]:
    """Every column but secrets, each reference followed by the key of its parent."""
    columns: list[Any] = []
    source: FromClause = child
    for column in child.columns:
        if f"{child.name}.{column.name}" in SECRETS:
            continue
        columns.append(column)
        source, keys = _parent(source, column, {*child.columns.keys(), *(shown.key for shown in columns)})
        columns += keys
    return select(*columns).select_from(source).order_by(*child.primary_key.columns)


def _parent(source: FromClause, column: Column[Any], taken: set[str]) -> tuple[FromClause, list[Any]]:
    if not column.foreign_keys or column.name == "import_id":
        return source, []
    target = next(iter(column.foreign_keys)).column
    parent = target.table.alias(f"parent_{column.name}")
    joined = source.outerjoin(parent, column == parent.c[target.name])
    if target.table.name == "order_lines":
        return _order_line(joined, parent)
    wanted = [(name, _header(target.table.name, name, column.name, taken)) for name in business_key(target.table)]
    return joined, [parent.c[name].label(header) for name, header in wanted]


def _header(parent: str, name: str, reference: str, taken: set[str]) -> str:
    return reference.removesuffix("_id") if parent in _SPOKEN or name in taken else name


def _order_line(source: FromClause, line: Any) -> tuple[FromClause, list[Any]]:
    """An order line is known by its order and its number there."""
    order = Base.metadata.tables["sales_orders"].alias("parent_order")
    joined = source.outerjoin(order, line.c.sales_order_id == order.c.sales_order_id)
    return joined, [order.c.order_number, line.c.line_number]


def _assignments(connection: Connection) -> pd.DataFrame:
    """side (factory, field), record_type (defect, return, complaint, feedback), record_number, group_id, confidence."""
    grade = (Membership.group_id, Membership.confidence)
    parts = [
        select(Membership.side, literal(kind).label("record_type"), number.label("record_number"), *grade).join(
            model, (Membership.record_type == kind) & (Membership.record_id == key)
        )
        for kind, (_, model, key, number) in RECORDS.items()
    ]
    return _read(connection, union_all(*parts).order_by("side", "record_type", "record_number"))


def _groups(connection: Connection) -> pd.DataFrame:
    size = select(func.count()).where(Membership.group_id == Group.group_id).scalar_subquery()
    name = func.coalesce(Group.given_name, Group.name).label("name")
    columns = (Group.group_id, Group.side, name, size.label("size"), Group.terms, Group.stability)
    alive = select(*columns, Group.first_seen_on, Group.last_seen_on).where(Group.status == "alive")
    return _read(connection, alive.order_by(Group.group_id))


def _links(connection: Connection) -> pd.DataFrame:
    numbers = (Link.rank, Link.score, Link.rate_ratio, Link.ci_low, Link.ci_high, Link.q_value, Link.shared_lots)
    wanted = select(Link.symptom_id, Link.cause_id, *numbers, Link.verdict)
    return _read(connection, wanted.order_by(Link.symptom_id, Link.rank))


def _signals(connection: Connection) -> pd.DataFrame:
    what = (Signal.signal_id, Signal.side, Signal.group_id, Signal.level, Signal.product_or_family, Signal.raised_on)
    wanted = select(*what, Signal.observed, Signal.expected, Signal.score, Signal.status)
    return _read(connection, wanted.order_by(Signal.signal_id))


def _effects(connection: Connection) -> pd.DataFrame:
    """action_number, verdict, rate_ratio, ci_low, ci_high: no rows while no effect is worked out."""
    nothing = [literal(None).label(name) for name in ("verdict", "rate_ratio", "ci_low", "ci_high")]
    return _read(connection, select(Action.action_number, *nothing).where(literal(value=False)))


VIEWS: dict[str, Callable[[Connection], pd.DataFrame]] = {
    "assignments": _assignments,
    "groups": _groups,
    "links": _links,
    "signals": _signals,
    "effects": _effects,
}
