"""Tidy frame in, figure out: the house style. Nothing here opens the knowledge base.

Colours are Okabe and Ito's, chosen so that every mark has a contrast of at least 3:1 on the light and on the dark
background. The finding is the title; it stands above the figure as text, so that it wraps on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from analytics.charts.sending import Sent
from analytics.metric import rounded

ACCENT, GOOD, BAD, GREY = "#0072B2", "#009E73", "#D55E00", "#808080"
CONFIG = {"displaylogo": False, "displayModeBar": False, "showSendToCloud": False, "scrollZoom": False}
MONTH_AXIS = {"tickformat": "%b\n%Y", "nticks": 7}
_SCALES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
_PLAIN_BELOW = 10_000
# Labels of events: how many, how long, and the pixels they need on a phone.
MOST_LABELS, MOST_LINES, LETTERS = 3, 20, (24, 18, 14)
ROW, PLOT, WIDEST_LETTER, PHONE_PLOT = 15, 220, 6.5, 290.0
_UNITS = {"percent": " %", "ppm": " ppm", "per 1000": " per 1,000", "days": " days", "points": " points"}


@dataclass(frozen=True)
class Drawing:
    """A figure, the finding as its title (text with data in it: escape it before markdown), its alternative text.

    `about` names what it shows for those who talk about it; the door fills it in.
    """

    figure: go.Figure
    title: str
    alt: str
    about: str = ""

    @cached_property
    def sent(self) -> Sent:
        """The figure for the browser."""
        return Sent(self.figure)


def shown(value: float | None, unit: str, currency: str = "") -> str:
    """Three significant digits, thousands separated, with the unit: '96.1 %', '1.23 M EUR', '1,230 ppm'."""
    if value is None or not math.isfinite(value):
        return "no data"
    tail = _UNITS.get(unit, f" {currency}" if unit == "money" and currency else "")
    if unit in ("money", "count", "units") and abs(value) >= _PLAIN_BELOW:
        # 999,999 has three digits as 1 M, not as 1,000 k.
        scale, letter = next(pair for pair in _SCALES if abs(value) >= 0.9995 * pair[0])
        return f"{rounded(value / scale)}{letter}{tail}"
    return f"{rounded(value)}{tail}"


def difference(value: float, unit: str, currency: str = "") -> str:
    """A change with its sign: '+1.2 points', '−3.4 k EUR'."""
    text = shown(abs(value), "points" if unit == "percent" else unit, currency)
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{text}"


def safe(text: object) -> str:
    """Text from data for a figure: Plotly reads a small HTML, links included, so its signs become entities."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def suffix(unit: str, *, difference: bool = False) -> dict[str, str]:
    """The ticks of an axis in this unit."""
    if unit == "percent":
        return {"ticksuffix": " pt" if difference else " %"}
    return {"tickformat": "~s"} if unit in ("money", "count", "units") else {}


def short(text: object, most: int = 24) -> str:
    """A label that leaves room for the chart."""
    text = str(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def empty(height: int, **layout: Any) -> go.Figure:
    """A figure in the house style with nothing drawn yet; `layout` adds to it, axes included.

    In one piece, because as updates of an empty figure the same takes ten times as long.
    """
    axis = {"fixedrange": True, "automargin": True}
    house = {
        "height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "hovermode": "closest", "dragmode": False,
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}, "showlegend": False,
    }  # fmt: skip
    axes = {name: {**axis, **layout.pop(name, {})} for name in ("xaxis", "yaxis")}
    return go.Figure(layout={**house, **layout, **axes})


def month_axis(figure: go.Figure, ticks: int = 7) -> None:
    """The one axis of time: months and years. Who uses it takes `events` and hands them to mark_events."""
    figure.update_xaxes(**MONTH_AXIS | {"nticks": ticks})


def mark_events(
    figure: go.Figure, events: pd.DataFrame | None, *, axis: str = "", by: str = "", member: object = None,
    labels: int = MOST_LABELS,
) -> str:  # fmt: skip
    """Draw what happened as vertical lines over the months already drawn; call it last.

    `events` has happened_on, kind, title, dimension, member, as the door hands them over (none: no events). The latest
    `labels` are labelled above the plot, where the figure grows for them, the others bear a sign; all tell more on
    hover.
    In small multiples `axis` is the number of the panel's axes ("2"), and `by` and `member` name what the panel shows:
    events limited to other members are left out there. Returns a sentence for the alternative text, '' without events.
    """
    months = _months_drawn(figure, axis)
    if events is None or events.empty or months is None:
        return ""
    first, last = months
    inside = events[events["happened_on"].between(first, last)]
    if by:
        inside = inside[(inside["dimension"] != by) | (inside["member"] == member)]
    told = inside.sort_values("happened_on").tail(MOST_LINES)
    places = [float((day - first) / max(last - first, pd.Timedelta(days=1))) for day in told["happened_on"]]
    labelled = max(len(told) - labels, 0)
    spots: list[Spot | None] = [None] * labelled
    spots += _arranged(told["title"].iloc[labelled:].to_list(), places[labelled:])
    marks = [_mark(event, axis, spot) for event, spot in zip(told.to_dict("records"), spots, strict=True)]
    # Set as a whole: added one by one, or merged by update_layout, they take three times as long.
    figure.layout.shapes = [*figure.layout.shapes, *(line for line, _ in marks)]
    figure.layout.annotations = [*figure.layout.annotations, *(label for _, label in marks)]
    _make_room(figure, max((spot.row + 1 for spot in spots if spot), default=0))
    words = [f"{event['happened_on']:%Y-%m-%d} {event['title']}" for event in told.to_dict("records")]
    return f" Marked: {'; '.join(words)}." if words else ""


