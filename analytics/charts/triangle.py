"""Ship cohorts by months in service."""

from __future__ import annotations

import pandas as pd

from analytics.charts.heatmap import cells
from analytics.charts.house import Drawing, shown
from analytics.cohorts import Triangle

COMPARED_AGE, FEWEST_COHORTS = 6, 4


def triangle(found: Triangle, *, is_dark: bool = False) -> Drawing:
    """What came back of each month's shipments (rows) within each number of months in service (columns), in percent.

    The title names the month that stands out at the age at which enough months can be compared.
    """
    shares, sent = found.shares, found.sent
    months, ages = [f"{month:%b %Y}" for month in shares.index], [str(int(age) + 1) for age in shares.columns]
    values = shares.to_numpy(dtype=float)
    texts = [
        ["" if value != value else f"{value:.2f}" if value < 9.995 else f"{value:.1f}" for value in row]
        for row in values
    ]
    full = [[f"{shown(value, 'percent')} of {units:,.0f} units" for value in row] for row, units in
            zip(values, sent, strict=True)]  # fmt: skip
    figure = cells(months, ages, shares, texts, full, is_dark)
    shown_ages = [at for at, age in enumerate(ages) if int(age) < 4 or not int(age) % 3]
    figure.update_xaxes(
        title={"text": "months in service", "standoff": 4},
        tickvals=shown_ages,
        ticktext=[ages[at] for at in shown_ages],
    )
    title = _finding(shares, sent)
    return Drawing(figure, title, f"Cohort triangle of returns. {title}")


def _finding(shares: pd.DataFrame, sent: pd.Series) -> str:
    counts = shares.notna().sum()
    ages = [int(age) for age in shares.columns if counts[age] >= FEWEST_COHORTS and int(age) < COMPARED_AGE]
    if not ages:
        return "Returns by months in service: too few months to compare"
    age = max(ages)
    known = shares[age].dropna()
    month, most = known.idxmax(), float(known.max())
    units = sent.reindex(known.index).drop(month)
    rest = float((known.drop(month) * units).sum() / units.sum()) if units.sum() > 0 else float("nan")
    within = f"within {age + 1} month{'s' if age else ''}"
    return (
        f"Units shipped in {month:%b %Y} came back most: {shown(most, 'percent')} {within}, "
        f"those of the other months {shown(rest, 'percent')}"
    )
