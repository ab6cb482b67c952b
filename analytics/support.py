"""Which metrics cannot be answered from what was imported, in words: what is missing and what to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.metric import Metric, Need
from kb.facts.holdings import Source

TEMPLATE_COLUMNS = {
    "lot_id": "lot_number", "order_line_id": "order_number", "customer_id": "customer_number",
    "return_id": "return_number", "product_id": "sku", "supplier_id": "supplier_number", "work_center_id": "line",
    "material_id": "material_number", "site_id": "site_number", "work_order_id": "work_order_number",
}  # fmt: skip


def sources_of(metrics: Sequence[Metric]) -> set[Source]:
    """Everything these metrics may need."""
    return {source for metric in metrics for need in metric.needs for source in need.sources}


def lacking(metrics: Sequence[Metric], held: Mapping[Source, bool]) -> dict[str, Need]:
    """By key, the first need that nothing fills, of each metric that has one."""
    first = {m.key: next((n for n in m.needs if not any(held[s] for s in n.sources)), None) for m in metrics}
    return {key: need for key, need in first.items() if need}


def reason(need: Need, rows: Mapping[str, int]) -> str:
    """'returns name no lot, order or customer: 0 of 1,809; import returns.lot_number, order_number or ...'."""
    if need.unmet:
        return need.unmet
    for name, columns in need.sources:
        if rows[name] and columns:
            words, imports = either([_word(c) for c in columns]), either([template_column(c) for c in columns])
            return f"{name.replace('_', ' ')} name no {words}: 0 of {rows[name]:,}; import {name}.{imports}"
    files = [name for name, _ in need.sources]
    return f"there are no {either([name.replace('_', ' ') for name in files])}: import {either(files)}"


def template_column(column: str) -> str:
    """What the templates call a column: a parent's business key for its surrogate key."""
    return TEMPLATE_COLUMNS.get(column, column)


def either(words: Sequence[str]) -> str:
    """'a', 'a or b', 'a, b or c'; each word once."""
    words = list(dict.fromkeys(words))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _word(column: str) -> str:
    return {"order_line_id": "order"}.get(column, column.removesuffix("_id").replace("_", " "))
