"""The state of a training that has not ended: NAME.unfinished-NUMBER.npz, a file for each member of the ensemble.

Each holds the member's configuration, its history, and all that training changes: weights, statistics, dropout seeds,
the optimiser's memory, the average. A member begins when the one before it has had all its epochs.
"""

import json
import re
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from train.config import TrainConfig
from train.errors import TrainError
from train.files import disk_refusals, written_whole

START_OVER = "train without --resume to start over."


def state_path(config: TrainConfig, out: Path, number: int) -> Path:
    """Where member `number`, counted from 1, keeps its state."""
    return out / f"{config.name}.unfinished-{number}.npz"


def states(out: Path, name: str) -> dict[int, Path]:
    """The states of `name` that are there, by the member's number, also those of a run with more members."""
    paths = out.iterdir() if out.is_dir() else ()
    found = ((re.fullmatch(rf"{re.escape(name)}\.unfinished-(\d+)\.npz", path.name), path) for path in paths)
    return dict(sorted((int(match[1]), path) for match, path in found if match))


def check_states(config: TrainConfig, out: Path) -> None:
    """Raise `TrainError` unless all states that are there are whole, and are of one run with this configuration."""
    finished = 0
    for number, path in states(out, config.name).items():
        history, _ = _read(path, config.member(number))
        if number != finished + 1:
            raise TrainError(
                f"{path.name} is from another run than the others, as member {finished + 1} is not trained yet. "
                f"Remove it, or {START_OVER}"
            )
        finished += len(history) == config.epochs


def remove_states(out: Path, name: str) -> None:
    """Remove all states of `name`, whichever run they are from."""
    with disk_refusals(out):
        for path in states(out, name).values():
            path.unlink()


def save_state(path: Path, variables: list, config: TrainConfig, history: list[dict]) -> None:
    """Write the state of a member whose configuration is `config`; an older one is there until this one is whole."""
    arrays = {f"v{i}": np.asarray(variable) for i, variable in enumerate(variables)}
    with disk_refusals(path.parent), written_whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, config=json.dumps(asdict(config)), history=json.dumps(history), **arrays)


def load_state(path: Path, variables: list, config: TrainConfig) -> list[dict]:
    """Give the variables the values in `path`, and return the history.

    Raises `TrainError` where the file is damaged or comes from a run with another configuration.
    """
    history, values = _read(path, config)
    if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
        raise TrainError(f"{path.name} is from another version of Keras: install that one, or {START_OVER}")
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
    wanted_config = json.loads(json.dumps(asdict(config)))
    changed = [name for name, value in wanted_config.items() if saved_config.get(name) != value and name != "note"]
    if changed:
        raise TrainError(
            f"{path.name} is from a run with other settings ({', '.join(changed)}). "
            f"Give the same options to go on with it, or {START_OVER}"
        )
    return history, values
