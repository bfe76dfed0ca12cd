"""Train a digit model on MNIST and write it to models/, with its card.

    python -m train                                the shipped model, an hour and a half on two cores
    python -m train --preset quick                 one without teachers in ten minutes, as models/quick.keras
    python -m train --architecture classic         the network of the tutorials, as models/mnist.keras and mnist.h5
    python -m train --corrections corrections.npz  with corrections, too, as `python -m corrections export` writes them
    python -m train --resume                       go on after Ctrl-C or a crash; at most one epoch is lost
    python -m train --data mnist.npz               offline, from the file that Keras would download
    python -m train --epochs 2 --out try           a quick try that leaves models/ alone

Several graphics cards share each batch, and so do the machines in the environment variable TF_CONFIG, each of which has
to run the same command; the first of them writes the model. docs/scale.md says more.

Every option below --seed is a hyper-parameter; train/config.py gives the reason for each value.

With --corrections, one drawing in five is held out. The new model replaces the one in models/ only if it reads at least
as many of MNIST's validation digits and of the held-out corrections; otherwise it is written to models/candidate/.
"""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

from train.config import CONFIGS, PRESETS, TrainConfig
from train.errors import command

MODELS = Path(__file__).resolve().parent.parent / "models"
NOT_GENERATED = ("architecture", "seed", "corrections")  # fields of TrainConfig whose options are written out below


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence if something is wrong, with status 130 after Ctrl-C."""
    options = parser().parse_args(arguments)
    try:
        with command("python -m train"):
            _train(config_from(options), options)
    except KeyboardInterrupt:
        print("\nStopped. Every whole epoch is kept: run the same command with --resume to go on.", file=sys.stderr)
        sys.exit(130)


def parser() -> argparse.ArgumentParser:
    """Return the command line: where things are, and one option for each hyper-parameter in `TrainConfig`."""
    line = argparse.ArgumentParser(
        prog="python -m train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    line.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    line.add_argument("--out", type=Path, default=MODELS, help="folder for the model and its card (models/)")
    line.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    line.add_argument("--corrections", type=Path, metavar="FILE", help="corrections to train with, too (.npz)")
    run = line.add_mutually_exclusive_group()
    run.add_argument("--architecture", choices=list(CONFIGS), help="which network (digits)")
    run.add_argument("--preset", choices=list(PRESETS), help="another run, quicker")
    line.add_argument("--seed", type=int, help="of everything random")
    for field in (each for each in fields(TrainConfig) if each.name not in NOT_GENERATED):
        option, default = "--" + field.name.replace("_", "-"), getattr(CONFIGS["digits"], field.name)
        if isinstance(default, bool):
            line.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
        elif isinstance(default, tuple):
            line.add_argument(option, nargs="+", choices=("keras", "h5"), help="which model files to write")
        else:
            line.add_argument(option, type=type(default), metavar=type(default).__name__.upper())
    return line


def config_from(options: argparse.Namespace) -> TrainConfig:
    """Return the configuration of the preset or architecture, with what the command line changes."""
    names = {field.name for field in fields(TrainConfig)} - {"corrections"}  # that option is a path, the field a hash
    changes = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if "formats" in changes:
        changes["formats"] = tuple(changes["formats"])
    return replace(PRESETS.get(options.preset, CONFIGS[options.architecture or "digits"]), **changes)


def _train(config: TrainConfig, options: argparse.Namespace) -> None:
    from train.data.corrections import read_corrections
    from train.data.mnist import load_mnist, split_and_prepare
    from train.export.runtimes import outdated_exports
    from train.network.devices import joined_by_all_machines
    from train.pipeline import check_start, train_and_evaluate
    from train.report.model_card import summary
    from train.state import states

    corrections = read_corrections(options.corrections) if options.corrections else None
    with joined_by_all_machines(options.out) as out:
        check_start(config, out, options.resume, corrections)  # before half a minute of preparing MNIST
        stopped = bool(states(out, config.name))
        if stopped and not options.resume:
            print("An earlier run was stopped; --resume would go on with it. Starting over.", file=sys.stderr)
        if options.resume and not stopped and out == options.out:
            print("There is no stopped run to go on with. Starting from the beginning.", file=sys.stderr)
        mnist = split_and_prepare(load_mnist(options.data), config.validation_size, config.seed)
        card = train_and_evaluate(config, mnist, out, options.resume, corrections)
        print(summary(card))
        if outdated := outdated_exports(out / card["model"]):
            print(outdated)


if __name__ == "__main__":
    main()
