"""One model, and all that can be asked about why it read a digit so."""

import os

import cv2
import numpy as np

from recognizer.errors import ModelError
from recognizer.explain.attribution import attribution
from recognizer.explain.erasure import Erasure, smallest_erasure
from recognizer.explain.layers import Layer, feature_maps
from recognizer.explain.neighbours import Neighbour, NeighbourIndex
from recognizer.explain.steps import Step, steps
from recognizer.prediction import Prediction
from recognizer.preprocess import centre, corner, crop, fit, ink_box
from recognizer.recognizer import Recognizer, refused
from recognizer.runtimes.graph import last_inputs


class Explainer:
    """Looks at one digit at a time. What it is given is `Prediction.ink`, or `recognizer.preprocess.find_ink`'s ink.

    `steps` and `smallest_erasure` need nothing but answers. The others look into the network, and raise `ModelError`
    where the model is no Keras model.
    """

    def __init__(self, recognizer: Recognizer):
        """Explain the answers of `recognizer`, one that `Recognizer.load` has made."""
        self._recognizer = recognizer
        self._model = recognizer.model
        self._neighbours: NeighbourIndex | None = None

    @classmethod
    def load(cls, path: str | os.PathLike | None = None) -> "Explainer":
        """Load a model, by default `recognizer.runtimes.loader.default_model()`; errors as for `Recognizer.load`."""
        return cls(Recognizer.load(path))

    @property
    def looks_inside(self) -> bool:
        """Whether the model is a Keras model, so that its network can be looked into."""
        return self._model.network is not None

    @property
    def _network(self):
        if self._model.network is None:
            raise ModelError(f"{self._model.path.name} gives answers alone: to look inside, use a Keras model.")
        return self._model.network

    def steps(self, ink: np.ndarray) -> list[tuple[Step, Prediction | None]]:
        """Return each step of the preparation, and what the model would say if it were left out."""
        found = steps(ink)
        without = [step.without for step in found if step.without is not None]
        said = iter(self._recognizer.predict_prepared(np.stack(without)))
        return [(step, None if step.without is None else next(said)) for step in found]

    def attribution(self, ink: np.ndarray, digit: int, instead_of: int | None = None) -> np.ndarray:
        """Return how much each part of the ink speaks for `digit`, or for it instead of another: float32 like `ink`."""
        fitted = fit(crop(ink))
        found = attribution(self._network, centre(fitted), digit, instead_of)
        top, left = corner(fitted)
        found = found[top : top + fitted.shape[0], left : left + fitted.shape[1]]
        left, top, right, bottom = ink_box(ink)
        heat = np.zeros_like(ink)
        heat[top:bottom, left:right] = cv2.resize(found, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        return heat

    def smallest_erasure(self, ink: np.ndarray) -> Erasure | None:
        """Return the least ink to rub out for another answer, or None where no small erasure was found."""
        return smallest_erasure(ink, self._model, _answer)

    def neighbours(self, picture: np.ndarray, count: int = 8) -> list[Neighbour]:
        """Return the digits from training most like `picture`, float32 (28, 28); `ModelError` without an index."""
        if self._neighbours is None:
            self._neighbours = NeighbourIndex.load(self._model.path, self._model.sha256)
        return self._neighbours.nearest(last_inputs(self._network, picture[None])[0], count)

    def layers(self, picture: np.ndarray) -> list[Layer]:
        """Return the feature maps of every convolution for `picture`, float32 (28, 28)."""
        return feature_maps(self._network, picture)


def _answer(output: np.ndarray) -> int | None:
    return None if refused(output[None])[0] else int(output[:10].argmax())
