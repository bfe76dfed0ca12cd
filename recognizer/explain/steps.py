"""A drawing -> each step of `recognizer.preprocess`, and what the model would get without that step."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from recognizer.preprocess import DIGIT_BOX_PX, FIELD_PX, centre, crop, fit, resize, stroke_width

THICKENED = 1.1  # times as wide; less would not be seen


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the preparation.

    name: "drawing", "crop", "fit", "thicken" or "centre".
    picture: float32 (h, w), 0 paper to 1 ink, after this step.
    without: float32 (28, 28), what the model would get if only this step were left out; None for the drawing.
    """

    name: str
    picture: np.ndarray
    without: np.ndarray | None = None


def steps(ink: np.ndarray) -> list[Step]:
    """Return the steps that prepare `ink`, float32 (H, W); "thicken" is among them only if its lines are thin."""
    cropped = crop(ink)
    fitted = fit(cropped)
    thin = resize(cropped, DIGIT_BOX_PX / max(cropped.shape))
    thickened = stroke_width(fitted) > THICKENED * stroke_width(thin)
    taken = [
        Step("drawing", ink),
        Step("crop", cropped, _squeezed(_squared(ink))),
        Step("fit", thin if thickened else fitted, _squeezed(cropped)),
    ]
    if thickened:
        taken.append(Step("thicken", fitted, centre(thin)))
    return [*taken, Step("centre", centre(fitted), _in_the_corner(fitted))]


def _squared(ink: np.ndarray) -> np.ndarray:
    """The whole drawing, with paper added until it is square."""
    height, width = ink.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(ink, ((top, side - height - top), (left, side - width - left)))


def _squeezed(ink: np.ndarray) -> np.ndarray:
    """Stretched to 28x28 whatever its shape, edge to edge, as most demos do it."""
    return np.asarray(Image.fromarray(ink).resize((FIELD_PX, FIELD_PX), Image.Resampling.BOX))


def _in_the_corner(digit: np.ndarray) -> np.ndarray:
    return np.pad(digit, ((0, FIELD_PX - digit.shape[0]), (0, FIELD_PX - digit.shape[1])))
