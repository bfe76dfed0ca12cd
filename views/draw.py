"""The Draw tab: the canvas, and what the model makes of it after each stroke."""

import streamlit as st

from recognizer import Prediction, Reading, Recognizer, RecognizerError
from views import corrections
from views.answer import bars_html, boxes_html, digit_labels, hint_html, preview_html, reading_html
from views.browser import browser
from views.canvas import (
    OVERDUE_S,
    Drawing,
    ask_again,
    awaits_answer,
    canvas,
    clear,
    comes_back_wide,
    needs_wide_paper,
    send_again,
    undo,
)
from views.limits import charge, wait_your_turn
from views.loading import is_settled, recognizer
from views.worker import in_worker

STROKE_WIDTH_PX = 16  # of a 300 px canvas: about the thickness of MNIST's strokes
DRAW_HINT = "Draw a digit, or a whole number."
LOADING_HINT = "The model is waking up. Draw away: it reads as soon as it is there."


@st.fragment
def show() -> None:
    """Everything that depends on the drawing; a stroke runs this again and nothing else."""
    with st.container(key="draw"):
        with st.container(key="paper"):
            helper = st.container(key="browser_side")
            sheet = st.container(key="canvas")
            with st.container(key="controls", horizontal=True, vertical_alignment="bottom", wrap=False):
                stroke_width = st.slider("Pen width", 1, 40, STROKE_WIDTH_PX, key="stroke_width", format="%d px")
                st.html(f"<style>:root {{ --pen-width: {stroke_width}px }}</style>")  # the disc on the slider's thumb
                st.button("Undo", icon=":material/undo:", key="undo", on_click=undo)
                st.button("Clear", icon=":material/delete:", key="clear", on_click=clear)
            form = st.container()
        with st.container(key="reading"):
            answer, preview, bars = (st.container(key=key) for key in ("prediction", "preview", "probabilities"))
            question = st.container()
        with helper:
            browser(stroke_width)
        if comes_back_wide():
            st.session_state["wide"] = True
        with sheet:
            wide = st.session_state.get("wide", False)
            drawing, reading, hint = _read(stroke_width, wide)
            size = drawing.picture.size if reading else (1, 1)
            st.html(boxes_html(reading, size))
        with form:
            full = wide and needs_wide_paper()
            label = "Wide paper, until what is beyond the square is cleared" if full else "Wide paper for numbers"
            st.toggle(label, key="wide", disabled=full, on_change=send_again)
        st.session_state["drawn"] = (reading, size) if reading else None  # for the Why tab
        answer.html(reading_html(reading) if reading else hint_html(hint))
        with bars:
            picked = _pick(reading)
            st.html(bars_html(picked))
        preview.html(preview_html(picked))
        with question:
            corrections.show(drawing, picked, reading.digits.index(picked) if picked else 0)
    if hint == LOADING_HINT:
        _wait()
    if awaits_answer():
        _ask_again()


def _read(stroke_width: int, wide: bool) -> tuple[Drawing | None, Reading | None, str]:
    """Show the canvas -> what is drawn and what is read on it, or the sentence that says why there is no answer."""
    try:
        drawing = canvas(stroke_width, wide)
        future = recognizer()
        if not future.done():
            return None, None, LOADING_HINT
        model: Recognizer = future.result()
        if not drawing:
            return None, None, DRAW_HINT
        wait_your_turn("reading")
        reading = in_worker(model.read, drawing.picture, drawing.strokes)
        charge("reading", reading.work - 1)
    except RecognizerError as error:
        return None, None, str(error)
    return (drawing, reading, "") if reading.digits else (None, None, DRAW_HINT)


def _pick(reading: Reading | None) -> Prediction | None:
    """Let one of several digits be picked, the last one at first -> it; the only one; or none."""
    digits = reading.digits if reading else ()
    if len(digits) < 2:
        return digits[0] if digits else None
    shown = "".join(str(each.digit) if each.is_digit else "?" for each in digits)
    if st.session_state.get("picked_from") != shown or "picked" not in st.session_state:
        st.session_state["picked_from"], st.session_state["picked"] = shown, len(digits) - 1
    picked = st.segmented_control(
        "Which digit?",
        range(len(digits)),
        format_func=digit_labels(digits).__getitem__,
        required=True,
        key="picked",
        label_visibility="collapsed",
    )
    return digits[-1 if picked is None else picked]  # None where it was picked among others, that an undo has changed


@st.fragment(run_every=0.5)
def _wait() -> None:
    """Look twice a second whether the model is there, and run the page again when it is."""
    if is_settled():
        st.rerun(scope="app")


@st.fragment(run_every=OVERDUE_S)
def _ask_again() -> None:
    """Run the page again for a canvas that has not answered."""
    if ask_again():
        st.rerun(scope="app")
