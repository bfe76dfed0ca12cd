"""A `Reading` as a table, a row for each digit."""

from recognizer.recognizer import Reading

COLUMNS = ("line", "digit", "confidence", "left", "top", "right", "bottom")


def rows(reading: Reading) -> list[tuple[int, int, float, int, int, int, int]]:
    """The digits that were read, in the order of `COLUMNS`; lines count from 1, boxes are in px of the picture."""
    lines = [[prediction for prediction in line if prediction.is_digit] for line in reading.lines]
    return [
        (number, prediction.digit, round(prediction.confidence, 4), *prediction.box)
        for number, line in enumerate(filter(None, lines), 1)
        for prediction in line
    ]
