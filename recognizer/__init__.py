"""Read handwritten digits: `Recognizer.load().predict(picture)`."""

from recognizer.errors import BlankImageError, InvalidImageError, ModelError, RecognizerError
from recognizer.recognizer import Prediction, Reading, Recognizer
from recognizer.strokes import Stroke

__all__ = [
    "BlankImageError",
    "InvalidImageError",
    "ModelError",
    "Prediction",
    "Reading",
    "Recognizer",
    "RecognizerError",
    "Stroke",
]
