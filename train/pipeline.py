"""The whole way from MNIST to a shipped model: train, save, score once, and write the card and what belongs to it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import keras

from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.loader import sha256_of
from train.config import TrainConfig
from train.data.corrections import ONE_IN, Corrections, sides
from train.data.mnist import Mnist, Split, Splits, joined
from train.errors import TrainError
from train.export.neighbours import write_index
from train.files import check_room, disk_errors, finish_moving, written_together
from train.network.architecture import build
from train.network.calibration import calibrate
from train.network.fit import fit, right_of
from train.report import metrics
from train.report.contact_sheets import write_contact_sheets
from train.report.misread import misread_path, write_misread
from train.report.model_card import software_and_machine, write_card
from train.state import check_states, remove_states, state_path, states
from train.synthetic.drawings import Drawings, report_drawings, training_drawings, validation_digits

BESIDE_THE_MODEL = 8 * 2**20  # bytes: the index, the pictures, the misread digits and the card
HDF5_ROOM = 2**20  # bytes beside the weights: the layers' options
MODEL_SUFFIXES = (".keras", ".h5")
LEAST_HELD_OUT = 10  # corrections; with fewer, one more or less decides by chance
CANDIDATE = "candidate"  # the folder in `out` for a model that does not replace the one there


def train_and_evaluate(
    config: TrainConfig, mnist: Mnist, out: Path, resume: bool = False, corrections: Corrections | None = None
) -> dict[str, Any]:
    """Train as `config` says, write the model, its card and what belongs to them to `out`, and return the card.

    With `corrections`, those that are not held out are trained on, too. If the new model then reads fewer validation
    digits or fewer held-out corrections than the model in `out`, all its files go to `out/candidate` instead.

    Everything is written and scored in a folder of its own first; then each file is moved into place, the card last. A
    run that was stopped or killed at any moment goes on with `resume`; without, its state is removed.
    """
    config = check_start(config, out, resume, corrections)
    if not resume:
        remove_states(out, config.name)
    learned, held_out = sides(corrections) if corrections is not None else (None, None)
    drawings = cache(lambda: training_drawings(config, mnist.train))  # made when they are first needed
    watched = {"validation": mnist.validation, "drawn": validation_digits(config)}
    train = mnist.train if learned is None else joined([mnist.train, *[learned] * config.corrections_repeat])
    model, history = _train_networks(config, train, drawings, watched, out, resume)
    calibration = calibrate(model, joined(list(watched.values()))) if config.calibrate else {}

    with disk_errors(out), written_together(out, config.name) as folder:
        for suffix in config.formats:
            _save(model, folder / f"{config.name}.{suffix}")
        saved = _scored_model(config, folder)
        recognizer = Recognizer.load(saved)
        test_predictions = recognizer.predict_many(list(mnist.test_pictures))  # as a user's program does
        test = metrics.Results(mnist.test_labels, test_predictions)
        report = report_drawings(config, mnist.validation)
        drawn = [metrics.read_split(recognizer, part) for part in (report.digits, report.negatives)]
        write_index(saved, mnist.train, drawings(), config)
        card = {
            "model": saved.name,
            "sha256": sha256_of(saved),
            "bytes": saved.stat().st_size,
            "parameters": model.count_params(),
            **metrics.figures_on_test(test),
            "validation": metrics.accuracy_with_interval(right_of(model, mnist.validation), len(mnist.validation)),
            "drawings": metrics.figures_on_drawings(*drawn),
            "calibration": calibration,
            "training_digits": len(mnist.train),
            "training_minutes": round(sum(row["seconds"] for row in history) / 60, 1),
            "config": asdict(config),
            "data_sha256": mnist.hashes,
            **software_and_machine(),
            "history": history,
        }
        if learned is not None and held_out is not None:
            comparison = _compare(recognizer, _scored_model(config, out), mnist.validation, held_out)
            card["corrections"] = {"learned": len(learned), **comparison}
        write_contact_sheets(report, config.name, folder)
        write_misread(test, misread_path(saved))
        write_card(card, folder / f"{config.name}.json")
        if not card.get("corrections", {}).get("replaced", True):
            files = list(folder.iterdir())
            (folder / CANDIDATE).mkdir()
            for path in files:
                path.rename(folder / CANDIDATE / path.name)
    remove_states(out, config.name)
    return card


def check_start(config: TrainConfig, out: Path, resume: bool, corrections: Corrections | None = None) -> TrainConfig:
    """Make the folder `out`, clean up after a killed run, and return `config` with the hash of `corrections`.

    Raises `TrainError` if `out` has no room for everything that the run writes, if the corrections are too few or hold
    negatives that the network has no output for, or, with `resume`, if a state belongs to another run or is damaged.
    Raises `ModelError` if the corrections are to be compared with a model in `out` that cannot be opened.
    """
    if corrections is not None:
        _check_corrections(config, corrections)
        config = replace(config, corrections=corrections.sha256)
    size = _bytes_written(config)
    advice = f"Training writes {size / 2**20:.0f} MiB there: make room, or give another folder with --out."
    with disk_errors(out, advice):
        if out.suffix in MODEL_SUFFIXES or out.is_file():
            raise TrainError(f"--out is a folder, and {out.name} is a file: give the folder for the model.")
        out.mkdir(parents=True, exist_ok=True)
        finish_moving(out, config.name)
        if resume:
            check_states(config, out)
        check_room(out, size - sum(state.stat().st_size for state in states(out, config.name).values()))
    if corrections is not None and (old := _scored_model(config, out)).exists():
        Recognizer.load(old)  # rather now than after hours of training
    return config


def _check_corrections(config: TrainConfig, corrections: Corrections) -> None:
    learned, held_out = sides(corrections)
    if not len(learned) or len(held_out) < LEAST_HELD_OUT:
        raise TrainError(
            f"{len(corrections)} corrections are too few: {len(learned)} of them can be trained on (1 is needed), and "
            f"{len(held_out)} are held out ({LEAST_HELD_OUT} are needed), about one drawing in {ONE_IN}. Collect more."
        )
    negatives = int((corrections.pictures.labels == NO_DIGIT).sum())
    if negatives and config.classes <= NO_DIGIT:
        raise TrainError(
            f"{negatives} corrections say that a drawing is not a digit, and this network has no output for that. "
            "Leave them out, or train a network with --negatives above 0."
        )


def _train_networks(
    config: TrainConfig, train: Split, drawings: Callable[[], Drawings], watched: Splits, out: Path, resume: bool
) -> tuple[keras.Model, list[dict]]:
    """Train the teachers, then their student; return (the student in float32, the history of all of them)."""
    networks: list[keras.Model] = []
    history = []
    for number in range(1, config.teachers + 2):
        state = state_path(config, out, number)
        name, teachers = ("student", networks) if number > config.teachers else (f"teacher {number}", [])
        network, epochs = fit(config.network(number), train, drawings, watched, state, resume, teachers)
        networks.append(network)
        history += [{"network": name, **epoch} for epoch in epochs]
    student = build(config)
    student.set_weights(networks[-1].get_weights())
    return student, history


def _compare(recognizer: Recognizer, old: Path, validation: Split, held_out: Split) -> dict[str, Any]:
    """The card's entries on how the new model compares with the one in `old`, if there is one.

    MNIST's test digits play no part in it: a choice made on them would make the card's figures too good.
    """
    splits = {"validation": validation, "held_out": held_out}
    if not old.exists():
        return {"replaced": True, **metrics.compare({"new": recognizer}, splits)}
    counts = metrics.compare({"new": recognizer, "old": Recognizer.load(old)}, splits)
    no_worse = all(count["new"] >= count["old"] for count in counts.values())
    return {"replaced": no_worse, **counts, "old_sha256": sha256_of(old)}


def _scored_model(config: TrainConfig, folder: Path) -> Path:
    """The model file in `folder` that is read and compared: the first of `config.formats`."""
    return folder / f"{config.name}.{config.formats[0]}"


def _bytes_written(config: TrainConfig) -> int:
    """The most that a run takes on the disk: while it writes its last state, or its model beside all states."""
    *teachers, student = (4 * build(config.network(n)).count_params() for n in range(1, config.teachers + 2))
    states = 4 * (sum(teachers) + 2 * student)  # weights, average, the optimizer's two moments; the last twice
    return states + len(config.formats) * student + BESIDE_THE_MODEL


def _save(model: keras.Model, path: Path) -> None:
    if path.suffix == ".h5":
        check_room(path.parent, 4 * model.count_params() + HDF5_ROOM)  # a full disk in HDF5 would end the process
    model.save(path)
