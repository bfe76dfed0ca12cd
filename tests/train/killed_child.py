"""A child process that stands still in the middle of its work, to be killed there.

python -m tests.train.killed_child train FOLDER    when half of its second state is in a file
python -m tests.train.killed_child move FOLDER     when two of its four files are moved
"""

import sys
import threading
from pathlib import Path


def main() -> None:
    work, folder = sys.argv[1], Path(sys.argv[2])
    {"train": train, "move": move}[work](folder)


def stand_still() -> None:
    print("standing still", flush=True)
    threading.Event().wait()


def train(folder: Path) -> None:
    import numpy as np

    from tests.train.tiny import TINY, sample
    from train.data.mnist import split_and_prepare
    from train.pipeline import train_and_evaluate

    save, states = np.savez, []

    def save_half_of_the_second(file, **arrays):
        states.append(file)
        if len(states) == 1:
            return save(file, **arrays)
        save(file, **dict(list(arrays.items())[: len(arrays) // 2]))
        file.flush()
        stand_still()

    np.savez = save_half_of_the_second
    train_and_evaluate(TINY, split_and_prepare(sample(), TINY.validation_size, TINY.seed), folder)


def move(folder: Path) -> None:
    from train.files import written_together

    replace, moved = Path.replace, []

    def replace_two(path, target):
        if len(moved) == 2:
            stand_still()
        moved.append(path)
        return replace(path, target)

    Path.replace = replace_two
    with written_together(folder, "digits") as unfinished:
        (unfinished / "candidate").mkdir()
        for name in ("a.json", "b.keras", "c.npz", "candidate/d.keras"):
            (unfinished / name).write_text("new")


if __name__ == "__main__":
    main()
