"""Train the network of the usual tutorials, which the page shows beside its own answer, and write it to models/.

python -m train.tutorial                      models/tutorial.onnx and its card, a few minutes on two cores
python -m train.tutorial --data mnist.npz     offline, from the file that Keras would download
python -m train.tutorial --epochs 1 --out try    a quick try that leaves models/ alone

Network and training are those of Keras' example "Simple MNIST convnet" (https://keras.io/examples/vision/mnist_convnet):
MNIST's pictures as they are, divided by 255, and nothing else.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from train.errors import TrainError, command

if TYPE_CHECKING:
    import keras

MODELS = Path(__file__).resolve().parents[1] / "models"
EPOCHS, BATCH, HELD_OUT, SEED = 15, 128, 0.1, 2026  # all but the seed are the example's; it holds out the last tenth


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence if something is wrong."""
    line = argparse.ArgumentParser(
        prog="python -m train.tutorial", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    line.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    line.add_argument("--epochs", type=int, default=EPOCHS, help=f"times that each digit is seen ({EPOCHS})")
    line.add_argument("--out", type=Path, default=MODELS, help="folder for the network and its card (models/)")
    options = line.parse_args(arguments)
    with command("python -m train.tutorial"):
        if options.epochs < 1:
            raise TrainError(f"--epochs is {options.epochs}: it has to be above 0.")
        _train(options)


def _train(options: argparse.Namespace) -> None:
    from recognizer.runtimes.loader import sha256_of
    from recognizer.runtimes.tutorial import TutorialNetwork
    from train.data.mnist import load_mnist
    from train.files import disk_errors, written_together
    from train.report.metrics import accuracy_with_interval
    from train.report.model_card import software_and_machine, write_card

    arrays = load_mnist(options.data)
    with disk_errors(options.out, "Nothing was written."):
        options.out.mkdir(parents=True, exist_ok=True)
        network = fit(arrays["x_train"], arrays["y_train"], options.epochs)
        with written_together(options.out, "tutorial") as folder:
            path = folder / "tutorial.onnx"
            network.export(path, format="onnx", verbose=False)
            written = TutorialNetwork(path)
            answers = np.array([written.predict(picture)[0].argmax() for picture in arrays["x_test"]])
            test = accuracy_with_interval(int((answers == arrays["y_test"]).sum()), len(answers))
            card = {
                "config": {"epochs": options.epochs, "batch_size": BATCH, "held_out": HELD_OUT, "seed": SEED},
                "test": test,
                "parameters": network.count_params(),
                "bytes": path.stat().st_size,
                "sha256": sha256_of(path),
            }
            write_card({**card, **software_and_machine()}, folder / "tutorial.json")
    print(f"{100 * test['accuracy']:.2f} % of {len(answers):,} test digits read right")


def fit(pictures: np.ndarray, labels: np.ndarray, epochs: int) -> "keras.Model":
    """Return a network trained on MNIST's pictures, uint8 (n, 28, 28), and labels, uint8 (n,)."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    network = convnet()
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    digits = pictures[..., None].astype(np.float32) / 255
    network.fit(digits, labels, batch_size=BATCH, epochs=epochs, validation_split=HELD_OUT, verbose=2)
    return network


def convnet() -> "keras.Model":
    """The example's network, (28, 28, 1) in 0-1 to ten probabilities; 34,826 parameters."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),  # 26x26x32
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),  # 11x11x64
            layers.MaxPooling2D(2),
            layers.Flatten(),  # 1600
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="tutorial",
    )


if __name__ == "__main__":
    main()
