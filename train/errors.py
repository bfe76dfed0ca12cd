"""What can go wrong in training, in sentences for the person at the terminal."""


class TrainError(Exception):
    """Training cannot go on; the message says why and what to do."""
