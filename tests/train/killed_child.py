"""A child process that really trains, and stands still at a moment of the test's choice, to be killed there.

    python -m tests.train.killed_child train FOLDER MOMENT [COUNT]    "never" is a moment, too

It prints `MOMENT` when it is there, the `COUNT`th time (1), and then does nothing more for ever.
"""

import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.train.tiny import FINETUNE, TINY, corrections, sample
from train import files, pipeline, state
from train.data.mnist import split_and_prepare
from train.network import fit


def main() -> None:
    what, folder, moment = sys.argv[1:4]
    left = int(sys.argv[4]) if len(sys.argv) > 4 else 1

    def reached() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            print(moment, flush=True)
            threading.Event().wait()

    MOMENTS[moment](reached)
    out = Path(folder)
    if what == "train":
        mnist = split_and_prepare(sample(), TINY.validation_size, TINY.seed)
        pipeline.train_and_evaluate(TINY, mnist, out, resume=True)
    else:
        finetune.finetune(replace(FINETUNE, learning_rate=1e-7), corrections(), sample(), out)
    print("The end was reached.", flush=True)


def before_an_epoch(reached) -> None:
    run_epoch = fit._run_epoch
    fit._run_epoch = lambda *given: reached() or run_epoch(*given)


def within_a_state(reached) -> None:
    """When half of a state is in its file."""
    save = np.savez

    def save_half(file, **arrays):
        save(file, **dict(list(arrays.items())[: len(arrays) // 2]))
        file.flush()
        reached()

    state.np.savez = save_half


def within_the_model(reached) -> None:
    """When half of a model is in its file."""

    def save_half(module):
        save = module.save_portable

        def half(model, path):
            save(model, path)
            path.write_bytes(path.read_bytes()[:-1000])
            reached()

        module.save_portable = half

    for module in (pipeline, finetune):
        save_half(module)


def between_moves(reached) -> None:
    """Before a finished file is moved into place."""
    replace_file = Path.replace

    def move(path, target):
        if path.parent.name.endswith(".finished"):
            reached()
        return replace_file(path, target)

    files.Path.replace = move


def never(reached) -> None:
    """It trains to the end."""


MOMENTS = {
    moment.__name__: moment for moment in (before_an_epoch, within_a_state, within_the_model, between_moves, never)
}

if __name__ == "__main__":
    main()
