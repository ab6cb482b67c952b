"""Every metric, declared once: from here it reaches cards, charts, tooltips, glossary, exports and objectives."""

from __future__ import annotations

from analytics.catalog import hearing, making, planning, selling, together
from analytics.catalog.witnesses import WITNESSES, Witnesses
from analytics.metric import Metric
from kb.errors import Refused

__all__ = ["AREAS", "METRICS", "WITNESSES", "Metric", "Witnesses", "get", "rivals"]

AREAS: dict[str, tuple[Metric, ...]] = {
    "Selling": selling.METRICS, "Making": making.METRICS, "Hearing": hearing.METRICS, "Planning": planning.METRICS,
    "Working together": together.METRICS,
}  # fmt: skip
METRICS: dict[str, Metric] = {metric.key: metric for metrics in AREAS.values() for metric in metrics}


def get(key: str) -> Metric:
    """The metric of this key. Raises Refused for a key the catalogue does not hold."""
    if key not in METRICS:
        raise Refused(f"there is no metric {key}: choose one of {', '.join(METRICS)}")
    return METRICS[key]


def rivals(key: str) -> tuple[Metric, ...]:
    """The metrics that define the same thing, this one among them; nothing where it has no rival."""
    family = get(key).family
    found = tuple(metric for metric in METRICS.values() if family and metric.family == family)
    return found if len(found) > 1 else ()
