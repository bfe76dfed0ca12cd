"""What the log has of messages that no browser sends, and of the program's own errors."""

import asyncio
import logging
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import unpack_widget_state_value
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from benchmarks.support.driver import served
from tests.views.sent import PAGE
from views import log

FORGED = "x\n2026-01-01 00:00:00.000 forged\x1b[31m"
WRONG = [
    {"json_value": FORGED},
    {"json_value": "[" * 100_000},
    {"json_value": '{"drawing": 7}'},
    {"json_value": '{"backgroundFit": 7}'},
    {"bool_value": True},
    {"int_value": 10**12},
    {"bytes_value": b"\xff"},
    {"string_value": FORGED},
]
NO_MESSAGES = [b"\xff" * 100, b"\x0a", FORGED.encode(), FORGED]  # the last as text, which is not spoken here


async def told(address, *messages):
    """Send messages in a session of their own, each when the run before has ended -> all that came."""
    came = []
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(stream, subprotocols=["streamlit"], origin=address, proxy=None) as socket:
        with suppress(ConnectionClosed):
            for message in messages:
                await socket.send(message)
                has_ended = False
                while not has_ended:
                    came.append(ForwardMsg.FromString(await asyncio.wait_for(socket.recv(decode=False), 60)))
                    has_ended = came[-1].WhichOneof("type") == "script_finished"
    return came


def rerun(**widget):
    message = BackMsg()
    message.rerun_script.SetInParent()
    if widget:
        message.rerun_script.widget_states.widgets.add(**widget)
    return message.SerializeToString()


async def send_all(address):
    """Send all that is wrong, before anybody has come and to each widget -> what comes in a session after that."""
    for message in NO_MESSAGES:
        await told(address, message)
    elements = [message.delta.new_element for message in await told(address, rerun())]
    shown = [getattr(element, element.WhichOneof("type")) for element in elements if element.WhichOneof("type")]
    names = sorted({widget.id for widget in shown if getattr(widget, "id", "")})
    for message in NO_MESSAGES:
        await told(address, rerun(), message)
    for wrong in WRONG:
        await told(address, rerun(), *[rerun(id=name, **wrong) for name in names])
    return await told(address, rerun())


def test_what_no_browser_sends_is_a_line_each_in_the_log_and_not_too_many_of_them(tmp_path):
    written, python = tmp_path / "log", tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@" > {shlex.quote(str(written))} 2>&1\n')
    python.chmod(0o755)
    with (
        served(PAGE, str(python), DIGITS_MODEL=str(tmp_path / "none.keras")) as address,
        ThreadPoolExecutor(1) as thread,  # in this one, the browser of other tests has an event loop of its own
    ):
        came = thread.submit(asyncio.run, send_all(address)).result()
    assert not any(message.delta.new_element.HasField("exception") for message in came), "others are not disturbed"
    lines = written.read_text().splitlines()
    assert sum("Uncaught app execution" in line for line in lines) > log.MOST / 2
    assert len(lines) < 2 * log.MOST and max(map(len, lines)) < 2 * log.LONGEST
    assert not any("Traceback" in line or line.startswith("2026-01-01") or "\x1b" in line for line in lines)


@pytest.fixture
def shortened(monkeypatch):
    """A logger of Streamlit's family, what it has `written` as text, and a clock to set."""
    now, written = [0.0], []
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: now[0]))
    handler = logging.StreamHandler()
    handler.emit = lambda record: written.append(handler.format(record))
    logger = logging.getLogger("streamlit.a_test")
    logger.handlers, logger.filters, logger.propagate = [handler], [log.Shortened()], False
    logger.setLevel(logging.DEBUG)
    return logger, written, now


def test_an_error_of_the_programs_own_keeps_its_traceback_however_many_lines_there_were(shortened):
    logger, written, _ = shortened
    for _ in range(2 * log.MOST):
        logger.warning("noise")
    try:
        sys.intern(7)
    except TypeError:
        logger.exception("Uncaught app execution")
    assert "Traceback" in written[-1] and "sys.intern(7)" in written[-1]


def test_what_streamlit_cannot_decode_is_the_kind_of_error_the_place_and_what_it_says(shortened):
    logger, written, _ = shortened
    try:
        unpack_widget_state_value(WidgetState(json_value="{"))
    except ValueError:
        logger.exception("Uncaught app execution")
    (line,) = written
    assert line.startswith("Uncaught app execution: JSONDecodeError at decoder.py:") and "Expecting property" in line


@pytest.mark.parametrize(
    ("evil", "end"),
    [*((each, " here") for each in "\n\r\x1b\x85\u2028\u202e\ud800\0"), ("a" * 10**6, "…"), ("\0" * 150, "…")],
)
def test_whatever_is_in_a_message_is_on_one_line_that_ends_and_turns_no_colours(shortened, evil, end):
    logger, written, _ = shortened
    logger.warning("no fragment %s here", evil)
    assert written[0].isprintable() and written[0].startswith("no fragment ") and written[0].endswith(end)
    assert len(written[0]) <= log.LONGEST


def test_there_are_no_more_lines_than_there_is_room_for_and_the_next_says_how_many_were_left_out(shortened):
    logger, written, now = shortened
    for number in range(log.MOST + 5):
        logger.info("number %d", number)
    assert written == [f"number {number}" for number in range(log.MOST)]
    now[0] += log.EVERY_S
    logger.info("later")
    logger.info("and then")
    assert written[log.MOST :] == ["later (5 lines were left out before this one)", "and then"]


def test_who_asks_for_debugging_gets_all_of_it(shortened):
    logger, written, _ = shortened
    for _ in range(2 * log.MOST):
        logger.debug("two\nlines")
    assert written == ["two\nlines"] * 2 * log.MOST
