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

NOBODY = "not recorded"
MOST_MEMBERS = 8
ROW_PIXELS, FRAME_PIXELS = 24, 90


def against_before(
    rows: pd.DataFrame, *, now: str, before: str, finding: str = "", unit: str = "count", currency: str = "",
    height: int | None = None,
) -> Drawing:  # fmt: skip
    """One bar a member for what is now, a mark for what was before, the change written at the bar's end.

    `rows` has member, now and before; `now` and `before` name the two periods. Members beyond the eight largest become
    "Other". Without a finding the title says who leads.
    """
    few = _most(rows)
    figure = empty(height or FRAME_PIXELS + ROW_PIXELS * max(len(few), 3))
    members = [safe(short(member)) for member in few["member"]]
    told = [shown(value, unit, currency) for value in few["now"]]
    changes = [difference(value, unit) for value in few["now"] - few["before"]]
    labels = [f"{shown(value, unit)} ({change})" for value, change in zip(few["now"], changes, strict=True)]
    figure.add_bar(
        y=members, x=few["now"], orientation="h", name=safe(now), marker_color=ACCENT, customdata=told,
        hovertemplate=f"%{{y}}, {safe(now)}: %{{customdata}}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        y=members, x=few["before"], name=safe(before), mode="markers",
        marker={"symbol": "line-ns-open", "size": 16, "color": GREY, "line": {"width": 3}},
        customdata=[shown(value, unit, currency) for value in few["before"]],
        hovertemplate=f"%{{y}}, {safe(before)}: %{{customdata}}<extra></extra>",
    )  # fmt: skip
    # beside the longer of bar and mark, so that neither covers the numbers
    ends = few[["now", "before"]].max(axis=1)
    figure.add_scatter(
        y=members, x=ends, mode="text", text=[f" {label}" for label in labels], textposition="middle right",
        cliponaxis=False, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(range=[0, max(float(ends.max()) if len(ends) else 0.0, 1.0) * 1.45], nticks=5, **suffix(unit))
    figure.update_yaxes(autorange="reversed", automargin=True, type="category")
    figure.update_layout(showlegend=True, bargap=0.35)
    title = finding or _leading(few, told, shown(few["now"].sum(), unit, currency), now)
    first = ", ".join(f"{member} {label}" for member, label in zip(few["member"].head(3), labels, strict=False))
    return Drawing(figure, title, f"Bar chart, {now} against {before}. Most: {first}")


def _leading(few: pd.DataFrame, told: list[str], whole: str, now: str) -> str:
    if not len(few) or not few["now"].iloc[0]:
        return f"Nothing in {now}"
    first = str(few["member"].iloc[0])
    if first == NOBODY:
        return f"{told[0]} of {whole} in {now} is not recorded by what the bars name"
    return f"{first[:1].upper()}{first[1:]} leads with {told[0]} of {whole} in {now}"


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
    most = int(costs.to_numpy().argmax())
    last = f"{frame['month'].iloc[-1]:%b %Y}"
    if most == len(costs) - 1:
        return f"Returns cost {shown(costs.iloc[-1], 'money', currency)} in {last}, the most of twelve months"
    peak = f"{shown(costs.iloc[most], 'money', currency)} in {frame['month'].iloc[most]:%b %Y}"
    return f"Returns cost {shown(costs.iloc[-1], 'money', currency)} in {last}; the most of twelve months was {peak}"
