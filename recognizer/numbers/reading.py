"""The ink of a picture -> what is written on it, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recognizer.images.ink import Sheet
from recognizer.numbers.doubts import Doubts
from recognizer.numbers.finder import Network
from recognizer.numbers.lines import into_lines
from recognizer.numbers.marks import Mark
from recognizer.numbers.parts import group
from recognizer.numbers.runs import Runs
from recognizer.numbers.strokes import Stroke, explain
from recognizer.prediction import (
    MIN_PROBABILITY,
    NO_DIGIT,
    Detection,
    Outputs,
    Prediction,
    Reading,
    to_predictions,
    with_no_digit,
)
from recognizer.preprocess import ink_box, prepare_ink

LEAST_ROOM, SHARE = 30_000, 0.4  # px that the finder may look at: of any picture, and more of a larger one
WORK_PX = 2000  # that the finder looks at while the model looks at one picture
OTHERS = 0.1  # of all marks are letters, say: a mark that is surely no digit is as good as an improbable digit
MIN_BESIDE_DIGITS = 0.02  # the least probability of an odd digit beside plain ones; other marks are some 50 times rarer
MAX_ODD = 0.25  # of the marks on a line or picture, and always one: where more are odd, they are hardly digits


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the model says of a mark, and the ink that it saw."""

    ink: np.ndarray
    prediction: Prediction
    probability: float


class TakenApart:
    """What there may be on a sheet.

    inputs: float32 (28, 28) each, what the model has to look at; left_out: as in `Reading`.
    """

    def __init__(self, sheet: Sheet, strokes: Sequence[Stroke], network: Network):
        """Take a sheet apart by what the finder says. `strokes`: those it was drawn with, in px of its picture."""
        self._scale = sheet.scale
        scaled = [Stroke(stroke.points / sheet.scale, stroke.width / sheet.scale) for stroke in strokes]
        found, self.left_out, self._looked_at = group(network, sheet, room_of(sheet))
        self._ways = Runs(sheet.ink, scaled, found) if explain(scaled, sheet.ink) else Doubts(found)
        self._inks = [_closer(mark, sheet) for mark in self._ways.candidates]
        self.inputs = [prepare_ink(ink) for ink in self._inks]

    def reading(self, outputs: Outputs) -> Reading:
        """Return what is on the sheet, by what the model says of the inputs."""
        probabilities = with_no_digit(outputs.probabilities)
        digit, none = probabilities[:, :NO_DIGIT].max(1, initial=0), probabilities[:, NO_DIGIT]
        marks = self._ways.choose(np.log(np.maximum(digit + OTHERS * none, MIN_PROBABILITY)).tolist())
        predictions = to_predictions(self.inputs, outputs)
        seen = dict(zip(self._ways.candidates, map(_Seen, self._inks, predictions, digit.tolist()), strict=True))
        plain = _are_plain([seen[mark] for mark in marks])
        lines = []
        for line in into_lines(marks):
            beside_digits = plain and (len(line) == 1 < len(marks) or _are_plain([seen[mark] for mark in line]))
            lines.append(tuple(_detection(mark, seen[mark], self._scale, beside_digits) for mark in line))
        return Reading(tuple(lines), self.left_out, 1 + len(self.inputs) + self._looked_at // WORK_PX)


class OneDigit:
    """All the ink of a sheet as one digit; as `TakenApart`, for a picture that is known to have nothing else."""

    left_out = 0

    def __init__(self, sheet: Sheet):
        """Take the ink of a sheet."""
        self._box, self._ink = tuple(round(edge * sheet.scale) for edge in ink_box(sheet.ink)), sheet.digit()
        self.inputs = [prepare_ink(self._ink)]

    def reading(self, outputs: Outputs) -> Reading:
        """Return the digit, by what the model says of the input."""
        (prediction,) = to_predictions(self.inputs, outputs)
        left, top, right, bottom = self._box
        return Reading(((Detection(**vars(prediction), box=(left, top, right, bottom), ink=self._ink),),))


def _closer(mark: Mark, sheet: Sheet) -> np.ndarray:
    """The ink of a mark with the detail that small digits need."""
    left, top, right, bottom = mark.box
    zoom = sheet.zoom(max(bottom - top, right - left))
    return mark.ink if zoom == 1 else sheet.closer(mark.ink > 0, zoom, left, top)


def room_of(sheet: Sheet) -> int:
    """Return how many px the finder may look at of a sheet."""
    return round(LEAST_ROOM + SHARE * sheet.ink.size)


def _are_plain(marks: Sequence[_Seen]) -> bool:
    """Whether nearly all marks are digits: then an odd one counts as a digit, too."""
    odd = sum(not each.prediction.is_digit for each in marks)
    return odd < len(marks) and odd <= max(1, MAX_ODD * len(marks))


def _detection(mark: Mark, seen: _Seen, scale: float, beside_digits: bool) -> Detection:
    is_digit = seen.prediction.is_digit or (beside_digits and seen.probability >= MIN_BESIDE_DIGITS)
    left, top, right, bottom = (round(edge * scale) for edge in mark.box)
    prediction = replace(seen.prediction, is_digit=bool(is_digit))
    return Detection(**vars(prediction), box=(left, top, right, bottom), ink=seen.ink)
