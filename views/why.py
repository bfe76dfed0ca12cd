"""The Why tab: why a digit was read so, in five pictures' worth of reasons."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from recognizer import Prediction, Reading, Recognizer, RecognizerError
from recognizer.explain import Explainer
from recognizer.explain.erasure import Erasure
from recognizer.explain.layers import Layer
from recognizer.explain.neighbours import Neighbour
from recognizer.explain.steps import Step
from recognizer.formatting import percent
from recognizer.images.opening import MAX_WORKING_SIDE
from recognizer.runtimes.loader import MODEL_VARIABLE
from views.answer import digit_labels
from views.figures import erasure_picture, figure, heat_picture, ink_picture, maps_picture, row
from views.limits import wait_your_turn
from views.loading import recognizer

NOTHING = "Nothing has been read yet. Draw a digit, or read a photo, and come back: this page says why."
DRAWING = "Your drawing"
ANSWERS_ALONE = (
    "Which strokes spoke for it, its nearest neighbours and the inside of the model are shown where the page runs with its "
    f"Keras model. Here it runs with a lighter one ({MODEL_VARIABLE}) that gives answers alone."
)
STEPS = {
    "drawing": ("The drawing", "This digit alone, where it lies on the sheet."),
    "crop": ("Cut out", "The empty paper around it is cut off."),
    "fit": ("Fitted", "It is made as large as all digits that the model learned from: 20 dots."),
    "thicken": ("Thickened", "Its thin lines are drawn again as thick as a pencil's."),
    "centre": ("Centred", "Its ink is balanced around the middle of 28 by 28 dots: this is all that the model sees."),
}
WITHOUT = {
    "crop": "Had the sheet been shrunk with that paper",
    "fit": "Had it been stretched to fill the frame",
    "thicken": "Had its lines stayed thin",
    "centre": "Had it been put into the corner",
}


@dataclass(eq=False)
class Explanation:
    """All that is shown of one digit; heat: for each digit that was asked about, made when it is.

    neighbours: a sentence where there are none to be had; layers: none where the model gives answers alone.
    """

    prediction: Prediction
    steps: list[tuple[Step, Prediction | None]]
    erasure: Erasure | None
    neighbours: list[Neighbour] | str
    layers: list[Layer]
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
        prediction = _pick(reading, name)
        try:
            with st.spinner("Looking inside …"):
                explainer = _explainer(recognizer().result())
                explanation = _explained(explainer, prediction, size)
        except RecognizerError as error:
            st.warning(str(error))
            return
        _show(explainer, explanation)


def _sources() -> dict[str, tuple[Reading, tuple[int, int]]]:
    """What was read, by the name of the picture: the reading, and the picture's (width, height) in px."""
    found = {}
    if drawn := st.session_state.get("drawn"):
        found[DRAWING] = drawn
    for answer in st.session_state.get("answers", {}).values():
        if answer.reading and answer.reading.digits:
            name, number = answer.name, 2
            while name in found:
                name, number = f"{answer.name} ({number})", number + 1
            found[name] = (answer.reading, answer.size)
    return found


def _pick(reading: Reading, name: str) -> Prediction:
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
    """Of the recogniser that answered, whatever has become of the file that it was loaded from."""
    return Explainer(recognizer)


def _explained(explainer: Explainer, prediction: Prediction, size: tuple[int, int]) -> Explanation:
    """Explain a digit, once for as long as it is looked at."""
    known = st.session_state.get("explanation")
    if known is None or known.prediction is not prediction:
        wait_your_turn("why")
        known = Explanation(
            prediction,
            explainer.steps(_on_its_sheet(prediction, size)),
            explainer.smallest_erasure(prediction.ink),
            _neighbours_of(explainer, prediction),
            explainer.layers(prediction.input) if explainer.looks_inside else [],
        )
        st.session_state["explanation"] = known
    return known


def _neighbours_of(explainer: Explainer, prediction: Prediction) -> list[Neighbour] | str:
    try:
        return explainer.neighbours(prediction.input)
    except RecognizerError as error:
        return str(error)


