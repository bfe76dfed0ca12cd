"""Pictures -> what they say: the API that the page, the command line and other programs call."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from recognizer.batch import Steps, alone, in_batches, together
from recognizer.errors import BlankImageError, InvalidImageError, RecognizerError
from recognizer.images.ink import Sheet
from recognizer.images.opening import Picture
from recognizer.numbers.pieces import Piece
from recognizer.numbers.segment import MAX_WORK, Candidate, Line, Room, best_path, cut_up, segment, segment_strokes
from recognizer.numbers.strokes import Stroke
from recognizer.prediction import Detection, Prediction, Reading
from recognizer.preprocess import prepare_ink
from recognizer.runtimes.loader import default_model, load_model
from recognizer.runtimes.open_model import OpenModel, Probabilities

MIN_CONFIDENCE = 0.5  # of a model without a probability for "none of these": below it, nothing is called a digit
MAX_NONE = 0.5  # of a model with one: training sets it to pass one half where a picture is to be refused
MIN_IN_COMPANY = 0.02  # the least probability of a digit beside others, where anything else is some 50 times rarer
MOST_ODD = 0.25  # of a line's or picture's marks, or one: more look odd where it is not digits
MAX_BATCH = 64  # pictures in one model call; 1,024 would take 400 MB more for good, and read no faster


class Recognizer:
    """A loaded model, ready to read pictures; safe to share between threads."""

    def __init__(self, model: OpenModel | Probabilities):
        """Wrap a function from float32 (n, 28, 28) in 0-1 to float32 (n, 10) or (n, 11); `load` makes one of a file."""
        self.model = model

    @classmethod
    def load(cls, path: str | os.PathLike | None = None) -> "Recognizer":
        """Load a .keras, .h5, .onnx or .tflite model, by default `recognizer.runtimes.loader.default_model()`.

        Raises `ModelError` where it cannot be read, or its runtime is not installed.
        """
        return cls(load_model(default_model() if path is None else path))

    def predict(self, picture: Picture) -> Prediction:
        """Read a picture of one digit.

        `picture`: a path, the bytes of a picture file, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4)
        of any size; ink darker or lighter than the paper, or on transparency.
        Raises `BlankImageError` where nothing is drawn and `InvalidImageError` where it is no picture.
        """
        return self._classify([prepare_ink(Sheet(picture).digit())])[0]

    def predict_many(self, pictures: Sequence[Picture]) -> list[Prediction]:
        """Read many pictures of one digit each, 64 to a model call; one `Prediction` for each, in their order.

        Raises as `predict` does, and says which picture it was.
        """
        prepared = []
        for number, picture in enumerate(pictures, 1):
            try:
                prepared.append(prepare_ink(Sheet(picture).digit()))
            except (BlankImageError, InvalidImageError) as error:
                raise type(error)(f"Picture {number}: {error}") from error
        return self._classify(prepared)

    def predict_prepared(self, prepared: np.ndarray) -> list[Prediction]:
        """Read digits that `recognizer.preprocess.prepare` has prepared: float32 (n, 28, 28), 0 paper to 1 ink."""
        return self._classify(list(prepared))

    def read(self, picture: Picture, strokes: Sequence[Stroke] = ()) -> Reading:
        """Read the numbers in a picture, left to right and line by line, in one model call, or two where digits touch.

        A blank picture reads as "". What looks like no digit is among `Reading.digits` and not in its text.
        `strokes`: those that made the picture, where they are known, in its px; they tell touching digits apart.
        `picture` and errors: as for `predict`, but for `BlankImageError`.
        """
        return alone(self._steps(picture, strokes), self._outputs)

    def read_many(self, pictures: Iterable[Picture]) -> Iterator[Reading | RecognizerError]:
        """Yield what `read` makes of each picture, in their order, read on several cores and many to a model call.

        What cannot be read is a `RecognizerError` in its place. Pictures are taken as the answers are, up to 128 ahead
        of them, so that any number of them takes the same memory.
        """
        return in_batches(lambda few: together(map(self._steps, few), self._outputs), pictures)

    def _steps(self, picture: Picture, strokes: Sequence[Stroke] = ()) -> Steps[Reading]:
        """Read a picture, as far as the model has to look at something, and on."""
        try:
            sheet = Sheet(picture)
        except BlankImageError:
            return Reading()
        known: dict[tuple[Piece, ...], tuple[Prediction, float]] = {}
        room = Room()
        lines = segment_strokes(
            sheet, [Stroke(stroke.points / sheet.scale, stroke.width / sheet.scale) for stroke in strokes], room
        )
        left_out = 0
        if lines is None:
            room = Room()
            lines, left_out = segment(sheet, room)
            del sheet  # it may be large, and many wait for the model together
            for i, log_probabilities in enumerate((yield from self._look_at(lines, known))):
                lines[i], not_cut = cut_up(lines[i], log_probabilities, room)
                left_out += not_cut
        paths = [
            sorted((line.candidates[i] for i in best_path(line.candidates, log_probabilities)), key=_middle)
            for line, log_probabilities in zip(lines, (yield from self._look_at(lines, known)), strict=True)
        ]
        seen = [[known[candidate.pieces] for candidate in path] for path in paths]
        read = []
        for line, path, predictions in zip(lines, paths, _in_company(seen), strict=True):
            boxes = (tuple(round(edge * line.scale) for edge in candidate.box) for candidate in path)
            read.append(
                tuple(
                    Detection(**vars(prediction), box=box, ink=candidate.ink)
                    for prediction, box, candidate in zip(predictions, boxes, path, strict=True)
                )
            )
        return Reading(tuple(read), left_out, MAX_WORK - room.left)

    def _look_at(self, lines: list[Line], known: dict) -> Steps[list[np.ndarray]]:
        """Return how probable each candidate is as the digit it looks most like: of each line, its logarithm (n,).

        `known` has what the model said of the same pieces before, and gets what it says of others.
        """
        new = {c.pieces: c.ink for line in lines for c in line.candidates if c.pieces not in known}
        if new:
            prepared = [prepare_ink(ink) for ink in new.values()]
            outputs = yield prepared
            log_probabilities = np.log(np.maximum(outputs[:, :10].max(1), 1e-12))
            seen = zip(self._predictions(prepared, outputs), log_probabilities.tolist(), strict=True)
            known.update(zip(new, seen, strict=True))
        return [np.array([known[candidate.pieces][1] for candidate in line.candidates]) for line in lines]

    def _classify(self, prepared: list[np.ndarray]) -> list[Prediction]:
        return self._predictions(prepared, self._outputs(prepared)) if prepared else []

    def _outputs(self, prepared: list[np.ndarray]) -> np.ndarray:
        batches = (np.stack(prepared[i : i + MAX_BATCH]) for i in range(0, len(prepared), MAX_BATCH))
        return np.concatenate([self.model(batch) for batch in batches])

    def _predictions(self, prepared: list[np.ndarray], outputs: np.ndarray) -> list[Prediction]:
        probabilities = np.maximum(outputs[:, :10], 1e-12)
        probabilities /= probabilities.sum(1, keepdims=True)
        confidences = probabilities.max(1)
        is_digit = ~refused(outputs)
        return [
            Prediction(int(digit), float(confidence), p, bool(accepted), digit_input)
            for digit, confidence, p, accepted, digit_input in zip(
                probabilities.argmax(1), confidences, probabilities, is_digit, prepared, strict=True
            )
        ]


def refused(outputs: np.ndarray) -> np.ndarray:
    """Return which of a model's outputs, float32 (n, 10) or (n, 11), say that a picture is no digit: bool (n,)."""
    return outputs[:, 10] > MAX_NONE if outputs.shape[1] > 10 else outputs.max(1) < MIN_CONFIDENCE


def _in_company(lines: list[list[tuple[Prediction, float]]]) -> list[list[Prediction]]:
    """The digits of each line, each with its log probability: where nearly all are plain, so is one that looks odd.

    Nearly all of the line's and of the picture's: on a page of text, by chance, some line may look like digits.
    """
    picture = _few_are_odd([seen for line in lines for seen in line])
    least = np.log(MIN_IN_COMPANY)
    return [
        [replace(p, is_digit=p.is_digit or (log >= least and picture and _few_are_odd(line))) for p, log in line]
        for line in lines
    ]


def _few_are_odd(seen: list[tuple[Prediction, float]]) -> bool:
    odd = sum(not prediction.is_digit for prediction, _ in seen)
    return odd < len(seen) and odd <= max(1, MOST_ODD * len(seen))


def _middle(candidate: Candidate) -> int:
    return candidate.box[0] + candidate.box[2]
