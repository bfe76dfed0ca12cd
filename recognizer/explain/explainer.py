"""One model, and everything that can be asked about why it read a digit as it did."""

import os
from collections.abc import Sequence
from itertools import islice
from typing import Any, Self

import cv2
import numpy as np

from recognizer.errors import ModelError
from recognizer.explain.attribution import attribution
from recognizer.explain.erasure import Erasure, smallest_erasure
from recognizer.explain.steps import Step, steps
from recognizer.explain.variations import Variation, variations
from recognizer.neighbours import Neighbour, index_of
from recognizer.numbers.strokes import Stroke
from recognizer.prediction import Prediction
from recognizer.preprocess import centre, corner, crop, fit, ink_box
from recognizer.recognizer import Recognizer
from recognizer.runtimes.graph import feature_maps


class Explainer:
    """Explains one digit at a time, from `Detection.ink` or from the ink that `recognizer.preprocess.find_ink` finds.

    `attribution` and `layers` look into the network, and raise `ModelError` if it is not a Keras model.
    """

    def __init__(self, recognizer: Recognizer):
        """Explain the answers of `recognizer`, which `Recognizer.load` has opened."""
        if not recognizer.model.sha256:
            raise TypeError("Only a recogniser that was loaded from a model file can be explained.")
        self._recognizer = recognizer
        self.model = recognizer.model

    @classmethod
    def load(cls, path: str | os.PathLike | None = None) -> Self:
        """Load a model, by default `recognizer.runtimes.loader.default_model()`; errors as for `Recognizer.load`."""
        return cls(Recognizer.load(path))

    @property
    def looks_inside(self) -> bool:
        """Whether the model is a Keras model, so that its network can be looked into."""
        return self.model.network is not None

    @property
    def _network(self) -> Any:
        if not self.looks_inside:
            raise ModelError(f"{self.model.path.name} only gives answers: to look inside, use a Keras model.")
        return self.model.network

    def steps(self, ink: np.ndarray) -> list[tuple[Step, Prediction | None]]:
        """Return each step of the preparation, and what would be predicted without it; None for the drawing itself."""
        drawing, *others = steps(ink)
        without = np.stack([step.without for step in others if step.without is not None])
        return [(drawing, None), *zip(others, self._recognizer.predict_prepared(without), strict=True)]

    def attribution(self, ink: np.ndarray, digit: int, instead_of: int | None = None) -> np.ndarray:
        """Return how much each part of the ink speaks for `digit`, or for it instead of another: float32 like `ink`."""
        fitted = fit(crop(ink))
        top, left = corner(fitted)
        heat = attribution(self._network, centre(fitted), digit, instead_of)
        heat = heat[top : top + fitted.shape[0], left : left + fitted.shape[1]]
        left, top, right, bottom = ink_box(ink)
        whole = np.zeros_like(ink)
        whole[top:bottom, left:right] = cv2.resize(heat, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        return whole

    def smallest_erasure(self, ink: np.ndarray) -> Erasure | None:
        """Return the least ink to erase for another answer, or None if no small erasure was found."""
        return smallest_erasure(ink, self.model)

    def variations(self, ink: np.ndarray, strokes: Sequence[Stroke] = ()) -> list[tuple[Variation, list[Prediction]]]:
        """Return the variations of a digit, as `recognizer.explain.variations` makes them, with their predictions."""
        varied = variations(ink, strokes)
        predictions = iter(self._recognizer.predict_prepared(np.concatenate([each.inputs for each in varied])))
        return [(each, list(islice(predictions, len(each.inputs)))) for each in varied]

    def neighbours(self, picture: np.ndarray, count: int = 8) -> list[Neighbour]:
        """Return the training digits most similar to `picture`, float32 (28, 28); `ModelError` without an index."""
        return index_of(self.model).nearest(self.model.run(picture[None])[1][0], count)

    def layers(self, picture: np.ndarray) -> list[np.ndarray]:
        """Return each convolution's feature maps, activated, for `picture`, float32 (28, 28): float32 (h, w, maps)."""
        return [maps[0] for maps in feature_maps(self._network, picture[None])]