def _months_drawn(figure: go.Figure, axis: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """From the first day drawn to the end of the last month; none where no month is drawn."""
    drawn = [trace.x for trace in figure.data if (trace.xaxis or "x") == f"x{axis}" and trace.x is not None]
    days = pd.DatetimeIndex([pd.Timestamp(day) for some in drawn for day in some]).dropna()
    if days.empty:
        return None
    return days.min(), days.max().normalize() + pd.offsets.MonthEnd(0)


class Spot(NamedTuple):
    """Where a label stands: its row above the plot, whether it runs to the right of its line, how long it may be."""

    row: int
    to_right: bool
    letters: int


def _arranged(titles: list[str], places: list[float]) -> list[Spot]:
    """The spots with the fewest labels covered or crossed by another one's line; so few labels that all are tried."""
    tried = [
        (_clutter([_width(title, letters) for title in titles], places, spots) + 4 * shorter, spots)
        for shorter, letters in enumerate(LETTERS)
        for spots in product(
            [Spot(row, to_right, letters) for row in range(len(titles)) for to_right in (True, False)],
            repeat=len(titles),
        )
    ]
    return list(min(tried, key=lambda one: one[0])[1])


def _width(title: str, letters: int) -> float:
    """How much of the axis a label takes on a phone."""
    return (len(short(title, letters)) + 1) * WIDEST_LETTER / PHONE_PLOT


def _clutter(widths: list[float], places: list[float], spots: Sequence[Spot]) -> float:
    ends = [
        (place, place + width) if spot.to_right else (place - width, place)
        for width, place, spot in zip(widths, places, spots, strict=True)
    ]
    cost = sum(spot.row + (not spot.to_right) / 2 for spot in spots)
    cost += sum(50 for left, right in ends if left < -0.02 or right > 1.02)
    for i, j in permutations(range(len(spots)), 2):
        covers = spots[i].row == spots[j].row and ends[i][0] < ends[j][1] and ends[j][0] < ends[i][1]
        crosses = spots[i].row < spots[j].row and ends[i][0] < places[j] < ends[i][1]
        cost += 100 * covers + 10 * crosses
    return cost


def _mark(event: Mapping[Hashable, Any], axis: str, spot: Spot | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The line of an event and its label."""
    day = event["happened_on"]
    limited = f", {event['dimension']} {event['member']}" if event["dimension"] else ""
    reach = 1 + (spot.row if spot else 0) * ROW / PLOT  # the line goes up to its label
    where = {"x0": day, "x1": day, "y0": 0, "y1": reach, "xref": f"x{axis}", "yref": f"y{axis} domain"}
    line = {"type": "line", "layer": "below", "line": {"color": GREY, "dash": "dot", "width": 1.5}, **where}
    label: dict[str, Any] = {"text": "▾", "yanchor": "top", "xanchor": "center"}
    if spot is not None:
        side = {"xanchor": "left", "xshift": 3} if spot.to_right else {"xanchor": "right", "xshift": -3}
        text = safe(short(event["title"], spot.letters))
        label = {"text": text, "yanchor": "bottom", "yshift": spot.row * ROW, **side}
    told = safe(f"{day:%Y-%m-%d}, {event['kind']}{limited}: {event['title']}")
    at = {"x": day, "y": 1, "xref": where["xref"], "yref": where["yref"]}
    return line, {**at, "showarrow": False, "borderpad": 0, "font": {"size": 12}, "hovertext": told, **label}


def _make_room(figure: go.Figure, rows: int) -> None:
    """The labels stand above the plot: it keeps its size, the figure grows."""
    top = figure.layout.margin.t or 0
    wanted = max(top, 8 + rows * ROW)
    figure.update_layout(height=(figure.layout.height or 300) + wanted - top, margin_t=wanted)


def level(value: float) -> dict[str, Any]:
    """A dashed line across the plot."""
    where = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": value, "y1": value}
    return {"type": "line", "line": {"color": GREY, "dash": "dash", "width": 1.5}, **where}
