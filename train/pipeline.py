"""The whole way from MNIST to a shipped model: train, save, score once, and write the card and its pictures."""

from dataclasses import asdict
from functools import cache
from pathlib import Path

from recognizer import Recognizer
from train.config import TrainConfig
from train.data.mnist import Mnist
from train.errors import TrainError
from train.export.neighbours import write_index
from train.files import check_room, disk_refusals, fill, finish_moving, written_together
from train.network.architecture import build, ensemble
from train.network.calibration import calibrate
from train.network.fit import fit, right_of
from train.report.metrics import accuracy_with_interval, read_drawings, read_test_set
from train.report.model_card import measured, produced, write_card
from train.report.plots import contact_sheet, plot_confusion, plot_curves, plot_misread, plot_reliability
from train.state import check_states, remove_states, state_path, states
from train.synthetic.drawings import REPORT, VALIDATION, Drawings, other_drawings, training_drawings

BESIDE_THE_MODEL = 8 * 2**20  # bytes: the index, the pictures and the card
HDF5_ROOM = 2**20  # bytes beside the weights: the layers' options
MODEL_SUFFIXES = (".keras", ".h5")


def train_and_evaluate(config: TrainConfig, mnist: Mnist, out: Path, resume: bool = False) -> dict:
    """Train as `config` says, write the model, its card and its pictures to `out`, and return the card.

    Everything is written and scored in a folder of its own first; then each file is moved into place, the card last. A
    run that was stopped or killed, wherever it was, goes on with `resume`, and is forgotten without.
    """
    check_start(config, out, resume)
    if not resume:
        remove_states(out, config.name)
    drawings = cache(lambda: training_drawings(config, mnist.train))  # made when the first epoch asks for them
    checks = other_drawings(config, mnist.validation, VALIDATION)
    watched = {"validation": mnist.validation, "drawn": checks.only_digits()}
    members, history = [], []
    for number in range(1, config.ensemble_size + 1):
        state = state_path(config, out, number)
        model, rows = fit(config.member(number), mnist.train, drawings, watched, state, resume)
        members.append(model)
        history += [{"member": number, **row} for row in rows]
    model = ensemble(members)
    calibration = _calibrate(model, config, checks)
    validation = accuracy_with_interval(*right_of(model, mnist.validation))
    with disk_refusals(out), written_together(out, config.name) as folder:
        made = folder / config.name
        for suffix in config.formats:
            _save_for_inference(model, config, made.with_suffix(f".{suffix}"))
        saved = made.with_suffix(f".{config.formats[0]}")
        recognizer = Recognizer.load(saved)
        result = read_test_set(recognizer, mnist.test_pictures, mnist.test_labels)
        report = other_drawings(config, mnist.validation, REPORT)
        drawn = [read_drawings(recognizer, part) for part in (report.digits, report.variants, report.negatives)]
        write_index(saved, mnist.train, drawings(), config)
        card = _card(config, mnist, history, validation, result, drawn, calibration, saved)
        for name, plot in {
            "curves": lambda path: plot_curves(history, path),
            "confusion": lambda path: plot_confusion(result, path),
            "misread": lambda path: plot_misread(result, path),
            "reliability": lambda path: plot_reliability(card["drawings"]["reliability"], path),
            "drawn_digits": lambda path: contact_sheet(report.digits, path),
            "drawn_variants": lambda path: contact_sheet(report.variants, path),
            "drawn_negatives": lambda path: contact_sheet(report.negatives, path),
        }.items():
            plot(made.with_name(f"{config.name}_{name}.png"))
        write_card(card, made.with_suffix(".json"))
    remove_states(out, config.name)
    return card


def check_start(config: TrainConfig, out: Path, resume: bool) -> None:
    """Make the folder `out`, and remove what a run that was killed has left of its files.

    Raises `TrainError` where `out` has no room for all that the run writes, or, with `resume`, a state that it cannot
    go on with.
    """
    size = _bytes_written(config)
    advice = f"Training writes {size / 2**20:.0f} MiB there: make room, or give another folder with --out."
    with disk_refusals(out, advice):
        if out.suffix in MODEL_SUFFIXES or out.is_file():
            raise TrainError(f"--out is a folder, and {out.name} a file: give the folder that the model is to lie in.")
        out.mkdir(parents=True, exist_ok=True)
        finish_moving(out, config.name)
        if resume:
            check_states(config, out)
        check_room(out, config.name, size - sum(state.stat().st_size for state in states(out, config.name).values()))


def _bytes_written(config: TrainConfig) -> int:
    """What a run takes on the disk at most, when it writes its last state, or its model beside its states."""
    weights = 4 * build(config).count_params()
    states_with_one_being_written = (
        (config.ensemble_size + 1) * 4 * weights
    )  # weights, average, the optimiser's two moments
    return states_with_one_being_written + len(config.formats) * config.ensemble_size * weights + BESIDE_THE_MODEL


def _calibrate(model, config: TrainConfig, checks: Drawings) -> dict[str, float]:
    if not config.calibrate:
        return {}
    return calibrate(model, checks.only_digits(), checks.negatives if config.negatives else None)


def _card(config: TrainConfig, mnist: Mnist, history, validation, result, drawn, calibration, saved: Path) -> dict:
    return {
        **measured(saved, config.ensemble_size * build(config).count_params(), result, validation, drawn, calibration),
        "training_digits": len(mnist.train),
        "training_minutes": round(sum(row["seconds"] for row in history) / 60, 1),
        "config": asdict(config),
        "data_sha256": mnist.hashes,
        **produced(),
        "history": history,
    }


def _save_for_inference(model, config: TrainConfig, path: Path) -> None:
    """Save the network alone: the optimiser's state would triple the file and nothing here reads it."""
    bare = ensemble([build(config) for _ in range(config.ensemble_size)])
    bare.set_weights(model.get_weights())
    if path.suffix == ".h5":
        fill(path, 4 * bare.count_params() + HDF5_ROOM)  # where the disk is full, HDF5 would end the whole process
    bare.save(path)
