"""Serve the page and draw on it in a real Chromium, for the browser tests, the benchmark and the screenshot."""

import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
# Nothing that would look for the internet, and no GPU or sandbox, which containers lack.
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
START_TIMEOUT_S, STOP_TIMEOUT_S = 60, 20
PEN = "width => getComputedStyle(document.documentElement).getPropertyValue('--pen-width') === `${width}px`"
STEP_PX = 40.0  # between two points that a mouse or a finger sends; between few, the canvas rounds the corners


def chromium_path() -> str | None:
    """Where the system keeps a Chromium or Chrome, if it has one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium, else the one that `playwright install chromium` fetched."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=[*QUIET, "--disable-component-update"])


@contextmanager
def served(script: Path, python: str = sys.executable, **environment: str) -> Iterator[str]:
    """Run a Streamlit script on a port of its own, with `python`, and give its address once it answers."""
    with server_of(script, python, **environment) as (address, _):
        yield address


@contextmanager
def server_of(script: Path, python: str = sys.executable, **environment: str) -> Iterator[tuple[str, int]]:
    """As `served`, and give the number of the server's process, too."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [python, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    server = subprocess.Popen(
        command,
        cwd=ROOT if script.is_relative_to(ROOT) else script.parent,  # all of the project's with its settings
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(server, address)
        yield address, server.pid
    finally:
        server.terminate()
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:  # Streamlit waits for browsers that are still connected
            server.kill()
            server.wait()


def _wait_until_healthy(server: subprocess.Popen, address: str) -> None:
    for _ in range(START_TIMEOUT_S * 10):
        if server.poll() is not None:
            raise RuntimeError(f"streamlit stopped with status {server.returncode}")
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"streamlit did not answer within {START_TIMEOUT_S} s")


def open_page(page: Page, address: str) -> None:
    """Go to the page and wait until it can be drawn on."""
    page.goto(address)
    page.locator(".st-key-canvas canvas.upper-canvas").wait_for()


def wait_until_read(page: Page, timeout_s: float = START_TIMEOUT_S) -> None:
    """Wait until the model is loaded and the page is at rest."""
    expect(prediction(page)).not_to_contain_text("has loaded", timeout=1000 * timeout_s)
    at_rest(page)


def at_rest(page: Page) -> None:
    """Wait until the server has nothing more to send."""
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=20_000)


def prediction(page: Page) -> Locator:
    """The place of the answer."""
    return page.locator(".st-key-prediction")


def draw(page: Page, strokes: list[list[tuple[float, float]]]) -> None:
    """Draw strokes (px from the canvas' corner) with the mouse."""
    x, y = _corner(page)
    for stroke in strokes:
        page.mouse.move(x + stroke[0][0], y + stroke[0][1])
        page.mouse.down()
        for before, point in pairwise(stroke):
            page.mouse.move(x + point[0], y + point[1], steps=1 + round(math.dist(before, point) / STEP_PX))
        page.mouse.up()


def draw_by_touch(page: Page, strokes: list[list[tuple[float, float]]]) -> None:
    """Draw strokes (px from the canvas' corner) with a finger."""
    x, y = _corner(page)
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x + point[0], "y": y + point[1]} for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    for stroke in strokes:
        touch("touchStart", stroke[0])
        for (x0, y0), (x1, y1) in pairwise(stroke):
            steps = 1 + round(math.dist((x0, y0), (x1, y1)) / STEP_PX)
            for share in (step / steps for step in range(1, steps + 1)):
                touch("touchMove", (x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
        touch("touchEnd")


def set_width(page: Page, width: int) -> None:
    """Set the slider to `width` px: one click on its track, then arrow keys for what is missing."""
    thumb = page.get_by_role("slider")
    track = page.locator(".st-key-stroke_width [role=group] > div").bounding_box()
    assert track
    share = (width - 1) / 39
    if int(thumb.input_value()) != width:
        page.mouse.click(track["x"] + share * track["width"], track["y"] + track["height"] / 2)
    while (value := int(thumb.input_value())) != width:
        thumb.press("ArrowRight" if value < width else "ArrowLeft")
    page.wait_for_function(PEN, arg=width)  # until the server knows, and the canvas with it
    at_rest(page)


def _corner(page: Page) -> tuple[float, float]:
    frame = page.locator(".st-key-canvas")
    box, border = frame.bounding_box(), frame.evaluate("element => element.clientLeft")
    assert box
    return box["x"] + border, box["y"] + border
