"""What can go wrong in training, in sentences for the person at the terminal."""


class TrainError(Exception):
    """Training cannot go on; the message says why and what to do."""


def missing(error: ImportError) -> str:
    """Return what to say of a package that is not there, as where only the lite requirements are installed."""
    return f"{error.name or error} is not installed: pip install -r requirements.txt"
