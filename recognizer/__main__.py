"""Read handwritten digits in pictures and photographs.

    python -m recognizer photo.jpg                  print what is written on a picture: 2026
    python -m recognizer *.png photos               print a line for each picture: seven.png: 7 (98 %)
    python -m recognizer --json seven.png           print all digits with boxes and probabilities, as JSON
    python -m recognizer --csv photos               print a table with a row for each digit
    cat seven.png | python -m recognizer -          read the picture from standard input
    python -m recognizer --hand hand.npz seven.png  read what one person writes, as that person taught it on the page
    python -m recognizer --model my.onnx seven.png  use another model; .onnx and .tflite do not need TensorFlow

The exit status is 0, or 1 if a picture could not be read; the other pictures are read all the same. With --json and
--csv, such a picture has an object or a row with the reason.
"""

import argparse
import io
import os
import re
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tqdm import tqdm

from recognizer import Hand, InvalidImageError, Recognizer, RecognizerError
from recognizer.images.opening import ENDINGS, MAX_FILE_BYTES
from recognizer.output import formatting
from recognizer.runtimes.loader import MODEL_VARIABLE, default_model

NAME = "python -m recognizer"
DESCRIPTOR = re.compile(r"-|/dev/stdin|/(?:dev|proc/self)/fd/(\d+)")  # the last is what a shell makes of <(command)
INTERRUPTED, BROKEN_PIPE = 128 + 2, 128 + 13  # a shell's exit status after SIGINT and SIGPIPE
STOPPED = "stopped."


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        try:
            return _read(parser().parse_args(arguments))
        finally:
            if sys.stdout:
                sys.stdout.flush()  # while an error can still be reported
    except KeyboardInterrupt:
        return _end(INTERRUPTED, STOPPED)
    except OSError as error:
        if sys.stdout:  # or Python would try again, as it exits, to write what could not be written
            with suppress(OSError):
                _point_nowhere(sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # nobody wants more answers, as after `| head`
            return BROKEN_PIPE
        return _end(1, f"the answers cannot be written ({error.strerror or error}).")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a picture, or a folder of pictures; - is standard input"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object for each picture")
    form.add_argument("--csv", action="store_true", help="print one table of all digits")
    parser.add_argument(
        "--model",
        default=default_model(),
        help=f"a .keras, .h5, .onnx or .tflite file (default: what {MODEL_VARIABLE} names, or the shipped model)",
    )
    parser.add_argument("--hand", metavar="FILE", help="the hand of the person who wrote the digits, an .npz file")
    return parser


def _read(options: argparse.Namespace) -> int:
    _prepare_streams()
    pictures = [picture for name in options.files for picture in _pictures(name)]
    try:
        hand = Hand.load(options.hand) if options.hand is not None else None
        with _loading():
            recognizer = Recognizer.load(options.model)
    except RecognizerError as error:
        return _end(1, str(error))
    write = formatting.to_text if len(pictures) == 1 else formatting.to_line
    if options.json:
        write = formatting.to_json
    elif options.csv:
        write = formatting.to_csv
        print(formatting.csv_header())
    status = 0
    readable = (picture for _, picture in pictures if not isinstance(picture, RecognizerError))
    # On a terminal to which the answers go, too, a bar would be in their way.
    has_bar = len(pictures) > 1 and sys.stderr.isatty() and stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    bar = tqdm(total=len(pictures), unit="picture", leave=False, disable=not has_bar)
    with closing(recognizer.read_many(readable, hand)) as outcomes, bar:
        for name, picture in pictures:
            outcome = picture if isinstance(picture, RecognizerError) else next(outcomes)
            if isinstance(outcome, RecognizerError):
                status = 1
            if written := write(name, outcome):
                print(written, flush=True)
            if note := formatting.note(outcome):
                bar.write(f"{name or repr(name)}: {note}", file=sys.stderr)
            bar.update()
    return status


def _prepare_streams() -> None:
    if sys.stderr is None:  # closed, as with 2>&-
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the program runs
    if sys.stdout is None:
        raise OSError("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may not be text in the terminal's encoding


def _pictures(name: str) -> list[tuple[str, str | bytes | RecognizerError]]:
    """The picture of this name, or those in the folder of this name, sorted.

    Each is its name, with its path, its content, or the reason why there is nothing to read.
    """
    try:
        if descriptor := DESCRIPTOR.fullmatch(name):
            return [(name, _content_of(int(descriptor[1] or 0)))]
        if not name:
            raise OSError("this name is empty; give the name of a picture or of a folder")
        if not Path(name).is_dir():
            return [(name, name)]
        paths = sorted(str(path) for path in Path(name).iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
        if not paths:
            raise OSError(f"there are no pictures in this folder; their names end in {', '.join(ENDINGS)}")
    except OSError as error:
        return [(name, InvalidImageError(f"This cannot be read ({error.strerror or error})."))]
    return [(path, path) for path in paths]


def _content_of(descriptor: int) -> bytes:
    if descriptor:
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)


@contextmanager
def _loading() -> Iterator[None]:
    """Keep TensorFlow's start-up messages, which no setting of its own stops, off the terminal, and respect Ctrl-C.

    They come from C++, so the file descriptor itself has to point elsewhere; errors are exceptions, and still arrive.
    A KeyboardInterrupt might not: a compiled library turns it into an ImportError while it is imported.
    """
    sys.stderr.flush()
    terminal, handler = os.dup(2), signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
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


def _point_nowhere(descriptor: int) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), descriptor)


if __name__ == "__main__":
    sys.exit(main())
