"""The Why tab: why the model read a digit as it did, in five sets of pictures."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from recognizer import Detection, Prediction, Reading, Recognizer, RecognizerError, TaughtDrawing
from recognizer.explain import Explainer
from recognizer.explain.erasure import Erasure
from recognizer.explain.steps import Step
from recognizer.formatting import percent
from recognizer.neighbours import Neighbour
from recognizer.runtimes.loader import MODEL_VARIABLE
from views.answer import digit_labels, with_article
from views.figures import erasure_picture, figure, heat_picture, ink_picture, maps_picture, row
from views.hand import current_hand, name_of
from views.limits import wait_your_turn
from views.reading import own_answer, recognizer

NOTHING = "Nothing has been read yet. Draw a digit or add a photo, then come back to see why it was read that way."
DRAWING = "Your drawing"
MAX_TAUGHT = 8  # drawings that decided
MAX_MARGIN_PX = 640  # of the paper around a digit: all of the canvas, and a part of a photo
ONLY_ANSWERS = (
    f"This page runs with a lighter model ({MODEL_VARIABLE}) that only gives answers. With the Keras model, this tab "
    "also shows which strokes counted and the inside of the model."
)
STEPS = {  # by name: a title, what the step does, and what leaving it out would mean
    "drawing": ("The drawing", "Only this digit, where it was drawn.", ""),
    "crop": ("Cropped", "The empty paper around it is cut off.", "If the paper were kept"),
    "fit": (
        "Scaled",
        "It is made as large as all the digits the model was trained on: 20 pixels.",
        "If it were stretched to fill the frame",
    ),
    "thicken": ("Thickened", "Its thin lines are made as thick as a pencil's.", "If its lines stayed thin"),
    "centre": (
        "Centred",
        "Its centre of mass is moved to the middle of a field of 28 by 28 pixels. This is all the model sees.",
        "If it were put in the corner",
    ),
}


@dataclass(eq=False)
class Explanation:
    """All that is shown of one digit.

    digit: what was read, with the visitor's hand; own: what the model says by itself, which is what is explained.
    taught: the drawings that speak for what was read, where a hand decided it.
    neighbours: a sentence where there are none to be had; layers: none where the model only gives answers.
    heat: for each digit that was asked about, computed when it is.
    """

    digit: Detection
    own: Prediction
    taught: list[TaughtDrawing]
    steps: list[tuple[Step, Prediction | None]]
    erasure: Erasure | None
    neighbours: list[Neighbour] | str
    layers: list[np.ndarray]
    heat: dict[int, np.ndarray] = field(default_factory=dict)


@st.fragment
def show() -> None:
    """The tab; it runs only while it is open."""
    with st.container(key="why"):
        sources = _sources()
        if not sources:
            st.info(NOTHING)
            return
        name = st.selectbox("Which picture?", sources, key="why_source") if len(sources) > 1 else next(iter(sources))
        reading, size = sources[name]
        digit = _pick(reading, name)
        try:
            with st.spinner("Looking inside …"):
                explainer = _explainer(recognizer().result())
                explanation = _explained(explainer, digit, size)
        except RecognizerError as error:
            st.warning(str(error))
            return
        _show(explainer, explanation)


def _sources() -> dict[str, tuple[Reading, tuple[int, int]]]:
    """What was read, by the name of the picture: the reading, and the picture's (width, height) in px."""
    sources = {}
    if drawn := st.session_state.get("drawn"):
        sources[DRAWING] = drawn
    for answer in st.session_state.get("answers", {}).values():
        if answer.reading and answer.reading.digits:
            name, number = answer.name, 2
            while name in sources:
                name, number = f"{answer.name} ({number})", number + 1
            sources[name] = (answer.reading, answer.size)
    return sources


def _pick(reading: Reading, name: str) -> Detection:
    digits = reading.digits
    if len(digits) == 1:
        return digits[0]
    last = st.session_state.get("picked", len(digits) - 1) if name == DRAWING else len(digits) - 1
    picked = st.segmented_control(
        "Which digit?",
        range(len(digits)),
        default=min(last, len(digits) - 1),
        format_func=digit_labels(digits).__getitem__,
        required=True,
        key=f"why_digit_{name}_{len(digits)}",
    )
    return digits[-1 if picked is None else picked]


@st.cache_resource(show_spinner=False, max_entries=1, hash_funcs={Recognizer: id})
def _explainer(recognizer: Recognizer) -> Explainer:
    """The explainer of the recogniser that answered, whatever has become of the file that it was loaded from."""
    return Explainer(recognizer)


def _explained(explainer: Explainer, digit: Detection, size: tuple[int, int]) -> Explanation:
    """Explain a digit, once for as long as it is looked at."""
    explanation = st.session_state.get("explanation")
    if explanation is None or explanation.digit is not digit:
        wait_your_turn("why")
        neighbours: list[Neighbour] | str
        try:
            neighbours = explainer.neighbours(digit.input)
        except RecognizerError as error:  # the index is missing, or the model only gives answers
            neighbours = str(error)
        explanation = Explanation(
            digit,
            own_answer(digit),
            current_hand().decisive(explainer.model, digit) if digit.taught else [],
            explainer.steps(_on_its_sheet(digit, size)),
            explainer.smallest_erasure(digit.ink),
            neighbours,
            explainer.layers(digit.input) if explainer.looks_inside else [],
        )
        st.session_state["explanation"] = explanation
    return explanation


