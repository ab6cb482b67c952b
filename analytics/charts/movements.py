"""Who carries a change: contributions that sum to it."""

from __future__ import annotations

import pandas as pd

from analytics.charts.house import ACCENT, GREY, Drawing, difference, empty, safe, short, suffix

MOST_BARS = 10


def contributions(parts: pd.DataFrame, *, finding: str, unit: str, currency: str = "", height: int = 300) -> Drawing:
    """Who carries the change: one bar a member, its rate and its mix effect apart.

    `parts` has member, rate_effect, mix_effect, contribution in the metric's unit; all members beyond the ten largest
    become "Other", so that the bars still sum to the change.
    """
    few = _largest(parts)
    members = [safe(short(member)) for member in few["member"]]
    effects = [("rate_effect", "Rate (members did better or worse)", ACCENT)]
    if few["mix_effect"].abs().sum() > 1e-12:
        effects.append(("mix_effect", "Mix (members grew or shrank)", GREY))
    scale = {"zeroline": True, "zerolinecolor": GREY, "zerolinewidth": 1, "nticks": 5}
    figure = empty(
        height, barmode="relative", showlegend=len(effects) > 1, bargap=0.35,
        xaxis={**scale, **suffix(unit, difference=True)}, yaxis={"autorange": "reversed"},
    )  # fmt: skip
    for column, label, colour in effects:
        figure.add_bar(
            y=members, x=few[column], orientation="h", name=label, marker_color=colour,
            customdata=[difference(value, unit, currency) for value in few[column]],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        )  # fmt: skip
    told = ", ".join(
        f"{member} {difference(value, unit, currency)}"
        for member, value in few[["member", "contribution"]].head(3).itertuples(index=False)
    )
    return Drawing(figure, finding, f"Bar chart of contributions to the change. Largest: {told}")


def _largest(parts: pd.DataFrame) -> pd.DataFrame:
    order = parts["contribution"].abs().sort_values(ascending=False).index
    ranked = parts.loc[order, ["member", "rate_effect", "mix_effect", "contribution"]]
    if len(ranked) <= MOST_BARS:
        return ranked
    rest = ranked.iloc[MOST_BARS - 1 :]
    other = {"member": f"Other ({len(rest)})", **rest[["rate_effect", "mix_effect", "contribution"]].sum().to_dict()}
    return pd.concat([ranked.head(MOST_BARS - 1), pd.DataFrame([other])], ignore_index=True)
