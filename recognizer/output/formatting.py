"""How a reading is written down: as text, as JSON and as a table, on the page and on the command line."""

import csv
import io
import json
from typing import Any, TypeAlias

from recognizer.errors import RecognizerError
from recognizer.prediction import Detection, Prediction, Reading

Outcome: TypeAlias = Reading | RecognizerError  # of one file: what was read, or why nothing could be

COLUMNS = ("line", "digit", "confidence", "left", "top", "right", "bottom")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins with one is a formula to a spreadsheet
NOTHING = "no digits found"


def percent(share: float) -> str:
    """Return a share 0-1 as a whole percentage; never 100 %, because the model is never certain."""
    return "> 99 %" if share >= 0.995 else f"{100 * share:.0f} %"


def unread_note(reading: Reading) -> str:
    """Return one or two sentences on how much of the picture was not read; "" if all of it was."""
    sentences = []
    if unread := sum(not each.is_digit for each in reading.digits):
        do, digits, were = ("mark does", "a digit", "was") if unread == 1 else ("marks do", "digits", "were")
        sentences.append(f"{unread:,} {do} not look like {digits} and {were} not read.")
    if reading.left_out:
        sentences.append(f"{reading.left_out:,} more, further down, were too many to read: try a part of the picture.")
    return " ".join(sentences)


def table_rows(reading: Reading) -> list[tuple[int, int, float, int, int, int, int]]:
    """Return a row as in `COLUMNS` for each digit; lines are counted from 1, boxes are in px of the picture."""
    lines = [[each for each in line if each.is_digit] for line in reading.lines]
    return [
        (number, each.digit, round(each.confidence, 4), *each.box)
        for number, line in enumerate(filter(None, lines), 1)
        for each in line
    ]


def note(outcome: Outcome) -> str:
    """Return what has to be said besides the answer, or instead of it; "" if there is nothing to say."""
    return unread_note(outcome) if isinstance(outcome, Reading) else str(outcome)


def to_text(name: str, outcome: Outcome) -> str:
    """Return what is written on a picture; "" for an error."""
    return (outcome.text or NOTHING) if isinstance(outcome, Reading) else ""


def to_line(name: str, outcome: Outcome) -> str:
    """Return a picture's name, its lines side by side and the least confidence of its digits; "" for an error."""
    if isinstance(outcome, RecognizerError):
        return ""
    confidences = [each.confidence for each in outcome.digits if each.is_digit]
    lines = " / ".join(outcome.text.splitlines())
    return f"{name}: {lines} ({percent(min(confidences))})" if confidences else f"{name}: {NOTHING}"


def to_record(name: str, outcome: Outcome) -> dict[str, Any]:
    """Return all detections of a picture, or its "error", as JSON and Parquet have them."""
    if isinstance(outcome, RecognizerError):
        return {"file": name, "error": str(outcome)}
    digits = [digit_record(each) for each in outcome.digits]
    return {"file": name, "text": outcome.text, "digits": digits, "left_out": outcome.left_out}


def digit_record(prediction: Prediction) -> dict[str, Any]:
    """Return what the model says of a digit, and its box where it lies on a picture, as `to_record` has them."""
    box = {"box": prediction.box} if isinstance(prediction, Detection) else {}
    return {
        "digit": prediction.digit,
        "confidence": round(prediction.confidence, 6),
        "is_digit": prediction.is_digit,
        "taught": prediction.taught,
        **box,
        "probabilities": [round(float(p), 6) for p in prediction.probabilities],
    }


def to_json(name: str, outcome: Outcome) -> str:
    """Return a picture's record as a JSON object."""
    return json.dumps(to_record(name, outcome))


def csv_header() -> str:
    """Return the names of the columns of `to_csv`."""
    return _csv_row("file", *COLUMNS, "remark")


def cell_of(name: str) -> str:
    """Return a file's name as no spreadsheet takes it for a formula; it is the name of the same file."""
    return f"./{name}" if name.startswith(FORMULA) else name


def to_csv(name: str, outcome: Outcome) -> str:
    """Return a row for each digit of a picture; where there are none, one row without a digit that says why."""
    name = cell_of(name)
    rows = table_rows(outcome) if isinstance(outcome, Reading) else []
    if not rows:
        return _csv_row(name, *[""] * len(COLUMNS), note(outcome) or NOTHING)
    return "\n".join(_csv_row(name, *row, note(outcome)) for row in rows)


def _csv_row(*cells: object) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)  # with its own end of line, or it would leave a lone \r unquoted
    return row.getvalue().removesuffix("\r\n")
