"""A `Reading` as a table, a row for each digit."""

from recognizer.recognizer import Reading

COLUMNS = ("line", "digit", "confidence", "left", "top", "right", "bottom")


def rows(reading: Reading) -> list[tuple[int, int, float, int, int, int, int]]:
    """The digits that were read, in the order of `COLUMNS`; lines count from 1, boxes are in px of the picture."""
    found = [prediction for prediction in reading.digits if prediction.is_digit]
    lines = [number for number, text in enumerate(reading.text.splitlines(), 1) for _ in text]
    return [
        (line, prediction.digit, round(prediction.confidence, 4), *prediction.box)
        for line, prediction in zip(lines, found, strict=True)
    ]
