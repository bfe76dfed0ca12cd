"""What can go wrong with corrections, in sentences for the visitor of the page or the person at the terminal."""


class CorrectionError(Exception):
    """It could not be done; the message says why and what to do, and never holds a database's address or password."""
