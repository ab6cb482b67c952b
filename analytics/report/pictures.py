"""The house's figures drawn without a browser: Plotly describes a figure, Matplotlib draws it.

Plotly's own export needs a Chrome on the machine, which a company's server has not. The house style uses few marks
(lines, bars, a heatmap, shapes, notes), and these are drawn here; a test draws every chart of the package.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from analytics.charts import Drawing
from analytics.report.marks import draw

WIDTH = 8.0
_DOTS_AN_INCH = 100
_TEXT, _RULE = "#1f2328", "#d5d8dd"
_STYLE: Any = {
    "font.size": 9,
    "svg.fonttype": "none",
    "text.color": _TEXT,
    "axes.labelcolor": _TEXT,
    "hatch.linewidth": 0.5,
}


def svg(drawing: Drawing) -> str:
    """The chart as an SVG element with its alternative text, text kept as text."""
    out = io.StringIO()
    with rc_context(_STYLE):
        _drawn(drawing).savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    element = out.getvalue()
    label = f'<svg role="img" aria-label="{escape(drawing.alt)}" '
    return element[element.index("<svg") :].replace("<svg ", label, 1)


def png(drawing: Drawing) -> tuple[bytes, float]:
    """The chart as a PNG for print, and its height for a width of one."""
    out = io.BytesIO()
    with rc_context(_STYLE):
        figure = _drawn(drawing)
        FigureCanvasAgg(figure)
        figure.savefig(out, format="png", dpi=200)
    width, height = figure.get_size_inches()
    return out.getvalue(), float(height / width)


def _drawn(drawing: Drawing) -> Figure:
    described = drawing.figure
    layout = described.layout
    figure = Figure(figsize=(WIDTH, (layout.height or 300) / _DOTS_AN_INCH + 0.3), layout="constrained")
    panels = _panels(figure, described)
    for trace in described.data:
        draw(panels[_place(trace)], trace)
    for place, panel in panels.items():
        _finish(panel, layout, place)
    for note in layout.annotations:
        _note(figure, panels, note)
    for shape in layout.shapes:
        _shape(panels, shape)
    if layout.showlegend:
        _legend(figure, panels)
    return figure


def _place(trace: Any) -> tuple[str, str]:
    return (getattr(trace, "xaxis", None) or "x", getattr(trace, "yaxis", None) or "y")


def _panels(figure: Figure, described: Any) -> dict[tuple[str, str], Axes]:
    """One panel for each pair of axes; a second axis over the same place shares its panel."""
    places = list(dict.fromkeys([("x", "y"), *map(_place, described.data)]))
    own = [place for place in places if not _axis(described.layout, place[1]).overlaying]
    across = max(1, round(len(own) ** 0.5)) if len(own) > 1 else 1
    grid = figure.subplots(-(-len(own) // across), across, squeeze=False).ravel()
    panels: dict[tuple[str, str], Axes] = dict(zip(own, grid, strict=False))
    for spare in grid[len(own) :]:
        spare.set_axis_off()
    for place in places:
        if place not in panels:
            below = _axis(described.layout, place[1]).overlaying
            panels[place] = panels[place[0], below].twinx()
    return panels


def _axis(layout: Any, name: str) -> Any:
    return layout[f"{name[0]}axis{name[1:]}"]


def _finish(panel: Axes, layout: Any, place: tuple[str, str]) -> None:
    across, up = _axis(layout, place[0]), _axis(layout, place[1])
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(_RULE)
    panel.tick_params(color=_RULE, labelcolor=_TEXT)
    panel.set_xlabel(plain(across.title.text))
    panel.set_ylabel(plain(up.title.text))
    _limits(panel, across, up)
    for axis, described in ((panel.xaxis, across), (panel.yaxis, up)):
        _ticks(axis, described)


def _limits(panel: Axes, across: Any, up: Any) -> None:
    if up.rangemode == "tozero":
        panel.set_ylim(bottom=min(0, panel.get_ylim()[0]))
    if up.range is not None and all(isinstance(end, int | float) for end in up.range):
        panel.set_ylim(*up.range)
    if across.range is not None and all(isinstance(end, int | float) for end in across.range):
        panel.set_xlim(*across.range)
    if up.autorange == "reversed" and not panel.yaxis_inverted():
        panel.invert_yaxis()


def _ticks(axis: Any, described: Any) -> None:
    if described.showticklabels is False:
        axis.set_ticks([])
    elif isinstance(axis.get_major_locator(), dates.AutoDateLocator):
        axis.set_major_formatter(dates.ConciseDateFormatter(axis.get_major_locator()))
    elif described.tickvals is not None and described.ticktext is not None:
        axis.set_ticks(list(described.tickvals), [plain(text) for text in described.ticktext])
    elif described.ticksuffix and not _has_words(axis):
        axis.set_major_formatter(lambda value, _: f"{value:,.10g}{described.ticksuffix}")
    elif described.tickformat == "~s" and not _has_words(axis):
        axis.set_major_formatter(lambda value, _: _scaled(value))


def _has_words(axis: Any) -> bool:
    return "Categor" in type(axis.get_major_formatter()).__name__


def _scaled(value: float) -> str:
    for scale, letter in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= scale:
            return f"{value / scale:,.4g}{letter}"
    return f"{value:,.4g}"


def _note(figure: Figure, panels: dict[tuple[str, str], Axes], note: Any) -> None:
    place = (_reference(note.xref, "x"), _reference(note.yref, "y"))
    panel = panels.get(place) or next(iter(panels.values()))
    anchor = {"left": "left", "right": "right"}.get(note.xanchor or "", "center")
    level = {"bottom": "bottom", "top": "top"}.get(note.yanchor or "", "center")
    if note.x is None or note.y is None or not note.text:
        return
    across = panel.transAxes if _is_relative(note.xref) else panel.transData
    up = panel.transAxes if _is_relative(note.yref) else panel.transData
    right, higher = ((pixels or 0) / _DOTS_AN_INCH for pixels in (note.xshift, note.yshift))
    shift = ScaledTranslation(right, higher, figure.dpi_scale_trans)
    panel.text(
        _coordinate(note.x, note.xref), _coordinate(note.y, note.yref), plain(note.text), ha=anchor, va=level,
        fontsize=8, transform=blended_transform_factory(across, up) + shift, clip_on=False,
    )  # fmt: skip


def _shape(panels: dict[tuple[str, str], Axes], shape: Any) -> None:
    panel = panels.get((_reference(shape.xref, "x"), _reference(shape.yref, "y"))) or next(iter(panels.values()))
    colour = (shape.line.color if shape.line else None) or _RULE
    line: dict[str, Any] = {"color": colour, "linewidth": (shape.line.width or 1), "linestyle": _dash(shape.line.dash)}
    if shape.type == "rect":
        band = panel.axvspan if _is_relative(shape.yref) else panel.axhspan
        ends = (shape.x0, shape.x1) if _is_relative(shape.yref) else (shape.y0, shape.y1)
        band(*(_coordinate(end, None) for end in ends), color=shape.fillcolor or colour, alpha=shape.opacity or 0.2)
    elif _is_relative(shape.xref):
        panel.axhline(shape.y0, **line)
    elif _is_relative(shape.yref):
        panel.axvline(_coordinate(shape.x0, None), **line)
    else:
        panel.plot([_coordinate(end, None) for end in (shape.x0, shape.x1)], [shape.y0, shape.y1], **line)


def _dash(dash: str | None) -> str:
    return {"dash": "--", "dot": ":", "dashdot": "-."}.get(dash or "", "-")


def _reference(name: str | None, letter: str) -> str:
    return (name or letter).split()[0] if name != "paper" else letter


def _is_relative(name: str | None) -> bool:
    return name == "paper" or (name or "").endswith("domain")


def _coordinate(value: Any, reference: str | None) -> Any:
    if _is_relative(reference) or isinstance(value, int | float | np.number):
        return value
    moment = pd.to_datetime(pd.Series([value]), errors="coerce").iloc[0]
    return value if pd.isna(moment) else moment.to_datetime64()


def _legend(figure: Figure, panels: dict[tuple[str, str], Axes]) -> None:
    found: dict[str, Any] = {}
    for handle, label in _labelled(panels):
        found.setdefault(label, handle)
    if found:
        figure.legend(found.values(), found.keys(), loc="outside lower left", ncols=3, frameon=False, fontsize=8)


def _labelled(panels: dict[tuple[str, str], Axes]) -> Iterator[tuple[Any, str]]:
    for panel in panels.values():
        yield from zip(*panel.get_legend_handles_labels(), strict=True)


def plain(text: object) -> str:
    """Plotly's small HTML as text."""
    return unescape(re.sub(r"<[^>]*>", "", str(text or "").replace("<br>", "\n")))
