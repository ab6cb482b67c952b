"""Members of one dimension side by side."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import ACCENT, GREY, Drawing, empty, safe, short, shown, suffix

MOST_MEMBERS = 12
SUMS = ("money", "count", "units")


def comparison(
    members: pd.DataFrame, *, by: str, whole: float, name: str, unit: str, direction: str, currency: str = ""
) -> Drawing:
    """The twelve weightiest members: bars where they sum to the whole, else dots, with intervals where known.

    `members` has member, value, numerator, denominator, low, high, is_small, the weightiest first. Small samples are
    grey with their n and have no say in the title.
    """
    known = members.dropna(subset=["value"])
    few = known.head(MOST_MEMBERS).sort_values("value", ascending=False)
    figure = empty(90 + 26 * max(len(few), 1))
    _marks(figure, few, unit, currency)
    if not math.isnan(whole) and unit not in SUMS:
        figure.add_vline(x=whole, line={"color": GREY, "dash": "dash", "width": 1.5})
        figure.add_annotation(
            text=f"all {shown(whole, unit, currency)}", x=whole, y=1, yref="paper", yanchor="bottom", showarrow=False
        )
        figure.update_layout(margin_t=24)
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(nticks=5, **suffix(unit))
    title = _finding(known, by, whole, name, unit, direction, currency)
    told = ", ".join(f"{one['member']} {shown(one['value'], unit, currency)}" for one in few.to_dict("records"))
    return Drawing(figure, title, f"{title}. By {by.replace('_', ' ')}: {told}")


def _marks(figure: go.Figure, few: pd.DataFrame, unit: str, currency: str) -> None:
    rows = few.to_dict("records")
    common: dict[str, Any] = {
        "y": [_label(one) for one in rows], "x": few["value"],
        "customdata": [shown(one["value"], unit, currency) for one in rows],
        "hovertemplate": "%{y}: %{customdata}<extra></extra>",
    }  # fmt: skip
    colours = [GREY if one["is_small"] else ACCENT for one in rows]
    if unit in SUMS:
        figure.add_bar(orientation="h", marker_color=colours, **common)
        return
    reach = {
        "type": "data", "symmetric": False, "array": few["high"] - few["value"],
        "arrayminus": few["value"] - few["low"], "color": GREY,
    }  # fmt: skip
    known = reach if few["low"].notna().any() else None
    figure.add_scatter(mode="markers", marker={"color": colours, "size": 10}, error_x=known, **common)


def _label(one: Mapping[Hashable, Any]) -> str:
    return safe(short(one["member"])) + (f" (n = {one['denominator']:,.0f})" if one["is_small"] else "")


def _finding(known: pd.DataFrame, by: str, whole: float, name: str, unit: str, direction: str, currency: str) -> str:
    judged = known[~known["is_small"].astype(bool)]
    plural = f"{len(judged):,} by {by.replace('_', ' ')}"
    if len(judged) < 2:
        return f"{name}: {plural}, not enough to compare"
    values = judged["value"].to_numpy(float)
    place = int(values.argmax() if unit in SUMS else values.argmin() if direction == "up" else abs(values).argmax())
    member, value = judged["member"].iloc[place], shown(float(values[place]), unit, currency)
    all_of = shown(whole, unit, currency)
    if unit in SUMS:
        return f"{name}: {member} has most, {value} of {all_of}"
    return f"{name}: {member} is worst of {plural}, {value} against {all_of} of all"
