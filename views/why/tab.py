"""The Why tab: which digit is explained, its story, and below that all of it."""

import streamlit as st

from recognizer import Detection, Reading, Recognizer, RecognizerError, Stroke
from recognizer.explain import Explainer
from recognizer.runtimes.loader import MODEL_VARIABLE
from views.answer import digit_labels
from views.figures import figure, ink_picture, row
from views.reading import recognizer
from views.teach.hand import name_of
from views.why import story
from views.why.explanation import Explanation
from views.why.parts import parts_of, said

NOTHING = "Nothing has been read yet. Draw a digit or add a photo, then come back to see why it was read that way."
DRAWING = "Your drawing"
POLL_S = 1.0  # between two looks at whether something has been read
MAX_TAUGHT = 8  # drawings that decided
ONLY_ANSWERS = (
    f"This page runs with a lighter model ({MODEL_VARIABLE}) that only gives answers. With the Keras model, this tab "
    "also shows which strokes counted and the inside of the model."
)
# What was read, on a picture of (width, height) px, and the strokes that it was drawn with, as far as they are known.
Source = tuple[Reading, tuple[int, int], tuple[Stroke, ...]]


@st.fragment
def show() -> None:
    """The tab; it runs only while it is open."""
    with st.container(key="why"):
        sources = _sources()
        if not sources:
            st.info(NOTHING)
            _wait_for_drawing()
            return
        name = st.selectbox("Which picture?", sources, key="why_source") if len(sources) > 1 else next(iter(sources))
        source = sources[name]
        digit = _pick(source[0], name)
        try:
            with st.spinner("Looking inside …"):
                explanation = _explained(_explainer(recognizer().result()), digit, source)
        except RecognizerError as error:
            st.warning(str(error))
            return
        _show(explanation)


@st.fragment(run_every=POLL_S)
def _wait_for_drawing() -> None:
    """Run the page again when a drawing is there: an address opens this tab before the browser has brought one back."""
    if st.session_state.get("drawn"):
        st.rerun(scope="app")


def _sources() -> dict[str, Source]:
    """What was read, by the name of the picture."""
    sources: dict[str, Source] = {}
    if drawn := st.session_state.get("drawn"):
        sources[DRAWING] = drawn
    for answer in st.session_state.get("answers", {}).values():
        if answer.reading and answer.reading.digits:
            name, number = answer.name, 2
            while name in sources:
                name, number = f"{answer.name} ({number})", number + 1
            sources[name] = (answer.reading, answer.size, ())
    return sources


def _pick(reading: Reading, name: str) -> Detection:
    digits = reading.digits
    if len(digits) == 1:
        return digits[0]
    last = len(digits) - 1
    on_draw = st.session_state.get("picked") if name == DRAWING else None
    picked = st.segmented_control(
        "Which digit?",
        range(len(digits)),
        default=last if on_draw is None else min(on_draw, last),
        format_func=digit_labels(digits).__getitem__,
        required=True,
        key=f"why_digit_{name}_{len(digits)}",
    )
    return digits[-1 if picked is None else picked]


@st.cache_resource(show_spinner=False, max_entries=1, hash_funcs={Recognizer: id})
def _explainer(recognizer: Recognizer) -> Explainer:
    """The explainer of the recogniser that answered, whatever has become of the file that it was loaded from."""
    return Explainer(recognizer)


def _explained(explainer: Explainer, digit: Detection, source: Source) -> Explanation:
    """Explain a digit, once for as long as it is looked at."""
    explanation = st.session_state.get("explanation")
    if explanation is None or explanation.digit is not digit:
        explanation = st.session_state["explanation"] = Explanation.of(explainer, digit, *source[1:])
    return explanation


def _show(explanation: Explanation) -> None:
    own = explanation.own
    if explanation.digit.taught:
        _taught(explanation)
    if own.is_digit:
        st.markdown(f"## {'By itself, the' if explanation.digit.taught else 'The'} model says: {said(own)}")
    else:
        st.markdown(f"## This does not look like a digit. Most similar digit: {own.digit}")
    story.show(explanation)
    st.markdown("## All of it")
    for part in parts_of(explanation):
        if part.below:
            with st.container(key=f"why_{part.name}"):
                st.markdown(f"### {part.heading(explanation)}")
                part.below(explanation)
    if not explanation.explainer.looks_inside:
        st.info(ONLY_ANSWERS)


def _taught(explanation: Explanation) -> None:
    """Which of the visitor's own drawings decided."""
    digit = explanation.digit
    st.markdown(f"## {digit.digit if digit.is_digit else 'Not a digit'}, as you taught it")
    if drawings := explanation.taught[:MAX_TAUGHT]:
        with st.container(key="why_taught"):
            st.markdown("### Your drawings that decided")
            st.html(
                row(
                    [
                        figure(ink_picture(each.picture / 255), name_of(each.label), "", "pixels small")
                        for each in drawings
                    ]
                )
            )
    st.markdown("What follows is about the model's own answer.")
