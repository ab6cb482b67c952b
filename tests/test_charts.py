"""Figures: what they say is computed from the frame, and nothing in the data is read as markup."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics import charts

RED, GREEN, BLUE = charts.BAD, charts.GOOD, charts.ACCENT


def months(values: list[float], **columns: object) -> pd.DataFrame:
    index = pd.date_range("2026-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": index, "value": values, "is_mature": True, **columns})


def parts(contributions: dict[str, float], mix: float = 0.0) -> pd.DataFrame:
    rows = [(name, value - mix, mix, value) for name, value in contributions.items()]
    return pd.DataFrame(rows, columns=["member", "rate_effect", "mix_effect", "contribution"])


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mark", [charts.ACCENT, charts.GOOD, charts.BAD, charts.GREY])
@pytest.mark.parametrize("ground", ["#ffffff", "#14171a"])
def test_marks_stand_out_in_both_themes(mark: str, ground: str) -> None:
    light, dark = sorted((luminance(mark), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_title_of_a_trend_is_its_finding_with_target() -> None:
    drawn = charts.trend(months([95.0, 96.1], target=97.0), name="First pass yield", unit="percent", direction="up")
    assert drawn.title == "First pass yield rose to 96.1 % in Feb 2026, short of target"
    assert drawn.title in drawn.alt


def test_a_trend_of_one_month_has_a_neutral_title() -> None:
    drawn = charts.trend(months([95.0]), name="Revenue", unit="money", direction="up")
    assert drawn.title == "Revenue: not enough months for a trend"


def test_an_empty_trend_is_drawn() -> None:
    assert charts.trend(months([]), name="Revenue", unit="money", direction="up").title.startswith("Revenue")


def test_a_value_that_hardly_moved_held() -> None:
    assert "held at" in charts.trend(months([100.0, 100.5]), name="Orders", unit="count", direction="up").title


def test_immature_months_are_hollow_and_do_not_speak() -> None:
    frame = months([1.0, 2.0, 9.0]).assign(is_mature=[True, True, False])
    drawn = charts.trend(frame, name="Return rate", unit="percent", direction="down")
    young, mature = drawn.figure.data
    assert young.marker.symbol == "circle-open"
    assert young.marker.color == charts.GREY
    assert list(mature.y) == [1.0, 2.0]
    assert "9" not in drawn.title


def test_money_starts_at_zero() -> None:
    drawn = charts.trend(months([5e6, 6e6]), name="Revenue", unit="money", direction="up")
    assert drawn.figure.layout.yaxis.rangemode == "tozero"


def test_contributions_still_sum_to_the_change_when_the_small_ones_become_other() -> None:
    frame = parts({f"P{n}": float(n) for n in range(1, 31)})
    drawn = charts.contributions(frame, finding="It moved", unit="money")
    bars = [sum(trace.x[i] for trace in drawn.figure.data) for i in range(len(drawn.figure.data[0].x))]
    assert len(bars) == charts.MOST_BARS
    assert drawn.figure.data[0].y[-1] == "Other (21)"
    assert sum(bars) == pytest.approx(frame["contribution"].sum())


def test_mix_is_drawn_apart_only_where_there_is_some() -> None:
    sums = charts.contributions(parts({"A": 1.0}), finding="x", unit="money").figure
    rates = charts.contributions(parts({"A": 1.0}, mix=0.2), finding="x", unit="percent").figure
    assert (len(sums.data), len(rates.data)) == (1, 2)


def test_text_from_data_is_no_markup_in_a_figure() -> None:
    payload = '<a href="https://elsewhere.invalid">x</a>'
    drawn = charts.contributions(parts({payload: 1.0}), finding="x", unit="money")
    assert "<" not in drawn.figure.data[0].y[0]
    assert "&lt;a" in drawn.figure.data[0].y[0]


def test_long_names_are_shortened_on_the_axis() -> None:
    drawn = charts.contributions(parts({"x" * 80: 1.0}), finding="x", unit="money")
    assert len(drawn.figure.data[0].y[0]) == 24


def test_no_figure_asks_for_anything_outside() -> None:
    assert charts.CONFIG["displaylogo"] is False
    assert charts.CONFIG["showSendToCloud"] is False


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_494_000, "money", "1.49 M EUR"),
        (0, "percent", "0 %"),
        (96.123, "percent", "96.1 %"),
        (1234.5, "ppm", "1,230 ppm"),
        (12_345, "count", "12.3 k"),
        (float("nan"), "count", "no data"),
        (None, "count", "no data"),
        (0.01234, "percent", "0.0123 %"),
        (-2.5e9, "money", "-2.5 bn EUR"),
        (999_999, "units", "1 M"),
    ],
)
def test_numbers_have_three_digits_and_their_unit(value: float | None, unit: str, text: str) -> None:
    assert charts.shown(value, unit, "EUR") == text


def test_a_difference_of_percent_is_in_points() -> None:
    assert charts.difference(-1.25, "percent") == "−1.25 points"
