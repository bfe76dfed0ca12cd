"""The recogniser, loaded once for all visitors, in the background, so that nobody waits for it to draw."""

import gc
import logging
import sys
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import streamlit as st

from recognizer import ModelError, Recognizer, RecognizerError
from recognizer.runtimes.loader import default_model

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
            future.set_result(_load(path))
        except RecognizerError as error:
            future.set_exception(error)

    Thread(target=load, name="load-model", daemon=True).start()
    return future


def _load(path: Path) -> Recognizer:
    try:
        return Recognizer.load(path)
    except RecognizerError:
        raise
    except Exception as error:  # a broken installation, say; the log has what the visitor need not see
        logging.getLogger(__name__).exception("The recogniser could not be loaded")
        raise ModelError(BROKEN) from error
    finally:
        _settle()


def _settle() -> None:
    """Let go of what loading left behind, and keep what it made."""
    gc.unfreeze()  # once for all: what was frozen meanwhile is looked at
    gc.collect()
    gc.freeze()
    if keras := sys.modules.get("keras"):
        # Streamlit calls this after every run of the page. TensorFlow then builds the model's function anew at the next
        # stroke, which takes three times as long as all the rest of it (benchmarks/load.py).
        keras.backend.clear_session = lambda *_, **__: None
