"""Save a network so that older releases of Keras 3 open it too.

Keras writes every option of every layer into the file, new ones with their defaults as well, and a release that does
not know an option refuses the file. Leaving out what has its default changes nothing else.
"""

import json
import zipfile
from pathlib import Path

from train.files import fill

HDF5_ROOM = 2**20  # bytes beside the weights: the layers' options, twice while they are rewritten
# Options that came after Keras 3.12, the last release for Python 3.10, with their defaults.
NEW_OPTIONS = {
    "input_axes": None,
    "output_axes": None,
    "quantization_config": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}


def save_portable(model, path: Path) -> None:
    """Save a Keras model, compiled or not, as .keras or .h5 by the ending of `path`."""
    if path.suffix == ".h5":
        fill(path, 4 * model.count_params() + HDF5_ROOM)  # where the disk is full, HDF5 would end the whole process
        model.save(path)
        _rewrite_h5(path)
    else:
        model.save(path)
        _rewrite_keras(path)


def _rewrite_h5(path: Path) -> None:
    import h5py

    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps(_without_new_options(json.loads(file.attrs["model_config"])))


def _rewrite_keras(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["config.json"] = json.dumps(_without_new_options(json.loads(files["config.json"]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _without_new_options(config):
    if isinstance(config, list):
        return [_without_new_options(item) for item in config]
    if not isinstance(config, dict):
        return config
    kept = {key: value for key, value in config.items() if key not in NEW_OPTIONS or value != NEW_OPTIONS[key]}
    return {key: _without_new_options(value) for key, value in kept.items()}
