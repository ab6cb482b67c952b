"""Metrics of working together: corrective actions, and how well the two sides tell each other what they know."""

from __future__ import annotations

from analytics.catalog.needs import need
from analytics.metric import Metric, Need, Term
from kb.facts.together import PRODUCTION_SIDE, RECURRENCE_MONTHS, SALES_SIDE

NO_SIGNALS = "no signal has been raised in this base yet, so there is nothing to measure"
NO_GROUPS = "no groups of records have been found in this base yet, so nothing tells since when one was known"
NO_EXCHANGE = "no department has told another anything in this base yet, so there is nothing to measure"
NEEDS_EXCHANGE = Need((("exchange_events", ()),), NO_EXCHANGE)

METRICS = (
    Metric(
        "capa_cycle_time", "CAPA cycle time", "median", "days", "down", ("quality", "production"),
        "Median days from opening to closing of the corrective actions closed in the period.",
        "common practice", (Term("actions", "closed"),),
        needs=(need("actions", "closed_on"), need("actions", "opened_on")), step="days_open",
    ),
    Metric(
        "capa_on_time_closure", "CAPA on-time closure", "ratio", "percent", "up", ("quality", "production"),
        "Corrective actions closed by the day they were due / corrective actions due in the period. Those due after "
        "the last known day are not yet due.",
        "common practice", (Term("actions_due", "closed_in_time"),), (Term("actions_due", "actions_due"),),
        needs=(need("actions", "due_on"), need("actions", "closed_on")),
    ),
    Metric(
        "capa_recurrence", "CAPA recurrence", "ratio", "percent", "down", ("quality", "production"),
        f"Corrective actions whose defect code was recorded again within {RECURRENCE_MONTHS} months of closing / "
        f"corrective actions closed in the period whose {RECURRENCE_MONTHS} months have passed. One record of the code "
        "is enough, whatever its cause.",
        "common practice", (Term("actions", "came_back"),), (Term("actions", "closed_and_followed"),),
        needs=(
            need("actions", "closed_on"), need("actions", "defect_code"), need("nonconformances", "defect_code"),
            need("nonconformances", "detected_at"),
        ),
    ),
    Metric(
        "time_to_know", "Time to know", "median", "days", "down", ("quality", "customer care"),
        "Median days from the first record of a group to its first signal, of the groups whose first signal was raised "
        "in the period.",
        "after Sub-Zero's timeline", (Term("signals", "signals"),),
        needs=(Need((("signals", ("group_id",)),), NO_SIGNALS), Need((("groups", ("first_seen_on",)),), NO_GROUPS)),
        step="days_to_know",
    ),
    Metric(
        "time_to_tell", "Time to tell", "median", "days", "down", ("quality", "sales"),
        "Median days from the evidence on one side (the day a signal was raised, else the day the other department was "
        "told) to the first acknowledgement by the other, of what was acknowledged in the period.",
        "our own", (Term("acknowledged", "acknowledged"),), needs=(NEEDS_EXCHANGE,), step="days_to_tell",
    ),
    Metric(
        "exchange_balance", "Exchange balance", "balance", "percent", "up", ("sales", "production"),
        "1 - |used by others from sales - used by others from production| / their sum: 100 % where both sides give "
        f"alike, 0 where only one does. From sales: {', '.join(SALES_SIDE)}; from production: "
        f"{', '.join(PRODUCTION_SIDE)}. What was told counts once for each giver, by the day it was first said to be "
        "of use.",
        "our own: no favourite child", (Term("used", "given_by_sales"),), (Term("used", "given_by_production"),),
        needs=(NEEDS_EXCHANGE,),
    ),
)  # fmt: skip
