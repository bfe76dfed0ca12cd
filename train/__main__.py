"""Train a digit model on MNIST and write it to models/, with its card and its pictures.

    python -m train                            the shipped model, an hour and a half on two cores
    python -m train --preset quick             a smaller one in ten minutes, as models/quick.keras
    python -m train --architecture classic     the network of the tutorials, as models/mnist.keras and mnist.h5
    python -m train --resume                   go on after Ctrl-C or a crash; at most one epoch is lost
    python -m train --data mnist.npz           offline, from the file that Keras would download
    python -m train --epochs 2 --out try       a quick try that leaves models/ alone

Every option below --seed is a hyper-parameter; train/config.py gives the reason for each value.

"""

import argparse
import os
import sys
from dataclasses import fields, replace
from pathlib import Path

from recognizer.errors import RecognizerError
from train.config import CONFIGS, PRESETS, TrainConfig
from train.errors import TrainError, missing

MODELS = Path(__file__).resolve().parent.parent / "models"


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        return _train(config_from(options), options)
    except (TrainError, RecognizerError) as error:
        print(f"python -m train: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"python -m train: {missing(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        kept = "What was trained up to the last whole epoch is kept: the same command with --resume goes on."
        print(f"\nStopped. {kept}", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line: one option for each field of `TrainConfig`, and where things are."""
    made = argparse.ArgumentParser(
        prog="python -m train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    made.add_argument("--out", type=Path, default=MODELS, help="folder for the model and its card (models/)")
    made.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    run = made.add_mutually_exclusive_group()
    run.add_argument("--architecture", choices=list(CONFIGS), help="which network (digits)")
    run.add_argument("--preset", choices=list(PRESETS), help="another run, smaller and quicker")
    made.add_argument("--seed", type=int, help="of everything random")
    for field in fields(TrainConfig):
        if field.name in ("architecture", "seed"):
            continue
        option, default = "--" + field.name.replace("_", "-"), getattr(CONFIGS["digits"], field.name)
        if isinstance(default, bool):
            made.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
        elif isinstance(default, tuple):
            made.add_argument(option, nargs="+", choices=("keras", "h5"), help="which model files to write")
        else:
            made.add_argument(option, type=type(default), metavar=type(default).__name__.upper())
    return made


def config_from(options: argparse.Namespace) -> TrainConfig:
    """The preset's or the architecture's configuration with the changes that the command line asks for."""
    given = {field.name: getattr(options, field.name) for field in fields(TrainConfig)}
    changes = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value is not None
    }
    preset = PRESETS.get(options.preset, CONFIGS[options.architecture or "digits"])
    return replace(preset, **changes)


def _train(config: TrainConfig, options: argparse.Namespace) -> int:
    from train.data.mnist import load_mnist, split_and_prepare
    from train.export.runtimes import outdated_exports
    from train.pipeline import check_start, train_and_evaluate
    from train.report.model_card import summary
    from train.state import states

    check_start(config, options.out, options.resume)  # before MNIST is prepared, which takes half a minute
    stopped = bool(states(options.out, config.name))
    if stopped and not options.resume:
        print("An earlier run was stopped; --resume would go on with it. Starting over.", file=sys.stderr)
    if options.resume and not stopped:
        print("There is no stopped run to go on with. Starting from the beginning.", file=sys.stderr)
    mnist = split_and_prepare(load_mnist(options.data), config.validation_size, config.seed)
    card = train_and_evaluate(config, mnist, options.out, options.resume)
    print(summary(card))
    if outdated := outdated_exports(options.out / card["model"]):
        print(outdated)
    return 0


if __name__ == "__main__":
    sys.exit(main())
