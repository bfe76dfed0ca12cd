"""Train a network on several devices, each with its share of every batch, to the weights that one would give it.

Three things follow from the whole batch, wherever its digits are: batch normalisation takes the mean and the variance
of all shares, dropout draws one mask for all of them, and the loss is the mean over all digits. `Model.fit` gives each
device the same mask, takes the mean of the shares' means, and ends with an error where a batch cannot be shared evenly,
and on several machines (Keras 3.15; github.com/keras-team/keras/issues/20585).
"""

from collections.abc import Callable, Iterator

import keras
import tensorflow as tf
from keras import layers


class SharedDropout(layers.Dropout):
    """Dropout by a mask for the whole batch, of which each device takes the rows of its share."""

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return `inputs`, the share of a batch, with some of its values set to 0 in training."""
        if not training:
            return inputs
        context = tf.distribute.get_replica_context()
        size = tf.shape(inputs)[0]
        whole = tf.cast(_sum(tf.cast(size, tf.float32)), tf.int32)
        first, _ = _rows(context.replica_id_in_sync_group, whole, context.num_replicas_in_sync)
        ones = tf.ones([whole, *inputs.shape[1:]], inputs.dtype)
        mask = keras.random.dropout(ones, self.rate, seed=self.seed_generator)
        return inputs * mask[first : first + size]


def for_shares(model: keras.Model) -> keras.Model:
    """Return a copy of `model`, with its weights, for training on shares; call it in a strategy's scope.

    Its weights fit the original, which is what is saved: a file with these layers would not be opened.
    """

    def for_share(layer: layers.Layer) -> layers.Layer:
        config, kind = layer.get_config(), type(layer)
        if kind is layers.BatchNormalization:
            config["synchronized"] = True
        return (SharedDropout if kind is layers.Dropout else kind).from_config(config)

    copy = keras.models.clone_model(model, clone_function=for_share)
    for new, old in zip(copy.variables, model.variables, strict=True):
        new.assign(old)
    return copy


class SharedTraining:
    """The training of `model`, a copy made by `for_shares` with an optimizer, on the devices of `strategy`.

    `taught` turns the digits, float32 (n, 28, 28, 1), and labels, float32 (n, classes), of a share into its targets, on
    the share's device.
    """

    def __init__(
        self, strategy: tf.distribute.Strategy, model: keras.Model, taught: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    ):
        self.strategy = strategy
        self.model = model
        self.taught = taught

    def epoch(self, batches: tf.data.Dataset, after_batch: Callable[[int, dict[str, float]], None]) -> dict[str, float]:
        """Train on `batches` of (digits, labels) once, and return the mean loss and accuracy.

        `after_batch` gets the number of each batch and the means until then.
        """
        digits = loss = right = 0.0
        for number, batch in enumerate(self._shared(batches)):
            totals = (float(total) for total in self._train(batch))
            digits, loss, right = (sum(pair) for pair in zip((digits, loss, right), totals, strict=True))
            after_batch(number, {"loss": loss / digits, "accuracy": right / digits})
        return {"loss": loss / digits, "accuracy": right / digits}

    def _shared(self, batches: tf.data.Dataset) -> Iterator:
        """Give each device its rows of every batch, in order; every machine makes all batches, and takes its part."""
        devices = self.strategy.num_replicas_in_sync

        def of_machine(context: tf.distribute.InputContext) -> tf.data.Dataset:
            here = devices // context.num_input_pipelines
            numbers = tf.data.Dataset.range(context.input_pipeline_id * here, (context.input_pipeline_id + 1) * here)

            def shares(digits: tf.Tensor, targets: tf.Tensor) -> tf.data.Dataset:
                def share(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                    first, end = _rows(number, tf.shape(digits, tf.int64)[0], devices)
                    return digits[first:end], targets[first:end]

                return numbers.map(share)

            return batches.flat_map(shares).prefetch(2 * here)

        return iter(self.strategy.distribute_datasets_from_function(of_machine))

    @tf.function
    def _train(self, batch: tuple) -> list[tf.Tensor]:
        """Train on a batch, and return how many digits it has, the sum of their losses, and how many are right."""
        totals = self.strategy.run(self._train_on_share, batch)
        return [self.strategy.reduce(tf.distribute.ReduceOp.SUM, total, axis=None) for total in totals]

    def _train_on_share(self, digits: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        targets = self.taught(digits, targets)
        size = tf.cast(tf.shape(digits)[0], tf.float32)
        with tf.GradientTape() as tape:
            answers = self.model(digits, training=True)
            losses = keras.losses.categorical_crossentropy(targets, answers)
            loss = tf.reduce_sum(losses) / _sum(size)
        weights = self.model.trainable_weights
        gradients = tape.gradient(loss, weights)
        self.model.optimizer.apply_gradients(zip(gradients, weights, strict=True))  # adds them up over all devices
        right = keras.metrics.categorical_accuracy(targets, answers)
        return size, tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, tf.float32))


def _sum(value: tf.Tensor) -> tf.Tensor:
    """The sum over all devices."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, value)


def _rows(device: tf.Tensor, whole: tf.Tensor, devices: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The first row of a device's share of a batch with `whole` rows, and the one after its last."""
    return device * whole // devices, (device + 1) * whole // devices
