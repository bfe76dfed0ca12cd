"""Pictures -> what is written on them: the API that the page, the command line and other programs call."""

import os
from collections.abc import Generator, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Self, TypeAlias

import numpy as np

from recognizer.errors import BlankImageError, InvalidImageError, ModelError, RecognizerError
from recognizer.hand import Hand
from recognizer.images.ink import Sheet
from recognizer.images.opening import Picture
from recognizer.many.batch import in_batches, in_threads
from recognizer.many.processes import in_processes
from recognizer.numbers.finder import load_finder
from recognizer.numbers.reading import OneDigit, TakenApart
from recognizer.numbers.strokes import Stroke
from recognizer.prediction import Outputs, Prediction, Reading, to_predictions
from recognizer.preprocess import prepare_ink
from recognizer.runtimes.loader import default_model, load_model
from recognizer.runtimes.open_model import MAX_BATCH, OpenModel, Probabilities

Waiting: TypeAlias = TakenApart | OneDigit  # for what the model says of it
ENOUGH = 16  # digits of several pictures for one call: more are hardly faster, and answers would come in bursts


class Recognizer:
    """A loaded model, ready to read pictures; safe to share between threads."""

    def __init__(self, model: OpenModel | Probabilities):
        """Wrap a function from float32 (n, 28, 28) in 0-1 to float32 (n, 10) or (n, 11), such as `load` opens."""
        self.model = model if isinstance(model, OpenModel) else OpenModel.of(model)

    @classmethod
    def load(cls, path: str | os.PathLike | None = None) -> Self:
        """Load a .keras, .h5, .onnx or .tflite model, by default `recognizer.runtimes.loader.default_model()`.

        Raises `ModelError` where it cannot be read, or its runtime is not installed.
        """
        load_finder()
        return cls(load_model(default_model() if path is None else path))

    def predict(self, picture: Picture, hand: Hand | None = None) -> Prediction:
        """Read a picture of one digit.

        `picture`: a path, the bytes of a picture file, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4)
        of any size; ink darker or lighter than the paper, or on transparency.
        `hand`: what the person who wrote it has put right so far, here as in all methods.
        Raises `BlankImageError` where nothing is drawn and `InvalidImageError` where it is no picture.
        """
        return self._classify([_prepared(picture)], hand)[0]

    def predict_many(self, pictures: Sequence[Picture], hand: Hand | None = None) -> list[Prediction]:
        """Read many pictures of one digit each, 64 to a model call; return one `Prediction` for each, in their order.

        Several cores share the work. Raises what `predict` does, with the number of the picture in the message.
        """

        def predict_some(start: int) -> list[Prediction]:
            numbered = enumerate(pictures[start : start + MAX_BATCH], start + 1)
            return self._classify([_prepared(picture, f"Picture {number}: ") for number, picture in numbered], hand)

        return list(chain.from_iterable(in_threads(predict_some, range(0, len(pictures), MAX_BATCH))))

    def predict_prepared(self, prepared: np.ndarray, hand: Hand | None = None) -> list[Prediction]:
        """Read digits that `recognizer.preprocess.prepare` has prepared: float32 (n, 28, 28), 0 paper to 1 ink."""
        return self._classify(list(prepared), hand)

    def read(self, picture: Picture, strokes: Sequence[Stroke] = (), hand: Hand | None = None) -> Reading:
        """Read the numbers on a picture, line by line, in one model call.

        A blank picture reads as "". What does not look like a digit is in `Reading.digits`, but not in its text.
        `strokes`: those the picture was drawn with, if known, in px of the picture; they tell touching digits apart.
        `picture` and errors: as for `predict`, except for `BlankImageError`.
        """
        return self._read([_take_apart(picture, strokes)], hand)[0]

    def read_many(
        self, pictures: Iterable[Picture], hand: Hand | None = None, single: bool = False, processes: int = 1
    ) -> Generator[Reading | RecognizerError, None, None]:
        """Yield what `read` returns for each picture, in their order; use several cores, and share model calls.

        A picture that cannot be read yields a `RecognizerError`. Pictures are taken only as answers are, and few of
        them ahead, so that any number of them takes the same memory.
        `single`: whether each picture has one digit and nothing else. Then nothing is taken apart, which takes half of
        the time. `processes`: how many read; each loads the model, so several pay for a thousand pictures or more.
        """
        if processes == 1:
            return in_batches(partial(self.read_batch, hand=hand, single=single), pictures)
        if not self.model.path.name:
            raise ModelError("Only a model that was loaded from a file can be used by several processes.")
        return in_processes(self.model.path, hand, single, pictures, processes)

    def read_batch(
        self, pictures: Iterable[Picture], hand: Hand | None = None, single: bool = False
    ) -> list[Reading | RecognizerError]:
        """Return what `read_many` yields, read in this thread.

        Pictures are finished as soon as they fill a model call: many large ones take no more memory than a few.
        """
        outcomes: list[Reading | RecognizerError] = []
        waiting: list[Waiting | None] = []
        for picture in pictures:
            errors = []
            try:
                waiting.append(_take_apart(picture, single=single))
            except RecognizerError as error:
                errors = [type(error)(str(error))]  # without its traceback, which would keep the picture in memory
            if errors or sum(len(each.inputs) for each in waiting if each) >= ENOUGH:
                outcomes += [*self._read(waiting, hand), *errors]
                waiting = []
        return outcomes + self._read(waiting, hand)

    def _read(self, pictures: list[Waiting | None], hand: Hand | None) -> list[Reading]:
        """Read pictures that have been taken apart, in one model call."""
        counts = [len(each.inputs) if each else 0 for each in pictures]
        if not any(counts):
            return [Reading(left_out=each.left_out if each else 0) for each in pictures]
        outputs = self._outputs([digit for each in pictures if each for digit in each.inputs], hand)
        ends = np.cumsum(counts)
        parts = (outputs.part(end - count, end) for count, end in zip(counts, ends.tolist(), strict=True))
        return [each.reading(part) if each else Reading() for each, part in zip(pictures, parts, strict=True)]

    def _classify(self, prepared: list[np.ndarray], hand: Hand | None) -> list[Prediction]:
        return to_predictions(prepared, self._outputs(prepared, hand)) if prepared else []

    def _outputs(self, prepared: list[np.ndarray], hand: Hand | None) -> Outputs:
        inputs = np.stack(prepared)
        probabilities, features = self.model.run_all(inputs)
        if hand is None:
            return Outputs(probabilities, features, np.zeros(len(inputs), bool))
        changed, taught = hand.decide(self.model, probabilities, features, inputs)
        return Outputs(changed, features, taught)


def _prepared(picture: Picture, name: str = "") -> np.ndarray:
    """Prepare the digit on a picture: float32 (28, 28); any message begins with `name`."""
    try:
        return prepare_ink(Sheet(picture).digit())
    except (BlankImageError, InvalidImageError) as error:
        if not name:
            raise
        raise type(error)(f"{name}{error}") from error


def _take_apart(picture: Picture, strokes: Sequence[Stroke] = (), single: bool = False) -> Waiting | None:
    """Take a picture apart, or take all of its ink for one digit; None where there is nothing on it."""
    try:
        sheet = Sheet(picture)
        return OneDigit(sheet) if single else TakenApart(sheet, strokes, load_finder())
    except BlankImageError:
        return None
