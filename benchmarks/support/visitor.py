"""A visitor of the page without a browser: draws and clears over Streamlit's own websocket, as Chromium was seen to do.

    async with visit(address) as visitor:
        answer = await visitor.draw(sheets(placed(4))[-1])
        answer.digit, answer.seconds  # 4, 0.09
        await visitor.clear()

What a browser does and costs beside the server is left out: encoding the canvas, laying the answer out, painting it.
"""

import asyncio
import base64
import html
import io
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.support.drawing import render

SIZE_PX = 300, 300  # of what is seen of the narrow canvas
STRIP_PX = 32  # that lies above it, unseen; both as in views/canvas.py, which can only be imported where Streamlit runs
INK = 47, 116, 224  # the canvas' colour, #2f74e0
TIMEOUT_S = 60.0  # for an answer; the model may still be loading
PARTS = "prediction", "probabilities", "preview"  # the containers that an answer fills

Strokes = Sequence[Sequence[tuple[float, float]]]


class VisitError(Exception):
    """The page did not do what it should: it showed an exception, left, or did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What the page shows of a drawing, as HTML, one part for each of `PARTS`.

    seconds: from pen-up (the drawing is sent) to the message with the text of the answer; None where nothing was drawn.
    """

    prediction: str
    probabilities: str
    preview: str
    seconds: float | None = None

    @property
    def text(self) -> str:
        """What a person reads in the place of the answer."""
        return text_of(self.prediction)

    @property
    def digit(self) -> int | None:
        """The one digit that is named; None where there is none, or are several."""
        digits = re.findall(r'class="digit">(\d)<', self.prediction)
        return int(digits[0]) if len(digits) == 1 else None

    def same_as(self, other: "Answer") -> bool:
        """Whether both show the same, down to each dot of the picture that the model saw."""
        return replace(self, seconds=None) == replace(other, seconds=None)


