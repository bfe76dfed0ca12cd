"""The devices that a training runs on: one, all graphics cards of a machine, or those of several machines.

TensorFlow's strategies keep a copy of the weights on each device. `keras.distribution.DataParallel` is no choice: with
TensorFlow, Keras 3.15 leaves all the work to the first device, and says nothing.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tensorflow as tf

from train.config import TrainConfig
from train.errors import TrainError


@cache
def several_devices() -> tf.distribute.Strategy | None:
    """Return the strategy for all devices, or None where there is one; always the same for a process.

    The devices are the machine's graphics cards or, without any, the logical processors that TensorFlow was told to
    make of its processor. Where the environment variable TF_CONFIG lists machines, they are those of all of them. Then
    this waits for each machine, and it has to be called before TensorFlow does anything else.
    Raises `TrainError` if TF_CONFIG cannot be understood, or this machine cannot be reached at its address.
    """
    if os.environ.get("TF_CONFIG"):
        strategy = _several_machines()
    else:
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        if len(devices) == 1:
            return None
        strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
    return strategy if strategy.num_replicas_in_sync > 1 else None


@contextmanager
def joined_by_all_machines(out: Path) -> Iterator[Path]:
    """Wait for the machines in TF_CONFIG, if any, and yield the folder that this one writes to.

    That is `out` for the first machine, and for the only one. Each of the others does all that the first does, and its
    folder is thrown away in the end. Raises `TrainError` if the others are lost in the block.
    """
    if os.environ.get("TF_CONFIG"):
        print("Waiting for the machines in TF_CONFIG ...", file=sys.stderr)
    strategy = several_devices()
    if strategy is None:
        yield out
        return
    print(f"Training on {strategy.num_replicas_in_sync} devices, each with its share of every batch.", file=sys.stderr)
    try:
        if strategy.extended.should_checkpoint:
            yield out
        else:
            print("The first machine writes the model, this one helps.", file=sys.stderr)
            with TemporaryDirectory() as folder:
                yield Path(folder)
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        raise TrainError(
            "Another machine stopped or cannot be reached. Every finished epoch is saved on the first: "
            "run the same command with --resume on all of them to go on."
        ) from error


def check_options(strategy: tf.distribute.Strategy, config: TrainConfig) -> None:
    """Raise `TrainError` on a machine that trains with another configuration than the first."""
    text = json.dumps(asdict(config))
    if _text_of_the_first(strategy, text) != text:
        raise TrainError("The first machine trains with other options: run the same command on all of them.")


def go_on_with_the_first(strategy: tf.distribute.Strategy, variables: list, history: list[dict]) -> list[dict]:
    """Set the variables of every machine to the first one's, which alone has a state, and return its history."""
    values = _of_the_first(strategy, [np.asarray(variable) for variable in variables])
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return json.loads(_text_of_the_first(strategy, json.dumps(history)))


def _text_of_the_first(strategy: tf.distribute.Strategy, text: str) -> str:
    (length,) = _of_the_first(strategy, [np.array(len(text), np.float32)])
    codes = np.frombuffer(text.ljust(int(length))[: int(length)].encode("ascii"), np.uint8)
    (codes,) = _of_the_first(strategy, [codes.astype(np.float32)])  # a type that every device can add up
    return codes.astype(np.uint8).tobytes().decode("ascii")


def _of_the_first(strategy: tf.distribute.Strategy, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Return the arrays that the first machine was given; all give as many, of the same shapes and dtypes."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return arrays  # there is only one

    def of_the_first(*tensors: tf.Tensor) -> list[tf.Tensor]:
        context = tf.distribute.get_replica_context()
        is_first = tf.equal(context.replica_id_in_sync_group, 0)
        masked = [tf.cast(is_first, tensor.dtype) * tensor for tensor in tensors]
        return [context.all_reduce(tf.distribute.ReduceOp.SUM, tensor) for tensor in masked]

    results = tf.function(strategy.run)(of_the_first, [tf.constant(array) for array in arrays])
    return [strategy.experimental_local_results(result)[0].numpy() for result in results]


def _several_machines() -> tf.distribute.Strategy:
    """Return the strategy for the machines in TF_CONFIG, when all of them are there."""
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)  # while TensorFlow waits, Python takes no notice of Ctrl-C
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainError(
            f"TF_CONFIG does not say which machines train and which of them this one is ({error}): "
            "docs/scale.md has an example. On one machine, leave it unset."
        ) from error
    except tf.errors.OpError as error:
        raise TrainError(
            f"The machines in TF_CONFIG cannot be joined ({error.message}): check that this machine has the address "
            "that TF_CONFIG gives it, and that the port is free."
        ) from error
    finally:
        signal.signal(signal.SIGINT, handler)
