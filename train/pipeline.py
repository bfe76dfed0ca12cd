"""The whole way from MNIST to a shipped model: train, save, score once, and write the card and its pictures."""

from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from recognizer import Recognizer
from train.architecture import build, ensemble
from train.calibrate import calibrate
from train.card import measured, produced, write_card
from train.config import TrainConfig
from train.data import Mnist
from train.drawings import REPORT, VALIDATION, Drawings, other_drawings, training_drawings
from train.evaluate import accuracy_with_interval, read_drawings, read_test_set
from train.files import finish_moving, written_together
from train.fit import fit, right_of
from train.kin import write_index
from train.portable import save_portable
from train.report import contact_sheet, plot_confusion, plot_curves, plot_misread, plot_reliability


def train_and_evaluate(config: TrainConfig, mnist: Mnist, out: Path, resume: bool = False) -> dict:
    """Train as `config` says, write the model, its card and its pictures to `out`, and return the card.

    Everything is written and scored in a folder of its own first; then each file is moved into place, the card last. A
    run that was stopped or killed, wherever it was, goes on with `resume`; whatever else it left is removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    finish_moving(out, config.name)
    drawings = cache(lambda: training_drawings(config, mnist.train))  # made when the first epoch asks for them
    checks = other_drawings(config, mnist.validation, VALIDATION)
    watched = {"validation": mnist.validation, "drawn": checks.only_digits()}
    members, history = [], []
    for number, state in enumerate(state_paths(config, out)):
        member = replace(config, seed=config.seed + number)
        model, rows = fit(member, mnist.train, drawings, watched, state, resume)
        members.append(model)
        history += [{"member": number + 1, **row} for row in rows]
    model = ensemble(members)
    calibration = _calibrate(model, config, checks)
    validation = accuracy_with_interval(*right_of(model, mnist.validation))
    with written_together(out, config.name) as folder:
        made = folder / config.name
        for suffix in config.formats:
            _save_for_inference(model, config, made.with_suffix(f".{suffix}"))
        saved = made.with_suffix(f".{config.formats[0]}")
        recognizer = Recognizer.load(saved)
        result = read_test_set(recognizer, mnist.test_pictures, mnist.test_labels)
        report = other_drawings(config, mnist.validation, REPORT)
        drawn = [read_drawings(recognizer, part) for part in (report.digits, report.restyled, report.no_digits)]
        write_index(saved, mnist.train, drawings(), config)
        card = _card(config, mnist, history, validation, result, drawn, calibration, saved)
        for name, plot in {
            "curves": lambda path: plot_curves(history, path),
            "confusion": lambda path: plot_confusion(result, path),
            "misread": lambda path: plot_misread(result, path),
            "reliability": lambda path: plot_reliability(card["drawings"]["reliability"], path),
            "drawn_digits": lambda path: contact_sheet(report.digits, path),
            "drawn_restyled": lambda path: contact_sheet(report.restyled, path),
            "drawn_no_digits": lambda path: contact_sheet(report.no_digits, path),
        }.items():
            plot(made.with_name(f"{config.name}_{name}.png"))
        write_card(card, made.with_suffix(".json"))
    for state in state_paths(config, out):
        state.unlink(missing_ok=True)
    return card


def _calibrate(model, config: TrainConfig, checks: Drawings) -> dict[str, float]:
    if not config.calibrate:
        return {}
    return calibrate(model, checks.only_digits(), checks.no_digits if config.no_digits else None)


def _card(config: TrainConfig, mnist: Mnist, history, validation, result, drawn, calibration, saved: Path) -> dict:
    return {
        **measured(saved, config.members * build(config).count_params(), result, validation, drawn, calibration),
        "training_digits": len(mnist.train),
        "training_minutes": round(sum(row["seconds"] for row in history) / 60, 1),
        "config": asdict(config),
        "data_sha256": mnist.hashes,
        **produced(),
        "history": history,
    }


def state_paths(config: TrainConfig, out: Path) -> list[Path]:
    """Where an unfinished run keeps its state, a file for each member."""
    return [out / f"{config.name}.unfinished-{number}.npz" for number in range(1, config.members + 1)]


def _save_for_inference(model, config: TrainConfig, path: Path) -> None:
    """Save the network alone: the optimiser's state would triple the file and nothing here reads it."""
    bare = ensemble([build(config) for _ in range(config.members)])
    bare.set_weights(model.get_weights())
    save_portable(bare, path)
