"""Beside the answer, if that is wanted: what the network of the usual tutorials says of the same drawing."""

import html
from collections.abc import Callable

import numpy as np
import streamlit as st

from recognizer import ModelError, Reading
from recognizer.output.formatting import percent
from recognizer.runtimes.tutorial import TutorialNetwork
from views.figures import ink_picture, png_uri
from views.reading import in_worker

LABEL = "Compare with a standard beginner's network"
NOTHING = "Draw a digit to see what it says."
BROKEN = "The tutorial network's file is missing or damaged here, so there is nothing to compare with."
SHRUNK = "It sees the whole paper, shrunk to 28 by 28 pixels"
SAME = "The same answer here, though it sees the whole paper, shrunk to 28 by 28 pixels."
OTHER = f"{SHRUNK}, and has only learned digits that are large and in the middle."
NUMBER = f"{SHRUNK}, and takes all that is on it for one digit."
REFUSED = f"{SHRUNK}, and calls everything a digit."


def show(ink: Callable[[], np.ndarray] | None, reading: Reading | None) -> None:
    """A toggle; while it is on, the picture that the tutorial network sees, its digit, and why it may say another.

    ink: returns uint8 (H, W), 0 paper to 255 ink, the visible square of the paper; None before the first stroke. It is
        asked for only while the toggle is on.
    reading: what the page reads on it, to compare with; None where it has no answer.
    """
    with st.container(key="tutorial"):
        if not st.toggle(LABEL, key="compare"):
            return
        square = in_worker(ink) if ink else None
        if square is None or not square.any():
            st.caption(NOTHING)
            return
        try:
            probabilities, seen = in_worker(_network().predict, square)
        except ModelError:
            st.caption(BROKEN)
            return
        st.html(answer_html(probabilities, seen, reading))


def answer_html(probabilities: np.ndarray, seen: np.ndarray, reading: Reading | None) -> str:
    """Its picture, float32 (28, 28), 0-1, its most probable digit of float32 (10,), and a sentence on the reading."""
    digit = int(probabilities.argmax())
    return (
        f'<div class="tutorial"><img src="{png_uri(ink_picture(seen))}" width="28" height="28" '
        'alt="The paper as the tutorial network sees it">'
        f'<div><span class="says">{digit}</span> <span>{html.escape(percent(probabilities[digit]))}</span>'
        f"<p>{html.escape(_sentence(digit, reading))}</p></div></div>"
    )


def _sentence(digit: int, reading: Reading | None) -> str:
    digits = reading.digits if reading else ()
    if len(digits) > 1:
        return NUMBER
    if digits and not digits[0].is_digit:
        return REFUSED
    return SAME if digits and digits[0].digit == digit else OTHER


@st.cache_resource(show_spinner=False)
def _network() -> TutorialNetwork:
    return in_worker(TutorialNetwork)
