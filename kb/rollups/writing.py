"""Write monthly sums: all of a fact, those of some months, or those of new rows beside what is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from kb.facts.fact import SINCE, UNTIL, Column, Fact, midnight
from kb.models import RollupState
from kb.rollups.declared import ROLLUPS, ROOM, SUMS, columns_for, columns_of, placed, rollups_of, rows
from kb.rollups.reach import Reach, key_of_table, reaches
from kb.rollups.reading import last_rows, state

Months = set[date | None]
FIRST_ROW = "first_row"


def renew(connection: Connection, fact: str, months: Months | None = None, older: int | None = None) -> None:
    """Write all sums of a fact anew, or those of these months (first days; none: the undated).

    Where no row moved to another month, `older` is the last row that was there before: then a month is looked for
    from its own first row on, which matters where no index knows the day.
    """
    reach = reaches()[fact]
    gone = delete(SUMS).where(SUMS.c.rollup.in_(_names(fact)))
    if months is None:
        connection.execute(gone)
        _write(connection, reach, None)
        return
    here = _of_months(months)
    which = _within(reach.fact, months)
    if older is not None and reach.root is not None and reach.keeps_first_rows:
        first = first_row_of(connection, fact, months)
        which = and_(which, key_of_table(reach.root) >= (older + 1 if first is None else first))
    connection.execute(gone.where(here))
    _write(connection, reach, which, months)


def first_row_of(connection: Connection, fact: str, months: Collection[date | None]) -> int | None:
    """The first of a fact's rows that stand in these months, or one before it; none where the fact had none there."""
    kept = select(func.min(SUMS.c.sum_1)).where(SUMS.c.rollup == _first_rows(fact), _of_months(months))
    first = connection.scalar(kept)
    return None if first is None else int(first)


@dataclass(frozen=True)
class Added:
    """Rows of a fact whose sums come to those that are there; `sums` in place of the fact's own measures summed."""

    rows: ColumnElement[bool]
    sums: Mapping[str, Column] | None = None


def add(connection: Connection, fact: str, *added: Added) -> None:
    """Add to the sums of a fact: its new rows, and what older rows count otherwise since."""
    last = _newest(connection)
    for one in added:
        _write(connection, reaches()[fact], one.rows, sums=one.sums)
    _put_together(connection, fact, last)


def _newest(connection: Connection) -> int:
    return connection.scalar(select(func.max(SUMS.c.monthly_sum_id))) or 0


def write_states(connection: Connection, facts: Collection[str]) -> None:
    """Say that the rollups of these facts hold what the facts hold now."""
    last, kept = last_rows(connection), [rollup for rollup in ROLLUPS if rollup.fact in facts]
    forget_states(connection, facts)
    if kept:
        states = [{"rollup": rollup.name, "signature": state(rollup, last)} for rollup in kept]
        connection.execute(insert(RollupState), states)


def forget_states(connection: Connection, facts: Collection[str]) -> None:
    """Say nothing of these facts' rollups: nobody uses their sums then."""
    names = [rollup.name for rollup in ROLLUPS if rollup.fact in facts]
    connection.execute(delete(RollupState).where(RollupState.rollup.in_(names)))


def put(connection: Connection, fact: str, made: Sequence[Sequence[Any]]) -> None:
    """Replace all sums of a fact by these rows, in the order of columns_for."""
    connection.execute(delete(SUMS).where(SUMS.c.rollup.in_(_names(fact))))
    if made:
        connection.execute(insert(SUMS), [dict(zip(columns_for(fact), row, strict=True)) for row in made])
    write_states(connection, [fact])


def _names(fact: str) -> list[str]:
    return [*(rollup.name for rollup in rollups_of(fact)), _first_rows(fact)]


def _write(
    connection: Connection,
    reach: Reach,
    which: ColumnElement[bool] | None,
    months: Collection[date | None] = (),
    sums: Mapping[str, Column] | None = None,
) -> None:
    connection.execute(insert(SUMS).from_select(columns_for(reach.fact.name), sums_of(reach, which, months, sums)))


