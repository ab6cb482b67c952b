"""The catalogue: complete, consistent, and readable by people."""

from __future__ import annotations

import typing

import pytest

from analytics import catalog
from analytics.metric import Direction, Kind, Metric, Unit, rounded
from kb import facts
from kb.access import DEPARTMENTS
from kb.errors import Refused
from kb.facts.shared import table


def test_every_kind_of_metric_is_there() -> None:
    assert {metric.kind for metric in catalog.METRICS.values()} == set(typing.get_args(Kind))


@pytest.mark.parametrize("key", catalog.METRICS)
def test_an_entry_is_complete_and_names_only_what_exists(key: str) -> None:
    metric = catalog.get(key)
    assert metric.key == key
    assert metric.kind in typing.get_args(Kind)
    assert metric.unit in typing.get_args(Unit)
    assert metric.direction in typing.get_args(Direction)
    assert metric.owners and set(metric.owners) <= set(DEPARTMENTS)
    assert metric.formula.endswith(".") and metric.source and metric.needs
    for term in metric.terms:
        assert term.measure in facts.get(term.fact).measures
    for name, columns in (source for need in metric.needs for source in need.sources):
        assert {column.partition("=")[0] for column in columns} <= set(table(name).columns.keys())


@pytest.mark.parametrize("key", catalog.METRICS)
def test_a_rate_has_a_denominator_and_a_step_exists(key: str) -> None:
    metric = catalog.get(key)
    if metric.kind != "snapshot":
        assert bool(metric.denominator) == (metric.kind in ("ratio", "product", "cohort", "balance"))
    assert bool(metric.step) == (metric.kind in ("product", "median", "mean"))
    assert (metric.matures_after_days > 0) == (metric.kind == "cohort")
    if metric.step:
        fact = facts.get(metric.numerator[0].fact)
        assert metric.step in fact.dimensions or metric.step in fact.counted


def test_names_are_told_apart() -> None:
    assert len({metric.name for metric in catalog.METRICS.values()}) == len(catalog.METRICS)


def test_a_dimension_means_the_same_everywhere_or_has_another_name() -> None:
    for name in ("product", "family", "customer", "line"):
        meanings = [fact.dimensions[name] for fact in facts.FACTS.values() if name in fact.dimensions]
        columns = {str(meaning.expression).split(".")[-1] for meaning in meanings}
        assert len(columns) == 1, name


def test_an_unknown_metric_or_fact_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused, match="there is no metric profit: choose one of revenue"):
        catalog.get("profit")
    with pytest.raises(Refused, match="there is no fact gossip: choose one of order_lines"):
        facts.get("gossip")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (2.94, "2.94"), (12.34, "12.3"), (1234.5, "1,230"), (0.01234, "0.0123"), (-2.5, "-2.5"),
     (999.6, "1,000"), (1234567.0, "1,230,000"), (3, "3"), (99.96, "100")],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("scrap_rate", 2.94, "2.94 %"), ("revenue", 1234567.0, "1,230,000 EUR"), ("capa_cycle_time", 12.0, "12 days"),
     ("customer_ppm", 512.0, "512 ppm"), ("complaint_rate_cohort", 3.21, "3.21 per 1,000"), ("orders", 12.0, "12"),
     ("scrap_rate", float("nan"), "no data")],
)  # fmt: skip
def test_values_are_written_with_their_unit(key: str, value: float, text: str) -> None:
    metric: Metric = catalog.get(key)
    assert metric.worded(value, "EUR") == text
