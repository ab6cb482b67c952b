"""What is heard: counts of members against the period before, and what returns cost by month."""

from __future__ import annotations

import pandas as pd

from analytics.charts.house import (
    ACCENT,
    GREY,
    Drawing,
    difference,
    empty,
    mark_events,
    month_axis,
    safe,
    short,
    shown,
    suffix,
)  # fmt: skip

MOST_MEMBERS = 8
ROW_PIXELS, FRAME_PIXELS = 28, 96


def against_before(
    rows: pd.DataFrame, *, finding: str, now: str, before: str, unit: str = "count", currency: str = "",
    height: int | None = None,
) -> Drawing:  # fmt: skip
    """One bar a member for what is now, a mark for what was before, the change written at the bar's end.

    `rows` has member, now and before; `now` and `before` name the two periods. Members beyond the eight largest become
    "Other".
    """
    few = _most(rows)
    figure = empty(height or FRAME_PIXELS + ROW_PIXELS * max(len(few), 3))
    members = [safe(short(member)) for member in few["member"]]
    told = [shown(value, unit, currency) for value in few["now"]]
    changes = [difference(value, unit, currency) for value in few["now"] - few["before"]]
    labels = [f"{value} ({change})" for value, change in zip(told, changes, strict=True)]
    figure.add_bar(
        y=members, x=few["now"], orientation="h", name=safe(now), marker_color=ACCENT, text=labels,
        textposition="outside", cliponaxis=False, customdata=labels, hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        y=members, x=few["before"], name=safe(before), mode="markers",
        marker={"symbol": "line-ns-open", "size": 16, "color": GREY, "line": {"width": 3}},
        customdata=[shown(value, unit, currency) for value in few["before"]],
        hovertemplate=f"%{{y}}, {safe(before)}: %{{customdata}}<extra></extra>",
    )  # fmt: skip
    most = float(few[["now", "before"]].max().max()) if len(few) else 1.0
    figure.update_xaxes(range=[0, max(most, 1.0) * 1.35], nticks=5, **suffix(unit))
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_layout(showlegend=True, bargap=0.35)
    first = ", ".join(f"{member} {label}" for member, label in zip(few["member"].head(3), labels, strict=False))
    return Drawing(figure, finding, f"Bar chart, {now} against {before}. Most: {first}")


def _most(rows: pd.DataFrame) -> pd.DataFrame:
    ranked = rows.sort_values(["now", "before"], ascending=False, kind="stable")[["member", "now", "before"]]
    ranked = ranked[(ranked["now"] > 0) | (ranked["before"] > 0)].assign(member=ranked["member"].astype(str))
    if len(ranked) <= MOST_MEMBERS:
        return ranked
    rest = ranked.iloc[MOST_MEMBERS - 1 :]
    other = pd.DataFrame([{"member": f"Other ({len(rest)})", **rest[["now", "before"]].sum().to_dict()}])
    return pd.concat([ranked.head(MOST_MEMBERS - 1), other], ignore_index=True)


def costs_by_month(
    frame: pd.DataFrame, *, currency: str = "", height: int = 300, events: pd.DataFrame | None = None
) -> Drawing:
    """Cost of returns by month: what was credited, and on it the list value of what came back without a credit.

    `frame` has month, credited and not_credited.
    """
    figure = empty(height)
    parts = [("credited", "Credited", ACCENT)]
    if frame["not_credited"].abs().sum() > 0:
        parts.append(("not_credited", "Not credited, at list price", GREY))
    for column, label, colour in parts:
        figure.add_bar(
            x=frame["month"], y=frame[column], name=label, marker_color=colour,
            customdata=[shown(value, "money", currency) for value in frame[column]],
            hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", showlegend=len(parts) > 1, bargap=0.3)
    figure.update_yaxes(rangemode="tozero", nticks=5, **suffix("money"))
    month_axis(figure)
    title = _costs_title(frame, currency)
    return Drawing(figure, title, f"Bar chart by month. {title}.{mark_events(figure, events)}")


def _costs_title(frame: pd.DataFrame, currency: str) -> str:
    costs = frame["credited"] + frame["not_credited"]
    if not costs.abs().sum():
        return "Returns cost nothing that is recorded in these twelve months"
    most = costs.idxmax()
    last = f"{frame['month'].iloc[-1]:%b %Y}"
    if most == costs.index[-1]:
        return f"Returns cost {shown(costs.iloc[-1], 'money', currency)} in {last}, the most of twelve months"
    peak = f"{shown(costs[most], 'money', currency)} in {frame['month'][most]:%b %Y}"
    return f"Returns cost {shown(costs.iloc[-1], 'money', currency)} in {last}; the most of twelve months was {peak}"
