"""The Draw tab: the canvas, and what the model makes of it after each stroke."""

import streamlit as st

from recognizer import BlankImageError, Prediction, Recognizer, RecognizerError
from views.answer import bars_html, hint_html, prediction_html, preview_html
from views.canvas import canvas, clear, undo
from views.loading import is_settled, recognizer

STROKE_WIDTH_PX = 16  # of a 300 px canvas: about the thickness of MNIST's strokes
DRAW_HINT = "Draw a digit, 0 to 9."
LOADING_HINT = "The model is waking up. Draw away: it reads as soon as it is there."


@st.fragment
def show() -> None:
    """Everything that depends on the drawing; a stroke runs this again and nothing else."""
    with st.container(key="draw"):
        with st.container(key="paper"):
            sheet = st.container(key="canvas")
            with st.container(key="controls", horizontal=True, vertical_alignment="bottom", wrap=False):
                stroke_width = st.slider("Pen width", 1, 40, STROKE_WIDTH_PX, key="stroke_width", format="%d px")
                st.html(f"<style>:root {{ --pen-width: {stroke_width}px }}</style>")  # the disc on the slider's thumb
                st.button("Undo", icon=":material/undo:", key="undo", on_click=undo)
                st.button("Clear", icon=":material/delete:", key="clear", on_click=clear)
        with st.container(key="reading"):
            answer, preview, bars = (st.container(key=key) for key in ("prediction", "preview", "probabilities"))
        with sheet:
            prediction, hint = _read(stroke_width)
        answer.html(prediction_html(prediction) if prediction else hint_html(hint))
        preview.html(preview_html(prediction))
        bars.html(bars_html(prediction))
    if hint == LOADING_HINT:
        _wait()


def _read(stroke_width: int) -> tuple[Prediction | None, str]:
    """Show the canvas -> what the model reads on it, or the sentence that says why there is no answer."""
    try:
        picture = canvas(stroke_width)
        future = recognizer()
        if not future.done():
            return None, LOADING_HINT
        model: Recognizer = future.result()
        if picture is None:
            return None, DRAW_HINT
        return model.predict(picture), ""
    except BlankImageError:
        return None, DRAW_HINT
    except RecognizerError as error:
        return None, str(error)


@st.fragment(run_every=0.5)
def _wait() -> None:
    """Look twice a second whether the model is there, and run the page again when it is."""
    if is_settled():
        st.rerun(scope="app")
