"""What can go wrong in training, in sentences for the person at the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from recognizer.errors import RecognizerError


class TrainError(Exception):
    """Training cannot go on; the message says why and what to do."""


@contextmanager
def command(name: str) -> Iterator[None]:
    """Run the command `name` in this block: an error that a person can mend ends it with one sentence and status 1.

    A missing package is such an error, as where only the lite requirements are installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        yield
    except (RecognizerError, TrainError) as error:
        raise SystemExit(f"{name}: {error}") from error
    except ImportError as error:
        raise SystemExit(f"{name}: {error.name or error} is not installed: pip install -r requirements.txt") from error
