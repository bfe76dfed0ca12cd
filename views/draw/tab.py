"""The Draw tab: the canvas, and what the model reads on it after each stroke."""

from dataclasses import dataclass

import streamlit as st

from recognizer import Hand, Reading, Recognizer, RecognizerError, TaughtDrawing
from views import visitors
from views.answer import bars_html, digit_labels, hint_html, preview_html, reading_html
from views.canvas.browser import browser_side
from views.canvas.component import canvas, current_sheet
from views.canvas.drawing import Drawing
from views.canvas.sheet import OVERDUE_S, PAPER_PX
from views.draw import examples, share, tutorial
from views.events import told
from views.limits import charge, wait_your_turn
from views.outlines import outlines_html
from views.reading import in_worker, is_settled, recognizer
from views.teach import feedback, hand
from views.teach.hand import current_hand

STROKE_WIDTH_PX = 20  # about the thickness of MNIST's strokes, for a digit that fills half of the square
DRAW_HINT = "Draw a digit, or a number such as 2026."
LOADING_HINT = "Start drawing; your digit is read once the model has loaded."
POLL_S = 0.5  # between two looks at whether the model has loaded


@dataclass(frozen=True, eq=False)
class _Answer:
    """What was read last: on which drawing, what the hand held then, and the outlines of the digits as HTML."""

    drawing: str
    taught: tuple[TaughtDrawing, ...]
    reading: Reading
    outlines: str


@st.fragment
@visitors.first()
def show() -> None:
    """Everything that depends on the drawing; a stroke runs this again and nothing else."""
    share.open_link()
    with st.container(key="draw"):
        with st.container(key="paper"):
            browser_place = st.container(key="browser_side")
            canvas_place = st.container(key="canvas")
            with st.container(key="controls", horizontal=True, vertical_alignment="bottom", wrap=False):
                stroke_width = st.slider("Pen width", 1, 40, STROKE_WIDTH_PX, key="stroke_width", format="%d px")
                st.button("Undo", icon=":material/undo:", key="undo", on_click=lambda: current_sheet().undo())
                st.button("Clear", icon=":material/delete:", key="clear", on_click=lambda: current_sheet().clear())
                share_place = st.container(key="share_place", width="content")
        with st.container(key="reading"):
            answer, preview, bars = (st.container(key=key) for key in ("prediction", "preview", "probabilities"))
            feedback_place = st.container()
        with browser_place:
            browser_side(stroke_width)
            hand.keep()
        with canvas_place:
            drawing, known, hint = _read(stroke_width)
            reading = known.reading if known else None
            st.html(known.outlines if known else outlines_html(None))
        across, down = current_sheet().seen()
        sizes = f"--pen-width: {stroke_width}px; --across: {across}px; --down: {down}px"  # for style.css
        st.html(f"<style>:root {{ {sizes} }}</style>")
        # for the Why tab
        st.session_state["drawn"] = (reading, (PAPER_PX,) * 2, drawing.strokes) if drawing and reading else None
        answer.html(reading_html(reading) if reading else hint_html(hint))
        with share_place:
            share.show(drawing)
        with bars:
            with st.container(key="pick"):
                position = _pick(drawing, reading)
            digit = reading.digits[position] if reading else None
            with st.empty():  # so that neither is ever seen beside the other
                if current_sheet().strokes:
                    st.html(bars_html(digit))
                else:
                    examples.show()
        preview.html(preview_html(digit))
        with feedback_place:
            feedback.show(drawing, digit, position)
        with st.container(key="beside"):
            side = max(across, down)
            tutorial.show((lambda: drawing.ink[:side, :side]) if drawing else None, reading)
    if hint == LOADING_HINT:
        _wait_for_model()
    if current_sheet().is_waiting():
        _wait_for_canvas()


def _read(stroke_width: int) -> tuple[Drawing | None, _Answer | None, str]:
    """Show the canvas -> what is drawn and what is read on it, or the sentence that says why there is no answer."""
    try:
        drawing = canvas(stroke_width)
        future = recognizer()
        if not future.done():
            return None, None, LOADING_HINT
        model = future.result()
        if not drawing:
            return None, None, share.problem() or DRAW_HINT
        known = _answer_of(drawing, model)
    except RecognizerError as error:
        return None, None, str(error)
    return (drawing, known, "") if known.reading.digits else (None, None, DRAW_HINT)


def _answer_of(drawing: Drawing, model: Recognizer) -> _Answer:
    """What is read on a drawing; nothing is read twice as long as neither the drawing nor the hand changes."""
    taught = tuple(current_hand())
    known: _Answer | None = st.session_state.get("answer")
    if known is None or known.drawing != drawing.id or not hand.same(known.taught, taught):
        wait_your_turn("reading")
        reading, outlines = in_worker(_read_and_outline, drawing, model, current_hand())
        charge("reading", reading.work - 1)
        known = st.session_state["answer"] = _Answer(drawing.id, taught, reading, outlines)
    return known


def _read_and_outline(drawing: Drawing, model: Recognizer, held: Hand) -> tuple[Reading, str]:
    reading = told("draw", drawing.read, model, held)
    return reading, outlines_html(reading)


def _pick(drawing: Drawing | None, reading: Reading | None) -> int:
    """Let one of several digits of a drawing be picked, the last one at first -> its position."""
    digits = reading.digits if reading else ()
    last = max(0, len(digits) - 1)
    if not last:
        return 0
    shown = drawing and drawing.id, len(digits)
    picked = st.session_state.get("picked") if st.session_state.get("picked_from") == shown else None
    # Said in every run: the browser may have missed one that was soon followed by another.
    st.session_state["picked_from"], st.session_state["picked"] = shown, last if picked is None else picked
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
