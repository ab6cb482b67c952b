"""All overview numbers by monthly sums against the facts themselves, at a million and at ten million facts."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, func, select, text

from analytics import metrics as evaluation
from analytics import questions
from kb import allocation, importing, rollups, store
from kb.access import command_line
from kb.facts.selling import DUE_ON
from kb.rollups import Renewal
from kb.rollups.reach import key_of_table, reaches
from kb.rollups.reading import last_rows
from kb.rollups.writing import sums_of
from kb.store import KnowledgeBase
from pages.parts.figures import PRODUCTION, SALES
from tests import postgres
from tests.bench import large
from tests.bench.figures import Figure, Result, at_most
from tests.bench.timing import ROUNDS

FACTS = tuple(int(number) for number in os.environ.get("SYMBIOSIS_BENCH_FACTS", "1000000,10000000").split(","))
SHARE = {"sqlite": 100, "postgresql": 50}
TIMES, ADDED = 2, 10
A_SIDE = 3


@dataclass
class Found:
    """Seconds at one size; the share of an import is in percent."""

    facts: int
    by_sums: float = 0.0
    by_facts: float = 0.0
    queries: float = 0.0
    outside: float = 0.0
    outside_by_facts: float = 0.0
    first: float = 0.0
    others: float = 0.0
    made: float = 0.0
    added: float = 0.0
    imported: float = 0.0
    bare: float = 0.0
    rows: int = 0
    megabytes: float = 0.0


def sqlite() -> Result:
    """The bench on SQLite."""
    found = []
    for count in FACTS:
        with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name:
            url = f"sqlite:///{Path(name) / 'large.sqlite'}"
            found.append(_measured(url, count, Path(name)))
    return _result("sqlite", found)


def postgresql() -> Result:
    """The bench on PostgreSQL."""
    found = []
    for count in FACTS:
        with (
            tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name,
            postgres.server() as server,
            server.database() as url,
        ):
            found.append(_measured(url, count, Path(name)))
    return _result("postgresql", found)


def _measured(url: str, count: int, folder: Path) -> Found:
    with closing(store.open_base(url)) as base:
        found = Found(count)
        large.build(base, count)
        found.made = _seconds(lambda: rollups.make_ready(base))
        with base.reading() as connection, _patient(base):
            found.rows = connection.scalar(text("SELECT count(*) FROM monthly_sums")) or 0
            found.megabytes = _size(base, connection)
        found.first = _seconds(lambda: _numbers(base))
        with _counting(base) as spent:
            found.by_sums = _middle(ROUNDS, lambda: _numbers(base))
        found.queries = sum(spent) / ROUNDS
        found.others = _middle(ROUNDS, lambda: _others(base))
        found.outside = _middle(ROUNDS, lambda: _outside(base))
        with _by_facts_alone(base):
            found.by_facts = _middle(1 if count > 2_000_000 else 3, lambda: _numbers(base))
            found.outside_by_facts = _seconds(lambda: _outside(base))
        large.write_month(folder / "month", count)
        last = _last_rows(base)
        found.imported, renewing = _import(base, folder / "month")
        found.added = 100 * renewing / (found.imported - renewing)
        found.bare = 100 * _middle(3, lambda: _added_up(base, last)) / (found.imported - renewing)
        return found


def _numbers(base: KnowledgeBase) -> None:
    """What the overview shows of its six key figures: cards with sparklines, twelve months, by family."""
    who = command_line()
    keys, period = _asked(base)
    questions.cards(base, who, keys, period)
    for key in keys:
        questions.trend(base, who, key, end=period)
        evaluation.evaluate(base, who, [key], period=period, by=["family"])


def _asked(base: KnowledgeBase) -> tuple[list[str], Any]:
    if base.url not in _ASKED:
        who = command_line()
        missing = evaluation.unsupported(base, who)
        keys = [key for side in (SALES, PRODUCTION) for key in sorted(side, key=lambda key: key in missing)[:A_SIDE]]
        _ASKED[base.url] = keys, questions.span(base, who).last_month
    return _ASKED[base.url]


_ASKED: dict[str, tuple[list[str], Any]] = {}


def _others(base: KnowledgeBase) -> None:
    """The overview's other questions: span, choices, what is lacking, what moved and why."""
    who = command_line()
    keys, period = _asked(base)
    questions.span(base, who)
    questions.choices(base, who)
    evaluation.unsupported(base, who)
    questions.moved_by(base, who, keys[0], period=period)


def _outside(base: KnowledgeBase) -> None:
    """What no sums know: the customer's region and the product's family together."""
    who = command_line()
    _, period = _asked(base)
    year = evaluation.Period.months(period.end, 12)
    filters = {"family": ("Family 3",)}
    evaluation.evaluate(base, who, ["units_shipped"], period=year, by=["region"], filters=filters)


