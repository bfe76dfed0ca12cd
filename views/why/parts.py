"""What is shown of a digit, part by part: a title, a sentence or two for a class, and the pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from recognizer import Prediction
from recognizer.explain.steps import Step
from recognizer.output.formatting import percent
from views.answer import with_article
from views.figures import erasure_picture, figure, heat_picture, ink_picture, maps_picture, row
from views.why import variations
from views.why.explanation import Explanation

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


def _drawing(explanation: Explanation) -> None:
    step, _ = explanation.steps[0]
    title, sentence, _ = STEPS[step.name]
    st.html(row([figure(ink_picture(step.picture), title, sentence, "large")]))


def _steps(explanation: Explanation) -> None:
    st.html(row([_step(step, without, explanation.own) for step, without in explanation.steps]))


def _step(step: Step, without: Prediction | None, digit: Prediction) -> str:
    title, sentence, if_left_out = STEPS[step.name]
    if without is not None:
        same = without.is_digit == digit.is_digit and (without.digit == digit.digit or not without.is_digit)
        sentence += f" {if_left_out}, the model would {'still say' if same else 'say'} {said(without)}."
    return figure(ink_picture(step.picture), title, sentence, "pixels" if max(step.picture.shape) <= 28 else "")


def said(prediction: Prediction) -> str:
    """What the model says, after "the model says"."""
    if not prediction.is_digit:
        return "that it is not a digit"
    return f"{prediction.digit} ({percent(prediction.confidence)})"


def _strokes(explanation: Explanation) -> None:
    _heat(explanation, explanation.own.digit)


def _compared(explanation: Explanation) -> None:
    digit = explanation.own.digit
    others = [other for other in range(10) if other != digit]
    asked = st.pills("Why not another digit? Pick one to compare.", others, key="why_not")
    _heat(explanation, digit if asked is None else asked)


def _heat(explanation: Explanation, target: int) -> None:
    digit = explanation.own.digit
    if target == digit:
        title = f"Evidence for {with_article(digit)}"
        sentence = f"Blue ink counts towards {with_article(digit)}, orange ink against it."
    else:
        title = f"{target} rather than {digit}"
        sentence = f"Blue ink looks more like {with_article(target)}, orange ink more like {with_article(digit)}."
    st.html(row([figure(heat_picture(explanation.digit.ink, explanation.heat(target)), title, sentence, "large")]))


def _erasure(explanation: Explanation) -> None:
    erasure, ink = explanation.erasure, explanation.digit.ink
    if erasure is None:
        sentence = "No part of the ink was found that could be erased to change the answer."
        st.html(row([figure(erasure_picture(ink, np.zeros_like(ink)), "Nothing", sentence, "large")]))
        return
    erase = f"Erase {max(1, round(100 * erasure.share))} % of the ink"
    sentence = f"Without the orange ink, the model would say {erasure.answer}."
    left = "This is what the model would then see."
    figures = [
        figure(erasure_picture(ink, erasure.erased), erase, sentence, "large"),
        figure(ink_picture(erasure.input), "What is left", left, "pixels large"),
    ]
    st.html(row(figures))


def _variations(explanation: Explanation) -> None:
    variations.show(explanation.variations)


def _neighbours(explanation: Explanation) -> None:
    if isinstance(explanation.neighbours, str):
        st.info(explanation.neighbours)
        return
    st.markdown("To the model, these training digits look most like this one.")
    figures = []
    for each in explanation.neighbours:
        sentence = "drawn by a program" if each.drawn else "written by a person"
        figures.append(figure(ink_picture(each.picture / np.float32(255)), str(each.label), sentence, "pixels small"))
    st.html(row(figures))


def _inside(explanation: Explanation) -> None:
    figures = []
    for number, maps in enumerate(explanation.layers, 1):
        height, width, channels = maps.shape
        parts = (
            "edges and corners"
            if number <= 2
            else "larger parts"
            if number < len(explanation.layers)
            else "how parts fit together"
        )
        sentence = f"{channels} feature maps of {width} by {height} pixels, dark where each found its pattern: {parts}."
        figures.append(figure(maps_picture(maps), f"Layer {number}", sentence, "pixels wide"))
    st.html(row(figures))


@dataclass(frozen=True)
class Part:
    """One idea.

    sentence: for the story; show: its pictures there; below: in all of it, None for what the story alone shows.
    looks_inside: whether it needs a Keras model; refused: the title where no digit was read, if that is another.
    """

    name: str
    title: str
    sentence: str
    show: Callable[[Explanation], None]
    below: Callable[[Explanation], None] | None = None
    looks_inside: bool = False
    refused: str = ""

    def heading(self, explanation: Explanation) -> str:
        """The title for this digit."""
        return self.title if explanation.own.is_digit else self.refused or self.title


PARTS = (
    Part(
        "drawing",
        "What you drew",
        "A person sees a digit at once. A computer gets only dots: where there is ink, and where there is none.",
        _drawing,
    ),
    Part(
        "steps",
        "What the model saw",
        "Before the model looks, each drawing is made alike: cut out, as large as all others, and in the middle. "
        "The last picture is all that it sees.",
        _steps,
        _steps,
    ),
    Part(
        "strokes",
        "Which strokes counted",
        "Some parts of your drawing made the model surer, others made it doubt.",
        _strokes,
        _compared,
        looks_inside=True,
        refused="Which parts look like a digit",
    ),
    Part(
        "erasure",
        "What would change its mind",
        "This is the smallest part to rub out so that the model says something else. "
        "Hide it with a finger: what would you say?",
        _erasure,
        _erasure,
    ),
    Part(
        "variations",
        "How much does it take?",
        "Here your drawing is changed little by little. A line is how sure the model is of a digit; the dashed line is "
        "your drawing as it is. In the grey parts the model sees no digit. Point at a chart to see the drawing there.",
        _variations,
    ),
    Part(
        "neighbours",
        "Most similar training digits",
        "The model has learned from many thousands of digits, each with its right answer. Are these like yours?",
        _neighbours,
        _neighbours,
    ),
    Part(
        "inside",
        "Inside the model",
        "The model looks at your drawing in layers. The first find edges, the next find larger parts, and the last put "
        "them together.",
        _inside,
        _inside,
        looks_inside=True,
    ),
)


def parts_of(explanation: Explanation) -> list[Part]:
    """Return what can be shown with this model."""
    return [part for part in PARTS if explanation.explainer.looks_inside or not part.looks_inside]
