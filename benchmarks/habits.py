"""What each habit of the drawn writers, and some other parts of training, bring: short trainings, each without one.

    python -m benchmarks.habits [--record]
    python -m benchmarks.habits HAND_BENCH.py    also measures 15 students, whom that benchmark knows

Every training is that of the quick preset, but shorter. Figures of each, in per cent:

- made_up: read right of the digits of made-up writers with all habits, who are not in the training.
- mnist: of the validation digits.
- students: of the digits of the students with odd numbers, who may be looked at to learn what hands do.
"""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hand import students
from benchmarks.support.command import command_line, mnist, open_tool, report
from train.config import QUICK
from train.data.mnist import joined
from train.network.fit import fit, right_of
from train.synthetic.drawings import TRAINING, VALIDATION, Drawings, drawn_digits, training_drawings
from train.synthetic.writer import Habits

CONFIG = replace(QUICK, epochs=3, drawn_digits=20_000, negatives=5_000, pool=1, validation_drawings=5_000)
TRAINING_DIGITS = 20_000  # of MNIST's, so that a training takes two minutes
HABITS = {  # what is left out together: fields of `Habits` that are 0
    "nothing": (),
    "forms": ("shape", "points", "waist"),
    "places": ("free", "places"),
    "hooks": ("hooks",),
    "bends": ("bends",),
    "loops": ("loops",),
    "joins": ("joins",),
    "lifts": ("lifts",),
    "order": ("order",),
    "rings": ("rings", "starts", "bowls"),
    "leaning": ("slant", "rotation", "proportions"),
    "speed": ("speed",),
    "wildness": ("wild",),
    "unsteadiness": ("unsteady", "tremor"),
}
SETTINGS: dict[str, dict[str, Any]] = {  # of `TrainConfig`
    "drawn digits": {"drawn_digits": 0},
    "augmentation": {"augment": False},
    "averaged weights": {"ema": 0.0},
}


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("tool", nargs="?", metavar="HAND_BENCH.py", help="a benchmark that knows where its data are")
    names = [*HABITS, *SETTINGS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help="some of the trainings")
    options = parser.parse_args()
    tool = open_tool(parser, options.tool) if options.tool else None
    digits = mnist()
    splits = {"mnist": digits.validation}
    splits["made_up"] = drawn_digits(CONFIG.validation_drawings, [CONFIG.seed, VALIDATION, 1], Habits())
    if tool:
        splits["students"] = joined(students(tool, odd=True))
    rows = np.random.default_rng(CONFIG.seed).permutation(len(digits.train))[:TRAINING_DIGITS]
    negatives = training_drawings(replace(CONFIG, drawn_digits=0), digits.train).negatives
    figures = {}
    for name in options.only:
        habits = replace(Habits(), **dict.fromkeys(HABITS.get(name, ()), 0))
        config = replace(CONFIG, **SETTINGS.get(name, {}))
        drawn = drawn_digits(config.drawn_digits, [config.seed, TRAINING, 1], habits)
        with tempfile.TemporaryDirectory() as folder:
            state = Path(folder, "state.npz")
            network, _ = fit(config, digits.train[rows], partial(Drawings, drawn, negatives), {}, state)
        figures[f"without {name}"] = {key: 100 * right_of(network, split) / len(split) for key, split in splits.items()}
        print(name, figures[f"without {name}"], flush=True)
    report(figures, options, "habits")


if __name__ == "__main__":
    main()
