"""Candidates -> what the model says of them, and the detections on the lines that the best of them make up."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from recognizer.numbers.candidates import Candidate, Line
from recognizer.numbers.path import best_path
from recognizer.numbers.pieces import Piece
from recognizer.prediction import MIN_PROBABILITY, NO_DIGIT, Detection, Outputs, Prediction, to_predictions
from recognizer.preprocess import prepare_ink

MIN_BESIDE_DIGITS = 0.02  # the least probability of an odd digit beside plain ones; other marks are some 50 times rarer
MAX_ODD = 0.25  # of the marks on a line or picture, and always one: where more are odd, they are hardly digits


class Answers:
    """What the model says of candidates, of any number of pictures; it looks at the same pieces only once."""

    def __init__(self, model: Callable[[list[np.ndarray]], Outputs]):
        """`model`: a function from digits, float32 (28, 28) each, to what the model gives for them."""
        self._model = model
        self._predictions: dict[tuple[Piece, ...], Prediction] = {}
        self._log_probabilities: dict[tuple[Piece, ...], float] = {}

    def ask(self, candidates: Iterable[Candidate]) -> None:
        """Have the model look at the candidates that are new, in one call."""
        new = {each.pieces: each.ink for each in candidates if each.pieces not in self._predictions}
        if new:
            prepared = [prepare_ink(ink) for ink in new.values()]
            outputs = self._model(prepared)
            log_probabilities = np.log(np.maximum(outputs.probabilities[:, :NO_DIGIT].max(1), MIN_PROBABILITY))
            self._predictions.update(zip(new, to_predictions(prepared, outputs), strict=True))
            self._log_probabilities.update(zip(new, log_probabilities.tolist(), strict=True))

    def log_probabilities(self, candidates: Iterable[Candidate]) -> np.ndarray:
        """Return the logarithm of how probable each candidate is as the digit it looks most like: float64 (n,)."""
        return np.array([self._log_probabilities[each.pieces] for each in candidates])

    def detections(self, lines: list[Line]) -> tuple[tuple[Detection, ...], ...]:
        """Return the detections on each line, from left to right.

        An odd mark counts as a digit where nearly all others are plain digits, on its line and on the whole picture:
        on a page of text, some line may look like digits by chance.
        """
        paths = [self._best_path(line) for line in lines]
        plain = self._are_plain([candidate for path in paths for candidate in path])
        return tuple(
            tuple(self._detection(each, line.scale, plain and self._are_plain(path)) for each in path)
            for line, path in zip(lines, paths, strict=True)
        )

    def _best_path(self, line: Line) -> list[Candidate]:
        path = best_path(line.candidates, self.log_probabilities(line.candidates))
        return sorted((line.candidates[i] for i in path), key=lambda each: each.box[0] + each.box[2])

    def _are_plain(self, candidates: list[Candidate]) -> bool:
        odd = sum(not self._predictions[each.pieces].is_digit for each in candidates)
        return odd < len(candidates) and odd <= max(1, MAX_ODD * len(candidates))

    def _detection(self, candidate: Candidate, scale: float, beside_digits: bool) -> Detection:
        prediction = self._predictions[candidate.pieces]
        is_probable = self._log_probabilities[candidate.pieces] >= np.log(MIN_BESIDE_DIGITS)
        is_digit = prediction.is_digit or (beside_digits and bool(is_probable))
        left, top, right, bottom = (round(edge * scale) for edge in candidate.box)
        return Detection(
            **vars(replace(prediction, is_digit=is_digit)), box=(left, top, right, bottom), ink=candidate.ink
        )
