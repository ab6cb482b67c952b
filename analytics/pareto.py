"""The vital few: members by size, how many of them make up 80 %, and tables of two dimensions cut to their largest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

VITAL_SHARE = 0.8
MOST_MEMBERS, MOST_VITAL = 12, 14
OTHER = "Other"


@dataclass(frozen=True)
class Pareto:
    """`rows`: member, value, share and cumulative (of the total, 0 to 1), is_vital, count (members within), largest
    first, then "Other", then what names no member; `whole` the same with every member. `vital` members of `members`
    named ones make up 80 % of `total`; 0 where all named ones together do not.
    """

    rows: pd.DataFrame
    whole: pd.DataFrame
    total: float
    members: int
    vital: int
    unknown_share: float


def pareto(totals: pd.DataFrame, *, unknown: str = "", most: int = MOST_MEMBERS) -> Pareto:
    """Rank `totals` (member, value). What is not above zero is left out; beyond `most` bars the smallest are summed.

    `unknown` is the name of the missing value: it is part of the total, and stands last because it
    names no cause. A few more bars are kept where the vital ones need them.
    """
    known = totals[totals["value"] > 0]
    named = known[known["member"] != unknown].sort_values("value", ascending=False, kind="stable")
    lost = float(known.loc[known["member"] == unknown, "value"].sum())
    total = float(known["value"].sum())
    reached = named["value"].cumsum().to_numpy() >= VITAL_SHARE * total * (1 - 1e-12)
    vital = int(reached.argmax()) + 1 if reached.any() else 0
    every = named.assign(count=1)
    kept = max(most - 1, vital if vital <= MOST_VITAL else 0, 1)
    few = _cut(every, kept) if len(named) > kept + 1 else every
    rows, whole = (_ranked(part, unknown, lost, total, vital) for part in (few, every))
    return Pareto(rows, whole, total, len(named), vital, lost / total if total > 0 else 0.0)


def crossed(
    totals: pd.DataFrame, rows: str, columns: str, *, unknown: str = "", most: int = MOST_MEMBERS
) -> pd.DataFrame:
    """A table of `value` by two columns of `totals`, largest first, at most `most` by `most` with "Other" last.

    nan where nothing was recorded. The index is named `rows`, the columns `columns`.
    """
    known = totals[totals["value"] > 0]
    cut = known.assign(**{name: _grouped(known, name, unknown, most) for name in (rows, columns)})
    table = cut.pivot_table(index=rows, columns=columns, values="value", aggfunc="sum")
    return table.reindex(index=_order(cut, rows, unknown), columns=_order(cut, columns, unknown))


def _ranked(named: pd.DataFrame, unknown: str, lost: float, total: float, vital: int) -> pd.DataFrame:
    last = [{"member": unknown, "value": lost, "count": 1}] if lost > 0 else []
    rows = pd.concat([named, pd.DataFrame(last)], ignore_index=True) if last else named.reset_index(drop=True)
    share = rows["value"] / total if total > 0 else rows["value"]
    is_vital = (np.arange(len(rows)) < min(vital, len(named))) & (rows["count"] == 1)
    rows = rows.assign(share=share, cumulative=share.cumsum(), is_vital=is_vital)
    return rows[["member", "value", "share", "cumulative", "is_vital", "count"]]


def _cut(named: pd.DataFrame, kept: int) -> pd.DataFrame:
    rest = named.iloc[kept:]
    other = pd.DataFrame([{"member": OTHER, "value": rest["value"].sum(), "count": len(rest)}])
    return pd.concat([named.head(kept), other], ignore_index=True)


def _grouped(known: pd.DataFrame, name: str, unknown: str, most: int) -> pd.Series:
    ranked = known.groupby(name)["value"].sum().sort_values(ascending=False, kind="stable")
    named = [member for member in ranked.index if member != unknown]
    room = most - (unknown in ranked.index)
    kept = named if len(named) <= room else named[: room - 1]
    return known[name].where(known[name].isin([*kept, unknown]), OTHER)


def _order(cut: pd.DataFrame, name: str, unknown: str) -> list[str]:
    ranked = cut.groupby(name)["value"].sum().sort_values(ascending=False, kind="stable").index
    return [member for member in ranked if member not in (OTHER, unknown)] + [
        member for member in (OTHER, unknown) if member in ranked
    ]
