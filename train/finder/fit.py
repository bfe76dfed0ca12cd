"""Train the finder on made-up pages; a stopped run goes on where it stopped."""

import csv
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras.optimizers.schedules import CosineDecay
from tqdm import tqdm

from train.data.mnist import Split
from train.finder.network import finder, finder_loss
from train.finder.views import Views
from train.synthetic.pages import Page, scaled, write_page
from train.synthetic.writer import Habits

KEPT = 0.6  # of its size, a page is kept in: few views are larger
BY_MNIST = 0.4  # of the pages are by MNIST's writers


@dataclass(frozen=True)
class FinderConfig:
    """One training run of the finder, with the reason for each value."""

    seed: int = 2026
    pages: int = 10_000  # each is seen once an epoch, in another way; 0.6 GB
    validation_pages: int = 600  # by other writers with other habits, to choose on, and as many more to report on
    epochs: int = 17
    batch_size: int = 16
    learning_rate: float = 2e-3  # the peak
    warmup: float = 0.5  # epochs
    weight_decay: float = 0.01
    precision: str = "mixed_bfloat16"  # of training, as in train/config.py


def make_pages(count: int, habits: Habits, writers: list[Split], seed: list[int]) -> list[Page]:
    """Write pages; `writers` are the digits of each of MNIST's writers who take part."""
    rng = np.random.default_rng(seed)
    pages = []
    for _ in tqdm(range(count), "writing", unit="page", disable=None):
        own = writers[rng.integers(len(writers))] if writers and rng.random() < BY_MNIST else None
        pages.append(scaled(write_page(rng, habits, own), KEPT))
    return pages


def fit(
    config: FinderConfig, pages: list[Page], validation: list[Page], state: Path
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Return the trained network, in float32, and its history: `loss` and `val_loss` of each epoch.

    `state`: a folder that keeps what training changes after each epoch; a run goes on from there if it is not empty.
    """
    keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy(config.precision)
    network = finder()
    keras.config.set_dtype_policy("float32")
    steps = config.epochs * (len(pages) // config.batch_size)
    warmup = round(config.warmup * steps / config.epochs)
    rate = CosineDecay(0.0, steps - warmup, warmup_target=config.learning_rate, warmup_steps=warmup)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    network.compile(optimizer, finder_loss, jit_compile=False)
    views = Views(pages, config.batch_size, config.seed)
    log = state / "history.csv"
    callbacks = [
        keras.callbacks.BackupAndRestore(state / "backup", delete_checkpoint=False),
        keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: views.begin(epoch)),
        keras.callbacks.CSVLogger(str(log), append=True),
    ]
    held_out = Views(validation, config.batch_size, config.seed + 1)
    network.fit(views, epochs=config.epochs, validation_data=held_out, shuffle=False, callbacks=callbacks, verbose=2)
    trained = finder()
    trained.set_weights(network.get_weights())
    with log.open(newline="") as file:
        rows = {int(row["epoch"]): row for row in csv.DictReader(file)}  # an epoch that was repeated is logged twice
    return trained, [{name: float(row[name]) for name in ("loss", "val_loss")} for _, row in sorted(rows.items())]
