"""Tidy frame in, figure out: the house style. Nothing here opens the knowledge base.

Colours are Okabe and Ito's, chosen so that every mark has a contrast of at least 3:1 on the light and on the dark
background. The finding is the title; it stands above the figure as text, so that it wraps on a phone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.metric import rounded

ACCENT, GOOD, BAD, GREY = "#0072B2", "#009E73", "#D55E00", "#808080"
CONFIG = {"displaylogo": False, "displayModeBar": False, "showSendToCloud": False, "scrollZoom": False}
MOST_BARS = 10
_SCALES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
_PLAIN_BELOW = 10_000
_UNITS = {"percent": " %", "ppm": " ppm", "per 1000": " per 1,000", "days": " days"}


@dataclass(frozen=True)
class Drawing:
    """A figure, the finding as its title (text with data in it: escape it before markdown), its alternative text."""

    figure: go.Figure
    title: str
    alt: str


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
    tail = " points" if unit == "percent" else ""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{text}{tail}"


def safe(text: object) -> str:
    """Text from data for a figure: Plotly reads a small HTML, links included, so its signs become entities."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def trend(
    frame: pd.DataFrame, *, name: str, unit: str, direction: str, currency: str = "", height: int = 300
) -> Drawing:
    """One metric by month.

    `frame` has month, value, is_mature and, where known, target, low, high. Months whose cohort is too young for a
    verdict are drawn hollow and grey. The title says how the last mature month stands to the one before and the target.
    """
    frame = frame.sort_values("month")
    figure = _empty(height)
    mature = frame[frame["is_mature"].astype(bool)] if "is_mature" in frame else frame
    young = frame[~frame["month"].isin(mature["month"])]
    if len(young):
        _line(figure, pd.concat([mature.tail(1), young]), "too young to judge", GREY, unit, currency, hollow=True)
    _line(figure, mature, name, ACCENT, unit, currency)
    target = _last(frame, "target")
    if target is not None:
        figure.add_hline(y=target, line={"color": GREY, "dash": "dash", "width": 1.5})
        figure.add_annotation(text=f"target {shown(target, unit, currency)}", **_beside(frame, target))
    figure.update_yaxes(rangemode="tozero" if unit in ("money", "count", "units") else "normal", nticks=5)
    figure.update_xaxes(tickformat="%b\n%Y", nticks=7)
    title = _trend_title(mature, name, unit, direction, currency, target)
    return Drawing(figure, title, f"Line chart by month. {title}")


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


def contributions(parts: pd.DataFrame, *, finding: str, unit: str, currency: str = "", height: int = 300) -> Drawing:
    """Who carries the change: one bar a member, its rate and its mix effect apart.

    `parts` has member, rate_effect, mix_effect, contribution in the metric's unit; all members beyond the ten largest
    become "Other", so that the bars still sum to the change.
    """
    few = _largest(parts)
    figure = _empty(height)
    members = [safe(_short(member)) for member in few["member"]]
    effects = [("rate_effect", "Rate (members did better or worse)", ACCENT)]
    if few["mix_effect"].abs().sum() > 1e-12:
        effects.append(("mix_effect", "Mix (members grew or shrank)", GREY))
    for column, label, colour in effects:
        figure.add_bar(
            y=members, x=few[column], orientation="h", name=label, marker_color=colour,
            customdata=[difference(value, unit, currency) for value in few[column]],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="relative", showlegend=len(effects) > 1, bargap=0.35)
    figure.update_xaxes(zeroline=True, zerolinecolor=GREY, zerolinewidth=1, nticks=5, **_suffix(unit, difference=True))
    figure.update_yaxes(autorange="reversed", automargin=True)
    told = ", ".join(
        f"{member} {difference(value, unit, currency)}"
        for member, value in few[["member", "contribution"]].head(3).itertuples(index=False)
    )
    return Drawing(figure, finding, f"Bar chart of contributions to the change. Largest: {told}")


def _line(
    figure: go.Figure, frame: pd.DataFrame, name: str, colour: str, unit: str, currency: str, *, hollow: bool = False
) -> None:
    figure.add_scatter(
        x=frame["month"], y=frame["value"], name=safe(name), mode="lines+markers", connectgaps=False,
        line={"color": colour, "width": 2.5, "dash": "dot" if hollow else "solid"},
        marker={"color": colour, "size": 7, "symbol": "circle-open" if hollow else "circle"},
        customdata=[shown(value, unit, currency) for value in frame["value"]],
        hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(**_suffix(unit))
    figure.update_layout(showlegend=figure.layout.showlegend or hollow)


def _largest(parts: pd.DataFrame) -> pd.DataFrame:
    order = parts["contribution"].abs().sort_values(ascending=False).index
    ranked = parts.loc[order, ["member", "rate_effect", "mix_effect", "contribution"]]
    if len(ranked) <= MOST_BARS:
        return ranked
    rest = ranked.iloc[MOST_BARS - 1 :]
    other = {"member": f"Other ({len(rest)})", **rest[["rate_effect", "mix_effect", "contribution"]].sum().to_dict()}
    return pd.concat([ranked.head(MOST_BARS - 1), pd.DataFrame([other])], ignore_index=True)


def _suffix(unit: str, *, difference: bool = False) -> dict[str, str]:
    if unit == "percent":
        return {"ticksuffix": " pt" if difference else " %"}
    return {"tickformat": "~s"} if unit in ("money", "count", "units") else {}


def _short(text: object, most: int = 24) -> str:
    text = str(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _last(frame: pd.DataFrame, column: str) -> float | None:
    known = frame[column].dropna() if column in frame else pd.Series(dtype=float)
    return float(known.iloc[-1]) if len(known) else None


def _empty(height: int) -> go.Figure:
    return _house(go.Figure(), height)


def _house(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, hovermode="closest", dragmode=False,
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}, showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure
