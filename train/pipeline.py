"""The whole way from MNIST to a shipped model: train, save, score once, and write the card and its pictures."""

import os
import platform
import tempfile
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recognizer import Recognizer
from recognizer.model import sha256_of
from train.architecture import build, ensemble
from train.calibrate import calibrate
from train.card import write_card
from train.config import TrainConfig
from train.data import Mnist
from train.drawings import REPORT, VALIDATION, Drawings, other_drawings, training_drawings
from train.evaluate import (
    accuracy_per_digit,
    accuracy_with_interval,
    figures_on_drawings,
    read_drawings,
    read_test_set,
)
from train.files import move_into_place
from train.fit import fit, right_of
from train.kin import write_index
from train.portable import save_portable
from train.report import contact_sheet, plot_confusion, plot_curves, plot_misread, plot_reliability


def train_and_evaluate(config: TrainConfig, mnist: Mnist, out: Path, resume: bool = False) -> dict:
    """Train as `config` says, write the model, its card and its pictures to `out`, and return the card.

    Everything is written and scored in a folder of its own first; then each file is moved into place, the card last. A
    run that was stopped, wherever it was, goes on with `resume`.
    """
    out.mkdir(parents=True, exist_ok=True)
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
    with tempfile.TemporaryDirectory(prefix=f".{config.name}-", dir=out) as folder:
        made = Path(folder) / config.name
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
        for path in made.parent.iterdir():
            move_into_place(path, out / path.name)
    write_card(card, out / f"{config.name}.json")
    for state in state_paths(config, out):
        state.unlink(missing_ok=True)
    return card


def _calibrate(model, config: TrainConfig, checks: Drawings) -> dict[str, float]:
    if not config.calibrate:
        return {}
    return calibrate(model, checks.only_digits(), checks.no_digits if config.no_digits else None)


def _card(config: TrainConfig, mnist: Mnist, history, validation, result, drawn, calibration, saved: Path) -> dict:
    return {
        "model": saved.name,
        "sha256": sha256_of(saved),
        "bytes": saved.stat().st_size,
        "parameters": config.members * build(config).count_params(),
        "test": accuracy_with_interval(int((result.answers == result.labels).sum()), len(result.labels)),
        "test_per_digit": accuracy_per_digit(result),
        "validation": validation,
        "drawings": figures_on_drawings(*drawn),
        "calibration": calibration,
        "training_digits": len(mnist.train),
        "training_minutes": round(sum(row["seconds"] for row in history) / 60, 1),
        "config": asdict(config),
        "data_sha256": mnist.hashes,
        "versions": _versions(),
        "machine": {"cores": _cores(), "processor": platform.machine()},
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


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # one of the two tensorflows
            continue
    return versions


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
