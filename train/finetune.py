"""Fine-tune the shipped model on corrections, and put it in the old one's place only if it is no worse.

In: a folder with the model and its card, corrections (train/extra.py), and MNIST. Out, in the same folder: either the
new model with its card, index and pictures, and in `previous/` those of the old one; or the old one as it was, and in
`candidate/` the new one. What lies in these folders can be moved over the model's files, to go that way all the same.

The network learns the corrections among what it was trained with, so that it forgets nothing (rehearsal; Robins 1995,
"Catastrophic forgetting, rehearsal and pseudorehearsal"), and then goes only so far from its old weights to the new
ones as leaves it no worse on MNIST's validation digits (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models").
"""

import json
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from recognizer import Recognizer
from recognizer.model import load_network, sha256_of
from train.calibrate import calibrate
from train.card import measured, produced, write_card
from train.config import CONFIGS, FinetuneConfig, TrainConfig
from train.data import NO_DIGIT, Mnist, Split, joined, split_and_prepare
from train.drawings import REPORT, VALIDATION, Drawings, other_drawings, training_drawings
from train.errors import TrainError
from train.evaluate import TestResult, accuracy_with_interval, read_drawings, read_test_set, right_as_corrected
from train.export import outdated_exports
from train.extra import Corrections, sides
from train.files import finish_moving, written_together
from train.fit import fit_further, right_of
from train.kin import write_index
from train.portable import save_portable
from train.report import plot_confusion, plot_misread, plot_reliability

NAME = CONFIGS["digits"].name
PREVIOUS, CANDIDATE = "previous", "candidate"  # folders beside the model
# What stays true of the training that a fine-tuned model started from; all else is measured anew, or left out.
OF_THE_TRAINING = (
    "training_digits",
    "training_minutes",
    "config",
    "data_sha256",
    "versions",
    "machine",
    "history",
)


def finetune(config: FinetuneConfig, corrections: Corrections, arrays: dict[str, np.ndarray], out: Path) -> dict:
    """Fine-tune the model in `out`, replace it if the new one is no worse, and return the new one's card.

    `arrays`: MNIST, as `load_mnist` gives it. Whatever stops it leaves the files in `out` as they were.
    Raises `TrainError` where the corrections are too few, or the model or its card is not one to go on with.
    """
    started = time.monotonic()
    finish_moving(out, NAME)
    learned, held_out = _two_sides(config, corrections)
    old = out / f"{NAME}.keras"
    old_card, base = _card_of(old)
    earlier_looks = _earlier_looks(out, old)
    model = _copy_of(old)
    mnist = split_and_prepare(arrays, base.validation_size, base.seed)
    run = _run(config, base, len(mnist.train))
    drawings = training_drawings(run, mnist.train)
    checks = other_drawings(base, mnist.validation, VALIDATION)
    epochs = [_epoch(config, run, mnist.train, drawings, learned, number) for number in range(config.epochs)]
    history = fit_further(model, run, epochs, {"validation": mnist.validation, "drawn": checks.only_digits()})
    way = _go_part_of_the_way(model, load_network(old), config.ways, mnist.validation)
    calibration = calibrate(model, checks.only_digits(), checks.no_digits) if base.calibrate else {}
    validation = accuracy_with_interval(*right_of(model, mnist.validation))
    with written_together(out, NAME) as folder:
        new = folder / CANDIDATE
        new.mkdir()
        saved = new / old.name
        save_portable(model, saved)
        write_index(saved, mnist.train, drawings, base)
        gate, result = _gate(old, saved, mnist, held_out)
        report = other_drawings(base, mnist.validation, REPORT)
        recognizer = Recognizer.load(saved)
        drawn = [read_drawings(recognizer, part) for part in (report.digits, report.restyled, report.no_digits)]
        replaces = all(row["new"] >= row["old"] for row in gate.values())
        this_time = {
            "replaced": replaces,
            "gate": gate,
            "looks_at_test": earlier_looks + 1,
            "note": "Each look read MNIST's test digits with a new model, to decide whether it replaces the old one.",
            "from_sha256": old_card["sha256"],
            "corrections_sha256": corrections.sha256,
            "corrections": len(corrections),
            "none_of_these": int((corrections.pictures.labels == NO_DIGIT).sum()),
            "learned_from": len(learned),
            "held_out": len(held_out),
            "way": way,
            "config": asdict(config),
            "minutes": round((time.monotonic() - started) / 60, 1),
            **produced(),
            "history": history,
        }
        card = {
            **measured(saved, model.count_params(), result, validation, drawn, calibration),
            "finetuned": [*old_card.get("finetuned", []), this_time],
            **{name: old_card[name] for name in OF_THE_TRAINING},
        }
        write_card(card, saved.with_suffix(".json"))
        plot_confusion(result, new / f"{NAME}_confusion.png")
        plot_misread(result, new / f"{NAME}_misread.png")
        plot_reliability(card["drawings"]["reliability"], new / f"{NAME}_reliability.png")
        if replaces:
            _promote(new, folder, out)
    return card


