"""Train one network, epoch by epoch; a stopped run can resume where it stopped.

After each epoch the whole state is saved (train/state.py). The order of the digits and their augmentation depend only
on the seed, the epoch and the step, so a resumed run ends with the same weights as an uninterrupted one. So does a run
on several devices, but for rounding (shares.py), and it can go on with another number of them.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras.optimizers.schedules import CosineDecay
from tqdm import tqdm

from recognizer.prediction import NO_DIGIT
from train.config import TrainConfig
from train.data.augment import augment
from train.data.mnist import Split, joined
from train.network.architecture import build
from train.network.devices import check_options, go_on_with_the_first, several_devices
from train.network.ema import ExponentialMovingAverage
from train.network.shares import SharedTraining, for_shares
from train.state import load_state, save_state
from train.synthetic.drawings import Drawings

PREDICT_BATCH = 512


def fit(
    config: TrainConfig,
    train: Split,
    drawings: Callable[[], Drawings],
    validation: dict[str, Split],
    state_path: Path,
    resume: bool = False,
    teachers: Sequence[keras.Model] = (),
) -> tuple[keras.Model, list[dict]]:
    """Train the network of `config`, with what `teachers` answer, and return (network, history).

    Each epoch sees all of `train` and its share of `drawings()`, which is called only if an epoch is left to train.
    History has one dict an epoch: loss, accuracy, the accuracy on each split of `validation` as `NAME_accuracy`, and
    seconds. With teachers, loss and accuracy are those on the mixed targets.

    `state_path` is rewritten after every epoch; with `resume`, training starts from it where it exists.
    Raises `TrainError` if that file is damaged or belongs to a run with another configuration.
    """
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    steps = -(-(len(train) + config.drawn_digits + config.negatives) // config.batch_size)
    strategy = several_devices()
    if strategy:
        check_options(strategy, config)
    with strategy.scope() if strategy else nullcontext():
        model = compiled(config, steps)
    ema = ExponentialMovingAverage(model, config.ema)
    # Everything that training changes: weights, statistics, dropout seeds, the optimizer's moments, the EMA.
    variables = [*model.variables, *model.optimizer.variables, *ema.variables]
    history = load_state(state_path, variables, config) if resume and state_path.exists() else []
    shared = None
    if strategy:
        history = go_on_with_the_first(strategy, variables, history)
        shared = SharedTraining(strategy, model, lambda digits, labels: taught(digits, labels, config, teachers))
    if len(history) < config.epochs:
        pool = drawings()
        with tqdm(total=config.epochs * steps, initial=len(history) * steps, unit="batch", disable=None) as bar:
            for epoch in range(len(history), config.epochs):
                split = _epoch_split(config, train, pool, epoch)
                batches = batches_of(split, config, epoch, () if shared else teachers)
                history.append(run_epoch(model, ema, config, batches, validation, epoch, bar, shared))
                save_state(state_path, variables, config, history)
                tqdm.write(_epoch_line(config, history))
    ema.swap()
    return model, history


def compiled(config: TrainConfig, steps_per_epoch: int) -> keras.Model:
    """Return a fresh network with its optimizer, learning rate schedule and loss; in a strategy's scope, for shares."""
    model = build(config, config.precision)
    if tf.distribute.has_strategy():
        model = for_shares(model)
    rate: float | CosineDecay = config.learning_rate
    if config.schedule == "cosine":
        warmup_steps = round(config.warmup_epochs * steps_per_epoch)
        start, peak = (0.0, config.learning_rate) if warmup_steps else (config.learning_rate, None)
        decay_steps = max(1, config.epochs * steps_per_epoch - warmup_steps)
        rate = CosineDecay(start, decay_steps, warmup_target=peak, warmup_steps=warmup_steps)
    if config.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    else:
        optimizer = keras.optimizers.Adadelta(rate)
    optimizer.build(model.trainable_variables)
    # XLA takes minutes to compile convolutions for a CPU, and gains nothing there.
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


