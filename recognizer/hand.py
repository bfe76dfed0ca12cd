"""What one person has put right, and how it changes the answers to that person.

In: drawings of which the person said what they are. Out: the model's probabilities, changed for pictures that are like
one of these drawings. No weight of the model changes, so that nothing is forgotten, and another hand's answers stay as
they were. Apple's updatable drawing classifier is the precedent (Core ML, 2019: features, then k nearest neighbours
that begin as none).

A drawing that is remembered speaks for its label where a picture is like it (`recognizer.similarity`). It speaks as
loudly as it has to so that the drawing itself is read as its label; and only to pictures so like it that hardly any
ordinary digit (`recognizer.neighbours`) is misread for it: somebody's 7 may be everybody else's 2.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, Self

import numpy as np

from recognizer.errors import HandError, ModelError
from recognizer.many.batch import in_batches
from recognizer.neighbours import index_of
from recognizer.npz import Layout, read_arrays
from recognizer.prediction import MIN_PROBABILITY, NO_DIGIT, Prediction, is_refused, with_no_digit
from recognizer.runtimes.open_model import OpenModel
from recognizer.similarity import vectors

MAX_DRAWINGS = 500  # of a hand; when it learns more, it forgets the oldest
MAX_BYTES = 2**20  # of a file, packed and unpacked; 500 drawings have 0.4 MB
LAYOUT: Layout = {
    "pictures": ("uint8", ("n", 28, 28)),  # 0 paper to 255 ink
    "labels": ("uint8", ("n",)),  # 0-9, or NO_DIGIT
}
# Chosen on made-up hands (`python -m benchmarks.hand --choose`) and on writers of MNIST held out of a training.
ALIKE = 0.7  # the similarity that a picture needs at least for a drawing to count
ALIKE_UNGUARDED = 0.85  # the same where there are no ordinary digits to ask
ALIKE_ENOUGH = 0.98  # the similarity that suffices in any case
MAX_COST = 5e-4  # the share of ordinary digits that one drawing may cost
MARGIN = 8.0  # in nats, by how much the label then leads over what the model said of the drawing


class TaughtDrawing(NamedTuple):
    """A drawing and what it is: picture uint8 (28, 28), 0 paper to 255 ink; label 0-9, or None for no digit."""

    picture: np.ndarray
    label: int | None


@dataclass(frozen=True, eq=False)
class _Memory:
    """The drawings as a model sees them.

    labels: int (m,), of which None is NO_DIGIT; vectors: float32 (m, k), for the similarity.
    alike: float32 (m,), the similarity from which on a drawing counts; strength: float32 (m,), what it adds to the
        logarithm of its label's probability, in nats, at a similarity of 1.
    """

    model: OpenModel
    drawings: tuple[TaughtDrawing, ...]
    labels: np.ndarray
    vectors: np.ndarray
    alike: np.ndarray
    strength: np.ndarray


class Hand:
    """The drawings that one person has put right, in the order in which they were learned; safe between threads.

    It holds the pictures, not what a model made of them, so it can be used with any model.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._drawings: tuple[TaughtDrawing, ...] = ()
        self._memory: _Memory | None = None
        self._lock = threading.Lock()  # for changes; whoever reads takes the tuple as it is
        self._looking = threading.Lock()  # so that only one thread looks at new drawings

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
        picture = prediction.picture
        picture.flags.writeable = False
        with self._lock:
            others = [each for each in self._drawings if not np.array_equal(each.picture, picture)]
            self._drawings = (*others, TaughtDrawing(picture, digit if digit is None else int(digit)))[-MAX_DRAWINGS:]

    def merge(self, other: Self) -> None:
        """Remember what another hand holds, too, as if it had been learned before all that this one holds."""
        with self._lock:
            own = {each.picture.tobytes() for each in self._drawings}
            others = [each for each in other if each.picture.tobytes() not in own]
            self._drawings = (*others, *self._drawings)[-MAX_DRAWINGS:]

    def find(self, prediction: Prediction) -> int | None:
        """Return the position of the drawing whose picture is that of a prediction; None if it was not learned."""
        picture = prediction.picture
        return next((i for i, each in enumerate(self._drawings) if np.array_equal(each.picture, picture)), None)

    def forget(self, position: int) -> None:
        """Forget the drawing at `position`, as in a list: -1 is the one learned last; `IndexError` if there is none."""
        with self._lock:
            drawings = list(self._drawings)
            del drawings[position]
            self._drawings = tuple(drawings)

    def save(self, file: str | os.PathLike | IO[bytes]) -> None:
        """Write the hand as an .npz file, to a path or a file open for writing bytes."""
        drawings = self._drawings
        pictures = np.array([each.picture for each in drawings], np.uint8).reshape(-1, 28, 28)
        with Path(file).open("wb") if isinstance(file, str | os.PathLike) else nullcontext(file) as opened:
            np.savez_compressed(opened, pictures=pictures, labels=_labels(drawings).astype(np.uint8))

    @classmethod
    def load(cls, source: str | os.PathLike | bytes) -> Self:
        """Read a hand from the path of a file that `save` wrote, or from its content.

        Raises `HandError` for a file that is missing, damaged, too large, or holds anything else.
        """
        try:
            arrays = read_arrays(source if isinstance(source, bytes) else _content(source), LAYOUT, MAX_BYTES)
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
        gains = memory.strength * _excess(vectors(features, inputs) @ memory.vectors.T, memory.alike)
        gain = np.stack([gains[:, memory.labels == label].max(1, initial=0) for label in range(NO_DIGIT + 1)], axis=1)
        before = with_no_digit(probabilities)
        changed = np.maximum(before, MIN_PROBABILITY) * np.exp(gain)
        after = np.where(gain.any(1, keepdims=True), changed / changed.sum(1, keepdims=True), before)
        return after, _answers(after) != _answers(before)

    def decisive(self, model: OpenModel, prediction: Prediction) -> list[TaughtDrawing]:
        """Return the drawings that speak for a prediction that `model` made with this hand; the most similar first."""
        memory = self._remembered(model)
        if not memory.drawings:
            return []
        similarity = memory.vectors @ vectors(prediction.features[None], prediction.input[None])[0]
        speaks = (similarity > memory.alike) & (memory.labels == prediction.label)
        return [memory.drawings[i] for i in np.argsort(-similarity) if speaks[i]]

    def _remembered(self, model: OpenModel) -> _Memory:
        """The drawings as `model` sees them; it looks only at those that are new."""
        with self._looking:
            drawings, memory = self._drawings, self._memory
            if not (memory and memory.model is model and memory.drawings is drawings):
                memory = self._memory = _memory_of(model, drawings, memory)
            return memory


