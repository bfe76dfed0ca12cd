"""Keep log entries about messages that no browser sends short and few, so that nobody can fill the disk with them.

Anybody can speak the page's websocket. What Streamlit or the canvas component cannot decode, they would write into the
log with a traceback of up to 8 kB, and with the visitor's own line breaks. Each gets one line here; errors of this
program keep their traceback. Needs `logger.enableRich = false`, as in .streamlit/config.toml: with rich, tracebacks go
to the terminal and past the log.
"""

import logging
import time
import traceback
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parent.parent
# Whose records are shortened, with those of all loggers below them, and from which level on. Nothing lower is shown
# unless somebody asks for it, so it must not count as written.
LOGGERS = {"streamlit": logging.INFO, "uvicorn": logging.WARNING, "python_multipart": logging.WARNING}
# The functions of Streamlit and of the canvas component that decode what the browser sent of a widget.
DECODERS = ("deserialize", "get_serialized", "unpack_widget_state_value", "st_canvas")
LONGEST = 200  # characters of a line
MOST, EVERY_S = 20, 60  # at most so many lines in so many s


class Shortened(logging.Filter):
    """Lets this program's own errors pass as they are, and anything else as one line, if there is room for it."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._since, self._written, self._left_out = time.monotonic(), 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written, and make it one line if it is."""
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno < LOGGERS[_family(record.name)] or (error and _is_ours(error)):
            return True
        with self._lock:
            if time.monotonic() - self._since >= EVERY_S:
                self._since, self._written = time.monotonic(), 0
            if self._written == MOST:
                self._left_out += 1
                return False
            self._written += 1
            left_out, self._left_out = self._left_out, 0
        line = _in_one_line(f"{record.getMessage().strip()}{f': {_described(error)}' if error else ''}")
        record.msg = f"{line} ({left_out:,} lines were left out before this one)" if left_out else line
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


SHORTENED = Shortened()


def shorten() -> None:
    """Shorten what is written into the log. Call this at every run of the page, too: Streamlit adds loggers later."""
    for name in list(logging.root.manager.loggerDict):
        if _family(name) in LOGGERS:
            logging.getLogger(name).addFilter(SHORTENED)


def _family(logger: str) -> str:
    return logger.partition(".")[0]


def _is_ours(error: BaseException) -> bool:
    """Whether this program's code raised it, or code that it called, other than to decode what a visitor sent."""
    is_ours = False
    for frame, _ in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(ROOT) and "site-packages" not in file.parts:
            is_ours = True
        if frame.f_code.co_name in DECODERS:
            is_ours = False
    return is_ours


def _described(error: BaseException) -> str:
    """The kind of error, where it was raised, and its message."""
    *_, (frame, line) = [(None, 0), *traceback.walk_tb(error.__traceback__)]
    place = f" at {Path(frame.f_code.co_filename).name}:{line}" if frame else ""
    return f"{type(error).__name__}{place}: {error}"


def _in_one_line(text: str) -> str:
    """Cut what is too long, and escape what could begin another line or change the terminal's colours."""
    spelt = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:LONGEST])
    return spelt if max(len(spelt), len(text)) <= LONGEST else f"{spelt[: LONGEST - 1]}…"
