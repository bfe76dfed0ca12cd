"""Review the corrections that visitors made, and export them for training.

    python -m corrections list                          list all, and say which are in quarantine and why
    python -m corrections sheet quarantine.png          draw those in quarantine
    python -m corrections accept 3f2a90c1d4e5-0         take one out of quarantine, because it is right
    python -m corrections delete 3f2a90c1d4e5           delete a whole drawing, or one digit of it, for good
    python -m corrections export corrections.npz        write those not in quarantine, for training
    python -m corrections --database sqlite:///c.db list      use another database

By default the database is the page's: the one named in .streamlit/secrets.toml, or corrections.db.
The exported file holds `pictures` (n, 28, 28), uint8, 0 paper to 255 ink; `labels`, 0 to 9, or 10 for "not a digit";
and `drawings`, a text that is the same for all digits of one drawing.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from corrections import CorrectionError
from corrections.quarantine import quarantine
from corrections.settings import ROOT, settings_from_files
from corrections.sheet import MAX_PICTURES, contact_sheet
from corrections.store import CorrectionStore, Key, open_existing
from recognizer.output.formatting import percent
from recognizer.prediction import NO_DIGIT

SECRETS = (Path("~/.streamlit/secrets.toml").expanduser(), ROOT / ".streamlit" / "secrets.toml")
MIN_ID_LENGTH = 6  # characters of a drawing's id; with fewer, a typing error could delete the wrong one


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m corrections", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, sentence in (
        ("list", list_all, "list all corrections"),
        ("sheet", draw, "draw the corrections in quarantine"),
        ("accept", accept, "take corrections out of quarantine, because they are right"),
        ("delete", delete, "delete corrections for good"),
        ("export", export, "write those not in quarantine"),
    ):
        command = commands.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(run=run)
        if run in (accept, delete):
            command.add_argument("ids", nargs="+", metavar="ID", help="as list shows it")
        elif run in (draw, export):
            ending = "png" if run is draw else "npz"
            command.add_argument("path", type=Path, metavar=f"FILE.{ending}")
    options = vars(parser.parse_args(arguments))
    run, url = options.pop("run"), options.pop("database")
    try:
        print(run(open_existing(url or settings_from_files(SECRETS).url), **options))
    except (CorrectionError, OSError) as error:
        print(f"python -m corrections: {error}", file=sys.stderr)
        return 1
    return 0


def list_all(store: CorrectionStore) -> str:
    """Return one line for each correction, and one with their number."""
    corrections = store.all()
    reasons = quarantine(corrections)
    lines = []
    for index, correction in enumerate(corrections):
        note = f"  quarantine: {reasons[index]}" if index in reasons else "  accepted" if correction.accepted else ""
        answer = f"read as {_name(correction.answer):4} ({percent(correction.confidence):>6})"
        when = f"{correction.made_at:%Y-%m-%d %H:%M:%S}"
        lines.append(f"{correction.name:16}{when}  {answer}  is {_name(correction.label):4}{note}".rstrip())
    return "\n".join([*lines, f"{_count(len(corrections))}, {len(reasons)} of them in quarantine"])


def draw(store: CorrectionStore, path: Path) -> str:
    """Write a picture of the corrections in quarantine, each under its name, its label and the model's answer."""
    corrections = store.all()
    doubtful = [corrections[index] for index in quarantine(corrections)]
    if not doubtful:
        return "Nothing is in quarantine."
    titles = [f"{each.name}\n{_name(each.label)}, read as {_name(each.answer)}" for each in doubtful]
    sheet = contact_sheet([each.picture for each in doubtful], titles)
    _write(path, ".png", lambda file: sheet.save(file, "PNG"))
    left_out = len(doubtful) - MAX_PICTURES
    return f"{path}: {len(doubtful)} in quarantine" + (f", without the last {left_out}" if left_out > 0 else "")


def accept(store: CorrectionStore, ids: Sequence[str]) -> str:
    """Take corrections out of quarantine for good."""
    return f"{_count(store.accept(_keys(store, ids)))} accepted"


def delete(store: CorrectionStore, ids: Sequence[str]) -> str:
    """Delete corrections."""
    return f"{_count(store.delete(_keys(store, ids)))} deleted"


def export(store: CorrectionStore, path: Path) -> str:
    """Write the corrections that are not in quarantine, as `train.data.corrections` reads them."""
    corrections = store.all()
    reasons = quarantine(corrections)
    exported = [each for index, each in enumerate(corrections) if index not in reasons]
    arrays: dict[str, Any] = {
        "pictures": np.array([each.picture for each in exported], np.uint8).reshape(-1, 28, 28),
        "labels": np.array([each.label for each in exported], np.uint8),
        "drawings": np.array([each.drawing for each in exported], "U32"),
    }
    _write(path, ".npz", lambda file: np.savez_compressed(file, **arrays))
    return f"{path}: {_count(len(exported))}" + (f"; {len(reasons)} in quarantine left out" if reasons else "")


def _write(path: Path, ending: str, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file and move that to `path`; if anything fails, an older file stays as it was."""
    if path.suffix != ending:
        raise CorrectionError(f"{path}: the file name has to end in {ending}.")
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        with temporary.open("wb") as file:
            write(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _keys(store: CorrectionStore, ids: Sequence[str]) -> list[Key]:
    """Return the keys of the corrections that `ids` name: the start of a drawing's id, with or without a position.

    Raises `CorrectionError` for an id that matches nothing, or several drawings.
    """
    all_keys, keys = store.ids(), list[Key]()
    for name in ids:
        start, _, position = name.partition("-")
        drawings = {drawing for drawing, _ in all_keys if len(start) >= MIN_ID_LENGTH and drawing.startswith(start)}
        if len(drawings) > 1:
            raise CorrectionError(f"{name}: the ids of {len(drawings)} drawings begin like this. Give more of the id.")
        matching = [key for key in all_keys if key[0] in drawings and position in ("", str(key[1]))]
        if not matching:
            raise CorrectionError(f"{name}: there is no such correction. Run `list` to see the ids.")
        keys += matching
    return list(dict.fromkeys(keys))


def _name(label: int) -> str:
    return "none" if label == NO_DIGIT else str(label)


def _count(number: int) -> str:
    return "1 correction" if number == 1 else f"{number:,} corrections"


if __name__ == "__main__":
    sys.exit(main())
