"""Groups of texts: a map on which near means alike, and where the records of one of them are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from analytics.charts.house import ACCENT, BAD, GOOD, GREY, Drawing, empty, safe, short, shown
from analytics.charts.named import from_top, labels

COLOURS = {"bad": (BAD, "more than before", "triangle-up"), "good": (GOOD, "fewer than before", "triangle-down"),
           "neutral": (GREY, "no clear change", "circle")}  # fmt: skip
LARGEST, SMALLEST_MARK, LARGEST_MARK = 10, 9, 32
MOST_MEMBERS, ROW_PIXELS, FRAME_PIXELS = 12, 26, 70
# The places of groups crowd in the middle: so much of their rank is mixed in that the crowd comes apart.
BY_RANK = 0.85
# The map on a desk, in pixels; what a letter of a name takes, and a line of it; the empty edge of the axes.
WIDE, HIGH, LETTER_PIXELS, NAME_PIXELS, EDGE = 1000.0, 260.0, 6.5, 15.0, 0.12
SIDES = (
    "top center", "bottom center", "middle right", "middle left",
    "top right", "bottom right", "top left", "bottom left",
)  # fmt: skip


@dataclass(frozen=True)
class Box:
    """A mark or a name on the map, in pixels from its lower left corner."""

    left: float
    low: float
    right: float
    high: float

    @classmethod
    def around(cls, x: float, y: float, size: float) -> Box:
        """A mark at a place between 0 and 1."""
        across, up = ((at + EDGE) / (1 + 2 * EDGE) * pixels for at, pixels in ((x, WIDE), (y, HIGH)))
        return cls(across - size / 2, up - size / 2, across + size / 2, up + size / 2)

    def beside(self, side: str, width: float) -> Box:
        """A name of this width on one side of the mark."""
        up, across = side.split()
        low = {"top": self.high, "middle": (self.low + self.high - NAME_PIXELS) / 2, "bottom": self.low - NAME_PIXELS}
        left = {"left": self.left - width, "center": (self.left + self.right - width) / 2, "right": self.right}
        return Box(left[across], low[up], left[across] + width, low[up] + NAME_PIXELS)

    def covers(self, other: Box) -> bool:
        """Whether both have a place in common."""
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high

    @property
    def is_inside(self) -> bool:
        """Whether it stands on the map whole."""
        return self.left >= 0 and self.right <= WIDE and self.low >= 0 and self.high <= HIGH


def group_map(rows: pd.DataFrame, *, finding: str, height: int = 330) -> Drawing:
    """One mark a group, larger with its records, coloured and shaped by its trend; the largest carry their names.

    `rows` has group_id, name, records, now, before, status (good, bad, neutral), x and y; those without a place are
    left out. The group's id is each mark's customdata.
    """
    placed = rows.dropna(subset=["x", "y"])
    placed = placed.assign(x=_apart(placed["x"]), y=_apart(placed["y"]))
    most = float(placed["records"].max()) if len(placed) else 1.0
    figure = empty(height)
    for status, (colour, word, symbol) in COLOURS.items():
        part = placed[placed["status"] == status]
        told = [
            f"{safe(name)}: {n:,} records, {now:,} now, {before:,} before"
            for name, n, now, before in part[["name", "records", "now", "before"]].itertuples(index=False)
        ]
        marker = {"color": colour, "symbol": symbol, "opacity": 0.7, "size": [_size(n, most) for n in part["records"]]}
        figure.add_scatter(
            x=part["x"], y=part["y"], mode="markers", name=word, customdata=part["group_id"], hovertext=told,
            hovertemplate="%{hovertext}<extra></extra>", marker=marker,
        )  # fmt: skip
    _write_names(figure, placed, most)
    blank = {"showticklabels": False, "showgrid": False, "zeroline": False, "range": [-EDGE, 1 + EDGE]}
    figure.update_xaxes(**blank)
    figure.update_yaxes(**blank)
    figure.update_layout(showlegend=True, legend={"y": -0.02})
    first = ", ".join(f"{name} {n:,}" for name, n in rows[["name", "records"]].head(3).itertuples(index=False))
    return Drawing(figure, finding, f"Map of groups, near means alike. {finding}. Largest: {first}")


def _write_names(figure: go.Figure, placed: pd.DataFrame, most: float) -> None:
    """Over all marks, each beside its own."""
    found = _named(placed, most)
    named = placed.set_index("group_id").loc[list(found)]
    figure.add_scatter(
        x=named["x"], y=named["y"], mode="markers+text", text=[safe(short(name)) for name in named["name"]],
        textposition=list(found.values()), hoverinfo="skip", showlegend=False, cliponaxis=False,
        textfont={"size": 13}, customdata=named.index,
        marker={"opacity": 0, "size": [_size(n, most) for n in named["records"]]},
    )  # fmt: skip


def _size(records: float, most: float) -> float:
    """The area grows with the records."""
    return max(SMALLEST_MARK, LARGEST_MARK * math.sqrt(records / most))


def _apart(values: pd.Series[float]) -> pd.Series[float]:
    """Between 0 and 1, in the same order, the crowded ones farther from each other."""
    width = float(values.max() - values.min()) if len(values) else 0.0
    scaled = (values - values.min()) / width if width else values * 0 + 0.5
    ranks = (values.rank() - 1) / max(len(values) - 1, 1)
    return BY_RANK * ranks + (1 - BY_RANK) * scaled


def _named(placed: pd.DataFrame, most: float) -> dict[int, str]:
    """The largest groups whose names cover neither a mark nor another name, and on which side of its mark each stands.

    Reckoned for a page on a desk; on a phone names come nearer to each other.
    """
    rows = placed.sort_values("records", ascending=False)
    ids, xs, ys, records, names = (rows[name].tolist() for name in ("group_id", "x", "y", "records", "name"))
    marks = [Box.around(x, y, _size(n, most)) for x, y, n in zip(xs, ys, records, strict=True)]
    written: list[Box] = []
    found: dict[int, str] = {}
    for one, mark, name in zip(ids, marks, names, strict=True):
        beside = {side: mark.beside(side, LETTER_PIXELS * len(short(name))) for side in SIDES}
        taken = [*(other for other in marks if other is not mark), *written]
        free = [side for side, box in beside.items() if box.is_inside and not any(map(box.covers, taken))]
        if free:
            found[int(one)] = free[0]
            written.append(beside[free[0]])
        if len(found) == LARGEST:
            break
    return found


def group_shares(rows: pd.DataFrame, *, finding: str) -> Drawing:
    """One bar a member for its records; how its share compares with its share of all stands at the bar's end.

    `rows` has member, records, share, of_all (percent), lift, is_clear, is_small, most records first. Clear excess is
    accented.
    """
    few = rows.head(MOST_MEMBERS)
    figure = empty(FRAME_PIXELS + ROW_PIXELS * max(len(few), 3))
    places = list(range(len(few)))
    told = [
        f"{records:,} records, {shown(share, 'percent')}; of all {shown(whole, 'percent')}"
        for records, share, whole in few[["records", "share", "of_all"]].itertuples(index=False)
    ]
    figure.add_bar(
        y=places, x=few["records"], orientation="h", customdata=told, hovertemplate="%{customdata}<extra></extra>",
        marker_color=[ACCENT if one else GREY for one in few["is_clear"]],
    )  # fmt: skip
    figure.add_scatter(
        y=places, x=few["records"], mode="text", textposition="middle right", hoverinfo="skip", cliponaxis=False,
        text=[_end(*row) for row in few[["records", "lift", "is_small"]].itertuples(index=False)],
    )  # fmt: skip
    most = float(few["records"].max()) if len(few) else 1.0
    figure.update_xaxes(range=[0, most * 1.4], nticks=5)
    figure.update_yaxes(**from_top(labels(few["member"].to_list())))
    figure.update_layout(bargap=0.35)
    first = ", ".join(f"{member} {n:,}" for member, n in few[["member", "records"]].head(3).itertuples(index=False))
    return Drawing(figure, finding, f"Bar chart of records. {finding}. Most: {first}")


def _end(records: int, lift: float, is_small: bool) -> str:
    return f" n = {records:,}" if is_small else f" {records:,} (×{lift:.1f})"
