"""The vital few: bars by size and the line of their sum."""

from __future__ import annotations

import plotly.graph_objects as go

from analytics.charts.house import ACCENT, GREY, Drawing, empty, shown, suffix
from analytics.charts.named import from_top, labels
from analytics.pareto import OTHER, VITAL_SHARE, Pareto

UNITS = {"count": "count", "quantity": "units", "cost": "money"}
WORDS = {"count": "nonconformances", "quantity": "units", "cost": "cost"}
TICKS = [0, 20, 40, 60, 80, 100]
NUMBERS = (
    "None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
)  # fmt: skip


def pareto(ranked: Pareto, *, by: str, measure: str, currency: str = "", height: int = 310) -> Drawing:
    """A ranking as horizontal bars (so that labels lie flat at any width) on the scale of the total, with the
    cumulative share on a second axis from 0 to 100 %. Accented are the members that make up 80 %.

    `by` names the dimension, `measure` is 'count', 'quantity' or 'cost'.
    """
    unit, rows = UNITS[measure], ranked.rows
    figure = empty(height)
    names = labels([_name(*pair) for pair in zip(rows["member"], rows["count"], strict=True)])
    values = [shown(value, unit, currency) for value in rows["value"]]
    shares = [shown(100 * share, "percent") for share in rows["share"]]
    figure.add_bar(
        y=list(range(len(rows))), x=rows["value"], orientation="h", name=WORDS[measure],
        marker_color=[ACCENT if is_vital else GREY for is_vital in rows["is_vital"]],
        customdata=[f"{name}: {value}, {share}" for name, value, share in zip(names, values, shares, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        y=list(range(len(rows))), x=rows["cumulative"] * 100, xaxis="x2", mode="lines+markers", name="cumulative share",
        line={"color": GREY, "width": 1.5}, marker={"color": GREY, "size": 6}, customdata=names,
        hovertemplate="up to %{customdata}: %{x:.3g} %<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(**from_top(names))
    _axes(figure, ranked.total, unit)
    title = _finding(ranked, by, measure)
    told = ", ".join(f"{label} {value}" for label, value in zip(rows["member"].head(3), values, strict=False))
    return Drawing(figure, title, f"Pareto chart by {by.replace('_', ' ')}. {title}. Largest: {told}")


def _axes(figure: go.Figure, total: float, unit: str) -> None:
    """Both axes have one scale, so that the line starts at the end of the first bar."""
    figure.update_layout(
        xaxis={"range": [0, total * 1.04], "nticks": 5, "showgrid": False, **suffix(unit)},
        xaxis2={
            "overlaying": "x", "side": "top", "range": [0, 104], "fixedrange": True,
            "tickvals": TICKS, "ticktext": [f"{tick} %" for tick in TICKS], "showgrid": False, "zeroline": False,
        },
        bargap=0.3,
    )  # fmt: skip
    figure.add_shape(
        type="line", xref="x2", yref="paper", x0=100 * VITAL_SHARE, x1=100 * VITAL_SHARE, y0=0, y1=1,
        line={"color": GREY, "dash": "dot", "width": 1.5},
    )  # fmt: skip


def _name(member: str, count: int) -> str:
    return f"{OTHER} ({count})" if count > 1 else member


def _finding(ranked: Pareto, by: str, measure: str) -> str:
    word, what = by.replace("_", " "), WORDS[measure]
    if not ranked.members:
        return f"{what.capitalize()} by {word}"
    if not ranked.vital:
        return f"{shown(100 * ranked.unknown_share, 'percent')} of the {what} names no {word}"
    if ranked.members == 1:
        return f"All {what} with a {word} fall on one: {ranked.rows['member'].iloc[0]}"
    few = NUMBERS[ranked.vital] if ranked.vital < len(NUMBERS) else f"{ranked.vital:,}"
    verb = "makes" if ranked.vital == 1 else "make"
    return f"{few} of {ranked.members:,} {_plural(word)} {verb} up 80 % of the {what}"


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
