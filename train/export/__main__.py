"""Write what programs use beside a Keras model: files for runtimes without TensorFlow, and the Why tab's index.

    python -m train.export                          write models/digits.onnx and .tflite, from models/digits.keras
    python -m train.export my.keras --formats onnx  write only my.onnx
    python -m train.export --formats neighbours     write models/digits_neighbours.npz, as `python -m train` does, too
    python -m train.export --data mnist.npz         use a local copy of MNIST instead of downloading it

Each file for another runtime is checked before it replaces an older one: on MNIST's 10,000 test digits it has to give
the Keras model's answers, with every probability within 0.0001. The model's card then records the file's SHA-256.
"""

import argparse
from pathlib import Path

import numpy as np

from recognizer.neighbours import index_path
from recognizer.preprocess import prepare
from recognizer.runtimes.loader import DEFAULT_MODEL, load_network
from train.config import CONFIGS
from train.data.mnist import DATA_VARIABLE, load_mnist, split_and_prepare
from train.errors import TrainError, command
from train.export.neighbours import write_index
from train.export.runtimes import FORMATS, export
from train.files import disk_errors
from train.synthetic.drawings import training_drawings


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m train.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)"
    )
    formats = [*FORMATS, "neighbours"]
    parser.add_argument("--formats", nargs="+", choices=formats, default=list(FORMATS), help="files to write")
    parser.add_argument("--data", help=f"MNIST as an .npz file (or the environment variable {DATA_VARIABLE})")
    options = parser.parse_args(arguments)
    with command("python -m train.export"), disk_errors(options.model.parent, "Make room there, and try again."):
        if load_network(options.model) is None:
            raise TrainError(f"{options.model.name} is not a Keras model: give the .keras or .h5 file.")
        mnist = load_mnist(options.data)
        if endings := [ending for ending in options.formats if ending in FORMATS]:
            digits = np.stack([prepare(picture) for picture in mnist["x_test"]])
            for ending in endings:
                print(export(options.model, ending, digits))
        if "neighbours" in options.formats:
            config = CONFIGS["digits"]
            train = split_and_prepare(mnist, config.validation_size, config.seed).train
            write_index(options.model, train, training_drawings(config, train), config)
            print(f"Wrote {index_path(options.model)}.")


if __name__ == "__main__":
    main()
