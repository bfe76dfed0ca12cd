"""The state of an unfinished training run: NAME.unfinished-NUMBER.npz, a file for each network.

The teachers' come first, then the student's. Each holds the network's configuration, its history, and everything that
training changes: weights, statistics, dropout seeds, the optimizer's moments, the EMA. A network starts when the one
before it has finished its epochs.
"""

import json
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from train.config import TrainConfig
from train.errors import TrainError
from train.files import disk_errors, written_whole

START_OVER = "train without --resume to start over."


def state_path(config: TrainConfig, out: Path, number: int) -> Path:
    """The file for the state of network `number`, counted from 1."""
    return out / f"{config.name}.unfinished-{number}.npz"


def states(out: Path, name: str) -> dict[int, Path]:
    """The existing states of `name`, by the network's number, including those of a run with more networks."""
    paths = out.iterdir() if out.is_dir() else ()
    matches = ((re.fullmatch(rf"{re.escape(name)}\.unfinished-(\d+)\.npz", path.name), path) for path in paths)
    return dict(sorted((int(match[1]), path) for match, path in matches if match))


def check_states(config: TrainConfig, out: Path) -> None:
    """Raise `TrainError` unless all existing states are whole, and belong to one run with this configuration."""
    finished = 0
    for number, path in states(out, config.name).items():
        network = config.network(number)
        history, _ = _read(path, network)
        if number != finished + 1:
            raise TrainError(
                f"{path.name} belongs to another run, because network {finished + 1} is not trained yet. "
                f"Remove it, or {START_OVER}"
            )
        finished += len(history) == network.epochs


def remove_states(out: Path, name: str) -> None:
    """Remove all states of `name`, whatever run they belong to."""
    with disk_errors(out):
        for path in states(out, name).values():
            path.unlink()


def save_state(path: Path, variables: list, config: TrainConfig, history: list[dict]) -> None:
    """Save the state of the network whose configuration is `config`; an older one stays until this one is whole."""
    arrays: dict[str, Any] = {f"v{i}": np.asarray(variable) for i, variable in enumerate(variables)}
    with disk_errors(path.parent), written_whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, config=json.dumps(asdict(config)), history=json.dumps(history), **arrays)


def load_state(path: Path, variables: list, config: TrainConfig) -> list[dict]:
    """Set the variables to the values in `path`, and return the history.

    Raises `TrainError` if the file is damaged or belongs to a run with another configuration.
    """
    history, values = _read(path, config)
    if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
        raise TrainError(f"{path.name} was written by another version of Keras: install that one, or {START_OVER}")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return history


def _read(path: Path, config: TrainConfig) -> tuple[list[dict], list[np.ndarray]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            saved_config, history = json.loads(str(file["config"])), json.loads(str(file["history"]))
            values = [file[f"v{i}"] for i in range(len(file.files) - 2)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise TrainError(f"{path.name} is damaged ({error}): {START_OVER}") from error
    wanted = json.loads(json.dumps(asdict(config)))
    changed = [name for name, value in wanted.items() if saved_config.get(name) != value and name != "note"]
    if changed:
        raise TrainError(
            f"{path.name} belongs to a run with other settings ({', '.join(changed)}). "
            f"Give the same options to go on with it, or {START_OVER}"
        )
    return history, values
