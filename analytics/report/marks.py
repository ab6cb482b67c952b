"""Each kind of mark that the house's figures use, drawn into a panel."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

_DASHES = {"dash": "--", "dot": ":", "dashdot": "-."}
_SYMBOLS = {"x": "x", "diamond": "D", "square": "s", "triangle-up": "^", "triangle-down": "v", "cross": "P"}
_BESIDE: dict[str, dict[str, Any]] = {
    "top center": {"xytext": (0, 6), "ha": "center"}, "bottom center": {"xytext": (0, -6), "ha": "center", "va": "top"},
    "middle right": {"xytext": (2, 0), "va": "center"},
    "middle left": {"xytext": (-2, 0), "ha": "right", "va": "center"},
    "top right": {"xytext": (2, 6)}, "bottom right": {"xytext": (2, -6), "va": "top"},
    "top left": {"xytext": (-2, 6), "ha": "right"}, "bottom left": {"xytext": (-2, -6), "ha": "right", "va": "top"},
}  # fmt: skip


def draw(panel: Axes, trace: Any) -> None:
    """Draw one trace of a Plotly figure. Raises KeyError for a kind of mark the house does not use."""
    _KINDS[trace.type](panel, trace)


def _scatter(panel: Axes, trace: Any) -> None:
    across, up = _values(trace.x), _values(trace.y)
    mode = trace.mode or "lines+markers"
    colour = trace.line.color or _single(trace.marker.color)
    step = {"hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid"}.get(trace.line.shape or "", "default")
    symbol = str(_first(trace.marker.symbol) or "circle")
    is_hollow = symbol.endswith("-open")
    if isinstance(trace.marker.size, list | tuple | np.ndarray):
        _sized(panel, trace, across, up, symbol)
    else:
        panel.plot(
            across, up, color=colour, linewidth=(trace.line.width or 1.5) * 0.8 if "lines" in mode else 0,
            linestyle=_DASHES.get(trace.line.dash or "", "-"), drawstyle=step, label=_label(trace),
            marker=_SYMBOLS.get(symbol.removesuffix("-open"), "o") if "markers" in mode else None,
            markersize=float(trace.marker.size or 6) * 0.7, markeredgecolor=_single(trace.marker.color) or colour,
            markerfacecolor="none" if is_hollow else _single(trace.marker.color) or colour,
        )  # fmt: skip
    if "text" in mode and trace.text is not None:
        texts = np.atleast_1d(trace.text)
        for x, y, text, side in zip(across, up, texts, _each(trace.textposition, len(texts)), strict=False):
            beside = _BESIDE.get(side or "", _BESIDE["top center"])
            panel.annotate(unescape(str(text)), (x, y), textcoords="offset points", fontsize=7, **beside)


def _each(value: Any, count: int) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | np.ndarray) else [value] * count


def _sized(panel: Axes, trace: Any, across: Any, up: Any, symbol: str) -> None:
    """Marks that each have a size of their own."""
    panel.scatter(
        across, up, s=(np.asarray(trace.marker.size, dtype=float) * 0.7) ** 2, color=_single(trace.marker.color),
        marker=_SYMBOLS.get(symbol, "o"), linewidths=0, label=_label(trace),
        alpha=1.0 if trace.marker.opacity is None else float(trace.marker.opacity),
    )  # fmt: skip


def _bar(panel: Axes, trace: Any) -> None:
    flat = trace.orientation == "h"
    names, sizes = (trace.y, trace.x) if flat else (trace.x, trace.y)
    colours = trace.marker.color
    colour = list(colours) if isinstance(colours, list | tuple | np.ndarray) else colours
    place, size = _values(names), np.asarray(_values(sizes), dtype=float)
    start = _stacked(panel, place, size)
    if flat:
        panel.barh(place, size, left=start, color=colour, label=_label(trace), height=0.65)
    elif len(place) and isinstance(place[0], np.datetime64):
        panel.bar(place, size, bottom=start, color=colour, label=_label(trace), width=np.timedelta64(20, "D"))
    else:
        panel.bar(place, size, bottom=start, color=colour, label=_label(trace), width=0.65)


def _stacked(panel: Axes, place: Any, size: Any) -> Any:
    """Where each bar begins: behind the bars of its own sign that stand there already."""
    reached: dict[Any, float] = panel.__dict__.setdefault("_house_reached", {})
    starts = []
    for name, length in zip(place, np.nan_to_num(size).tolist(), strict=True):
        side = (str(name), length >= 0)
        starts.append(reached.get(side, 0.0))
        reached[side] = reached.get(side, 0.0) + length
    return np.array(starts)


def _heatmap(panel: Axes, trace: Any) -> None:
    cells = np.asarray(trace.z, dtype=float)
    image = panel.imshow(np.ma.masked_invalid(cells), aspect="auto", cmap=_colours(trace.colorscale))
    panel.set_xticks(range(cells.shape[1]), [unescape(str(name)) for name in _labels(trace.x)], rotation=45, ha="right")
    panel.set_yticks(range(cells.shape[0]), [unescape(str(name)) for name in _labels(trace.y)])
    if trace.text is not None:
        texts = np.asarray(trace.text, dtype=object)
        for (row, column), value in np.ndenumerate(cells):
            if np.isfinite(value):
                dark = np.asarray(image.norm(value)).item() > 0.55
                panel.text(
                    column, row, unescape(str(texts[row][column])), ha="center", va="center", fontsize=7,
                    color="white" if dark else "black",
                )  # fmt: skip


def _labels(names: Any) -> list[str]:
    values = _values(names)
    return [f"{pd.Timestamp(value):%b %Y}" if isinstance(value, np.datetime64) else str(value) for value in values]


def _colours(scale: Any) -> Any:
    if scale is None:
        return "Blues"
    stops = [(float(at), str(colour)) for at, colour in scale]
    return LinearSegmentedColormap.from_list("house", [(at, _hex(colour)) for at, colour in stops])


def _hex(colour: str) -> str:
    if not colour.startswith("rgb"):
        return colour
    channels = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)


def _values(values: Any) -> Any:
    """Numbers, moments or words, as Matplotlib takes them."""
    if values is None:
        return np.array([])
    array = np.asarray(values)
    if array.dtype.kind in "Mfiub":
        return array
    known = [value for value in array if value is not None]
    if known and all(hasattr(value, "year") for value in known):
        return pd.to_datetime(pd.Series(array)).to_numpy()
    if known and all(isinstance(value, int | float) for value in known):
        return array.astype(float)
    return np.array([unescape(str(value)) for value in array], dtype=object)


def _single(colour: Any) -> Any:
    """One colour for a line of marks; a list of colours is drawn by its first."""
    return _first(colour)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple | np.ndarray) and len(value) else value


def _label(trace: Any) -> str:
    hidden = trace.showlegend is False or not trace.name
    return f"_{trace.uid or ''}" if hidden else unescape(str(trace.name))


_KINDS: dict[str, Callable[[Axes, Any], None]] = {"scatter": _scatter, "bar": _bar, "heatmap": _heatmap}
