"""As much of WebDriver BiDi (https://w3c.github.io/webdriver-bidi) as a test in the system's own Firefox needs.

Playwright drives only a Firefox of its own, and Selenium needs a program beside it.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

TIMEOUT_S = 60


def firefox_path() -> str | None:
    """Where the system keeps a Firefox, if it has one."""
    return next((path for path in map(shutil.which, ("firefox-esr", "firefox")) if path), None)


class Firefox:
    """One window."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._numbers = socket, count(1)
        self._call("session.new", capabilities={})
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def _call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (message := json.loads(self._socket.recv(TIMEOUT_S))).get("id") != number:
            pass  # an event
        if "result" not in message:
            raise RuntimeError(message)
        return message["result"]

    def open(self, address: str, width: int, height: int) -> None:
        """Go to a page in a window of a size, in px."""
        self._call("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})
        self._call("browsingContext.navigate", context=self._context, url=address, wait="interactive")

    def value(self, expression: str) -> Any:
        """What a JavaScript expression, whose value is a string, a number or a bool, is worth."""
        result = self._call(
            "script.evaluate", expression=expression, target={"context": self._context}, awaitPromise=True
        )
        return result["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        ends = time.monotonic() + TIMEOUT_S
        while not self.value(f"Boolean({expression})"):
            if time.monotonic() > ends:
                raise TimeoutError(expression)
            time.sleep(0.1)

    def draw(self, strokes: list[list[tuple[float, float]]]) -> None:
        """Draw with the mouse, in px of the window."""
        actions: list[dict] = []
        for stroke in strokes:
            moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 10} for x, y in stroke]
            down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
            actions += [moves[0], down, *moves[1:], up]
        self._act("pointer", actions)

    def press(self, *keys: str) -> None:
        """Hold down keys, one after the other, and let go of them."""
        ways = [("keyDown", key) for key in keys] + [("keyUp", key) for key in reversed(keys)]
        self._act("key", [{"type": way, "value": key} for way, key in ways])

    def _act(self, kind: str, actions: list[dict]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self._call("input.performActions", context=self._context, actions=[source])


@contextmanager
def firefox(path: str, profile: Path) -> Iterator[Firefox]:
    """Start a Firefox without a window on the screen."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [path, "--headless", "--no-remote", "--profile", str(profile), f"--remote-debugging-port={port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + TIMEOUT_S
        while True:
            try:
                with connect(f"ws://127.0.0.1:{port}/session", proxy=None, max_size=None) as opened:
                    yield Firefox(opened)
                    return
            except (OSError, WebSocketException):
                if time.monotonic() > ends:
                    raise
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
