"""What one person has put right, and how it changes the answers to that person.

In: drawings of which the person said what they are. Out: the model's probabilities, changed for pictures that are like
one of these drawings. No weight of the model changes, so that nothing is forgotten, and another hand's answers stay as
they were. Apple's updatable drawing classifier is the precedent (Core ML, 2019: features, then k nearest neighbours
that begin as none).

How alike two pictures are is the cosine between their features, as the model's last layer gets them, and the cosine
between the pictures themselves, slightly blurred. Each sees what the other misses: the features forgive another place
and slant, the pictures keep what the model has learned to ignore. `python -m benchmarks.hand` compares the choices.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import numpy as np

from recognizer.errors import HandError
from recognizer.npz import Layout, read_arrays
from recognizer.prediction import NO_DIGIT, Prediction, is_refused, with_no_digit
from recognizer.runtimes.open_model import OpenModel

MAX_DRAWINGS = 500  # of a hand; when it learns more, it forgets the oldest
MAX_BYTES = 2**20  # of a file, packed and unpacked; 500 drawings have 0.4 MB
LAYOUT: Layout = {
    "pictures": ("uint8", ("n", 28, 28)),  # 0 paper to 255 ink
    "labels": ("uint8", ("n",)),  # 0-9, or NO_DIGIT
}
# Chosen on MNIST's writers and on made-up hands; `python -m benchmarks.hand --choose` compares others.
PICTURES_SHARE = 1 / 3  # of the pictures in the similarity; the rest is the features'
ALIKE = 0.78  # the similarity from which on a drawing counts
STRENGTH = 16.0  # in nats, what a drawing of similarity 1 adds to the logarithm of its label's probability
LEAST = 1e-5  # the least probability, so that the strength suffices however sure the model is
# Blurs the rows, and then the columns, of a picture: a Gaussian with a standard deviation of one pixel.
BLUR = np.exp(-np.square(np.subtract.outer(np.arange(28), np.arange(28))) / 2).astype(np.float32)


@dataclass(frozen=True, eq=False)
class TaughtDrawing:
    """A drawing and what it is: picture uint8 (28, 28), 0 paper to 255 ink; label 0-9, or None for no digit."""

    picture: np.ndarray
    label: int | None


@dataclass(frozen=True, eq=False)
class _Memory:
    """The drawings as a model sees them: labels int (m,), of which None is NO_DIGIT; vectors float32 (m, d + 784)."""

    model: OpenModel
    drawings: tuple[TaughtDrawing, ...]
    labels: np.ndarray
    vectors: np.ndarray


class Hand:
    """The drawings that one person has put right, in the order in which they were learned; safe between threads.

    It holds the pictures, not what a model made of them, so it can be used with any model.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._drawings: tuple[TaughtDrawing, ...] = ()
        self._memory: _Memory | None = None
        self._lock = threading.Lock()  # for changes; whoever reads takes the tuple as it is

    def __len__(self) -> int:
        """Return how many drawings it holds, 500 at most."""
        return len(self._drawings)

    def __iter__(self) -> Iterator[TaughtDrawing]:
        """Iterate over the drawings, the oldest first."""
        return iter(self._drawings)

    def learn(self, prediction: Prediction, digit: int | None) -> None:
        """Remember that what was predicted is a `digit`, 0-9, or that it is no digit: None.

        A picture that it holds already is held once, with its last label. Raises `HandError` for another label.
        """
        _check_label(digit)
        picture = np.rint(255 * prediction.input).astype(np.uint8)
        picture.flags.writeable = False
        with self._lock:
            others = [each for each in self._drawings if not np.array_equal(each.picture, picture)]
            self._drawings = (*others, TaughtDrawing(picture, digit))[-MAX_DRAWINGS:]

    def forget(self, position: int) -> None:
        """Forget the drawing at `position`, as in a list: -1 is the one learned last; `IndexError` if there is none."""
        with self._lock:
            drawings = list(self._drawings)
            del drawings[position]
            self._drawings = tuple(drawings)

    def save(self, file: str | os.PathLike | IO[bytes]) -> None:
        """Write the hand as an .npz file, to a path or a file open for writing bytes."""
        drawings = self._drawings
        arrays = {
            "pictures": np.array([each.picture for each in drawings], np.uint8).reshape(-1, 28, 28),
            "labels": _labels(drawings).astype(np.uint8),
        }
        if isinstance(file, str | os.PathLike):
            with Path(file).open("wb") as opened:
                np.savez_compressed(opened, **arrays)
        else:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, source: str | os.PathLike | bytes) -> Self:
        """Read a hand from the path of a file that `save` wrote, or from its content.

        Raises `HandError` for a file that is missing, damaged, too large, or holds anything else.
        """
        try:
            content = source if isinstance(source, bytes) else _content(Path(source))
            arrays = read_arrays(content, LAYOUT, MAX_BYTES)
        except OSError as error:
            raise HandError(f"{source} cannot be read ({error.strerror or error}).") from error
        except ValueError as error:
            raise HandError(f"This is not the file of a hand, or it is damaged: {error}.") from error
        pictures, labels = arrays["pictures"], arrays["labels"]
        if len(labels) > MAX_DRAWINGS:
            raise HandError(f"This file holds {len(labels):,} drawings; a hand has {MAX_DRAWINGS} at most.")
        if len(labels) and labels.max() > NO_DIGIT:
            raise HandError(f"This file calls a drawing a {labels.max()}; the labels are 0 to 9, or 10 for no digit.")
        if not pictures.any(axis=(1, 2)).all():
            raise HandError("This file holds an empty drawing, of which nothing can be learned.")
        hand = cls()
        pictures.flags.writeable = False
        hand._drawings = tuple(
            TaughtDrawing(picture, None if label == NO_DIGIT else label)
            for picture, label in zip(pictures, labels.tolist(), strict=True)
        )
        return hand

    def decide(
        self, model: OpenModel, probabilities: np.ndarray, features: np.ndarray, inputs: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities, changed for what is like a drawing of this hand, and where the answer is another.

        probabilities, features: what `model` gave for `inputs`, float32 (n, 28, 28); as in `OpenModel`.
        The result is float32 (n, 11), or the probabilities as they were where the hand is empty; and bool (n,).
        """
        memory = self._remembered(model)
        if not memory.drawings:
            return probabilities, np.zeros(len(probabilities), bool)
        similarity = _vectors(features, inputs) @ memory.vectors.T
        strength = STRENGTH * np.maximum(0, (similarity - ALIKE) / (1 - ALIKE))  # (n, m)
        gain = np.zeros((len(inputs), NO_DIGIT + 1), np.float32)
        for label in np.unique(memory.labels):
            gain[:, label] = strength[:, memory.labels == label].max(1)
        before = with_no_digit(probabilities)
        changed = np.maximum(before, LEAST) * np.exp(gain)
        changed /= changed.sum(1, keepdims=True)
        after = np.where(gain.any(1, keepdims=True), changed, before)
        return after, _answers(after) != _answers(before)

    def decisive(self, model: OpenModel, prediction: Prediction) -> list[TaughtDrawing]:
        """Return the drawings that speak for a prediction that `model` made with this hand; the most similar first."""
        memory = self._remembered(model)
        if not memory.drawings:
            return []
        similarity = (_vectors(prediction.features[None], prediction.input[None]) @ memory.vectors.T)[0]
        answer = prediction.digit if prediction.is_digit else NO_DIGIT
        counts = (similarity > ALIKE) & (memory.labels == answer)
        return [memory.drawings[i] for i in np.argsort(-similarity) if counts[i]]

    def _remembered(self, model: OpenModel) -> _Memory:
        """The drawings as `model` sees them; it looks only at those that are new."""
        drawings, memory = self._drawings, self._memory
        if memory and memory.model is model and memory.drawings is drawings:
            return memory
        known = {}
        if memory and memory.model is model:
            known = dict(zip(map(id, memory.drawings), memory.vectors, strict=True))
        new = [each for each in drawings if id(each) not in known]
        if new:
            pictures = np.stack([each.picture for each in new]) / np.float32(255)
            known.update(zip(map(id, new), _vectors(model.run(pictures)[1], pictures), strict=True))
        vectors = np.array([known[id(each)] for each in drawings], np.float32)
        self._memory = _Memory(model, drawings, _labels(drawings), vectors)
        return self._memory


def _vectors(features: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """Vectors whose inner products are the similarity: float32 (n, d + 784), of (n, d) and (n, 28, 28)."""
    blurred = _units((BLUR @ pictures @ BLUR).reshape(len(pictures), -1))
    if not features.shape[1]:
        return blurred
    share = np.float32(PICTURES_SHARE)
    return np.hstack([np.sqrt(1 - share) * _units(features), np.sqrt(share) * blurred])


def _units(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))


def _answers(probabilities: np.ndarray) -> np.ndarray:
    return np.where(is_refused(probabilities), NO_DIGIT, probabilities[:, :NO_DIGIT].argmax(1))


def _labels(drawings: tuple[TaughtDrawing, ...]) -> np.ndarray:
    return np.array([NO_DIGIT if each.label is None else each.label for each in drawings], int)


def _check_label(label: object) -> None:
    is_digit = isinstance(label, int | np.integer) and not isinstance(label, bool) and 0 <= label < NO_DIGIT
    if label is not None and not is_digit:
        raise HandError(f"{label!r} is no digit: teach an integer from 0 to 9, or None for a drawing that is no digit.")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
