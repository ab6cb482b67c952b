"""From stored groups to links: the records of both sides as the link finder takes them, its answer as rows to store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.links import LinkFinder, word_pairs
from analytics.refresh.learning import Learned

STORED = ["symptom_id", "cause_id", "rank", "score", "rate_ratio", "ci_low", "ci_high", "q_value", "shared_lots",
          "lag_days", "evidence"]  # fmt: skip
ASSERTED = 0.05
LOTS_KEPT, ORIGINS_KEPT, WORDS_KEPT = 50, 10, 12


@dataclass(frozen=True)
class Final:
    """Groups after people's word: for each side record_type, record_id, group, confidence; and verdicts on links.

    `ids`: the group_id that each group found had in the rehearsal; the database may give a new one another when it is
    stored for good."""

    ids: Sequence[int]
    memberships: Mapping[str, pd.DataFrame]
    verdicts: Sequence[tuple[int, int, str]]


def linked(found: Sequence[Learned], final: Final, ties: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """STORED's columns, one row for each symptom and likely cause. Without lots on both sides there are no links."""
    sides = {learned.side: _grouped(learned.records, final.memberships[learned.side]) for learned in found}
    factory, field = sides["factory"], sides["field"]
    if factory.empty or field.empty or ties["lots"].empty or ties["shipments"].empty:
        return pd.DataFrame(columns=STORED)
    verdicts = pd.DataFrame(final.verdicts, columns=["symptom", "cause", "verdict"])
    finder = LinkFinder().fit(factory, field, verdicts=verdicts, **ties)
    evidence = [_evidence(finder, factory, field, ties["lots"], link) for link in finder.links_.itertuples()]
    links = finder.links_.rename(columns={"symptom": "symptom_id", "cause": "cause_id"})
    return links.assign(evidence=pd.Series(evidence, index=links.index, dtype=object))[STORED]


def _evidence(
    finder: LinkFinder, factory: pd.DataFrame, field: pd.DataFrame, lots: pd.DataFrame, link: Any
) -> str | None:
    """What a link rests on, as JSON: lots, origins and words (lists of rows); none where it is not asserted."""
    if not link.q_value < ASSERTED and link.verdict != "confirmed":
        return None
    ours, theirs = factory[factory["group"] == link.cause], field[field["group"] == link.symptom]
    words = word_pairs(ours, theirs, lots, top=3, fewest=3)
    told = {
        "lots": finder.shared_lots(link.symptom, link.cause).head(LOTS_KEPT),
        "origins": finder.origins(link.symptom, link.cause).head(ORIGINS_KEPT),
        "words": words.head(WORDS_KEPT),
    }
    return json.dumps(
        {name: json.loads(rows.to_json(orient="records", date_format="iso")) for name, rows in told.items()}
    )


def _grouped(records: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    joined = records.merge(memberships, on=["record_type", "record_id"], how="inner")
    number = joined["record_type"] + ":" + joined["record_id"].astype(str)
    return joined.assign(record=number, weight=joined["confidence"], units=joined["quantity"])
