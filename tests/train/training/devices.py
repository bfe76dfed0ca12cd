"""Trainings in processes of their own, since TensorFlow has to be told of its devices before it starts.

python -m tests.train.training.devices DEVICES CRASH OPTION ...

is `python -m train OPTION ...` on DEVICES logical processors.
If CRASH is not 0, it crashes when that many epochs are trained.
"""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.helpers import sample
from tests.train.tiny import TAUGHT
from tests.train.training.crash import crashing

ROOT = Path(__file__).parents[3]
# 340 digits an epoch, so that two devices can share neither a batch nor the last one, of 7, evenly. Calibrating chooses
# between temperatures, and so might make much of a little difference.
UNEVEN = replace(TAUGHT, batch_size=37, precision="float32", calibrate=False)


def start(devices, options, crash=0, machine=None, ports=()):
    """Start a training; with `ports`, one on the machine number `machine` of as many."""
    environment = dict(os.environ)
    if ports:
        cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
        environment["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": machine}})
    command = [sys.executable, "-m", "tests.train.training.devices", str(devices), str(crash), *map(str, options)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)


def errors_of(training):
    """Wait until it ends, and return its exit status and what it wrote to standard error."""
    errors = training.communicate()[1].decode()
    return training.returncode, errors


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main(devices, crash, options):
    import tensorflow as tf

    (processor,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * devices)

    from train import __main__ as command
    from train.data import mnist
    from train.network import fit

    mnist.load_mnist = lambda _: sample()
    command.CONFIGS["digits"] = UNEVEN
    if crash:
        fit.run_epoch = crashing(fit.run_epoch, crash + 1)
    command.main(options)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
