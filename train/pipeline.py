"""The whole way from MNIST to a shipped model: train, save, score once, and write the card and its pictures."""

import hashlib
import platform
import shutil
import tempfile
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recognizer import Recognizer
from train.architecture import ARCHITECTURES
from train.card import write_card
from train.config import TrainConfig
from train.data import Mnist
from train.evaluate import accuracy_per_digit, accuracy_with_interval, read_test_set
from train.files import written_whole
from train.fit import fit
from train.report import plot_confusion, plot_curves, plot_misread


def train_and_evaluate(config: TrainConfig, mnist: Mnist, out: Path, resume: bool = False) -> dict:
    """Train as `config` says, write the model, its card and its pictures to `out`, and return the card.

    Nothing in `out` is touched before the new model has been trained, saved, loaded again and scored; then each
    file is moved into place whole. A run that was stopped goes on with `resume`.
    """
    state = state_path(config, out)
    model, history = fit(config, mnist, state, resume)
    with tempfile.TemporaryDirectory() as folder:
        saved = {suffix: Path(folder) / f"{config.name}.{suffix}" for suffix in config.formats}
        for path in saved.values():
            _save_for_inference(model, config, path)
        first = saved[config.formats[0]]
        recognizer = Recognizer.load(first)
        result = read_test_set(recognizer, mnist.test_pictures, mnist.test_labels)
        card = {
            "model": f"{config.name}.{config.formats[0]}",
            "sha256": sha256_of(first),
            "bytes": first.stat().st_size,
            "parameters": model.count_params(),
            "test": accuracy_with_interval(int((result.answers == result.labels).sum()), len(result.labels)),
            "test_per_digit": accuracy_per_digit(result),
            "validation": accuracy_with_interval(
                round(history[-1]["validation_accuracy"] * len(mnist.validation)), len(mnist.validation)
            ),
            "training_digits": len(mnist.train),
            "training_minutes": round(sum(row["seconds"] for row in history) / 60, 1),
            "config": asdict(config),
            "data_sha256": mnist.hashes,
            "versions": _versions(),
            "machine": {"cores": _cores(), "processor": platform.machine()},
            "history": history,
        }
        for path in saved.values():
            with written_whole(out / path.name) as temporary:
                shutil.copyfile(path, temporary)
    plot_curves(history, out / f"{config.name}_curves.png")
    plot_confusion(result, out / f"{config.name}_confusion.png")
    plot_misread(result, out / f"{config.name}_misread.png")
    write_card(card, out / f"{config.name}.json")
    state.unlink()
    return card


def state_path(config: TrainConfig, out: Path) -> Path:
    """Where an unfinished run keeps its state."""
    return out / f"{config.name}.unfinished.npz"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal, as the card has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _save_for_inference(model, config: TrainConfig, path: Path) -> None:
    """Save the network alone: the optimiser's state would triple the file and nothing here reads it."""
    bare = ARCHITECTURES[config.architecture]()
    bare.set_weights(model.get_weights())
    bare.save(path)


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # one of the two tensorflows
            continue
    return versions


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
