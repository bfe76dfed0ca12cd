"""All that is shown of one digit, each part of it computed once, and those that are looked at seldom when they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from recognizer import Detection, Prediction, RecognizerError, Stroke, TaughtDrawing
from recognizer.explain import Explainer
from recognizer.explain.erasure import Erasure
from recognizer.explain.steps import Step
from recognizer.explain.variations import Variation
from recognizer.neighbours import Neighbour
from views.limits import wait_your_turn
from views.reading import own_answer
from views.teach.hand import current_hand

MAX_MARGIN_PX = 640  # of the paper around a digit: all of the canvas, and a part of a photo


@dataclass(eq=False)
class Explanation:
    """All that is shown of one digit.

    digit: what was read, with the visitor's hand; own: what the model says by itself, which is what is explained.
    strokes: those of the drawing, in px of the digit's ink; none where they are not known.
    taught: the drawings that speak for what was read, where a hand decided it.
    neighbours: a sentence where there are none to be had; layers: none where the model only gives answers.
    """

    explainer: Explainer
    digit: Detection
    own: Prediction
    strokes: list[Stroke]
    taught: list[TaughtDrawing]
    steps: list[tuple[Step, Prediction | None]]
    erasure: Erasure | None
    neighbours: list[Neighbour] | str
    layers: list[np.ndarray]
    _heat: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(
        cls, explainer: Explainer, digit: Detection, size: tuple[int, int], strokes: Sequence[Stroke]
    ) -> "Explanation":
        """Explain a digit of a picture of `size` (width, height) px, drawn with `strokes`, in px of the picture."""
        wait_your_turn("why")
        neighbours: list[Neighbour] | str
        try:
            neighbours = explainer.neighbours(digit.input)
        except RecognizerError as error:  # the index is missing, or the model only gives answers
            neighbours = str(error)
        return cls(
            explainer,
            digit,
            own_answer(digit),
            [Stroke(each.points - digit.box[:2], each.width) for each in strokes],
            current_hand().decisive(explainer.model, digit) if digit.taught else [],
            explainer.steps(_on_its_sheet(digit, size)),
            explainer.smallest_erasure(digit.ink),
            neighbours,
            explainer.layers(digit.input) if explainer.looks_inside else [],
        )

    def heat(self, digit: int) -> np.ndarray:
        """How much the ink speaks for what the model says, or for another digit instead: float32 like the ink."""
        if digit not in self._heat:
            wait_your_turn("why")
            own = self.own.digit
            self._heat[digit] = self.explainer.attribution(self.digit.ink, digit, None if digit == own else own)
        return self._heat[digit]

    @cached_property
    def variations(self) -> list[tuple[Variation, list[Prediction]]]:
        """How much it takes for another answer."""
        wait_your_turn("why")
        return self.explainer.variations(self.digit.ink, self.strokes)


def _on_its_sheet(digit: Detection, size: tuple[int, int]) -> np.ndarray:
    """The ink of one digit with the empty paper around it, of a picture of `size` (width, height) px."""
    left, top, right, bottom = digit.box
    factor = digit.ink.shape[1] / (right - left)  # a large picture was scaled down before it was read
    margins = factor * np.array([(top, size[1] - bottom), (left, size[0] - right)])
    return np.pad(digit.ink, np.clip(np.rint(margins).astype(int), 0, MAX_MARGIN_PX))