def _on_its_sheet(prediction: Prediction, size: tuple[int, int]) -> np.ndarray:
    """The ink of one digit alone, where it lies on the picture of `size` (width, height) px, or on a part of it."""
    left, top, right, _ = prediction.box
    factor = prediction.ink.shape[1] / (right - left)  # a large picture was scaled down before it was read
    margins = []
    for start, length, whole in zip((top, left), prediction.ink.shape, size[::-1], strict=True):
        whole = max(length, round(whole * factor))
        shown = max(length, min(whole, MAX_WORKING_SIDE))
        start = min(round(start * factor), whole - length)
        before = start - min(max(0, start + (length - shown) // 2), whole - shown)
        margins.append((before, shown - length - before))
    return np.pad(prediction.ink, margins)


def _show(explainer: Explainer, explanation: Explanation) -> None:
    prediction = explanation.prediction
    if prediction.is_digit:
        st.markdown(f"### The model says: {_said(prediction)}")
    else:
        st.markdown(f"### This does not look like a digit. Nearest: {prediction.digit}")
    with st.container(key="why_steps"):
        st.markdown("#### What the model saw")
        st.html(row([_step(step, said, prediction) for step, said in explanation.steps]))
    if explainer.looks_inside:
        with st.container(key="why_strokes"):
            st.markdown("#### Which strokes spoke for it" if prediction.is_digit else "#### What is like a digit in it")
            st.html(row([_heat(explainer, explanation)]))
    with st.container(key="why_erasure"):
        st.markdown("#### What would change its mind")
        st.html(_erasure(explanation))
    if not explainer.looks_inside:
        st.info(ANSWERS_ALONE)
        return
    with st.container(key="why_kin"):
        st.markdown("#### Its nearest neighbours")
        _neighbours(explanation.neighbours)
    with st.container(key="why_inside"):
        st.markdown("#### Inside the model")
        _inside(explanation.layers)


def _said(prediction: Prediction) -> str:
    if not prediction.is_digit:
        return "that it is no digit"
    return f"{prediction.digit} ({percent(prediction.confidence)})"


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _step(step: Step, said: Prediction | None, prediction: Prediction) -> str:
    title, sentence = STEPS[step.name]
    if said is not None:
        same = said.is_digit == prediction.is_digit and (said.digit == prediction.digit or not said.is_digit)
        sentence += f" {WITHOUT[step.name]}, the model would {'still say' if same else 'say'} {_said(said)}."
    return figure(ink_picture(step.picture), title, sentence, "dots" if max(step.picture.shape) <= 28 else "")


def _heat(explainer: Explainer, explanation: Explanation) -> str:
    prediction = explanation.prediction
    asked = st.pills(
        "Why not another digit? Pick one.",
        [digit for digit in range(10) if digit != prediction.digit],
        key="why_not",
    )
    digit = prediction.digit if asked is None else asked
    if digit not in explanation.heat:
        wait_your_turn("why")
        instead_of = None if digit == prediction.digit else prediction.digit
        explanation.heat[digit] = explainer.attribution(prediction.ink, digit, instead_of)
    if digit == prediction.digit:
        title = f"For {_a(digit)}"
        sentence = f"Blue ink made the model think of {_a(digit)}, orange ink of something else."
    else:
        title = f"{digit} rather than {prediction.digit}"
        sentence = f"Blue ink looks more like {_a(digit)}, orange ink more like {_a(prediction.digit)}."
    return figure(heat_picture(prediction.ink, explanation.heat[digit]), title, sentence, "large")


def _erasure(explanation: Explanation) -> str:
    erasure, prediction = explanation.erasure, explanation.prediction
    if erasure is None:
        sentence = "No part was found that could be rubbed out to change the answer."
        whole = erasure_picture(prediction.ink, np.zeros_like(prediction.ink))
        return row([figure(whole, "Nothing", sentence, "large")])
    share = max(1, round(100 * erasure.share))
    return row(
        [
            figure(
                erasure_picture(prediction.ink, erasure.erased),
                f"Rub out {share} % of the ink",
                f"Without what is orange, the model would say {erasure.answer}.",
                "large",
            ),
            figure(ink_picture(erasure.input), "What is left", "This is what the model would see then.", "dots large"),
        ]
    )


def _neighbours(neighbours: list[Neighbour] | str) -> None:
    if isinstance(neighbours, str):
        st.info(neighbours)
        return
    st.markdown("Of the digits that the model learned from, these are most like it in its eyes.")
    figures = []
    for each in neighbours:
        sentence = "drawn by a program" if each.drawn else "written by a person"
        figures.append(figure(ink_picture(each.picture / np.float32(255)), str(each.label), sentence, "dots small"))
    st.html(row(figures))


def _inside(layers: list[Layer]) -> None:
    count = layers[-1].network
    network = 1
    if count > 1:
        network = st.segmented_control(
            f"{count} networks look at it, and the answer is their average. Look into which?",
            range(1, count + 1),
            default=1,
            required=True,
            key="why_network",
        )
    shown = [layer.maps for layer in layers if layer.network == network]
    figures = []
    for number, maps in enumerate(shown, 1):
        height, width, many = maps.shape
        what = (
            "edges and corners" if number <= 2 else "larger parts" if number < len(shown) else "how parts go together"
        )
        sentence = f"{many} pictures of {width} by {height} dots, each dark where it found its pattern: {what}."
        figures.append(figure(maps_picture(maps), f"Layer {number}", sentence, "dots wide"))
    st.html(row(figures))
