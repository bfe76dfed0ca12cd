"""Look through the corrections that the page has kept, and hand them on to training.

    python -m corrections list                          a line for each, and what is in quarantine and why
    python -m corrections sheet quarantine.png          a picture of what is in quarantine, to look at
    python -m corrections accept 3f2a90c1d4e5-0         looked at and right: takes it out of quarantine
    python -m corrections delete 3f2a90c1d4e5           gone for good: one digit of a drawing, or all of it
    python -m corrections export corrections.npz        what is not in quarantine, for training
    python -m corrections --database sqlite:///c.db list      of another database

The database is the page's: the one that .streamlit/secrets.toml names, or else corrections.db.
The file that export writes holds `pictures` (n, 28, 28), uint8, 0 paper to 255 ink; `labels`, 0 to 9, or 10 for what is
none of these; and `drawings`, the same for digits of one drawing.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corrections import Correction, CorrectionError
from corrections.quarantine import quarantine
from corrections.settings import ROOT, settings_from_files
from recognizer.formatting import percent
from recognizer.prediction import NO_DIGIT
from train.errors import missing
from train.files import written_whole

SECRETS = (Path("~/.streamlit/secrets.toml").expanduser(), ROOT / ".streamlit" / "secrets.toml")
LEAST_OF_A_NAME = 6  # characters of a drawing's id; with fewer, a slip would delete the wrong one


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        store = _store(options.database or settings_from_files(SECRETS).url)
        options.run(store, options)
    except (CorrectionError, OSError) as error:
        print(f"python -m corrections: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"python -m corrections: {missing(error)}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m corrections", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, sentence: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=sentence, description=sentence)
        added.set_defaults(run=run)
        return added

    command("list", _list, "print all corrections")
    command("sheet", _sheet, "draw what is in quarantine").add_argument("file", type=Path, metavar="FILE.png")
    command("export", _export, "write what is not in quarantine").add_argument("file", type=Path, metavar="FILE.npz")
    for name, run, sentence in (
        ("accept", _accept, "take out of quarantine what you have found right"),
        ("delete", _delete, "delete for good"),
    ):
        command(name, run, sentence).add_argument("names", nargs="+", metavar="ID", help="as list shows it")
    return made


def _store(url: str):
    """The store in a database that is there; looking for corrections does not make one."""
    from corrections.database import open_engine, reading, sqlite_file
    from corrections.schema import corrections as table
    from corrections.store import CorrectionStore

    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise CorrectionError(f"There is no database at {file}: no correction has been kept there yet.")
    engine = open_engine(url)
    with reading(engine) as connection:
        if not connection.dialect.has_table(connection, table.name):
            raise CorrectionError("There are no corrections in this database: none has been kept there yet.")
    return CorrectionStore(engine)


def _list(store, options: argparse.Namespace) -> None:
    corrections = store.all()
    reasons = quarantine(corrections)
    for index, each in enumerate(corrections):
        note = f"  quarantine: {reasons[index]}" if index in reasons else "  accepted" if each.accepted else ""
        answer = f"read as {_name(each.answer):4} ({percent(each.confidence):>6})"
        print(f"{each.name:16}{each.made_at:%Y-%m-%d %H:%M:%S}  {answer}  is {_name(each.label):4}{note}".rstrip())
    print(f"{_count(len(corrections))}, {len(reasons)} of them in quarantine")


def _sheet(store, options: argparse.Namespace) -> None:
    _check_ending(options.file, ".png")
    corrections = store.all()
    reasons = quarantine(corrections)
    if not reasons:
        print("Nothing is in quarantine.")
        return
    from train.report.plots import titled_sheet

    pictures = np.stack([corrections[index].picture for index in reasons]) / np.float32(255)
    titles = [
        f"{corrections[index].name}\n{_name(corrections[index].label)}, read as {_name(corrections[index].answer)}"
        for index in reasons
    ]
    with written_whole(options.file) as path:
        shown = titled_sheet(pictures, titles, path, columns=6)
    left = f"; {len(reasons) - shown} more when these are dealt with" if shown < len(reasons) else ""
    print(f"{options.file}: {shown} in quarantine{left}")


def _export(store, options: argparse.Namespace) -> None:
    _check_ending(options.file, ".npz")
    corrections = store.all()
    reasons = quarantine(corrections)
    write([each for index, each in enumerate(corrections) if index not in reasons], options.file)
    left = f"; {len(reasons)} left out, in quarantine" if reasons else ""
    print(f"{options.file}: {_count(len(corrections) - len(reasons))}{left}")


def _check_ending(file: Path, ending: str) -> None:
    if file.suffix != ending:
        raise CorrectionError(f"{file}: the file has to end in {ending}.")


def write(corrections: Sequence[Correction], path: Path) -> None:
    """Write pictures, labels and drawings as the module says; the file is there whole, or as it was before."""
    pictures = np.array([each.picture for each in corrections], np.uint8).reshape(-1, 28, 28)
    labels = np.array([each.label for each in corrections], np.uint8)
    with written_whole(path) as temporary:
        np.savez_compressed(
            temporary, pictures=pictures, labels=labels, drawings=np.array([e.drawing for e in corrections], "U32")
        )


def _accept(store, options: argparse.Namespace) -> None:
    print(f"{_count(store.accept(_found(store, options.names)))} accepted")


def _delete(store, options: argparse.Namespace) -> None:
    print(f"{_count(store.delete(_found(store, options.names)))} deleted")


def _found(store, names: Sequence[str]) -> list[tuple[str, int]]:
    """The keys of what is named: by the beginning of a drawing's id, with or without the position of the digit.

    `CorrectionError` where one is not there or might be two, before anything is changed.
    """
    keys, found = store.names(), []
    for name in names:
        start, _, position = name.partition("-")
        drawings = {drawing for drawing, _ in keys if len(start) >= LEAST_OF_A_NAME and drawing.startswith(start)}
        if len(drawings) > 1:
            raise CorrectionError(f"{name}: {len(drawings)} drawings begin like this. Give more of the id.")
        these = [key for key in keys if key[0] in drawings and position in ("", str(key[1]))]
        if not these:
            raise CorrectionError(f"{name}: there is no such correction. `list` shows those that there are.")
        found += these
    return list(dict.fromkeys(found))


def _name(label: int) -> str:
    return "none" if label == NO_DIGIT else str(label)


def _count(number: int) -> str:
    return "1 correction" if number == 1 else f"{number:,} corrections"


if __name__ == "__main__":
    sys.exit(main())
