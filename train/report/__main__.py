"""Read MNIST's test digits again with a finished model, and write what its card says of them, without training.

    python -m train.report                    bring models/digits.json and models/digits_misread.npz up to date
    python -m train.report my.keras           the same beside another model
    python -m train.report --data mnist.npz   from a local copy of MNIST instead of downloading it

Everything else in the card stays as it is.
"""

import argparse
import json
from pathlib import Path

from recognizer import Recognizer
from recognizer.runtimes.loader import DEFAULT_MODEL, sha256_of
from train.data.mnist import DATA_VARIABLE, load_mnist
from train.errors import TrainError, command
from train.files import disk_errors
from train.report import metrics
from train.report.misread import misread_path, write_misread
from train.report.model_card import write_card


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m train.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, nargs="?", default=DEFAULT_MODEL, help="the file that its card names")
    parser.add_argument("--data", help=f"MNIST as an .npz file (or the environment variable {DATA_VARIABLE})")
    options = parser.parse_args(arguments)
    with command("python -m train.report"):
        print(refresh(options.model, options.data))


def refresh(model: Path, data: str | None) -> str:
    """Write the card's figures on MNIST's test digits and the misread ones anew; return a sentence on them.

    Raises `TrainError` where the card is missing or another model's.
    """
    path = model.with_suffix(".json")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        described, rows = card["sha256"], card["drawings"]["reliability"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TrainError(f"{path} is not the card of a model: `python -m train` writes one.") from error
    if not model.is_file() or described != sha256_of(model):
        raise TrainError(f"{path} is the card of another model than {model}.")
    mnist = load_mnist(data)
    test = metrics.Results(mnist["y_test"], Recognizer.load(model).predict_many(list(mnist["x_test"])))
    card |= metrics.figures_on_test(test)
    card["drawings"]["reliability"] = [metrics.with_interval(row) for row in rows]
    with disk_errors(model.parent, "Make room there, and try again."):
        write_misread(test, misread_path(model))
        write_card(card, path)
    return f"{card['test']['right']:,} of {card['test']['of']:,} test digits read correctly. Wrote {path}."


if __name__ == "__main__":
    main()
