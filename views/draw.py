"""The Draw tab: the canvas, and what the model reads on it after each stroke."""

import streamlit as st

from recognizer import Reading, RecognizerError
from views import feedback, hand
from views.answer import bars_html, digit_labels, hint_html, preview_html, reading_html
from views.browser import browser_side
from views.canvas.component import Drawing, canvas, current_sheet
from views.canvas.sheet import OVERDUE_S
from views.hand import current_hand
from views.limits import charge, wait_your_turn
from views.outlines import outlines_html
from views.reading import is_settled, read_strokes, recognizer

STROKE_WIDTH_PX = 16  # of a 300 px canvas: about the thickness of MNIST's strokes
DRAW_HINT = "Draw a digit or a number."
LOADING_HINT = "Start drawing; your digit is read once the model has loaded."
POLL_S = 0.5  # between two looks at whether the model has loaded


@st.fragment
def show() -> None:
    """Everything that depends on the drawing; a stroke runs this again and nothing else."""
    with st.container(key="draw"):
        with st.container(key="paper"):
            browser_place = st.container(key="browser_side")
            canvas_place = st.container(key="canvas")
            with st.container(key="controls", horizontal=True, vertical_alignment="bottom", wrap=False):
                stroke_width = st.slider("Pen width", 1, 40, STROKE_WIDTH_PX, key="stroke_width", format="%d px")
                st.html(f"<style>:root {{ --pen-width: {stroke_width}px }}</style>")  # the disc on the slider's thumb
                st.button("Undo", icon=":material/undo:", key="undo", on_click=lambda: current_sheet().undo())
                st.button("Clear", icon=":material/delete:", key="clear", on_click=lambda: current_sheet().clear())
            wide_place = st.container()
        with st.container(key="reading"):
            answer, preview, bars = (st.container(key=key) for key in ("prediction", "preview", "probabilities"))
            feedback_place = st.container()
        with browser_place:
            browser_side(stroke_width)
            hand.keep()
        sheet = current_sheet()
        if sheet.is_restored and sheet.needs_wide_paper():  # a browser that was reloaded does not know
            st.session_state["wide"] = True
        with canvas_place:
            drawing, reading, hint = _read(stroke_width, st.session_state.get("wide", False))
            size = drawing.picture.size if drawing else (1, 1)
            st.html(outlines_html(reading, size))
        with wide_place:  # it stays wide while there is ink on what would be cut off
            is_full = st.session_state.get("wide", False) and sheet.needs_wide_paper()
            label = "Clear the ink outside the square to narrow the paper" if is_full else "Wide paper for numbers"
            st.toggle(label, key="wide", disabled=is_full, on_change=lambda: current_sheet().ask_again())
        st.session_state["drawn"] = (reading, size) if reading else None  # for the Why tab
        answer.html(reading_html(reading) if reading else hint_html(hint))
        with bars:
            position = _pick(drawing, reading)
            digit = reading.digits[position] if reading else None
            st.html(bars_html(digit))
        preview.html(preview_html(digit))
        with feedback_place:
            feedback.show(drawing, digit, position)
    if hint == LOADING_HINT:
        _wait_for_model()
    if sheet.is_waiting():
        _wait_for_canvas()


def _read(stroke_width: int, wide: bool) -> tuple[Drawing | None, Reading | None, str]:
    """Show the canvas -> what is drawn and what is read on it, or the sentence that says why there is no answer."""
    try:
        drawing = canvas(stroke_width, wide)
        future = recognizer()
        if not future.done():
            return None, None, LOADING_HINT
        model = future.result()
        if not drawing:
            return None, None, DRAW_HINT
        wait_your_turn("reading")
        reading = read_strokes(model, drawing.picture, drawing.strokes, current_hand())
        charge("reading", reading.work - 1)
    except RecognizerError as error:
        return None, None, str(error)
    return (drawing, reading, "") if reading.digits else (None, None, DRAW_HINT)


def _pick(drawing: Drawing | None, reading: Reading | None) -> int:
    """Let one of several digits of a drawing be picked, the last one at first -> its position."""
    digits = reading.digits if reading else ()
    last = max(0, len(digits) - 1)
    if not last:
        return 0
    shown = drawing and drawing.id, len(digits)
    if st.session_state.get("picked_from") != shown or "picked" not in st.session_state:
        st.session_state["picked_from"], st.session_state["picked"] = shown, last
    picked = st.segmented_control(
        "Which digit?",
        range(len(digits)),
        format_func=digit_labels(digits).__getitem__,
        required=True,
        key="picked",
        label_visibility="collapsed",
    )
    return last if picked is None else picked  # None where it was picked among others, which an undo has changed


@st.fragment(run_every=POLL_S)
def _wait_for_model() -> None:
    """Run the page again when the model has loaded, or could not be."""
    if is_settled():
        st.rerun(scope="app")


@st.fragment(run_every=OVERDUE_S)
def _wait_for_canvas() -> None:
    """Ask a canvas again that has not confirmed an undo, say."""
    if (sheet := current_sheet()).is_overdue():
        sheet.ask_again()
        st.rerun(scope="app")