def _memory_of(model: OpenModel, drawings: tuple[TaughtDrawing, ...], memory: _Memory | None) -> _Memory:
    """The drawings as `model` sees them; what it has seen of them before is in `memory`."""
    rows: dict[int, tuple[np.ndarray, ...]] = {}
    if memory and memory.model is model:
        known = zip(memory.vectors, memory.alike, memory.strength, strict=True)
        rows = dict(zip(map(id, memory.drawings), known, strict=True))
    new = tuple(each for each in drawings if id(each) not in rows)
    if new:
        rows.update(zip(map(id, new), zip(*_looked_at(model, new), strict=True), strict=True))
    columns = zip(*(rows[id(each)] for each in drawings), strict=True) if drawings else [()] * 3
    return _Memory(model, drawings, _labels(drawings), *(np.array(column, np.float32) for column in columns))


def _looked_at(model: OpenModel, drawings: tuple[TaughtDrawing, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `_Memory` holds of drawings: their vectors, from when on they count, and how much."""
    pictures = np.stack([each.picture for each in drawings]) / np.float32(255)
    # A file may hold hundreds, which several threads look at in less than a second; a tap brings one.
    outputs = in_batches(partial(_outputs, model), pictures) if len(pictures) > 1 else _outputs(model, pictures)
    probabilities, features = map(np.stack, zip(*outputs, strict=True))
    log_probabilities = np.log(np.maximum(with_no_digit(probabilities), MIN_PROBABILITY))
    labels, own = _labels(drawings), vectors(features, pictures)
    strength = _lead(log_probabilities, labels).diagonal() + np.float32(MARGIN)
    return own, _least_similarity(model, own, labels, strength), strength


def _outputs(model: OpenModel, pictures: Iterable[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The probabilities and the features of each picture."""
    return list(zip(*model.run(np.stack(list(pictures))), strict=True))


def _least_similarity(model: OpenModel, own: np.ndarray, labels: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """From which similarity on each of m drawings counts, so that it costs no more than `MAX_COST`: float32 (m,).

    An ordinary digit of another label is read as the drawing's where `strength * _excess(similarity, alike)` is above
    its lead; so `alike` is that at which the two are equal for the digit after those that it may cost.
    """
    try:
        index = index_of(model)
    except ModelError:
        return np.full(len(own), ALIKE_UNGUARDED, np.float32)
    parts = []
    for features, pictures, log_probabilities, theirs in index.batches():
        room = 1 - _lead(log_probabilities, labels).T / strength[:, None]  # up to the whole strength
        room[labels[:, None] == theirs] = 0
        parts.append(1 - (1 - own @ vectors(features, pictures).T) / np.maximum(room, np.float32(1e-6)))
    equal = np.concatenate(parts, axis=1)
    after = equal.shape[1] - 1 - int(MAX_COST * equal.shape[1])
    return np.clip(np.partition(equal, after)[:, after], ALIKE, ALIKE_ENOUGH)


def _excess(similarity: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """How far a similarity is from where a drawing begins to count to 1, where it counts in full: 0 to 1."""
    return np.maximum(0, (similarity - alike) / (1 - alike))


def _lead(log_probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """By how much the best answer to each of n pictures leads over each of m labels, in nats: (n, m)."""
    return log_probabilities.max(1, keepdims=True) - log_probabilities[:, labels]


def _answers(probabilities: np.ndarray) -> np.ndarray:
    return np.where(is_refused(probabilities), NO_DIGIT, probabilities[:, :NO_DIGIT].argmax(1))


def _labels(drawings: tuple[TaughtDrawing, ...]) -> np.ndarray:
    return np.array([NO_DIGIT if each.label is None else each.label for each in drawings], int)


def _check_label(label: object) -> None:
    is_digit = isinstance(label, int | np.integer) and not isinstance(label, bool) and 0 <= label < NO_DIGIT
    if label is not None and not is_digit:
        raise HandError(f"{label!r} is no digit: teach an integer from 0 to 9, or None for a drawing that is no digit.")


def _content(path: str | os.PathLike) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise HandError(f"{path} cannot be read ({error.strerror or error}).") from error
