"""Why no counterpart of a group is asserted, and what would change that: counts in, sentences out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.metric import rounded

FEW_RECORDS = 30
TRACED_ENOUGH = 0.8
TOLERABLE_LOSS = 0.02
FAINT = 1.5
"""A rate ratio whose interval stays below this is too faint for a cause."""
MOST_RECORDS = 100_000
OTHERS = {"field": "causes", "factory": "symptoms"}
TEXTS = {"field": "nonconformances", "factory": "returns and complaints"}


@dataclass(frozen=True)
class Candidate:
    """The best of the links that are not asserted."""

    name: str
    rate_ratio: float
    ci_low: float
    ci_high: float
    q_value: float


@dataclass(frozen=True)
class Search:
    """What a search for the counterpart of a group had to go by.

    `records` of the group and how many of them name a lot; the same of the other side as a whole; shipments that name
    a lot; groups on the other side; how many links people refused; the best candidate that is left.
    """

    side: str
    records: int
    with_lot: int
    other_records: int
    other_with_lot: int
    shipments_with_lot: int
    other_groups: int
    refused: int = 0
    best: Candidate | None = None


def wanting(search: Search) -> list[str]:
    """Sentences, the most decisive first: what is missing to find a counterpart, or why there may be none."""
    others = OTHERS[search.side]
    if not search.other_groups:
        return [f"There are no {others} to compare with: import {TEXTS[search.side]} with texts, then refresh."]
    if not search.shipments_with_lot:
        return ["No shipment names its lot, so nothing ties the two sides: import shipments with lot numbers."]
    told = [
        _refused(search, others),
        _best(search),
        _no_cause(search),
        _lots(search),
        _other_lots(search),
        _few(search),
    ]
    return [sentence for sentence in told if sentence]


def _refused(search: Search, others: str) -> str:
    if not search.refused:
        return ""
    which = "1 link was" if search.refused == 1 else f"{search.refused} links were"
    return f"{which} refused by people; taking a refusal back puts it among the {others} again."


def _best(search: Search) -> str:
    best = search.best
    if best is None or not math.isfinite(best.rate_ratio):
        return f"No lot was found with both this and one of the {OTHERS[search.side]}."
    told = f"The best candidate is \u201c{best.name}\u201d: {_ratio(best)} as often in lots with both"
    if best.ci_low > 1:
        q = rounded(best.q_value)
        return f"{told}. Among so many pairs some look like that by chance (q = {q}, below .05 counts)."
    if _no_cause(search):
        return f"{told}, no more than in others."
    more = records_needed(search.records, best)
    if best.rate_ratio > 1 and search.records < more <= MOST_RECORDS:
        return f"{told}. If that holds, about {more:,} records instead of {search.records:,} would tell it from chance."
    return f"{told}, which chance explains."


def records_needed(records: int, best: Candidate) -> int:
    """How many records bring the lower end of the interval to 1 if the ratio stays; its log is as wide as 1/root n."""
    half = (math.log(best.ci_high) - math.log(best.ci_low)) / 2 if best.ci_low > 0 else math.inf
    distance = math.log(best.rate_ratio) if best.rate_ratio > 0 else 0.0
    if distance <= 0 or not math.isfinite(half):
        return MOST_RECORDS + 1
    return math.ceil(min(records * (half / distance) ** 2, MOST_RECORDS + 1))


def _no_cause(search: Search) -> str:
    best = search.best
    is_clear = best is not None and best.ci_low <= 1 and best.ci_high < FAINT and search.records >= FEW_RECORDS
    if not is_clear:
        return ""
    if search.side == "field":
        return (
            "It comes no more from the lots of any cause than from others: likely something customers meet outside "
            "the factory (delivery, use, expectation)."
        )
    return "Customers hardly notice it: its lots come back like the others. It may be caught before shipping."


def _lots(search: Search) -> str:
    share = search.with_lot / search.records if search.records else 0.0
    if share >= TRACED_ENOUGH:
        return ""
    told = f"{_percent(share)} of its records name a lot ({search.with_lot:,} of {search.records:,})"
    if not search.with_lot:
        return f"{told}. With lots on returns and complaints each record would count for one lot."
    times = rounded(search.records / search.with_lot)
    return f"{told}; with every lot traced, {times} times as many would count for one lot instead of being spread."


def _other_lots(search: Search) -> str:
    lost = search.other_records - search.other_with_lot
    share = lost / search.other_records if search.other_records else 0.0
    limit = TOLERABLE_LOSS if search.side == "field" else 1 - TRACED_ENOUGH
    if share <= limit:
        return ""
    whose = "factory" if search.side == "field" else "customers'"
    return f"{_percent(share)} of {whose} records name no lot ({lost:,} of {search.other_records:,})."


def _few(search: Search) -> str:
    if search.records >= FEW_RECORDS:
        return ""
    return f"It has {search.records:,} records, which are few: from about {FEW_RECORDS} on links show more often."


def _ratio(best: Candidate) -> str:
    return f"{rounded(best.rate_ratio)} times ({rounded(best.ci_low)} to {rounded(best.ci_high)})"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
