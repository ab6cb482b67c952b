"""Codes that people entered against what the texts call for."""

from __future__ import annotations

import pandas as pd

from analytics.charts.house import ACCENT, GREY, Drawing, empty, safe, short, shown

MOST_CODES = 12
FEWEST_JUDGED = 20


def disagreements(frame: pd.DataFrame, *, finding: str) -> Drawing:
    """The codes that disagree most often: a bar for how many records, with their share and the usual correction.

    `frame` has code, judged, disagree, share (percent), is_vague, correction. Codes that say nothing (none, other,
    catch-all) are grey: they are not wrong, but could be told.
    """
    few = frame[frame["disagree"] > 0].head(MOST_CODES)
    figure = empty(60 + 26 * max(len(few), 2))
    labels = [_label(code, is_vague) for code, is_vague in zip(few["code"], few["is_vague"], strict=True)]
    told = [_told(one) for one in few.to_dict("records")]
    figure.add_bar(
        y=labels, x=few["disagree"], orientation="h", customdata=[f"{one}, to {two}" for one, two in _pairs(few, told)],
        marker_color=[GREY if is_vague else ACCENT for is_vague in few["is_vague"]],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        y=labels, x=few["disagree"], mode="text", text=[f" {one}" for one in told], textposition="middle right",
        cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    most = float(few["disagree"].max()) if len(few) else 1.0
    figure.update_xaxes(range=[0, most * 1.5], nticks=5)
    figure.update_yaxes(autorange="reversed", type="category")
    alt = "; ".join(f"{code} {one}, to {two}" for code, (one, two) in zip(few["code"], _pairs(few, told), strict=True))
    return Drawing(figure, finding, f"Bar chart, records whose code disagrees with the text. {finding}. {alt}")


def _label(code: str, is_vague: bool) -> str:
    return safe(short(code)) + (" (catch-all)" if is_vague and code != "(none)" else "")


def _told(one: dict[object, object]) -> str:
    share = float(str(one["share"]))
    small = f", n = {one['judged']:,}" if int(str(one["judged"])) < FEWEST_JUDGED else ""
    return f"{one['disagree']:,} ({shown(share, 'percent')}{small})"


def _pairs(few: pd.DataFrame, told: list[str]) -> list[tuple[str, str]]:
    return [(one, f"{safe(two)} most often") for one, two in zip(told, few["correction"], strict=True)]
