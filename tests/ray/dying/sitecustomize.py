"""What befalls the workers of the test's cluster; Python imports this first of all, for it is on their PYTHONPATH.

The first that writes a file is killed when it has written a part of it. The first that begins a third task on the node
that is going to be lost says who it is, and waits for that.
"""

import itertools
import os
import signal
from contextlib import suppress
from pathlib import Path

import pyarrow.dataset

from recognizer.output.storage import StorageReader

read, tasks = StorageReader.__call__, itertools.count(1)
write = pyarrow.dataset.write_dataset


def read_two_tasks(self, batch):
    if next(tasks) > 2:
        with Path(os.environ["LOST"]).open("w") as pipe:
            print(os.getpid(), file=pipe, flush=True)
            signal.pause()
    return read(self, batch)


def write_a_part_of_the_first(data, base_dir, *, basename_template, **options):
    write(data, base_dir, basename_template=basename_template, **options)
    with suppress(FileExistsError):
        Path(os.environ["FIRST_FILE"]).touch(exist_ok=False)
        written = Path(base_dir, basename_template.format(i=0))
        os.truncate(written, written.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)


if "LOST" in os.environ:
    StorageReader.__call__ = read_two_tasks
if "FIRST_FILE" in os.environ:
    pyarrow.dataset.write_dataset = write_a_part_of_the_first
