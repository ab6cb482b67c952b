"""A finished figure as browsers get it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


class Sent(go.Figure):  # type: ignore[misc]
    """What is sent of a figure, worked out once: it is shown far more often than it is made.

    Whoever sends it asks for nothing but its dictionary and does not change that. What a figure copies and checks when
    it is made would cost more than this saves, so it is left out.
    """

    def __init__(self, figure: go.Figure) -> None:
        self.__dict__["sent"] = figure.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """The same dictionary each time."""
        sent: dict[str, Any] = self.__dict__["sent"]
        return sent
