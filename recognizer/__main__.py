"""Read pictures of handwritten digits, one line of answer for each file.

    python -m recognizer seven.png                  seven.png: 7 (98 %)
    python -m recognizer *.png scan.jpg             several
    python -m recognizer --json seven.png           all ten probabilities, one JSON object a line
    cat seven.png | python -m recognizer -          from standard input
    python -m recognizer --model my.h5 seven.png    with another model

The exit status is 0, or 1 if any file could not be read; the others are answered all the same.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recognizer import Prediction, Recognizer, RecognizerError
from recognizer.model import DEFAULT_MODEL
from recognizer.percent import percent
from recognizer.picture import MAX_FILE_BYTES


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a file's name may not be text in the terminal's encoding
    try:
        with _tensorflow_silenced():
            recognizer = Recognizer.load(options.model)
    except RecognizerError as error:
        print(f"python -m recognizer: {error}", file=sys.stderr)
        return 1
    status = 0
    for name in options.files:
        try:
            prediction = recognizer.predict(_picture(name))
        except RecognizerError as error:
            print(f"{name}: {error}", file=sys.stderr)
            status = 1
        else:
            print(_json_line(name, prediction) if options.json else _line(name, prediction), flush=True)
    return status


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m recognizer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="pictures of one digit each; - is standard input")
    made.add_argument("--json", action="store_true", help="print all ten probabilities as JSON")
    made.add_argument("--model", default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)")
    return made


def _picture(name: str) -> str | bytes:
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if name == "-" else name


def _line(name: str, prediction: Prediction) -> str:
    if not prediction.is_digit:
        return f"{name}: not a digit (nearest {prediction.digit})"
    return f"{name}: {prediction.digit} ({percent(prediction.confidence)})"


def _json_line(name: str, prediction: Prediction) -> str:
    return json.dumps(
        {
            "file": name,
            "digit": prediction.digit,
            "confidence": round(prediction.confidence, 6),
            "is_digit": prediction.is_digit,
            "probabilities": [round(float(p), 6) for p in prediction.probabilities],
        }
    )


@contextmanager
def _tensorflow_silenced() -> Iterator[None]:
    """Keep TensorFlow's start-up chatter, which no setting of its own stops, off the terminal.

    It comes from C++, so the file descriptor itself has to point elsewhere. Errors come as exceptions and are seen.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


if __name__ == "__main__":
    sys.exit(main())
