"""What a Keras file may hold: known layers of a reasonable size, and nothing that could run code.

It is checked before Keras builds any of it.
"""

import io
import json
import zipfile
from pathlib import Path

import h5py

from recognizer.errors import ModelError

MAX_UNPACKED_BYTES = 256 * 2**20
MAX_CONFIG_BYTES = 4 * 2**20

# Layers that only compute: no Lambda, no custom class, nothing that could run code from the file.
KNOWN_LAYERS = frozenset(
    """
    Functional Sequential InputLayer Rescaling Normalization Conv2D DepthwiseConv2D SeparableConv2D Dense EinsumDense
    BatchNormalization LayerNormalization GroupNormalization Activation ReLU LeakyReLU PReLU ELU Softmax
    MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D ZeroPadding2D Cropping2D UpSampling2D
    Dropout SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout Flatten Reshape Permute
    Add Average Maximum Multiply Concatenate Subtract
    """.split()  # noqa: SIM905 - a table reads better than thirty-seven quoted lines
)
# Objects that such layers are configured with.
KNOWN_OTHERS = frozenset(
    """
    Zeros Ones Constant Identity Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling
    GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform
    L1 L2 L1L2 MaxNorm MinMaxNorm NonNeg UnitNorm DTypePolicy __keras_tensor__ __tuple__
    """.split()  # noqa: SIM905 - as above
)
# Where Keras has them; files from before Keras 3 do not say it.
KNOWN_MODULES = frozenset(
    """
    keras keras.layers keras.initializers keras.regularizers keras.constraints keras.models
    keras.src.models.functional keras.src.models.sequential
    """.split()  # noqa: SIM905 - as above
)
MAX_NUMBER = 10_000  # of units, filters, padding and the like, which bound the memory a layer takes
UNBOUNDED = frozenset(["seed", "shared_object_id"])  # numbers that are not sizes


def check_file(path: Path) -> None:
    """Raise for a file that is damaged (any exception), or holds anything but known layers of a reasonable size.

    The latter is a `ModelError`.
    """
    config = _read_keras(path) if path.suffix == ".keras" else _read_h5(path)
    if len(config) > MAX_CONFIG_BYTES:
        raise ValueError("its configuration is far too large")
    unknown = _first_unknown(json.loads(config))
    if unknown is not None:
        raise ModelError(
            f"{path.name}: {unknown} is not one of the standard Keras layers that this program opens; other layers can "
            "run code from the file."
        )


def _read_keras(path: Path) -> str | bytes:
    """The configuration in a .keras file, a zip of config.json and model.weights.h5."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise ValueError(f"it unpacks to over {MAX_UNPACKED_BYTES // 2**20} MiB")
        if "model.weights.h5" in archive.namelist():
            _check_arrays(io.BytesIO(archive.read("model.weights.h5")))
        return archive.read("config.json")


def _read_h5(path: Path) -> str | bytes:
    """The configuration in an .h5 file, an attribute beside the weights."""
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
    if config is None:
        raise ValueError("it holds no model, perhaps only weights")
    _check_arrays(path)
    return config


def _check_arrays(file: Path | io.BytesIO) -> None:
    """Refuse HDF5 weights that unpack to more than a digit model needs."""
    sizes = []
    with h5py.File(file, "r") as weights:
        weights.visititems(lambda _, item: sizes.append(item.nbytes) if isinstance(item, h5py.Dataset) else None)
    if sum(sizes) > MAX_UNPACKED_BYTES:
        raise ValueError("its weights are far too large")


def _first_unknown(config: dict) -> str | None:
    """The first unknown object or oversized number in a Keras configuration, however deep; None if there is none."""
    if "class_name" not in config:
        raise ValueError("it names no layers")
    # compile_config is the optimiser and the loss of the whole model, which with_keras does not load.
    todo = [({key: value for key, value in config.items() if key != "compile_config"}, True, "")]
    while todo:
        node, is_layer, name = todo.pop()
        if isinstance(node, dict):
            if "class_name" in node and not _is_known(node, is_layer):
                return str(node.get("registered_name") or node["class_name"])
            todo += [(value, key in ("layers", "layer"), key) for key, value in node.items()]
        elif isinstance(node, list):
            todo += [(value, is_layer, name) for value in node]
        elif isinstance(node, (int, float)) and abs(node) > MAX_NUMBER and name not in UNBOUNDED:
            return f"{name} = {node}"
    return None


def _is_known(node: dict, is_layer: bool) -> bool:
    name, module, registered_name = (node.get(key) for key in ("class_name", "module", "registered_name"))
    if not all(isinstance(value, str | None) for value in (name, module, registered_name)):
        return False
    known = name in (KNOWN_LAYERS if is_layer else KNOWN_OTHERS)
    return known and (module is None or module in KNOWN_MODULES) and registered_name in (None, name)
