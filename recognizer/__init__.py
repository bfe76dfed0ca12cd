"""Read handwritten digits: `Recognizer.load().predict(picture)`, or `.read(picture)` for whole numbers."""

from recognizer.errors import BlankImageError, HandError, InvalidImageError, ModelError, RecognizerError
from recognizer.hand import Hand, TaughtDrawing
from recognizer.numbers.strokes import Stroke
from recognizer.prediction import Detection, Prediction, Reading
from recognizer.recognizer import Recognizer

__all__ = [
    "BlankImageError",
    "Detection",
    "Hand",
    "HandError",
    "InvalidImageError",
    "ModelError",
    "Prediction",
    "Reading",
    "Recognizer",
    "RecognizerError",
    "Stroke",
    "TaughtDrawing",
]
