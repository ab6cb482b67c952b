"""How much more often customers' records come from lots with a cause than from others: ratios with intervals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import ACCENT, GREY, Drawing, empty, safe, short
from analytics.metric import rounded

SHORTEST, WIDEST = 1 / 20, 50.0
"""The axis never reaches further; intervals beyond say almost nothing."""
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
FRAME_PIXELS, ROW_PIXELS = 90, 34
LETTERS = 26
SURE = ("confirmed", "asserted")
SIGNS = {"confirmed": "diamond", "asserted": "circle", "refused": "x"}


def rate_ratios(links: pd.DataFrame, *, of: str, side: str = "field") -> Drawing:
    """One row a counterpart, the ratio with its 95 % interval on a log axis, 1 (no difference) marked.

    `links` has name, standing, rate_ratio, ci_low, ci_high; what is asserted or confirmed is in the accent, the rest
    grey, what has no ratio is left out. `of` names the group and `side` its side.
    """
    known = links.dropna(subset=["rate_ratio", "ci_low", "ci_high"])
    known = known[np.isfinite(known["rate_ratio"]) & (known["rate_ratio"] > 0)]
    figure = empty(FRAME_PIXELS + ROW_PIXELS * max(len(known), 1))
    rows = known.to_dict("records")
    inside = known[["rate_ratio", "ci_low", "ci_high"]].clip(SHORTEST, WIDEST)
    for place, (row, reach) in enumerate(zip(rows, inside.itertuples(index=False), strict=True)):
        _draw(figure, row, place, reach)
    _axes(figure, rows, inside)
    title = _finding(known, of, side)
    listed = "; ".join(f"{row['name']} {_told(row)}, {row['standing']}" for row in rows)
    return Drawing(figure, title, f"{title}. Rate ratios: {listed or 'none'}")


def _draw(figure: go.Figure, row: Mapping[Hashable, Any], place: int, reach: tuple[Any, ...]) -> None:
    ratio, low, high = reach
    colour = ACCENT if row["standing"] in SURE else GREY
    figure.add_scatter(
        x=np.log10([low, high]), y=[place, place], mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=np.log10([ratio]), y=[place], mode="markers",
        customdata=[[safe(row["name"]), _told(row), safe(row["standing"])]],
        marker={"color": colour, "size": 11, "symbol": SIGNS.get(str(row["standing"]), "circle-open")},
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}, %{customdata[2]}<extra></extra>",
    )  # fmt: skip


def _axes(figure: go.Figure, rows: Sequence[Mapping[Hashable, Any]], inside: pd.DataFrame) -> None:
    low = min(0.5, float(inside["ci_low"].min())) if len(inside) else 0.5
    high = max(2.0, float(inside["ci_high"].max())) if len(inside) else 2.0
    ticks = [tick for tick in TICKS if low / 1.05 <= tick <= high * 1.05]
    # logarithms on a plain axis, which reports draw too
    figure.add_vline(x=0, line={"color": GREY, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        text="1: as often as elsewhere", x=0, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"size": 12}
    )
    figure.update_xaxes(
        range=[float(np.log10(low)) - 0.05, float(np.log10(high)) + 0.05], tickvals=np.log10(ticks).tolist(),
        ticktext=[f"{tick:g}" for tick in ticks], title="times as often (log scale)", zeroline=False,
    )  # fmt: skip
    # by place, not by name: two groups may have the same name
    labels = [safe(short(row["name"], LETTERS)) for row in rows]
    figure.update_yaxes(
        range=[len(rows) - 0.5, -0.5], tickvals=list(range(len(rows))), ticktext=labels, showgrid=False, zeroline=False
    )
    figure.update_layout(margin_t=26)


def _told(row: Mapping[Hashable, Any]) -> str:
    return f"{rounded(row['rate_ratio'])} ({rounded(row['ci_low'])} to {rounded(row['ci_high'])})"


def _finding(known: pd.DataFrame, of: str, side: str) -> str:
    sure = known[known["standing"].isin(SURE)].to_dict("records")
    if not sure:
        return f"No counterpart of {_quoted(of)} is asserted" if len(known) else "There is nothing to compare"
    first = sure[0]
    cause, symptom = (first["name"], of) if side == "field" else (of, first["name"])
    if first["rate_ratio"] <= 1:
        return f"{_quoted(symptom)} goes with {_quoted(cause)}, though its lots come back no more often than others"
    times = rounded(first["rate_ratio"])
    return f"Lots with {_quoted(cause)} come back with {_quoted(symptom)} {times} times as often as others"


def _quoted(name: object) -> str:
    return f"\u201c{name}\u201d"
