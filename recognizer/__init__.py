"""Read handwritten digits: `Recognizer.load().predict(picture)`."""

from recognizer.errors import BlankImageError, InvalidImageError, ModelError, RecognizerError
from recognizer.recognizer import Prediction, Reading, Recognizer

__all__ = [
    "BlankImageError",
    "InvalidImageError",
    "ModelError",
    "Prediction",
    "Reading",
    "Recognizer",
    "RecognizerError",
]
