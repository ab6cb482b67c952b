"""What is looked at: a metric, what it is split by, in which shape; all of it in the URL, and kept by a pin."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analytics import catalog
from analytics.metric import Metric
from analytics.questions import Pinned
from kb import editing
from kb.entries import PIN_SHAPES
from pages.ui import door, people
from pages.ui.door import View
from pages.ui.saving import saved

ALL = "nothing"


@dataclass(frozen=True)
class Chosen:
    """A metric, the dimension it is split by ('' for none), and table, trend or small multiples."""

    metric: Metric
    dimension: str
    shape: str

    @property
    def title(self) -> str:
        by = f" by {self.dimension.replace('_', ' ')}" if self.dimension else ""
        return f"{self.metric.name}{by}"

    def link(self) -> dict[str, str]:
        """The query that leads to this view on the page Metrics."""
        by = {"split": self.dimension.replace("_", " ")} if self.dimension else {}
        return {"figure": self.metric.name, "shape": self.shape.capitalize(), **by}


def choose(view: View) -> Chosen:
    """The boxes that choose, and the button that pins what they chose."""
    missing = door.ask(view, "unsupported")
    keys = sorted(catalog.METRICS, key=lambda one: one in missing)  # what the files cannot answer comes last
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        key = st.selectbox(
            "Figure", keys, key="figure", bind="query-params", format_func=lambda one: catalog.get(one).name, width=320
        ) or keys[0]  # fmt: skip
        splits = [ALL, *catalog.get(key).dimensions]
        by = st.selectbox(
            "Split by", splits, key="split", bind="query-params", format_func=lambda one: one.replace("_", " "),
            width=200,
        ) or ALL  # fmt: skip
        dimension = "" if by == ALL or by not in splits else by
        shapes = PIN_SHAPES if dimension else PIN_SHAPES[:2]
        shape = st.segmented_control(
            "Shape", shapes, default="trend", required=True, format_func=str.capitalize, key="shape",
            bind="query-params",
        ) or "trend"  # fmt: skip
        chosen = Chosen(catalog.get(key), dimension, shape)
        _pin(view, chosen)
    return chosen


def _pin(view: View, chosen: Chosen) -> None:
    if view.who is people.VISITOR:
        box = st.popover("Pin to my page", key="pin-box", on_change="rerun")
        if box.open:
            with box:
                people.asked(view.base, view.who, "pin")
        return
    mine: list[Pinned] = door.ask(view, "pins", view.who.user_id)
    known = any(
        (one.metric, one.dimension, one.shape) == (chosen.metric, chosen.dimension, chosen.shape) for one in mine
    )
    label = "Pinned to my page" if known else "Pin to my page"
    if st.button(label, key="pin", disabled=known or not view.who.may("edit"), help="My page shows it at the end."):
        words = {"metric": chosen.metric.key, "dimension": chosen.dimension or None, "shape": chosen.shape}
        saved(lambda: editing.pin(view.base, view.who, **words), "It is on your page.")  # type: ignore[arg-type]