def sums_of(
    reach: Reach,
    which: ColumnElement[bool] | None = None,
    months: Collection[date | None] = (),
    sums: Mapping[str, Column] | None = None,
) -> CompoundSelect[Any]:
    """Rows of monthly_sums, in the order of columns_for, of all rollups of a fact; of the months of `which` rows only.

    One pass over the fact's rows, by all keys and labels of its rollups; each rollup adds up from there.
    """
    fact, rollups = reach.fact, rollups_of(reach.fact.name)
    groups, measures = columns_of(rollups)
    sums = dict(sums or {name: Column(func.sum(column.expression), column.needs) for name, column in measures.items()})
    if reach.keeps_first_rows and reach.root is not None:
        sums[FIRST_ROW] = Column(func.min(key_of_table(reach.root)))
    fine = fact.select({**groups, **sums}, [fact.on]).group_by(*(column.expression for column in groups.values()))
    if which is not None:
        fine = fine.where(which)
    dated = sorted(month for month in months if month)
    if dated:
        fine = fine.params({SINCE.key: dated[0], UNTIL.key: _month_end(dated[-1])})
    source = fine.cte("fine")
    selects = [rows(rollup, source) for rollup in rollups]
    if FIRST_ROW in sums:
        selects.append(_rows_of_months(fact.name, source))
    return union_all(*selects)


def _first_rows(fact: str) -> str:
    """What the rows of monthly_sums are called that hold the first row of each month of a fact."""
    return f"{fact} first rows"


def _rows_of_months(fact: str, source: Any) -> Select[Any]:
    given = {
        "rollup": literal(_first_rows(fact)),
        "month_on": source.c.month_on,
        "sum_1": func.min(source.c[FIRST_ROW]),
    }
    return select(*placed(fact, given)).group_by(source.c.month_on)


def _within(fact: Fact, months: Months) -> ColumnElement[bool]:
    """Whether a row's day lies in these months, as few spans of days, so that an index on the day helps."""
    at = fact.on.expression
    dated = sorted(month for month in months if month)
    spans: list[tuple[date, date]] = []
    for month in dated:
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], next_month(month))
        else:
            spans.append((month, next_month(month)))
    inside = [and_(at >= midnight(at, first), at < midnight(at, after)) for first, after in spans]
    return or_(false(), *inside, *_undated(at, months))


def _of_months(months: Collection[date | None]) -> ColumnElement[bool]:
    dated = [month for month in months if month]
    return or_(false(), SUMS.c.month_on.in_(dated), *_undated(SUMS.c.month_on, months))


def _undated(column: ColumnElement[Any], months: Collection[date | None]) -> list[ColumnElement[bool]]:
    return [column.is_(None)] if None in months else []


def _put_together(connection: Connection, fact: str, last: int) -> None:
    """One row again for each combination: the added ones together with those that were there."""
    # whatever came after the last row is this fact's own; the old rows' months are looked up, not read through
    names, newest = [rollup.name for rollup in rollups_of(fact)], _newest(connection)
    # named from both ends: of an open end PostgreSQL expects a third of all rows, and reads them all
    added = select(SUMS.c.month_on).where(SUMS.c.monthly_sum_id.between(last + 1, newest)).distinct()
    months: Months = set(connection.scalars(added))
    old = and_(SUMS.c.rollup.in_(names), _of_months(months), SUMS.c.monthly_sum_id <= last)
    months &= set(connection.scalars(select(SUMS.c.month_on).where(old).distinct()))
    if not months:
        return
    touched = and_(SUMS.c.rollup.in_(names), SUMS.c.monthly_sum_id <= newest, _of_months(months))
    groups = [SUMS.c[name] for name in columns_for(fact) if name not in ROOM]
    sums = [func.sum(SUMS.c[name]) for name in columns_for(fact) if name in ROOM]
    together = select(*groups, *sums).where(touched).group_by(*groups)
    connection.execute(insert(SUMS).from_select(columns_for(fact), together))
    connection.execute(delete(SUMS).where(touched))


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month_end(month: date) -> date:
    return date.fromordinal(next_month(month).toordinal() - 1)
