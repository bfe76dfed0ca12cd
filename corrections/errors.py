"""What can go wrong with corrections, for the visitor of the page or the person at the terminal."""


class CorrectionError(Exception):
    """The message says what went wrong and what to do. It never holds a database's address or password."""
