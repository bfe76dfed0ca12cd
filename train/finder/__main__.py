"""Train the finder, which finds the marks on a page, on pages that are made up, and write it to models/.

python -m train.finder                      models/finder.keras and .onnx, 40 minutes on two cores
python -m train.finder --resume             go on after Ctrl-C or a crash; at most one epoch is lost
python -m train.finder --data mnist.npz     offline, from the file that Keras would download
python -m train.finder --epochs 1 --pages 200 --out try    a quick try that leaves models/ alone
"""

import argparse
import shutil
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from train.errors import command
from train.finder.fit import FinderConfig

MODELS = Path(__file__).resolve().parents[2] / "models"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence if something is wrong."""
    line = argparse.ArgumentParser(
        prog="python -m train.finder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    line.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    line.add_argument("--out", type=Path, default=MODELS, help="folder for the finder and its card (models/)")
    line.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    for field in fields(FinderConfig):
        line.add_argument("--" + field.name.replace("_", "-"), type=type(field.default), default=field.default)
    options = line.parse_args(arguments)
    with command("python -m train.finder"):
        config = FinderConfig(**{field.name: getattr(options, field.name) for field in fields(FinderConfig)})
        _train(config, options)


def _train(config: FinderConfig, options: argparse.Namespace) -> None:
    from recognizer.numbers.finder import load_finder
    from train.config import DIGITS
    from train.data.mnist import by_writer, load_mnist, split_and_prepare
    from train.files import disk_errors, written_together
    from train.finder import report
    from train.finder.fit import fit, make_pages
    from train.finder.views import viewed
    from train.report.model_card import software_and_machine, write_card
    from train.synthetic.drawings import OTHER_HABITS
    from train.synthetic.writer import Habits

    state = options.out / "finder.unfinished"
    if not options.resume:
        shutil.rmtree(state, ignore_errors=True)
    mnist = split_and_prepare(load_mnist(options.data), DIGITS.validation_size, DIGITS.seed)
    pages = make_pages(config.pages, Habits(), by_writer(mnist.train, mnist.train_writers), [config.seed, 1])
    others = by_writer(mnist.validation, mnist.validation_writers)
    held_out = make_pages(config.validation_pages, OTHER_HABITS, others, [config.seed, 2])
    with disk_errors(options.out):
        state.mkdir(parents=True, exist_ok=True)
        network, history = fit(config, pages, held_out, state)
        with written_together(options.out, "finder") as folder:
            network.save(folder / "finder.keras")
            network(np.zeros((1, 8, 8, 1), np.float32))  # Keras only exports models that were called
            network.export(folder / "finder.onnx", format="onnx", verbose=False)
            finder = load_finder(folder / "finder.onnx")
            seen = viewed(make_pages(config.validation_pages, OTHER_HABITS, others, [config.seed, 3]), config.seed)
            marks = [report.found_marks(finder, page) for page in seen]
            overlaps = [report.overlap(*each) for each in zip(seen, marks, strict=True)]
            sheet = report.misread_sheet(seen, marks, [each.quality for each in overlaps])
            report.write_pictures(history, sheet, folder)
            quality = report.total(overlaps).quality
            card = {
                "config": asdict(config),
                "panoptic_quality": round(quality, 4),
                "parameters": network.count_params(),
            }
            write_card({**card, **software_and_machine(), "history": history}, folder / "finder.json")
        shutil.rmtree(state)
    print(f"panoptic quality {quality:.4f} on {len(seen):,} pages by other writers")


if __name__ == "__main__":
    main()