def outcome(card: dict, out: Path) -> str:
    """What came of a fine-tuning, in sentences for the terminal; `card` is the new model's, `out` its folder."""
    this_time, model = card["finetuned"][-1], card["model"]
    lines = [
        f"{what}: {row['old']:,} of {row['of']:,} right with the old model, {row['new']:,} with the new one."
        for what, row in (
            ("MNIST's test digits", this_time["gate"]["test"]),
            ("Corrections held out", this_time["gate"]["held_out"]),
        )
    ]
    if not this_time["replaced"]:
        lines.append(
            f"The new model is worse, so both are kept: the old one is {out / model} as before, the new one is "
            f"{out / CANDIDATE / model}."
        )
        return "\n".join(lines)
    lines.append(f"The new model is now {out / model}; the old one is kept as {out / PREVIOUS / model}.")
    if outdated := outdated_exports(out / model):
        lines.append(outdated)
    return "\n".join(lines)


def _two_sides(config: FinetuneConfig, corrections: Corrections) -> tuple[Split, Split]:
    """What to learn from and what is held out; `TrainError` where there is too little of either."""
    if len(corrections) < config.least:
        raise TrainError(
            f"To learn from some corrections and check on others, there have to be at least {config.least}; these are "
            f"{len(corrections)}. Collect more."
        )
    learned, held_out = sides(corrections)
    if len(held_out) < config.least_held_out or not len(learned):
        raise TrainError(
            f"Of these {len(corrections)} corrections {len(held_out)} are held out and {len(learned)} left to learn "
            f"from, as the names of their drawings decide; at least {config.least_held_out} and 1 are needed. "
            "Collect more."
        )
    return learned, held_out


