"""One metric by month, with its target and what happened meanwhile."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import ACCENT, GREY, MONTH_AXIS, Drawing, empty, level, mark_events, safe, shown, suffix

DASHES = ("dot", "dash", "dashdot", "longdash")


def trend(
    frame: pd.DataFrame, *, name: str, unit: str, direction: str, currency: str = "", height: int = 300,
    events: pd.DataFrame | None = None,
) -> Drawing:  # fmt: skip
    """One metric by month.

    `frame` has month, value, is_mature and, where known, target, low, high. Months whose cohort is too young for a
    verdict are drawn hollow and grey. The title says how the last mature month stands to the one before and the target.
    """
    frame = frame.sort_values("month")
    mature = frame[frame["is_mature"].astype(bool)] if "is_mature" in frame else frame
    young = frame[~frame["month"].isin(mature["month"])]
    target = _last(frame, "target")
    aims = [] if target is None else [(target, f"target {shown(target, unit, currency)}")]
    figure = empty(
        height, showlegend=len(young) > 0, shapes=[level(value) for value, _ in aims],
        annotations=[{"text": words, **_beside(frame, value)} for value, words in aims], **_axes(unit),
    )  # fmt: skip
    if len(young):
        _line(figure, pd.concat([mature.tail(1), young]), "too young to judge", GREY, unit, currency, hollow=True)
    _line(figure, mature, name, ACCENT, unit, currency)
    title = _trend_title(mature, name, unit, direction, currency, target)
    return Drawing(figure, title, f"Line chart by month. {title}.{mark_events(figure, events)}")


def definitions(
    months: pd.DataFrame, *, chosen: str, finding: str, unit: str, currency: str = "",
    events: pd.DataFrame | None = None,
) -> Drawing:  # fmt: skip
    """Rival definitions of one thing by month: the chosen one before the others, which are told apart by their dashes.

    `months` has month, key, name, value, is_mature; months that may not be judged yet are left out.
    """
    figure = empty(320, showlegend=True, **_axes(unit))
    judged = months[months["is_mature"].astype(bool)].sort_values("month")
    others = [key for key in judged["key"].unique() if key != chosen]
    for place, key in enumerate([*others, chosen]):
        part = judged[judged["key"] == key]
        name = str(part["name"].iloc[0]) if len(part) else key
        is_chosen = key == chosen
        dash = "solid" if is_chosen else DASHES[place % len(DASHES)]
        _line(figure, part, name, ACCENT if is_chosen else GREY, unit, currency, dash=dash)
    return Drawing(figure, finding, f"Lines by month. {finding}.{mark_events(figure, events)}")


def _beside(frame: pd.DataFrame, target: float) -> dict[str, Any]:
    """Where the word for the target does not cover the line: at the month farthest from it, on its other side."""
    gap = (frame["value"] - target).dropna()
    if gap.empty:
        return {"xref": "paper", "x": 0, "y": target, "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    place = int(gap.abs().to_numpy().argmax())
    anchor = "bottom" if gap.iloc[place] < 0 else "top"
    month = frame["month"][frame["value"].notna()].iloc[place]
    return {"x": month, "y": target, "showarrow": False, "yanchor": anchor}


def _trend_title(frame: pd.DataFrame, name: str, unit: str, direction: str, currency: str, target: float | None) -> str:
    values = frame.dropna(subset=["value"])
    if len(values) < 2:
        return f"{name}: not enough months for a trend"
    last, before = float(values["value"].iloc[-1]), float(values["value"].iloc[-2])
    month = f"{values['month'].iloc[-1]:%b %Y}"
    text = f"{name} {_moved(last, before)} {shown(last, unit, currency)} in {month}"
    if target is None or direction not in ("up", "down"):
        return text
    met = last >= target if direction == "up" else last <= target
    missed = "short of" if direction == "up" else "above"
    return f"{text}, {'on' if met else missed} target"


def _moved(last: float, before: float) -> str:
    if math.isclose(last, before, rel_tol=0.01, abs_tol=1e-12):
        return "held at"
    return "rose to" if last > before else "fell to"


def _line(
    figure: go.Figure, frame: pd.DataFrame, name: str, colour: str, unit: str, currency: str, *, hollow: bool = False,
    dash: str = "solid",
) -> None:  # fmt: skip
    figure.add_scatter(
        x=frame["month"], y=frame["value"], name=safe(name), mode="lines+markers", connectgaps=False,
        line={"color": colour, "width": 2.5, "dash": "dot" if hollow else dash},
        marker={"color": colour, "size": 7, "symbol": "circle-open" if hollow else "circle"},
        customdata=[shown(value, unit, currency) for value in frame["value"]],
        hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>",
    )  # fmt: skip


def _axes(unit: str) -> dict[str, Any]:
    """Months and values; a figure with one axis each."""
    from_zero = "tozero" if unit in ("money", "count", "units") else "normal"
    return {"xaxis": MONTH_AXIS, "yaxis": {"rangemode": from_zero, "nticks": 5, **suffix(unit)}}


def _last(frame: pd.DataFrame, column: str) -> float | None:
    known = frame[column].dropna() if column in frame else pd.Series(dtype=float)
    return float(known.iloc[-1]) if len(known) else None