def run_epoch(
    model: keras.Model,
    ema: ExponentialMovingAverage,
    config: TrainConfig,
    batches: tf.data.Dataset,
    validation: dict[str, Split],
    epoch: int,
    bar: tqdm,
    shared: SharedTraining | None = None,
) -> dict:
    """Train `model` on `batches` once, and return the epoch's row of the history; `validation` is read with the EMA.

    `shared`: the training of `model` on several devices.
    """

    def after_batch(batch: int, logs: dict) -> None:
        ema.update()
        bar.update()
        bar.set_postfix(loss=f"{logs['loss']:.4f}", accuracy=f"{logs['accuracy']:.4f}", refresh=False)

    started = time.monotonic()
    bar.set_description(f"epoch {epoch + 1}/{config.epochs}")
    if shared:
        means = shared.epoch(batches, after_batch)
    else:
        callback = keras.callbacks.LambdaCallback(on_train_batch_end=after_batch)
        logs = model.fit(batches, shuffle=False, verbose=0, callbacks=[callback]).history
        means = {name: logs[name][0] for name in ("loss", "accuracy")}
    ema.swap()
    accuracies = {f"{name}_accuracy": right_of(model, split) / len(split) for name, split in validation.items()}
    ema.swap()
    seconds = round(time.monotonic() - started, 1)
    return {**means, **accuracies, "seconds": seconds}


def right_of(model: keras.Model, split: Split) -> int:
    """How many digits in `split` the model reads right, whether or not it would refuse them."""
    probabilities = model.predict(split.digits[..., None], batch_size=PREDICT_BATCH, verbose=0)
    return int((probabilities[:, :NO_DIGIT].argmax(1) == split.labels).sum())


def _epoch_split(config: TrainConfig, train: Split, pool: Drawings, epoch: int) -> Split:
    """Every training digit and this epoch's share of the drawings, in an order of this epoch's own."""
    rng = np.random.default_rng([config.seed, epoch])
    shares = (pool.digits, config.drawn_digits), (pool.negatives, config.negatives)
    everything = joined([train, *(part[rng.choice(len(part), count, replace=False)] for part, count in shares)])
    return everything[rng.permutation(len(everything))]


def batches_of(split: Split, config: TrainConfig, epoch: int, teachers: Sequence[keras.Model] = ()) -> tf.data.Dataset:
    """Return `split` in batches: digits with this epoch's augmentation, (n, 28, 28, 1), and targets, (n, classes).

    Both are float32. The targets are the labels, mixed with what the teachers answer.
    """

    def prepare_batch(step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        digits, labels = batch
        if config.augment:
            digits = augment(digits, tf.stack([config.seed + epoch, tf.cast(step, tf.int32)]), config)
        digits = digits[..., None]
        return digits, taught(digits, tf.one_hot(labels, config.classes), config, teachers)

    options = tf.data.Options()
    options.autotune.enabled = False  # its thread can hold up the end of an epoch for a minute
    data = tf.data.Dataset.from_tensor_slices((split.digits, split.labels)).with_options(options)
    return data.batch(config.batch_size).enumerate().map(prepare_batch).prefetch(2)


def taught(digits: tf.Tensor, labels: tf.Tensor, config: TrainConfig, teachers: Sequence[keras.Model]) -> tf.Tensor:
    """Return `labels`, float32 (n, classes), mixed with the mean of the teachers' probabilities on the same digits."""
    if not teachers:
        return labels
    answers = tf.add_n([teacher(digits, training=False) for teacher in teachers]) / len(teachers)
    return (1 - config.distill) * labels + config.distill * answers


def _epoch_line(config: TrainConfig, history: list[dict]) -> str:
    last = history[-1]
    minutes_left = last["seconds"] * (config.epochs - len(history)) / 60
    accuracies = "".join(f"{key[: -len('_accuracy')]} {last[key]:.4f}  " for key in last if key.endswith("_accuracy"))
    return (
        f"epoch {len(history):2d}/{config.epochs}  loss {last['loss']:.4f}  accuracy {last['accuracy']:.4f}  "
        f"{accuracies}{last['seconds']:.0f} s, {minutes_left:.0f} min left"
    )