def _card_of(model: Path) -> tuple[dict, TrainConfig]:
    """The card of a model that training has made, and the configuration that it was trained with."""
    path = model.with_suffix(".json")
    if not model.exists():
        raise TrainError(f"There is no {model} to fine-tune. Restore it, or train one with `python -m train`.")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if card["sha256"] != sha256_of(model):
            raise ValueError("it is that of another model")
        lacking = [name for name in OF_THE_TRAINING if name not in card]
        if lacking or not isinstance(card.get("finetuned", []), list):
            raise ValueError(f"it lacks {', '.join(lacking) or 'a list of earlier fine-tunings'}")
        base = TrainConfig(**{**card["config"], "name": NAME, "formats": ("keras",)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainError(
            f"{path}, the card of {model.name}, cannot be used ({error}), so nobody knows how the model was trained. "
            "Restore both files, or train a new model with `python -m train`."
        ) from error
    if not base.no_digits:
        raise TrainError(f"{model.name} was never taught what is no digit. Train one that was, with `python -m train`.")
    return card, base


def _copy_of(path: Path):
    """The network in a model file, apart from the one that others use."""
    import keras

    network = load_network(path)
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


def _run(config: FinetuneConfig, base: TrainConfig, digits: int) -> TrainConfig:
    """The training that `base` was with `digits` of MNIST, as much of it as fine-tuning repeats."""
    kinds = ("drawn_digits", "restyled_digits", "no_digits")
    part = config.replay / (digits + sum(getattr(base, kind) for kind in kinds))
    return replace(
        base,
        **{kind: round(part * getattr(base, kind)) for kind in kinds},
        pool=config.epochs,
        seed=config.seed,
        epochs=config.epochs,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        optimizer="adamw",
        schedule="cosine",
        warmup_epochs=0.0,
        weight_decay=0.0,
        average=0.0,
    )


def _epoch(
    config: FinetuneConfig, run: TrainConfig, train: Split, drawings: Drawings, learned: Split, number: int
) -> Split:
    """What an epoch is made of: its own part of MNIST and the drawings, and corrections, in an order of its own."""
    rng = np.random.default_rng([config.seed, number])
    counts = (run.drawn_digits, run.restyled_digits, run.no_digits)
    parts = [_some(train, max(1, config.replay - sum(counts)), rng)]
    for pool, count in zip((drawings.digits, drawings.restyled, drawings.no_digits), counts, strict=True):
        parts.append(_some(pool, count, rng))
    rows = _corrections_of(config, len(learned), number)
    rows = joined([*parts, Split(learned.digits[rows], learned.labels[rows])])
    order = rng.permutation(len(rows))
    return Split(rows.digits[order], rows.labels[order])


def _corrections_of(config: FinetuneConfig, count: int, number: int) -> np.ndarray:
    """Which of `count` corrections an epoch takes: they go round, each in its turn, whatever an epoch has room for."""
    room = round(min(config.share * config.replay, config.most_repeats * count))
    rounds = -(-room * config.epochs // count)
    order = np.concatenate([np.random.default_rng([config.seed, i]).permutation(count) for i in range(rounds)])
    return order[number * room : (number + 1) * room]


def _some(split: Split, count: int, rng: np.random.Generator) -> Split:
    rows = rng.choice(len(split), min(count, len(split)), replace=False)
    return Split(split.digits[rows], split.labels[rows])


def _go_part_of_the_way(model, old, ways: tuple[float, ...], validation: Split) -> float:
    """Take `model` back to between `old` and itself, by the first of `ways` that is no worse than `old`; return it.

    Where all are worse, it is the last one, and the gate has the say.
    """
    before, after = old.get_weights(), model.get_weights()
    right, _ = right_of(old, validation)
    for way in ways:
        model.set_weights([a + way * (b - a) for a, b in zip(before, after, strict=True)])
        if right_of(model, validation)[0] >= right:
            break
    return way


def _gate(old: Path, new: Path, mnist: Mnist, held_out: Split) -> tuple[dict[str, dict[str, int]], TestResult]:
    """How many the old and the new model read right, of the test digits and of what is held out; the new's result."""
    gate = {"test": {}, "held_out": {}}
    for name, path in (("old", old), ("new", new)):
        recognizer = Recognizer.load(path)
        result = read_test_set(recognizer, mnist.test_pictures, mnist.test_labels)
        gate["test"][name] = int((result.answers == result.labels).sum())
        gate["held_out"][name] = right_as_corrected(read_drawings(recognizer, held_out), held_out.labels)
    gate["test"]["of"], gate["held_out"]["of"] = len(mnist.test_labels), len(held_out)
    return gate, result


def _earlier_looks(out: Path, old: Path) -> int:
    """How often the test digits were read to replace the same old model before, as the last one refused has it."""
    path = out / CANDIDATE / f"{NAME}.json"
    if not path.exists():
        return 0
    try:
        last = json.loads(path.read_text(encoding="utf-8"))["finetuned"][-1]
        return int(last["looks_at_test"]) if last["from_sha256"] == sha256_of(old) else 0
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise TrainError(f"{path} is damaged ({error}). Remove the folder {path.parent}.") from error


def _promote(new: Path, folder: Path, out: Path) -> None:
    """Put the files in `new` where they will take the place of those in `out`, with copies of these beside them."""
    previous = folder / PREVIOUS
    previous.mkdir()
    for path in list(new.iterdir()):
        if (out / path.name).exists():
            shutil.copy2(out / path.name, previous / path.name)
        path.replace(folder / path.name)
    new.rmdir()
