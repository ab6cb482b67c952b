"""Tables as colours: one hue, in steps on which the numbers stay readable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import Drawing, empty, shown
from analytics.charts.named import along, from_top, labels

# Six steps of one blue. None is so middling that neither black nor white text would stand out on it (4.5:1).
ON_LIGHT = ("#eef5fa", "#d3e7f4", "#b0d4ec", "#7dbbe0", "#0072b2", "#004c78")
ON_DARK = ("#16232d", "#0d3a58", "#00568a", "#0072b2", "#7dbbe0", "#bfddf0")
ROW_HEIGHT, AXIS_HEIGHT = 30, 60


def heatmap(
    table: pd.DataFrame, *, what: str, unit: str, currency: str = "", is_dark: bool = False, height: int | None = None
) -> Drawing:
    """A table of one number by two dimensions, named by its index and its columns; empty cells stay empty.

    `what` is what the numbers are, as in 'cost'. Numbers stand on the cells wherever they fit.
    """
    texts = [[_brief(value) for value in row] for row in table.to_numpy(dtype=float)]
    full = [[shown(value, unit, currency) for value in row] for row in table.to_numpy(dtype=float)]
    names = labels(table.index.to_list()), labels(table.columns.to_list(), 14)
    figure = cells(*names, table, texts, full, is_dark, height)
    title = _finding(table, what, unit, currency)
    rows, columns = (str(axis.name).replace("_", " ") for axis in (table.index, table.columns))
    return Drawing(figure, title, f"Heatmap of {what}, {rows} by {columns}. {title}")


def cells(
    rows: Sequence[str], columns: Sequence[str], table: pd.DataFrame, texts: Sequence[Sequence[str]],
    full: Sequence[Sequence[str]], is_dark: bool, height: int | None = None,
) -> go.Figure:  # fmt: skip
    """The figure alone: the first row on top, deeper (on dark ground: brighter) where there is more.

    `texts` stand on the cells, `full` is told on hover.
    """
    figure = empty(height or AXIS_HEIGHT + ROW_HEIGHT * max(len(rows), 3))
    told = [[f"{row}, {name}: {value}" for name, value in zip(columns, line, strict=True)] for row, line in
            zip(rows, full, strict=True)]  # fmt: skip
    figure.add_heatmap(
        z=table.to_numpy(dtype=float), x=list(range(len(columns))), y=list(range(len(rows))), text=texts,
        texttemplate="%{text}", customdata=told, hovertemplate="%{customdata}<extra></extra>", hoverongaps=False,
        showscale=False, colorscale=_steps(ON_DARK if is_dark else ON_LIGHT), zmin=0, xgap=2, ygap=2,
    )  # fmt: skip
    figure.update_yaxes(**from_top(rows))
    figure.update_xaxes(side="top", **along(columns))
    return figure


def _brief(value: float) -> str:
    """At most four signs, so that they stay readable on a phone: '0.92', '37', '2.6k'; nothing for nothing."""
    if not np.isfinite(value):
        return ""
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * scale:
            part = value / scale
            return f"{part:.0f}{letter}" if part >= 9.95 else f"{part:.1f}{letter}"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.3g}" if value >= 1 else f"{value:.2g}"


def _steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    count = len(colours)
    return [(place / count, colour) for at, colour in enumerate(colours) for place in (at, at + 1)]


def _finding(table: pd.DataFrame, what: str, unit: str, currency: str) -> str:
    values = table.to_numpy(dtype=float)
    if not np.isfinite(values).any():
        return f"No {what} for this filter"
    at = np.unravel_index(int(np.nanargmax(values)), values.shape)
    row, column, most = table.index[int(at[0])], table.columns[int(at[1])], float(values[at])
    share = shown(100 * most / float(np.nansum(values)), "percent")
    return f"Most {what} is in {column} on {row}: {shown(most, unit, currency)}, {share} of all"
