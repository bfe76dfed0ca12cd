"""The recogniser, loaded once for all visitors, in the background, so that nobody waits for it to draw."""

import gc
import logging
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import streamlit as st

from recognizer import ModelError, Recognizer, RecognizerError
from recognizer.model import default_model

BROKEN = "The reader could not start. Draw again in a moment; if it stays so, the program's log says why."


def recognizer() -> "Future[Recognizer]":
    """Return the future of the recogniser; after a failure, the next call tries again."""
    future = _future()
    if future.done() and future.exception():
        _start_loading.clear()
    return future


def is_settled() -> bool:
    """Whether loading has come to an end, good or bad; unlike `recognizer`, asking does not try again."""
    return _future().done()


def _future() -> "Future[Recognizer]":
    """The future, with what is loaded so far kept out of garbage collection.

    Streamlit collects garbage after every run, and goes through all of TensorFlow's million objects each time. That
    takes half a second, in which nothing else can run: neither the loading itself nor anybody's answer
    (benchmarks/page.py). They stay for good, so they need not be looked at.
    """
    future = _start_loading(default_model())
    if not future.done():
        gc.freeze()
    return future


@st.cache_resource(show_spinner=False)
def _start_loading(path: Path) -> "Future[Recognizer]":
    future: Future[Recognizer] = Future()

    def load() -> None:
        try:
            loaded = Recognizer.load(path)
            gc.unfreeze()  # once for all: what loading left behind goes, what it made stays
            gc.collect()
            gc.freeze()
            future.set_result(loaded)
        except RecognizerError as error:
            future.set_exception(error)
        except Exception:  # a broken installation, say; the log has what the visitor need not see
            logging.getLogger(__name__).exception("The recogniser could not be loaded")
            future.set_exception(ModelError(BROKEN))

    Thread(target=load, name="load-model", daemon=True).start()
    return future