def text_of(part: str) -> str:
    """HTML -> its text, on one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part))).strip()


def sheets(strokes: Strokes, width: int = 16) -> list[str]:
    """What the canvas holds after each of the strokes (px of what is seen of it), as it sends it."""
    return [_sheet(strokes[: number + 1], width) for number in range(len(strokes))]


def _sheet(strokes: Strokes, width: int) -> str:
    left, top = SIZE_PX
    picture = np.zeros((top + STRIP_PX, left, 4), np.uint8)
    if strokes:
        picture[..., :3] = INK
        picture[STRIP_PX:, :, 3] = 255 - render(strokes, width, SIZE_PX)[..., 0]
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    data = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    raw = {"version": "7.4.0", "objects": [_path(stroke, width) for stroke in strokes]}
    return json.dumps({"drawing": {"raw": raw, "data": data}}, separators=(",", ":"))


def _path(stroke: Sequence[tuple[float, float]], width: int) -> dict:
    """A stroke as Fabric.js writes it down; what it says beside these few is the same for every stroke."""
    points = [(round(x, 4), round(y + STRIP_PX, 4)) for x, y in stroke]
    path = [["L" if number else "M", x, y] for number, (x, y) in enumerate(points)]
    return {"type": "Path", "stroke": "#2f74e0", "strokeWidth": width, "fill": None, "path": path, **FABRIC}


FABRIC = {
    "version": "7.4.0",
    "originX": "center",
    "originY": "center",
    **dict.fromkeys(["lockMovementX", "lockMovementY", "lockRotation", "lockScalingX", "lockScalingY"], False),
    **dict.fromkeys(["lockSkewingX", "lockSkewingY", "lockScalingFlip", "strokeUniform", "flipX", "flipY"], False),
    **dict.fromkeys(["strokeDashOffset", "angle", "skewX", "skewY"], 0),
    **dict.fromkeys(["scaleX", "scaleY", "opacity"], 1),
    **dict.fromkeys(["strokeLineCap", "strokeLineJoin"], "round"),
    **{"strokeDashArray": None, "shadow": None, "visible": True, "backgroundColor": "", "strokeMiterLimit": 10},
    **{"fillRule": "nonzero", "paintFirst": "fill", "globalCompositeOperation": "source-over"},
}
BLANK = _sheet((), 16)


@asynccontextmanager
async def visit(address: str) -> AsyncIterator["Visitor"]:
    """Open the page at `address`, wait until the model has woken up, and leave it in the end.

    Raises `VisitError` for whatever the page should not do.
    """
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    # No proxy: this machine is not the internet. The page's own messages are small, and nobody else's are expected.
    async with connect(stream, subprotocols=["streamlit"], origin=address, proxy=None) as socket:
        visitor = Visitor(socket, address)
        await visitor.open()
        yield visitor


class Visitor:
    """One session of the page: what it shows, and the state of its widgets, as the browser's part of Streamlit has it.

    Only the widgets of the Draw and Photo tabs are known; any other has its default for as long as it is not sent.
    """

    def __init__(self, socket: ClientConnection, address: str):
        self._socket, self._address = socket, address
        self._page, self._fragment = "", ""
        self._places: dict[str, tuple[int, ...]] = {}  # of containers: the key -> the path of its block
        self._shown: dict[tuple[int, ...], str] = {}  # the path of an element -> its HTML
        self._states: dict[str, Callable] = {}  # of widgets: the id -> what puts its state into a message
        self._ids: dict[str, str] = {}  # of widgets: the key -> the id
        self._drawing = ""
        self._canvas = ""  # how the canvas is to be shown, as JSON
        self._again: tuple[str, float] | None = None  # a fragment that is to run by itself, and how often
        self._answered: float | None = None  # when the text of the answer came last

    async def open(self) -> None:
        """Run the page for the first time, and until it can read."""
        await self._run(fragment="")
        if "drawing" not in self._ids:
            raise VisitError("The page has no canvas.")
        ends = time.monotonic() + TIMEOUT_S
        while "waking up" in self.answer().prediction:
            if self._again is None or time.monotonic() > ends:
                raise VisitError("The page waits for the model, but it does not come.")
            fragment, interval = self._again
            await asyncio.sleep(interval)
            await self._run(fragment, by_itself=True)

    def answer(self) -> Answer:
        """What the page shows."""
        return Answer(*(self._part(key) for key in PARTS))

    async def draw(self, sheet: str) -> Answer:
        """Lift the pen, all that is on the canvas being `sheet`, one of `sheets` -> the answer to it."""
        self._drawing, self._answered = sheet, None
        sent = time.perf_counter()
        await self._run(self._fragment)
        if self._answered is None:
            raise VisitError("The page ran without an answer.")
        return replace(self.answer(), seconds=self._answered - sent)

    async def clear(self) -> None:
        """Press Clear on a drawing; the canvas empties itself, and says so."""
        canvas, answer = self._canvas, self.answer()
        await self._send(self._fragment, pressed=self._ids["clear"])
        while self._canvas == canvas:
            self._take(await self._receive())
        self._drawing = BLANK
        await self._send(self._fragment)  # as the browser does, in the middle of the first run
        while self.answer().same_as(answer):  # the end of the first run, which changes nothing, may come or not
            await self._finish(ForwardMsg.FINISHED_EARLY_FOR_RERUN)
        if self.answer().digit is not None:
            raise VisitError(f"The canvas is clear, but the page still says {self.answer().text!r}.")

    async def _run(self, fragment: str, by_itself: bool = False) -> None:
        """Ask for a run and take what comes of it, until it has ended."""
        await self._send(fragment, by_itself)
        await self._finish(ForwardMsg.FINISHED_EARLY_FOR_RERUN)

    async def _finish(self, but: int) -> None:
        """Take what comes until a run has ended, in another way than `but`."""
        while True:
            message = await self._receive()
            self._take(message)
            if message.WhichOneof("type") == "script_finished" and message.script_finished != but:
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
        except asyncio.TimeoutError as error:
            raise VisitError(f"The page said nothing for {TIMEOUT_S:.0f} s.") from error
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

    def _take_delta(self, delta, path: tuple[int, ...]) -> None:
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
        elif kind in WIDGETS:
            widget = getattr(element, kind)
            self._ids[key_of(widget.id)] = widget.id
            if put := WIDGETS[kind](widget):
                self._states.setdefault(widget.id, put)

    def _part(self, key: str) -> str:
        place = self._places.get(key)
        return "".join(body for path, body in sorted(self._shown.items()) if path[:-1] == place)


# What a browser sends of each widget that nobody has touched.
WIDGETS = {
    "slider": lambda widget: lambda state: state.double_array_value.data.extend(widget.default),
    "checkbox": lambda widget: lambda state: setattr(state, "bool_value", widget.default),
    "file_uploader": lambda widget: lambda state: state.file_uploader_state_value.SetInParent(),
    "button": lambda widget: None,  # only when it is pressed
}


def key_of(name: str) -> str:
    """The id of a widget or container, such as "$$ID-0f1e-clear" -> the key that Python gave it; "" without one."""
    return name.split("-", 2)[2] if name.count("-") >= 2 else ""
