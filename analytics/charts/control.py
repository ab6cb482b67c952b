"""Control charts over months or weeks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import (
    ACCENT,
    BAD,
    GOOD,
    GREY,
    Drawing,
    empty,
    mark_events,
    month_axis,
    safe,
    shown,
    suffix,
)

# The labels of the limits stand in the margin, where no point can cover them.
ROOM_FOR_LABELS = 78


def control(
    points: pd.DataFrame,
    *,
    finding: str,
    unit: str,
    centre: float,
    height: int = 270,
    events: pd.DataFrame | None = None,
) -> Drawing:
    """A control chart: rates, their mean and the limits that follow each sample's size.

    `points` has time, label, count, size, rate, low, high (in `unit`), is_judged, is_baseline, rules, broken,
    is_worse. Points that break a rule bear its number and a triangle, upwards where worse; those too small to judge
    are hollow and grey; the baseline, from which the limits come, is shaded.
    """
    figure = empty(height)
    _limits(figure, points, centre, unit)
    _line(figure, points, unit)
    for is_worse in (True, False):
        _broken(figure, points[(points["rules"] != "") & (points["is_worse"] == is_worse)], unit, is_worse)
    figure.update_yaxes(nticks=6, rangemode="nonnegative", **suffix(unit))
    figure.update_layout(margin={"r": ROOM_FOR_LABELS, "t": 16})
    month_axis(figure)
    told = "; ".join(f"{one['label']} {one['broken']}" for one in points[points["rules"] != ""].to_dict("records"))
    marks = f" Out of control: {told}." if told else ""
    return Drawing(figure, finding, f"Control chart. {finding}.{marks}{mark_events(figure, events)}")


def _limits(figure: go.Figure, points: pd.DataFrame, centre: float, unit: str) -> None:
    known = points[points["size"] > 0]
    grey = {"color": GREY, "width": 1, "shape": "hvh"}
    for column, word in (("high", "upper limit"), ("low", "lower limit")):
        figure.add_scatter(
            x=known["time"], y=known[column], mode="lines", name=word, line=grey, hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip
        figure.add_annotation(
            text=f"{word}<br>{shown(known[column].iloc[-1], unit)}", **_beside(known[column].iloc[-1])
        )
    figure.add_scatter(
        x=known["time"], y=[centre] * len(known), mode="lines", name="mean", line={**grey, "width": 2},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.add_annotation(text=f"mean<br>{shown(centre, unit)}", **_beside(centre))
    baseline = points[points["is_baseline"]]
    if 0 < len(baseline) < len(known):
        figure.add_vrect(
            x0=baseline["time"].iloc[0], x1=baseline["time"].iloc[-1], fillcolor=GREY, opacity=0.12, line_width=0,
            layer="below",
        )  # fmt: skip


def _beside(height: float) -> dict[str, object]:
    return {
        "xref": "paper", "x": 1, "xanchor": "left", "yref": "y", "y": height, "yanchor": "middle", "showarrow": False,
        "align": "left", "xshift": 4, "font": {"size": 11},
    }  # fmt: skip


def _line(figure: go.Figure, points: pd.DataFrame, unit: str) -> None:
    figure.add_scatter(
        x=points["time"], y=points["rate"], mode="lines+markers", name="within limits", connectgaps=False,
        line={"color": ACCENT, "width": 1.5}, customdata=_hover(points, unit),
        hovertemplate="%{customdata}<extra></extra>", marker={
            "size": 6, "color": [ACCENT if is_judged else GREY for is_judged in points["is_judged"]],
            "symbol": ["circle" if is_judged else "circle-open" for is_judged in points["is_judged"]],
        },
        showlegend=False,
    )  # fmt: skip


def _broken(figure: go.Figure, points: pd.DataFrame, unit: str, is_worse: bool) -> None:
    if points.empty:
        return
    symbol, place, word = ("triangle-up", "top", "worse") if is_worse else ("triangle-down", "bottom", "better")
    # one number a point, the weightiest: neighbours would cover more
    first = [rules[:1] for rules in points["rules"]]
    figure.add_scatter(
        x=points["time"], y=points["rate"], mode="markers+text", name=f"out of control, {word}", text=first,
        textposition=f"{place} center", textfont={"size": 12},
        marker={"color": BAD if is_worse else GOOD, "symbol": symbol, "size": 11},
        customdata=_hover(points, unit), hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _hover(points: pd.DataFrame, unit: str) -> list[str]:
    texts = []
    for one in points.to_dict("records"):
        limits = f"limits {shown(one['low'], unit)} to {shown(one['high'], unit)}"
        few = "" if one["is_judged"] else ", too few to judge"
        rule = f". Rule {one['rules']}: {one['broken']}" if one["rules"] else ""
        counted = f"({one['count']:,.0f} of {one['size']:,.0f})"
        texts.append(safe(f"{one['label']}: {shown(one['rate'], unit)} {counted}, {limits}{few}{rule}"))
    return texts
