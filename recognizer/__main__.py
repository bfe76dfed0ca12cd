"""Read handwritten digits in pictures and photographs.

    python -m recognizer photo.jpg                  what is written there: 2026
    python -m recognizer *.png photos               of several files or a folder, a line each: seven.png: 7 (98 %)
    python -m recognizer --json seven.png           every digit with its box and all ten probabilities, as JSON
    python -m recognizer --csv photos               a row for each digit, as a table
    cat seven.png | python -m recognizer -          from standard input
    python -m recognizer --model my.onnx seven.png  with another model, without TensorFlow where it is .onnx or .tflite

The exit status is 0, or 1 if anything could not be read; the others are answered all the same. With --json and --csv it
has an object or a row, too, that says why.
"""

import argparse
import os
import re
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from recognizer import InvalidImageError, Recognizer, RecognizerError
from recognizer.answers import csv_head, csv_rows, json_line, line, remark, text
from recognizer.images.opening import ENDINGS, MAX_FILE_BYTES
from recognizer.runtimes.loader import MODEL_VARIABLE, default_model

NAME = "python -m recognizer"
DESCRIPTOR = re.compile(r"-|/dev/stdin|/(?:dev|proc/self)/fd/(\d+)")  # the last is what a shell makes of <(command)
INTERRUPTED, BROKEN_PIPE = 128 + 2, 128 + 13  # what a shell makes of SIGINT and SIGPIPE
STOPPED = "stopped."


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    try:
        try:
            return _read(parser().parse_args(arguments))
        finally:
            if sys.stdout:
                sys.stdout.flush()  # while what goes wrong can still be told
    except KeyboardInterrupt:
        return _end(INTERRUPTED, STOPPED)
    except OSError as error:
        _write_no_more()
        if isinstance(error, BrokenPipeError):  # nobody wants more answers, as after `| head`
            return BROKEN_PIPE
        return _end(1, f"the answers cannot be written ({error.strerror or error}).")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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


def _read(options: argparse.Namespace) -> int:
    if sys.stderr is None:  # closed, as with 2>&-
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the program runs
    if sys.stdout is None:
        raise OSError("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a file's name may not be text in the terminal's encoding
    pictures = [found for given in options.files for found in _pictures(given)]
    try:
        with _loading():
            recognizer = Recognizer.load(options.model)
    except RecognizerError as error:
        return _end(1, str(error))
    form = csv_rows if options.csv else json_line if options.json else text if len(pictures) == 1 else line
    if options.csv:
        print(csv_head())
    status = 0
    readable = (picture for _, picture in pictures if not isinstance(picture, RecognizerError))
    with closing(recognizer.read_many(readable)) as read, _progress(len(pictures)) as say:
        for name, picture in pictures:
            answer = picture if isinstance(picture, RecognizerError) else next(read)
            if isinstance(answer, RecognizerError):
                status = 1
            if printed := form(name, answer):
                print(printed, flush=True)
            sentence = remark(answer)
            say(f"{name or repr(name)}: {sentence}" if sentence else "")
    return status


def _pictures(given: str) -> list[tuple[str, str | bytes | RecognizerError]]:
    """What was given, or the pictures in a folder in the order of their names.

    Of each its name, and its path, its content, or why there is nothing to read.
    """
    try:
        if descriptor := DESCRIPTOR.fullmatch(given):
            return [(given, _content_of(int(descriptor[1] or 0)))]
        if not given:
            raise InvalidImageError("An empty name was given; give that of a picture or of a folder.")
        if not Path(given).is_dir():
            return [(given, given)]
        found = sorted(str(p) for p in Path(given).iterdir() if p.suffix.lower() in ENDINGS and p.is_file())
        if not found:
            raise InvalidImageError(f"There are no pictures in this folder ({', '.join(ENDINGS)}).")
    except OSError as error:
        return [(given, InvalidImageError(f"This cannot be read ({error.strerror or error})."))]
    except InvalidImageError as error:
        return [(given, error)]
    return [(path, path) for path in found]


def _content_of(descriptor: int) -> bytes:
    if descriptor:
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    if sys.stdin is None:
        raise InvalidImageError("Standard input is closed.")
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)


@contextmanager
def _progress(count: int) -> Iterator[Callable[[str], None]]:
    """Give a function that counts a picture and says what there is to say about it, "" where that is nothing.

    On a terminal it moves a bar, where there are many pictures and the answers go to a file: on the terminal, too, or
    by way of another program, they and the bar would be in each other's way.
    """
    if count < 2 or not sys.stderr.isatty() or not stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        yield lambda sentence: print(sentence, file=sys.stderr) if sentence else None
        return
    from tqdm import tqdm

    with tqdm(total=count, unit="picture", leave=False) as bar:

        def say(sentence: str) -> None:
            if sentence:
                bar.write(sentence, file=sys.stderr)
            bar.update()

        yield say


@contextmanager
def _loading() -> Iterator[None]:
    """Keep TensorFlow's start-up chatter, which no setting of its own stops, off the terminal, and heed Ctrl-C.

    The chatter comes from C++, so the file descriptor itself has to point elsewhere; errors come as exceptions and are
    seen. A KeyboardInterrupt would not be: a compiled library, while it is imported, makes an ImportError of it.
    """
    sys.stderr.flush()
    terminal, handler = os.dup(2), signal.getsignal(signal.SIGINT)

    def stop(*_) -> None:
        os.dup2(terminal, 2)
        os._exit(_end(INTERRUPTED, STOPPED))

    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
    _point_nowhere(2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        signal.signal(signal.SIGINT, handler)


def _end(status: int, sentence: str) -> int:
    with suppress(OSError):
        print(f"{NAME}: {sentence}", file=sys.stderr, flush=True)
    return status


def _write_no_more() -> None:
    """Let Python not try again, as it exits, to write what could not be written."""
    if sys.stdout:
        with suppress(OSError):
            _point_nowhere(sys.stdout.fileno())


def _point_nowhere(descriptor: int) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), descriptor)


if __name__ == "__main__":
    sys.exit(main())
