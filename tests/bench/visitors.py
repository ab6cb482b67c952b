"""People without a browser: raw websocket sessions that open a page, think, and change a filter."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates

THINK_SECONDS = 2.0
SPREAD = 0.5
RUN_SECONDS = 120
Choice = Callable[[random.Random], dict[str, str | tuple[str, ...]]]
"""What the person chooses next: the label of a widget and its new value (several for a multiselect or a day)."""


@dataclass
class Visitor:
    """One session, with the widgets it has seen and how long each of its reruns took."""

    url: str
    query: str = ""
    socket: Any = None
    page: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    values: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    messages: int = 0
    faults: int = 0

    async def open(self) -> None:
        """Connect and wait for the first run."""
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        subprotocol = [websockets.Subprotocol("streamlit")]
        self.socket = await websockets.connect(address, subprotocols=subprotocol, max_size=None, compression=None)
        await self.rerun()
        self.seconds.clear()

    async def rerun(self) -> None:
        """One run of the page with the widgets as they stand, timed until the script has finished."""
        states = WidgetStates()
        for label, value in self.values.items():
            if label in self.widgets:
                state = states.widgets.add(id=self.widgets[label])
                if isinstance(value, tuple):
                    state.string_array_value.data.extend(value)
                else:
                    state.string_value = value
        client = ClientState(query_string=self.query, widget_states=states, page_script_hash=self.page)
        started = time.perf_counter()
        await self.socket.send(BackMsg(rerun_script=client).SerializeToString())
        async with asyncio.timeout(RUN_SECONDS):
            while not self._ends(ForwardMsg.FromString(await self.socket.recv())):
                self.messages += 1
        self.seconds.append(time.perf_counter() - started)

    def _ends(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)
        return kind == "script_finished"

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        self.faults += kind == "exception"
        if kind in ("selectbox", "multiselect", "date_input"):
            shown = getattr(element, kind)
            self.widgets[shown.label] = shown.id

    async def work(self, until: float, choose: Choice, chance: random.Random) -> None:
        """Think, choose, wait for the page; over and over. Thinking differs, or all would ask in lockstep."""
        while True:
            await asyncio.sleep(THINK_SECONDS * chance.uniform(1 - SPREAD, 1 + SPREAD))
            if time.perf_counter() > until:
                return
            self.values |= choose(chance)
            await self.rerun()

    async def close(self) -> None:
        await self.socket.close()


@dataclass(frozen=True)
class Crowd:
    """What a crowd met: seconds of all reruns after the first page, faults shown."""

    seconds: list[float]
    faults: int

    def percentile(self, share: float) -> float:
        """The time under which that share of the reruns stayed, in seconds."""
        ranked = sorted(self.seconds)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def crowd(url: str, people: int, seconds: float, choose: Choice) -> Crowd:
    """That many people at once for that long, each with a session of their own."""
    return asyncio.run(_crowd(url, people, seconds, choose))


async def _crowd(url: str, people: int, seconds: float, choose: Choice) -> Crowd:
    visitors = [Visitor(url) for _ in range(people)]
    for visitor in visitors:
        await visitor.open()
    until = time.perf_counter() + seconds
    tasks = [visitor.work(until, choose, random.Random(number)) for number, visitor in enumerate(visitors)]
    await asyncio.gather(*tasks)
    for visitor in visitors:
        await visitor.close()
    return Crowd([one for v in visitors for one in v.seconds], sum(v.faults for v in visitors))
