"""One metric by month for many members: small multiples on one scale, or one member before the others."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analytics.charts.comparison import SUMS
from analytics.charts.house import (
    ACCENT,
    GREY,
    Drawing,
    empty,
    mark_events,
    month_axis,
    safe,
    short,
    shown,
    suffix,
)
from analytics.metric import SMALL

MOST_PANELS, COLUMNS, PANEL = 12, 2, 96


def multiples(
    frame: pd.DataFrame, *, by: str, name: str, unit: str, direction: str, currency: str = "",
    counted: bool = True, events: pd.DataFrame | None = None,
) -> Drawing:  # fmt: skip
    """The twelve weightiest members by month, each in a panel, all on one scale; the rest is named in the alternative.

    `frame` has month, the column `by`, value, numerator, denominator, is_mature. Small samples are grey. Events limited
    to another member are drawn in that member's panel only.
    """
    shown_ones, rest = _weightiest(frame, by)
    rows = max(math.ceil(len(shown_ones) / COLUMNS), 1)
    figure = _panels(shown_ones, rows)
    for place, member in enumerate(shown_ones):
        part = frame[frame[by] == member].sort_values("month")
        axis = _axis(place)
        _line(figure, part, axis, name, unit, currency, ACCENT)
        _small(figure, part if counted else part.head(0), axis, unit, currency)
    scale = _scale(frame[frame[by].isin(shown_ones)]["value"], unit)
    figure.update_yaxes(nticks=3, range=scale, **suffix(unit))
    month_axis(figure, ticks=4)
    marked = [
        mark_events(figure, events, axis=_axis(place), by=by, member=member, labels=0)
        for place, member in enumerate(shown_ones)
    ]
    title = _title(frame, by, name, unit, direction, currency)
    more = f" {len(rest)} more not drawn: {', '.join(map(str, rest[:20]))}." if rest else ""
    return Drawing(
        figure, title, f"Small multiples by month, one scale. {title}.{more}{''.join(dict.fromkeys(marked))}"
    )


def highlighted(
    frame: pd.DataFrame, *, by: str, member: str = "", name: str, unit: str, direction: str, currency: str = "",
    counted: bool = True, events: pd.DataFrame | None = None,
) -> Drawing:  # fmt: skip
    """One member's months before the other eleven weightiest in grey; without a member the worst of the last month."""
    members, _ = _weightiest(frame, by)
    chosen = member if member in members else _telling(frame, by, direction, unit, members)
    figure = empty(340)
    for one in sorted(members, key=lambda each: each == chosen):
        part = frame[frame[by] == one].sort_values("month")
        _line(figure, part, "", str(one), unit, currency, ACCENT if one == chosen else GREY, thin=one != chosen)
    _small(figure, frame[(frame[by] == chosen) & counted], "", unit, currency)
    figure.update_yaxes(rangemode="tozero" if unit in SUMS else "normal", nticks=5, **suffix(unit))
    month_axis(figure)
    title = _title(frame, by, name, unit, direction, currency, chosen)
    return Drawing(figure, title, f"Lines by month. {title}.{mark_events(figure, events, by=by, member=chosen)}")


def _weightiest(frame: pd.DataFrame, by: str) -> tuple[list[str], list[str]]:
    """Members with values by what stands behind them, at most twelve, and the rest."""
    valued = frame.dropna(subset=["value"])
    weight = valued["denominator"].fillna(valued["numerator"].abs()).groupby(valued[by]).sum()
    order = [str(one) for one in weight.sort_values(ascending=False, kind="stable").index]
    return order[:MOST_PANELS], order[MOST_PANELS:]


def _panels(members: list[str], rows: int) -> go.Figure:
    """Empty panels, each under the name of its member."""
    figure = make_subplots(
        rows=rows, cols=COLUMNS, horizontal_spacing=0.09, shared_xaxes="all", shared_yaxes="all",
        vertical_spacing=min(0.3, 30 / (rows * PANEL)) if rows > 1 else 0,
    )  # fmt: skip
    figure.update_layout(empty(40 + rows * (PANEL + 50)).layout, overwrite=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 28, "b": 8})
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    for place, member in enumerate(members):
        axis = _axis(place)
        figure.add_annotation(
            text=safe(short(member)), x=0.5, y=1, xref=f"x{axis} domain", yref=f"y{axis} domain", xanchor="center",
            yanchor="bottom", yshift=4, showarrow=False, font={"size": 13},
        )  # fmt: skip
    return figure


