"""Digits in, a trained Keras model out, epoch by epoch, so that a stopped run can go on where it was.

After each epoch the whole state is written (train/state.py). The order of the digits and their augmentation depend only
on the seed, the epoch and the step, so a resumed run ends with the same weights as one that was never stopped.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.graph import networks
from train.config import TrainConfig
from train.data.mnist import Split, joined
from train.network.architecture import build
from train.network.ema import ExponentialMovingAverage
from train.state import load_state, save_state
from train.synthetic.drawings import Drawings


def fit(
    config: TrainConfig,
    train: Split,
    drawings: Callable[[], Drawings],
    checks: dict[str, Split],
    state_path: Path,
    resume: bool = False,
):
    """Train and return (model, history).

    Each epoch takes all of `train` and a part of what `drawings` makes. History has one dict an epoch: loss, accuracy,
    the accuracy on each of `checks` as `NAME_accuracy`, and seconds.

    `state_path` is rewritten after every epoch; with `resume`, training starts from it where it exists.
    Raises `TrainError` where that file is damaged or comes from a run with another configuration.
    """
    import keras
    import tensorflow as tf
    from tqdm import tqdm

    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    per_epoch = len(train) + config.drawn_digits + config.variants + config.negatives
    steps = -(-per_epoch // config.batch_size)
    model = _compiled(config, steps)
    ema = ExponentialMovingAverage(model, config.ema)
    history = []
    if resume and state_path.exists():
        history = load_state(state_path, _state_variables(model, ema), config)

    pools = drawings() if len(history) < config.epochs else None
    with tqdm(total=config.epochs * steps, initial=len(history) * steps, unit="batch", disable=None) as bar:
        for epoch in range(len(history), config.epochs):
            rows = _epoch_rows(config, train, pools, epoch)
            history.append(_run_epoch(model, ema, config, rows, checks, epoch, bar))
            save_state(state_path, _state_variables(model, ema), config, history)
            tqdm.write(_epoch_line(config, history))
    ema.apply()
    return model, history


def fit_further(model, config: TrainConfig, epochs: list[Split], checks: dict[str, Split]) -> list[dict]:
    """Train `model`, which has been trained before, on each of `epochs` in place; return their history as `fit` does.

    Batch normalisation keeps its statistics and scales: those of a few steps on other drawings are worse, and so the
    network starts as exactly what it was. Nothing is written.
    """
    import keras
    import tensorflow as tf
    from tqdm import tqdm

    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    layers = [layer for network in networks(model) for layer in network.layers]
    normalising = [layer for layer in layers if type(layer).__name__ == "BatchNormalization"]
    for layer in normalising:
        layer.trainable = False
    steps = -(-len(epochs[0]) // config.batch_size)
    _compile(model, config, steps)
    ema, history = ExponentialMovingAverage(model, config.ema), []
    with tqdm(total=len(epochs) * steps, unit="batch", disable=None) as bar:
        for epoch, rows in enumerate(epochs):
            history.append(_run_epoch(model, ema, config, rows, checks, epoch, bar))
            tqdm.write(_epoch_line(config, history))
    ema.apply()
    for layer in normalising:
        layer.trainable = True
    return history


def _compiled(config: TrainConfig, steps_per_epoch: int):
    return _compile(build(config), config, steps_per_epoch)


def _compile(model, config: TrainConfig, steps_per_epoch: int):
    import keras

    rate = config.learning_rate
    if config.schedule == "cosine":
        warmup_steps = round(config.warmup_epochs * steps_per_epoch)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup_steps else config.learning_rate,
            warmup_target=config.learning_rate if warmup_steps else None,
            warmup_steps=warmup_steps,
            decay_steps=max(1, config.epochs * steps_per_epoch - warmup_steps),
        )
    if config.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    else:
        optimizer = keras.optimizers.Adadelta(rate)
    optimizer.build(model.trainable_variables)
    # XLA takes minutes to compile convolutions for a CPU, and gains nothing there.
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


def _run_epoch(model, ema: ExponentialMovingAverage, config: TrainConfig, rows: Split, checks, epoch: int, bar) -> dict:
    import time

    import keras

    class Progress(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            ema.update()
            bar.update()
            bar.set_postfix(loss=f"{logs['loss']:.4f}", accuracy=f"{logs['accuracy']:.4f}", refresh=False)

    started = time.monotonic()
    bar.set_description(f"epoch {epoch + 1}/{config.epochs}")
    batches = _batches(rows, config, epoch)
    logs = model.fit(
        batches, epochs=epoch + 1, initial_epoch=epoch, shuffle=False, verbose=0, callbacks=[Progress()]
    ).history
    with ema.applied():
        accuracies = {f"{name}_accuracy": accuracy(model, split) for name, split in checks.items()}
    return {
        "loss": logs["loss"][0],
        "accuracy": logs["accuracy"][0],
        **accuracies,
        "seconds": round(time.monotonic() - started, 1),
    }


def _epoch_rows(config: TrainConfig, train: Split, pools: Drawings, epoch: int) -> Split:
    """What an epoch is made of: every training digit, and its own part of the drawings, in an order of its own."""
    rng = np.random.default_rng([config.seed, epoch])
    parts = [train]
    counts = (config.drawn_digits, config.variants, config.negatives)
    for pool, count in zip((pools.digits, pools.variants, pools.negatives), counts, strict=True):
        rows = rng.choice(len(pool), count, replace=False)
        parts.append(Split(pool.digits[rows], pool.labels[rows]))
    rows = joined(parts)
    order = rng.permutation(len(rows))
    return Split(rows.digits[order], rows.labels[order])


def _batches(rows: Split, config: TrainConfig, epoch: int):
    """The rows in batches, augmented in a way of this epoch's own, as a tf.data pipeline."""
    import tensorflow as tf

    from train.data.augment import augment

    def batch(step, digits, labels):
        if config.augment:
            digits = augment(digits, tf.stack([config.seed + epoch, tf.cast(step, tf.int32)]), config)
        return digits[..., None], labels

    options = tf.data.Options()
    options.autotune.enabled = False  # its thread can hold up the end of an epoch for a minute
    data = tf.data.Dataset.from_tensor_slices((rows.digits, rows.labels)).with_options(options)
    return data.batch(config.batch_size).enumerate().map(lambda step, row: batch(step, *row)).prefetch(2)


def accuracy(model, split: Split) -> float:
    """Share of the digits in `split` that the model reads right, whether it would refuse them or not."""
    right, total = right_of(model, split)
    return right / total


def right_of(model, split: Split) -> tuple[int, int]:
    """How many digits in `split` the model reads right, and how many there are."""
    probabilities = model.predict(split.digits[..., None], batch_size=512, verbose=0)
    return int((probabilities[:, :NO_DIGIT].argmax(1) == split.labels).sum()), len(split)


def _epoch_line(config: TrainConfig, history: list[dict]) -> str:
    last = history[-1]
    left = last["seconds"] * (config.epochs - len(history)) / 60
    return (
        f"epoch {len(history):2d}/{config.epochs}  loss {last['loss']:.4f}  accuracy {last['accuracy']:.4f}  "
        + "".join(f"{name[: -len('_accuracy')]} {last[name]:.4f}  " for name in last if name.endswith("_accuracy"))
        + f"{last['seconds']:.0f} s, {left:.0f} min left"
    )


def _state_variables(model, ema: ExponentialMovingAverage) -> list:
    """Everything that training changes: weights, statistics, dropout seeds, the optimiser's memory, the average."""
    return [*model.variables, *model.optimizer.variables, *ema.variables]