def _on_its_sheet(digit: Detection, size: tuple[int, int]) -> np.ndarray:
    """The ink of one digit with the empty paper around it, of a picture of `size` (width, height) px."""
    left, top, right, bottom = digit.box
    factor = digit.ink.shape[1] / (right - left)  # a large picture was scaled down before it was read
    margins = factor * np.array([(top, size[1] - bottom), (left, size[0] - right)])
    return np.pad(digit.ink, np.clip(np.rint(margins).astype(int), 0, MAX_MARGIN_PX))


def _show(explainer: Explainer, explanation: Explanation) -> None:
    own = explanation.own
    if explanation.digit.taught:
        _taught(explanation)
    if own.is_digit:
        st.markdown(f"### {'By itself, the' if explanation.digit.taught else 'The'} model says: {_answer(own)}")
    else:
        st.markdown(f"### This does not look like a digit. Most similar digit: {own.digit}")
    with st.container(key="why_steps"):
        st.markdown("#### What the model saw")
        st.html(row([_step(step, without, own) for step, without in explanation.steps]))
    if explainer.looks_inside:
        with st.container(key="why_strokes"):
            st.markdown("#### Which strokes counted" if own.is_digit else "#### Which parts look like a digit")
            st.html(row([_heat(explainer, explanation)]))
    with st.container(key="why_erasure"):
        st.markdown("#### What would change its mind")
        st.html(row(_erasure(explanation)))
    with st.container(key="why_neighbours"):
        st.markdown("#### Most similar training digits")
        _neighbours(explanation.neighbours)
    if not explainer.looks_inside:
        st.info(ONLY_ANSWERS)
        return
    with st.container(key="why_inside"):
        st.markdown("#### Inside the model")
        _inside(explanation.layers)


def _taught(explanation: Explanation) -> None:
    """Which of the visitor's own drawings decided."""
    digit = explanation.digit
    st.markdown(f"### {digit.digit if digit.is_digit else 'Not a digit'}, as you taught it")
    if drawings := explanation.taught[:MAX_TAUGHT]:
        with st.container(key="why_taught"):
            st.markdown("#### Your drawings that decided")
            st.html(
                row(
                    [
                        figure(ink_picture(each.picture / 255), name_of(each.label), "", "pixels small")
                        for each in drawings
                    ]
                )
            )
    st.markdown("What follows is about the model's own answer.")


def _answer(prediction: Prediction) -> str:
    if not prediction.is_digit:
        return "that it is not a digit"
    return f"{prediction.digit} ({percent(prediction.confidence)})"


def _step(step: Step, without: Prediction | None, digit: Prediction) -> str:
    title, sentence, if_left_out = STEPS[step.name]
    if without is not None:
        same = without.is_digit == digit.is_digit and (without.digit == digit.digit or not without.is_digit)
        sentence += f" {if_left_out}, the model would {'still say' if same else 'say'} {_answer(without)}."
    return figure(ink_picture(step.picture), title, sentence, "pixels" if max(step.picture.shape) <= 28 else "")


def _heat(explainer: Explainer, explanation: Explanation) -> str:
    digit, ink = explanation.own.digit, explanation.digit.ink
    others = [other for other in range(10) if other != digit]
    asked = st.pills("Why not another digit? Pick one to compare.", others, key="why_not")
    target = digit if asked is None else asked
    if target not in explanation.heat:
        wait_your_turn("why")
        explanation.heat[target] = explainer.attribution(ink, target, None if target == digit else digit)
    if target == digit:
        title = f"Evidence for {with_article(digit)}"
        sentence = f"Blue ink counts towards {with_article(digit)}, orange ink against it."
    else:
        title = f"{target} rather than {digit}"
        sentence = f"Blue ink looks more like {with_article(target)}, orange ink more like {with_article(digit)}."
    return figure(heat_picture(ink, explanation.heat[target]), title, sentence, "large")


def _erasure(explanation: Explanation) -> list[str]:
    erasure, ink = explanation.erasure, explanation.digit.ink
    if erasure is None:
        sentence = "No part of the ink was found that could be erased to change the answer."
        return [figure(erasure_picture(ink, np.zeros_like(ink)), "Nothing", sentence, "large")]
    share = max(1, round(100 * erasure.share))
    sentence = f"Without the orange ink, the model would say {erasure.answer}."
    return [
        figure(erasure_picture(ink, erasure.erased), f"Erase {share} % of the ink", sentence, "large"),
        figure(ink_picture(erasure.input), "What is left", "This is what the model would then see.", "pixels large"),
    ]


def _neighbours(neighbours: list[Neighbour] | str) -> None:
    if isinstance(neighbours, str):
        st.info(neighbours)
        return
    st.markdown("To the model, these training digits look most like this one.")
    figures = []
    for each in neighbours:
        sentence = "drawn by a program" if each.drawn else "written by a person"
        figures.append(figure(ink_picture(each.picture / np.float32(255)), str(each.label), sentence, "pixels small"))
    st.html(row(figures))


def _inside(layers: list[np.ndarray]) -> None:
    figures = []
    for number, maps in enumerate(layers, 1):
        height, width, channels = maps.shape
        parts = (
            "edges and corners" if number <= 2 else "larger parts" if number < len(layers) else "how parts fit together"
        )
        sentence = f"{channels} feature maps of {width} by {height} pixels, dark where each found its pattern: {parts}."
        figures.append(figure(maps_picture(maps), f"Layer {number}", sentence, "pixels wide"))
    st.html(row(figures))
