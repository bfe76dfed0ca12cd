"""Crashes in the middle of a piece of work: by an exception, or in a child process that kills itself.

python -m tests.train.training.crash train FOLDER    when half of its second state is in a file
python -m tests.train.training.crash move FOLDER     when two of its four files are moved
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

NEW = {"a.json": "new", "b.keras": "new", "c.npz": "new", "candidate/d.keras": "new"}


class CrashError(Exception):
    """Stands for whatever ends a run in the middle."""


def crashing(function, call=1, first=lambda *_, **__: None):
    """Return `function` with a `call`th call that raises `CrashError`, after `first` has had its arguments."""
    calls = count(1)

    def crashes(*arguments, **options):
        if next(calls) == call:
            first(*arguments, **options)
            raise CrashError
        return function(*arguments, **options)

    return crashes


def write_new(folder):
    from train.files import written_together

    with written_together(folder, "digits") as unfinished:
        (unfinished / "candidate").mkdir()
        for name, text in NEW.items():
            (unfinished / name).write_text(text)


def write_half_a_state(file, **_):
    file.write(b"half of a state")
    file.flush()


def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def write_half_a_state_and_die(file, **_):
    write_half_a_state(file)
    kill()


def main(work, folder):
    if work == "move":
        Path.replace = crashing(Path.replace, 3, kill)
        write_new(folder)
    else:
        import numpy as np

        from tests.helpers import sample
        from tests.train.tiny import TINY
        from train.data.mnist import split_and_prepare
        from train.pipeline import train_and_evaluate

        np.savez = crashing(np.savez, 2, write_half_a_state_and_die)
        train_and_evaluate(TINY, split_and_prepare(sample(), TINY.validation_size, TINY.seed), folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
