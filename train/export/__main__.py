"""Write a Keras model in the formats of smaller runtimes, for programs that run without TensorFlow.

    python -m train.export                          write models/digits.onnx and .tflite, from models/digits.keras
    python -m train.export my.keras --formats onnx  write only my.onnx
    python -m train.export --data mnist.npz         use a local copy of MNIST instead of downloading it

Each file is checked before it replaces an older one: on MNIST's 10,000 test digits it has to give the Keras model's
answers, with every probability within 0.0001. The model's card then records the file's SHA-256.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from recognizer import RecognizerError
from recognizer.preprocess import prepare
from recognizer.runtimes.loader import DEFAULT_MODEL
from train.data.mnist import DATA_VARIABLE, load_mnist
from train.errors import TrainError, missing
from train.export.runtimes import FORMATS, export
from train.files import disk_errors


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)"
    )
    parser.add_argument("--formats", nargs="+", choices=list(FORMATS), default=list(FORMATS), help="files to write")
    parser.add_argument("--data", help=f"MNIST as an .npz file (or the environment variable {DATA_VARIABLE})")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        digits = np.stack([prepare(picture) for picture in load_mnist(options.data)["x_test"]])
        with disk_errors(options.model.parent, "Make room there, and run the command again."):
            for ending in options.formats:
                print(export(options.model, ending, digits))
    except (RecognizerError, TrainError) as error:
        print(f"python -m train.export: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"python -m train.export: {missing(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
