"""A visitor of the page without a browser: draws and clears over Streamlit's own websocket, as Chromium was seen to do.

    async with visit(address) as visitor:
        answer = await visitor.draw(sheets(placed(4))[-1])
        answer.digit, answer.seconds  # 4, 0.09
        await visitor.clear()

Left out is what a browser does and costs: drawing, laying out the answer and painting it.
"""

import asyncio
import html
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import Strokes

LOADING = "has loaded"  # part of the hint that stands in for an answer while the model is loading
TIMEOUT_S = 60.0  # for an answer; the model may still be loading
PARTS = "prediction", "probabilities", "preview"  # the containers that an answer fills


class VisitError(Exception):
    """The page did not do what it should: it showed an exception, closed the connection, or did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What the page shows of a drawing, as HTML, one part for each of `PARTS`.

    seconds: from pen-up (the drawing is sent) to the message with the text of the answer; 0 where nothing was drawn.
    """

    prediction: str
    probabilities: str
    preview: str
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What a person reads in the place of the answer, on one line."""
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", self.prediction))).strip()

    @property
    def digit(self) -> int | None:
        """The one digit that is shown; None where there is none, or more than one."""
        digits = re.findall(r'class="digit">(\d)<', self.prediction)
        return int(digits[0]) if len(digits) == 1 else None

    def same_as(self, other: "Answer") -> bool:
        """Whether both show the same, down to each pixel of the picture that the model saw."""
        return replace(self, seconds=0.0) == replace(other, seconds=0.0)


def sheets(strokes: Strokes) -> list[str]:
    """What the canvas sends after each of the strokes (px of its visible part), as JSON."""
    return [_sheet(strokes[: number + 1]) for number in range(len(strokes))]


def _sheet(strokes: Strokes) -> str:
    return json.dumps({"drawing": {"raw": sent(strokes), "data": None}})


BLANK = _sheet(())


@asynccontextmanager
async def visit(address: str, source: str = "127.0.0.1") -> AsyncIterator["Visitor"]:
    """Open the page at `address` from one of this machine's own, wait for the model, and close the page in the end.

    Raises `VisitError` for whatever the page should not do.
    """
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    # No proxy, which the environment may name: the page is served by this machine.
    async with connect(
        stream,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        proxy=None,
        local_addr=(source, 0),
        ping_interval=None,  # browsers send no pings, and wait as long as it takes
    ) as socket:
        visitor = Visitor(socket, address)
        await visitor.open()
        yield visitor


class Visitor:
    """One session of the page: what it shows, and the state of its widgets, as Streamlit keeps them in the browser.

    Of the widgets, only those in `DEFAULTS` are known; any other keeps its default as long as its state is not sent.
    """

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self._socket, self._address = socket, address
        self._page, self._fragment = "", ""
        self._places: dict[str, tuple[int, ...]] = {}  # of containers: the key -> the path of its block
        self._shown: dict[tuple[int, ...], str] = {}  # the path of an element -> its HTML
        self._states: dict[str, Callable[[Any], None]] = {}  # of widgets: the id -> what puts its state into a message
        self._ids: dict[str, str] = {}  # of widgets: the key -> the id
        self._drawing = ""
        self._heard = 0  # how many messages of the canvas the page has heard of
        self._canvas = ""  # how the canvas is to be shown, as JSON
        self._again: tuple[str, float] | None = None  # a fragment that is to run by itself, and every how many s
        self._answered: float | None = None  # when the text of the answer came last

    async def open(self) -> None:
        """Run the page for the first time, and wait until it can read."""
        await self._run(fragment="")
        ends = time.monotonic() + TIMEOUT_S
        while LOADING in self.answer().text:
            if self._again is None or time.monotonic() > ends:
                raise VisitError("The page waits for a model that does not load.")
            fragment, interval = self._again
            await asyncio.sleep(interval)
            await self._run(fragment, by_itself=True)

    def answer(self) -> Answer:
        """What the page shows."""
        prediction, probabilities, preview = map(self._part, PARTS)
        return Answer(prediction, probabilities, preview)

    async def draw(self, sheet: str) -> Answer:
        """Lift the pen from the canvas, which now holds `sheet`, one of `sheets` -> the answer to it."""
        self._drawing, self._answered = sheet, None
        sent = time.perf_counter()
        await self._run(self._fragment)
        if self._answered is None:
            raise VisitError("The page ran without an answer.")
        return replace(self.answer(), seconds=self._answered - sent)

    async def clear(self) -> None:
        """Press Clear; the canvas empties itself and sends that it is blank."""
        canvas = self._canvas
        await self._send(self._fragment, pressed=self._ids["clear"])
        while self._canvas == canvas:
            self._take(await self._receive())
        self._drawing = BLANK
        await self._send(self._fragment)  # as the browser does, in the middle of the first run
        heard = self._heard
        while self._heard == heard:  # of that; the first run may come to its end before
            await self._finish()
        if self.answer().digit is not None:
            raise VisitError(f"The canvas is blank, but the page still says {self.answer().text!r}.")

    async def _run(self, fragment: str, by_itself: bool = False) -> None:
        """Ask for a run, and take its messages until it has ended."""
        await self._send(fragment, by_itself)
        await self._finish()

    async def _finish(self) -> None:
        """Take messages until a run has ended that was not cut short for another one."""
        while True:
            message = await self._receive()
            self._take(message)
            is_end = message.WhichOneof("type") == "script_finished"
            if is_end and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    async def _send(self, fragment: str, by_itself: bool = False, pressed: str = "") -> None:
        message = BackMsg()
        run = message.rerun_script
        for name, put in self._states.items():
            put(run.widget_states.widgets.add(id=name))
        if self._drawing:
            run.widget_states.widgets.add(id=self._ids["drawing"], json_value=self._drawing)
        if pressed:
            run.widget_states.widgets.add(id=pressed, trigger_value=True)
        run.page_script_hash, run.fragment_id, run.is_auto_rerun = self._page, fragment, by_itself
        run.context_info.timezone, run.context_info.locale = "UTC", "en-US"
        run.context_info.url, run.context_info.color_scheme = self._address + "/", "light"
        await self._socket.send(message.SerializeToString())

    async def _receive(self) -> ForwardMsg:
        try:
            return ForwardMsg.FromString(await asyncio.wait_for(self._socket.recv(decode=False), TIMEOUT_S))
        except TimeoutError as error:
            raise VisitError(f"The page sent nothing for {TIMEOUT_S:.0f} s.") from error
        except ConnectionClosed as error:
            raise VisitError(f"The page closed the connection ({error}).") from error

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash
        elif kind == "auto_rerun":
            self._again = message.auto_rerun.fragment_id, message.auto_rerun.interval
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise VisitError("The page cannot be run.")
        elif kind == "delta":
            self._take_delta(message.delta, tuple(message.metadata.delta_path))

    def _take_delta(self, delta: Delta, path: tuple[int, ...]) -> None:
        if delta.WhichOneof("type") == "add_block":
            self._places[key_of(delta.add_block.id)] = path
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise VisitError(f"The page shows an exception: {element.exception.type}: {element.exception.message}")
        if kind == "html":
            self._shown[path] = element.html.body
            if path[:-1] == self._places.get("prediction"):
                self._answered = time.perf_counter()
        elif kind == "bidi_component" and key_of(element.bidi_component.id) == "drawing":
            self._fragment, self._canvas = delta.fragment_id, element.bidi_component.json
            self._ids["drawing"] = element.bidi_component.id
        elif kind == "bidi_component" and key_of(element.bidi_component.id) == "browser":
            self._heard = json.loads(element.bidi_component.json)["messages"]
        elif kind == "button":  # has a state only when it is pressed
            self._ids[key_of(element.button.id)] = element.button.id
        elif kind in DEFAULTS:
            widget = getattr(element, kind)
            self._states.setdefault(widget.id, partial(DEFAULTS[kind], widget))

    def _part(self, key: str) -> str:
        place = self._places.get(key)
        return "".join(body for path, body in sorted(self._shown.items()) if path[:-1] == place)


# What puts the state of a widget that nobody has touched into a message, given the widget as the page sent it.
DEFAULTS: dict[str, Callable[[Any, Any], None]] = {
    "slider": lambda widget, state: state.double_array_value.data.extend(widget.default),
    "checkbox": lambda widget, state: setattr(state, "bool_value", widget.default),
    "file_uploader": lambda widget, state: state.file_uploader_state_value.SetInParent(),
}


def key_of(name: str) -> str:
    """The id of a widget or container, such as "$$ID-0f1e-clear" -> the key that Python gave it; "" without one."""
    return name.split("-", 2)[2] if name.count("-") >= 2 else ""