def _axis(place: int) -> str:
    """The number that Plotly gives to the axes of a panel; the first has none."""
    return str(place + 1) if place else ""


def _scale(values: pd.Series, unit: str) -> list[float]:
    """The range that all panels share, with some air; sums begin at zero."""
    known = values.dropna().astype(float)
    if known.empty:
        return [0.0, 1.0]
    low, high = float(known.min()), float(known.max())
    low = min(low, 0.0) if unit in SUMS else low
    air = 0.06 * ((high - low) or abs(high) or 1.0)
    return [low if unit in SUMS and low == 0 else low - air, high + air]


def _line(
    figure: go.Figure, part: pd.DataFrame, axis: str, name: str, unit: str, currency: str, colour: str, *,
    thin: bool = False,
) -> None:  # fmt: skip
    figure.add_scatter(
        x=part["month"], y=part["value"], mode="lines", connectgaps=False, name=safe(short(name)),
        line={"color": colour, "width": 1 if thin else 2.5}, xaxis=f"x{axis}", yaxis=f"y{axis}",
        customdata=[shown(value, unit, currency) for value in part["value"]],
        hovertemplate=f"{safe(short(name))}, %{{x|%b %Y}}: %{{customdata}}<extra></extra>",
    )  # fmt: skip


def _small(figure: go.Figure, part: pd.DataFrame, axis: str, unit: str, currency: str) -> None:
    """Months of few units behind them, as grey rings with their n."""
    few = part[(part["denominator"] < SMALL) & part["value"].notna()]
    if few.empty:
        return
    rows = few.to_dict("records")
    told = [f"{shown(one['value'], unit, currency)}, n = {one['denominator']:,.0f}" for one in rows]
    figure.add_scatter(
        x=few["month"], y=few["value"], mode="markers", name="small sample",
        marker={"color": GREY, "symbol": "circle-open", "size": 7}, xaxis=f"x{axis}", yaxis=f"y{axis}",
        customdata=told, hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>",
    )  # fmt: skip


def _last_month(frame: pd.DataFrame, by: str) -> pd.Series:
    """The values of the last month that may be judged, by member; small samples have no say."""
    judged = frame.dropna(subset=["value"])
    judged = judged[judged["is_mature"].astype(bool) & ~(judged["denominator"] < SMALL)]
    last = judged[judged["month"] == judged["month"].max()]
    return pd.Series(last["value"].to_numpy(float), index=last[by].astype(str))


def _telling(frame: pd.DataFrame, by: str, direction: str, unit: str, members: list[str]) -> str:
    """The member that a look goes to first: of a rate the worst, of a sum the largest."""
    values = _last_month(frame, by)
    values = values[values.index.isin(members)]
    if values.empty:
        return members[0] if members else ""
    is_rate = unit not in SUMS
    return str(values.idxmin() if direction == "up" and is_rate else values.abs().idxmax())


def _title(frame: pd.DataFrame, by: str, name: str, unit: str, direction: str, currency: str, chosen: str = "") -> str:
    values = _last_month(frame, by)
    members, _ = _weightiest(frame, by)
    one = chosen or _telling(frame, by, direction, unit, members)
    if len(values) < 2 or one not in values.index:
        return f"{name} by {by.replace('_', ' ')}: not enough months to compare"
    judged = frame[frame["value"].notna() & frame["is_mature"].astype(bool)]
    place = "highest" if values[one] >= values.max() else "lowest" if values[one] <= values.min() else "one"
    told = f"{shown(values[one], unit, currency)} in {judged['month'].max():%b %Y}"
    return f"{name}: {one} is {place} of {len(values):,} by {by.replace('_', ' ')}, {told}"
