"""Where strokes are read: in threads that stay, and not in Streamlit's own, of which every run has a new one.

OpenCV and TensorFlow keep about a kilobyte for each thread that ever used them, for as long as the program runs: in
Streamlit's threads, that is 10 MB for 10,000 strokes (benchmarks/footprint.py). What takes longer than a stroke, such
as a photograph, does not belong here: strokes would wait for it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import streamlit as st

THREADS = 2  # readings at a time: as many as there are cores on the machines that pages are mostly served by

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def in_worker(function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Call `function` in a thread that stays, and wait for what it returns or raises."""
    return _workers().submit(function, *args, **kwargs).result()


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "read")
