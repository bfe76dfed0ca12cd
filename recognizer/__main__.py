"""Read handwritten digits in pictures and photographs.

    python -m recognizer photo.jpg                  print what is written on a picture: 2026
    python -m recognizer *.png photos               print a line for each picture: seven.png: 7 (98 %)
    python -m recognizer --json seven.png           print all digits with boxes and probabilities, as JSON
    python -m recognizer --csv photos               print a table with a row for each digit
    python -m recognizer --out read.csv scans       write that table to a file, and show how long it takes
    python -m recognizer --resume --out read.csv scans      go on after Ctrl-C or a crash
    python -m recognizer --single --out read.parquet scans  pictures of one digit each, twice as fast
    python -m recognizer --processes 8 --out read.csv scans  eight pictures at a time
    cat seven.png | python -m recognizer -          read the picture from standard input
    python -m recognizer --hand hand.npz seven.png  read what one person writes, as that person taught it on the page
    python -m recognizer --model my.onnx seven.png  use another model; .onnx and .tflite do not need TensorFlow

The exit status is 0, or 1 if a picture could not be read; the other pictures are read all the same. With --json and
--csv, such a picture has an object or a row with the reason. What --out names ends in .csv, .jsonl or .parquet; the
last is a folder, in which there is a file for every 5,000 pictures.
"""

import argparse
import io
import os
import signal
import stat
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from tqdm import tqdm

from recognizer import Hand, Recognizer, RecognizerError
from recognizer.images.named import Named
from recognizer.many.batch import cores
from recognizer.many.processes import one_thread
from recognizer.output import formatting
from recognizer.output.saving import Output, open_output
from recognizer.runtimes.loader import MODEL_VARIABLE, default_model

NAME = "python -m recognizer"
INTERRUPTED, BROKEN_PIPE = 128 + 2, 128 + 13  # a shell's exit status after SIGINT and SIGPIPE
STOPPED = "stopped."
MAX_PROCESSES = 256
MANY = 5_000  # pictures; with Keras, a process takes as long to start as to read a thousand


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
    form.add_argument("--out", type=Path, metavar="FILE", help="write the answers there: .csv, .jsonl, or .parquet")
    parser.add_argument(
        "--resume", action="store_true", help="go on with what --out names; it is made if it is not there"
    )
    parser.add_argument(
        "--processes",
        type=_processes,
        metavar="N",
        help=f"how many read at a time (default: one for each core, from {MANY:,} pictures on)",
    )
    parser.add_argument("--single", action="store_true", help="each picture has one digit and nothing else")
    parser.add_argument(
        "--model",
        default=default_model(),
        help=f"a .keras, .h5, .onnx or .tflite file (default: what {MODEL_VARIABLE} names, or the shipped model)",
    )
    parser.add_argument("--hand", metavar="FILE", help="the hand of the person who wrote the digits, an .npz file")
    return parser


def _processes(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_PROCESSES:
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_PROCESSES}")
    return number


def _read(options: argparse.Namespace) -> int:
    _prepare_streams()
    if options.resume and not options.out:
        return _end(1, "--resume goes on with a file of answers: say which with --out.")
    pictures = Named(options.files)
    try:
        hand = Hand.load(options.hand) if options.hand is not None else None
        with _loading():
            recognizer = Recognizer.load(options.model)
        output = open_output(options.out, options.resume) if options.out else _Printed(options, len(pictures.names))
    except RecognizerError as error:
        return _end(1, str(error))
    # On a terminal to which the answers go, too, a bar would be in their way.
    has_bar = sys.stderr.isatty() and (options.out or stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode))
    processes = options.processes or (cores() if len(pictures.names) >= MANY else 1)
    read_many = partial(recognizer.read_many, hand=hand, single=options.single, processes=processes)
    try:
        with closing(output):
            return _read_all(pictures, output, read_many, bool(has_bar))
    except RecognizerError as error:  # a process has ended, say
        return _end(1, str(error))
    except KeyboardInterrupt:
        if not options.out:
            raise
        return _end(INTERRUPTED, f"stopped. {options.out} has what was read; with --resume, too, it goes on.")


def _read_all(pictures: Named, output: Output, read_many: Callable[[Iterator], Generator], has_bar: bool) -> int:
    """Read the pictures whose answers are not there yet; return the exit status."""
    status, names = 0, [name for name in pictures.names if not output.has(name)]
    bar = tqdm(total=len(names), unit=" pictures", leave=False, disable=not has_bar or len(names) < 2)
    readable = (pictures.content(name) for name in names if name not in pictures.errors)
    with closing(read_many(readable)) as outcomes, bar:
        for name in names:
            outcome = pictures.errors.get(name) or next(outcomes)
            if isinstance(outcome, RecognizerError):
                status = 1
            output.write(name, outcome)
            if note := formatting.note(outcome):
                bar.write(f"{name or repr(name)}: {note}", file=sys.stderr)
            bar.update()
    return status


class _Printed:
    """The answers on standard output, in the form that the options say; an `Output`."""

    def __init__(self, options: argparse.Namespace, count: int):
        self._write = formatting.to_text if count == 1 else formatting.to_line
        if options.json:
            self._write = formatting.to_json
        elif options.csv:
            self._write = formatting.to_csv
            print(formatting.csv_header())

    def has(self, name: str) -> bool:
        return False

    def write(self, name: str, outcome: formatting.Outcome) -> None:
        if written := self._write(name, outcome):
            sys.stdout.write(f"{written}\n")  # in one go, so that Ctrl-C leaves whole lines
            sys.stdout.flush()

    def close(self) -> None:
        pass


def _prepare_streams() -> None:
    if sys.stderr is None:  # closed, as with 2>&-
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the program runs
    if sys.stdout is None:
        raise OSError("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may not be text in the terminal's encoding


@contextmanager
def _loading() -> Iterator[None]:
    """Keep TensorFlow's start-up messages, which no setting of its own stops, off the terminal, and respect Ctrl-C.

    They come from C++, so the file descriptor itself has to point elsewhere; errors are exceptions, and still arrive.
    A KeyboardInterrupt might not: a compiled library turns it into an ImportError while it is imported.
    """
    one_thread()
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
