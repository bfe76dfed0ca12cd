"""What can go wrong, as exceptions whose messages say what happened and what to do about it.

RecognizerError
├── InvalidImageError    the picture cannot be used: no picture, too big, wrong shape or type
├── BlankImageError      the picture is fine, but nothing is drawn on it
└── ModelError           the model file is missing, damaged, or not a digit model
"""


class RecognizerError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidImageError(RecognizerError):
    """What was given cannot be used as a picture."""


class BlankImageError(RecognizerError):
    """The picture holds no ink."""


class ModelError(RecognizerError):
    """The model file cannot be used."""
