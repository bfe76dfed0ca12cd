"""Read handwritten digits in pictures and photographs.

    python -m recognizer photo.jpg                  what is written there: 2026
    python -m recognizer *.png photos               of several files or a folder, a line each: seven.png: 7 (98 %)
    python -m recognizer --json seven.png           every digit with its box and all ten probabilities, as JSON
    python -m recognizer --csv photos               a row for each digit, as a table
    cat seven.png | python -m recognizer -          from standard input
    python -m recognizer --model my.onnx seven.png  with another model, without TensorFlow where it is .onnx or .tflite

The exit status is 0, or 1 if any file could not be read; the others are answered all the same.
"""

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recognizer import Reading, Recognizer, RecognizerError
from recognizer.model import MODEL_VARIABLE, default_model
from recognizer.percent import percent
from recognizer.picture import ENDINGS, MAX_FILE_BYTES
from recognizer.remarks import NOTHING, remarks
from recognizer.table import COLUMNS, rows

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula


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
    names = [name for given in options.files for name in _files(given)]
    if not names:
        print(f"There are no pictures in {', '.join(options.files)}.", file=sys.stderr)
    write = _csv_rows if options.csv else _json_line if options.json else _text if len(names) == 1 else _line
    if options.csv:
        _write_row("file", *COLUMNS)
    status = 0
    for name in _with_progress(names):
        try:
            reading = recognizer.read(_picture(name))
        except RecognizerError as error:
            print(f"{name}: {error}", file=sys.stderr)
            status = 1
            continue
        write(name, reading)
        sys.stdout.flush()
        if remark := remarks(reading):
            print(f"{name}: {remark}", file=sys.stderr)
    return status


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m recognizer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="pictures, or folders of pictures; - is standard input")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object for each picture")
    form.add_argument("--csv", action="store_true", help="print a table of all digits")
    made.add_argument(
        "--model",
        default=default_model(),
        help=f"a .keras, .h5, .onnx or .tflite file (models/digits.keras, or what {MODEL_VARIABLE} says)",
    )
    return made


def _files(given: str) -> list[str]:
    """The pictures in a folder, by their names; anything else as it is."""
    if given == "-" or not Path(given).is_dir():
        return [given]
    return sorted(str(path) for path in Path(given).iterdir() if path.suffix.lower() in ENDINGS and path.is_file())


def _with_progress(names: list[str]):
    """The names, with a progress bar on a terminal where there are many."""
    if len(names) < 2:
        return names
    from tqdm import tqdm

    return tqdm(names, unit="picture", disable=None, leave=False)


def _picture(name: str) -> str | bytes:
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if name == "-" else name


def _text(name: str, reading: Reading) -> None:
    print(reading.text or NOTHING)


def _line(name: str, reading: Reading) -> None:
    """The lines of a picture side by side, and how sure the least sure digit is."""
    sure = [prediction.confidence for prediction in reading.digits if prediction.is_digit]
    answer = f"{' / '.join(reading.text.splitlines())} ({percent(min(sure))})" if sure else NOTHING
    print(f"{name}: {answer}")


def _json_line(name: str, reading: Reading) -> None:
    digits = [
        {
            "digit": prediction.digit,
            "confidence": round(prediction.confidence, 6),
            "is_digit": prediction.is_digit,
            "box": prediction.box,
            "probabilities": [round(float(p), 6) for p in prediction.probabilities],
        }
        for prediction in reading.digits
    ]
    print(json.dumps({"file": name, "text": reading.text, "digits": digits, "left_out": reading.left_out}))


def _csv_rows(name: str, reading: Reading) -> None:
    harmless = f"./{name}" if name.startswith(FORMULA) else name  # the same file, and no formula
    for row in rows(reading):
        _write_row(harmless, *row)


def _write_row(*cells) -> None:
    row = io.StringIO()
    csv.writer(row).writerow(cells)  # with its own end of line, or it would leave a lone \r unquoted
    print(row.getvalue().removesuffix("\r\n"))


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
