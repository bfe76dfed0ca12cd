"""How an answer is written, wherever one is shown: a confidence, a table, and what was not read."""

from recognizer.prediction import Reading


def percent(share: float) -> str:
    """Return a share 0-1 in whole per cent; never 100 %, because the model is never certain."""
    return "> 99 %" if share >= 0.995 else f"{100 * share:.0f} %"


NOTHING = "no digits found"


def remarks(reading: Reading) -> str:
    """Return how much of the picture was not read, in sentences; "" where all was."""
    sentences = []
    if unread := sum(not prediction.is_digit for prediction in reading.digits):
        marks = "1 mark does" if unread == 1 else f"{unread:,} marks do"
        sentences.append(f"{marks} not look like a digit: left unread.")
    if reading.left_out:
        sentences.append(
            f"{reading.left_out:,} more, further down, were too many to be looked at: take a part of the picture."
        )
    return " ".join(sentences)


COLUMNS = ("line", "digit", "confidence", "left", "top", "right", "bottom")


def rows(reading: Reading) -> list[tuple[int, int, float, int, int, int, int]]:
    """The digits that were read, in the order of `COLUMNS`; lines count from 1, boxes are in px of the picture."""
    lines = [[prediction for prediction in line if prediction.is_digit] for line in reading.lines]
    return [
        (number, prediction.digit, round(prediction.confidence, 4), *prediction.box)
        for number, line in enumerate(filter(None, lines), 1)
        for prediction in line
    ]
