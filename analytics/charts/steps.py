"""What is lost at each step of a process."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.charts.house import ACCENT, GREY, Drawing, empty, safe, shown, suffix
from analytics.charts.named import from_top, labels

ROOM_FOR_TEXT = 2.1


def steps(rows: pd.DataFrame, *, height: int | None = None) -> Drawing:
    """One bar a step, in order from the top: the share of its units that do not pass in the first run.

    `rows` has station, inspected, first_pass, lost, rolled (percent) and is_small. The step that loses most is
    accented; the text at a bar tells what has passed everything so far.
    """
    figure = empty(height or 70 + 44 * max(len(rows), 2))
    worst = _worst(rows)
    texts, hovers = _texts(rows)
    colours = [ACCENT if at == worst else GREY for at in range(len(rows))]
    figure.add_bar(
        y=list(range(len(rows))), x=rows["lost"], orientation="h", text=texts, textposition="outside",
         cliponaxis=False, marker_color=colours, customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(**from_top(labels(rows["station"].to_list())))
    # the texts stand beside the bars, also on a phone
    figure.update_xaxes(range=[0, ROOM_FOR_TEXT * max(float(rows["lost"].max()), 0.1)], nticks=5, **suffix("percent"))
    figure.update_layout(bargap=0.35)
    title = _finding(rows, worst)
    return Drawing(figure, title, f"Bar chart of the units lost at each step. {title}")


def _texts(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What stands on each bar, and what it tells on hover; few units say how many."""
    texts, hovers = [], []
    for one in rows.to_dict("records"):
        few = f" (n = {one['inspected']:,.0f})" if one["is_small"] else ""
        texts.append(f"{shown(one['lost'], 'percent')} lost, {shown(one['rolled'], 'percent')} so far{few}")
        hovers.append(
            f"{safe(one['station'])}: {shown(one['first_pass'], 'percent')} of {one['inspected']:,.0f} in the first run"
        )
    return texts, hovers


def _worst(rows: pd.DataFrame) -> int | None:
    """The place of the step that loses most, of those with enough units."""
    judged = rows["lost"].where(~rows["is_small"].astype(bool)).to_numpy(dtype=float)
    return int(np.nanargmax(judged)) if np.isfinite(judged).any() else None


def _finding(rows: pd.DataFrame, worst: int | None) -> str:
    if rows.empty:
        return "No inspection step for this filter"
    through = f"{shown(float(rows['rolled'].iloc[-1]), 'percent')} pass"
    whole = f"all {len(rows)} steps" if len(rows) > 1 else "the only step"
    if worst is None:
        return f"{through} {whole} in the first run, of few units"
    name, lost = rows["station"].iloc[worst], float(rows["lost"].iloc[worst])
    return f"Most is lost at {name}: {shown(lost, 'percent')} of its units; {through} {whole} in the first run"
