"""The recogniser that all visitors share: loaded in the background, and used in threads that stay.

Nobody waits for it to draw. Strokes are not read in Streamlit's own threads, of which every run has a new one: OpenCV
and TensorFlow keep about a kilobyte for each thread that ever used them, for as long as the program runs, which adds up
to 10 MB for 10,000 strokes (benchmarks/footprint.py).
"""

import gc
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st

from recognizer import ModelError, Prediction, Recognizer, RecognizerError
from recognizer.many.batch import pool_of
from recognizer.runtimes.loader import default_model

BROKEN = "The model could not be loaded. Draw again in a moment; if that does not help, the server's log says why."
THREADS = 2  # readings at a time: as many as most machines that serve such a page have cores
ONE_AT_A_TIME = threading.Lock()  # of everybody's picture files: a large one takes 200 MB while it is decoded
P = ParamSpec("P")
T = TypeVar("T")


def recognizer() -> Future[Recognizer]:
    """Return the future of the recogniser; after a failure, the next call tries again."""
    future = _future()
    if future.done() and future.exception():
        _start_loading.clear()
    return future


def is_settled() -> bool:
    """Whether loading has ended, well or badly; unlike `recognizer`, asking does not try again."""
    return _future().done()


def own_answer(prediction: Prediction) -> Prediction:
    """Return what the model says by itself of what was predicted, perhaps with a hand."""
    if not prediction.taught:
        return prediction
    model = recognizer().result()
    return in_worker(model.predict_prepared, prediction.input[None])[0]


def in_worker(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `function` does in a thread that stays.

    Photos do not belong there: they take longer, and strokes would wait for them.
    """
    return _workers().submit(function, *args, **kwargs).result()


@st.cache_resource(show_spinner=False)
def _workers() -> Executor:
    return pool_of(THREADS, "read")


def _future() -> Future[Recognizer]:
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
def _start_loading(path: Path) -> Future[Recognizer]:
    return _workers().submit(_load, path)


def _load(path: Path) -> Recognizer:
    try:
        return Recognizer.load(path)
    except RecognizerError:  # a sentence for the visitor
        raise
    except Exception as error:  # a broken installation, say; the log has what the visitor need not see
        logging.getLogger(__name__).exception("The model could not be loaded")
        raise ModelError(BROKEN) from error
    finally:
        gc.unfreeze()  # what was frozen while loading is looked at once, and what is left of it never again
        gc.collect()
        gc.freeze()
        if keras := sys.modules.get("keras"):
            # Streamlit calls this after every run of the page. TensorFlow then builds the model's function anew at the
            # next stroke, which takes three times as long as all the rest of it (benchmarks/many/load.py).
            keras.backend.clear_session = lambda *_, **__: None
