"""What each habit of the drawn writers, and some other parts of training, bring: short trainings, each without one.

    python -m benchmarks.habits [--record]
    python -m benchmarks.habits HAND_BENCH.py              also measures 15 students, whom that benchmark knows
    python -m benchmarks.habits --times 2 --only bends     with bends twice as strong, rather than without

Every training is a shorter one of the quick preset, on digits by a quarter of MNIST's writers. Figures, in per cent:

- made_up: read right of the digits of made-up writers with all habits, who are not in the training.
- mnist: of the digits by MNIST's other writers, who are enough to see a difference of 0.1.
- students: of the digits of the students with odd numbers, who may be looked at to learn what hands do.
"""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.hand import students
from benchmarks.support.command import command_line, mnist_arrays, open_tool, report
from train.config import QUICK
from train.data.mnist import joined, split_and_prepare
from train.network.fit import fit, right_of
from train.synthetic.drawings import TRAINING, VALIDATION, Drawings, drawn_digits, training_drawings
from train.synthetic.writer import Habits

CONFIG = replace(QUICK, epochs=3, drawn_digits=15_000, negatives=4_000, pool=1, validation_size=45_000)
MADE_UP_DIGITS = 5_000
HABITS: dict[str, tuple[str, ...]] = {  # what is left out together: fields of `Habits`
    "nothing": (),
    "forms": ("shape", "points", "waist"),
    "places": ("free", "places"),
    "lengths": ("lengths",),
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
    parser.add_argument("--times", type=float, default=0, help="how strong the habits are made, instead of 0")
    options = parser.parse_args()
    tool = open_tool(parser, options.tool) if options.tool else None
    digits = split_and_prepare(mnist_arrays(), CONFIG.validation_size, CONFIG.seed)
    splits = {"mnist": digits.validation}
    splits["made_up"] = drawn_digits(MADE_UP_DIGITS, [CONFIG.seed, VALIDATION, 1], Habits())
    if tool:
        splits["students"] = joined(students(tool, odd=True))
    negatives = training_drawings(replace(CONFIG, drawn_digits=0), digits.train).negatives
    figures = {}
    for name in options.only:
        changed = {field: options.times * getattr(Habits(), field) for field in HABITS.get(name, ())}
        config = replace(CONFIG, **SETTINGS.get(name, {}))
        drawn = drawn_digits(config.drawn_digits, [config.seed, TRAINING, 1], replace(Habits(), **changed))
        with tempfile.TemporaryDirectory() as folder:
            state = Path(folder, "state.npz")
            network, _ = fit(config, digits.train, partial(Drawings, drawn, negatives), {}, state)
        figures[name] = {key: 100 * right_of(network, split) / len(split) for key, split in splits.items()}
        print(name, figures[name], flush=True)
    report({"times": options.times, **figures}, options, "habits")


if __name__ == "__main__":
    main()
