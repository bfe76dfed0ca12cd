"""What became of a picture -> what the command line prints of it.

In: a file's name, and its `Reading` or the `RecognizerError` that says why there is none. Out: whole lines, as one
string without the last newline.
"""

import csv
import io
import json
from typing import TypeAlias

from recognizer.errors import RecognizerError
from recognizer.formatting import COLUMNS, NOTHING, percent, remarks, rows
from recognizer.prediction import Reading

Answer: TypeAlias = Reading | RecognizerError

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula


def remark(answer: Answer) -> str:
    """What has to be said besides the text, or instead of it; "" where that is nothing."""
    return remarks(answer) if isinstance(answer, Reading) else str(answer)


def text(name: str, answer: Answer) -> str:
    """The text of one picture; "" for an error."""
    return (answer.text or NOTHING) if isinstance(answer, Reading) else ""


def line(name: str, answer: Answer) -> str:
    """The lines of a picture side by side, and how sure the least sure digit is; "" for an error."""
    if isinstance(answer, RecognizerError):
        return ""
    sure = [prediction.confidence for prediction in answer.digits if prediction.is_digit]
    found = f"{' / '.join(answer.text.splitlines())} ({percent(min(sure))})" if sure else NOTHING
    return f"{name}: {found}"


def json_line(name: str, answer: Answer) -> str:
    """A JSON object: with all digits, or with what went wrong as "error"."""
    if isinstance(answer, RecognizerError):
        return json.dumps({"file": name, "error": str(answer)})
    digits = [
        {
            "digit": prediction.digit,
            "confidence": round(prediction.confidence, 6),
            "is_digit": prediction.is_digit,
            "box": prediction.box,
            "probabilities": [round(float(p), 6) for p in prediction.probabilities],
        }
        for prediction in answer.digits
    ]
    return json.dumps({"file": name, "text": answer.text, "digits": digits, "left_out": answer.left_out})


def csv_head() -> str:
    """The names of the columns of `csv_rows`."""
    return _row("file", *COLUMNS, "remark")


def csv_rows(name: str, answer: Answer) -> str:
    """A row for each digit; where there is none, a row without a digit, whose remark says why."""
    harmless = f"./{name}" if name.startswith(FORMULA) else name  # the same file, and no formula
    found = rows(answer) if isinstance(answer, Reading) else []
    said = remark(answer) or ("" if found else NOTHING)
    return "\n".join(_row(harmless, *cells, said) for cells in found or [("",) * len(COLUMNS)])


def _row(*cells) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)  # with its own end of line, or it would leave a lone \r unquoted
    return row.getvalue().removesuffix("\r\n")
