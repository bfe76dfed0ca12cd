"""The exceptions of this package; their messages say what happened and what to do about it.

RecognizerError
├── InvalidImageError    the picture cannot be used: not a picture, too big, wrong shape or type
├── BlankImageError      the picture is fine, but nothing is drawn on it
├── ModelError           the model file is missing, damaged, or not a digit model
└── HandError            the file of a hand is missing or damaged, or what is taught is no digit
"""


class RecognizerError(Exception):
    """Base of every error that this package raises on purpose."""


class InvalidImageError(RecognizerError):
    """The input cannot be used as a picture."""


class BlankImageError(RecognizerError):
    """There is no ink on the picture."""


class ModelError(RecognizerError):
    """The model file cannot be used."""


class HandError(RecognizerError):
    """The file of a hand cannot be used, or a drawing cannot be taught."""