def _import(base: KnowledgeBase, folder: Path) -> tuple[float, float]:
    """Seconds of an import of one more month, and of that the renewal of the sums."""
    spent: list[float] = []
    allocating: list[float] = []
    watched = Renewal.sharing

    @contextmanager
    def sharing(renewal: Renewal) -> Iterator[None]:
        """What the renewal keeps and compares around the allocation, without the allocation itself."""
        started = time.perf_counter()
        with watched(renewal):
            yield
        spent.append(time.perf_counter() - started - allocating.pop())

    with (
        patch.object(Renewal, "__init__", _timed(Renewal.__init__, spent)),
        patch.object(Renewal, "before", _timed(Renewal.before, spent)),
        patch.object(Renewal, "everything", _timed(Renewal.everything, spent)),
        patch.object(Renewal, "finish", _timed(Renewal.finish, spent)),
        patch.object(Renewal, "sharing", sharing),
        patch.object(allocation, "renew", _timed(allocation.renew, allocating)),
    ):
        preset = importing.presets.load("symbiosis")
        whole = _seconds(lambda: importing.run(base, command_line(), [folder], preset))
    return whole, sum(spent)


def _last_rows(base: KnowledgeBase) -> dict[str, int]:
    with base.reading() as connection:
        return last_rows(connection)


def _added_up(base: KnowledgeBase, last: Mapping[str, int]) -> None:
    """Add up the rows after the last ones of each fact for its sums, as the renewal does, and write nothing.

    Left out is what has no rows of its own: production, cohorts, and lines that were due.
    """
    with base.reading() as connection, _patient(base):
        for name, reach in reaches().items():
            if reach.root is not None and name not in DUE_ON:
                sums = sums_of(reach, key_of_table(reach.root) > last[reach.root.name])
                connection.execute(select(func.count()).select_from(sums.subquery()))


def _timed(method: Any, spent: list[float]) -> Any:
    def run(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        answer = method(*arguments, **options)
        spent.append(time.perf_counter() - started)
        return answer

    return run


@contextmanager
def _by_facts_alone(base: KnowledgeBase) -> Iterator[None]:
    with patch.object(rollups, "in_use", lambda connection: frozenset()), _patient(base):
        yield


@contextmanager
def _patient(base: KnowledgeBase) -> Iterator[None]:
    """Without the limit of a statement's time, which a scan of everything may pass."""

    def lift(connection: Any) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")

    if not base.is_sqlite:
        event.listen(base.reader, "begin", lift)
    yield
    if not base.is_sqlite:
        event.remove(base.reader, "begin", lift)


@contextmanager
def _counting(base: KnowledgeBase) -> Iterator[list[float]]:
    """Seconds of the statements themselves."""
    spent: list[float] = []

    def begin(_connection: Any, _cursor: Any, _text: Any, _values: Any, context: Any, _many: Any) -> None:
        context.began = time.perf_counter()

    def end(_connection: Any, _cursor: Any, _text: Any, _values: Any, context: Any, _many: Any) -> None:
        spent.append(time.perf_counter() - context.began)

    event.listen(base.reader, "before_cursor_execute", begin)
    event.listen(base.reader, "after_cursor_execute", end)
    yield spent
    event.remove(base.reader, "before_cursor_execute", begin)
    event.remove(base.reader, "after_cursor_execute", end)


def _size(base: KnowledgeBase, connection: Any) -> float:
    if base.path:
        return base.path.stat().st_size / 1e6
    return float(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


def _middle(rounds: int, work: Callable[[], object]) -> float:
    return median(_seconds(work) for _ in range(rounds))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _result(database: str, found: list[Found]) -> Result:
    first, last = found[0], found[-1]
    figures = []
    for one in found:
        of = f"at {one.facts:,} facts"
        figures += [
            Figure(f"All overview numbers {of}, by sums", f"{one.by_sums:.3f} s, of that {one.queries:.3f} s queries"),
            Figure(f"The same {of} by the facts", f"{one.by_facts:.2f} s, {one.by_facts / one.by_sums:,.0f} times"),
            Figure(f"The same {of} by sums, the first time", f"{one.first:.2f} s"),
            Figure(f"The overview's other questions {of}", f"{one.others:.2f} s"),
            Figure(
                f"Outside the sums {of}: units shipped of a family by region",
                f"{one.outside:.2f} s, by the facts {one.outside_by_facts:.2f} s",
            ),
            Figure(
                f"Sums made for the first time {of}", f"{one.made:.1f} s, {one.rows:,} rows, {one.megabytes:,.0f} MB"
            ),
            at_most(f"Renewal adds to an import of one more month {of} ({one.imported:.1f} s)", one.added, ADDED, "%"),
            Figure(f"Adding up the new rows alone {of}, nothing written", f"{one.bare:.1f} % of that import"),
        ]
    limit = SHARE[database]
    share = 100 * last.by_sums / last.by_facts
    figures.append(at_most(f"Share of the facts' time at {last.facts:,} facts", share, 100 / limit, "%", 2))
    if first is not last:
        times = last.by_sums / first.by_sums
        figures.append(at_most(f"Time at {last.facts:,} facts against {first.facts:,}", times, TIMES, "times"))
    notes = [
        "Six cards with sparklines, a trend of twelve months and a split by family for each, asked one after the other "
        "as pages ask them, nothing cached by us; by the facts is the same code with the sums switched off. The base "
        "spreads over 36 months, 200 articles and 400 customers; the import brings one more month of all seven kinds."
    ]
    return Result(f"Overview numbers by monthly sums on {database}", figures, notes)
