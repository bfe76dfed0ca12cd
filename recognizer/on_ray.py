"""Read pictures on many machines with Ray Data, and write what is on them to Parquet files.

    python -m recognizer.on_ray photos readings                                 on this machine, or the cluster it is in
    python -m recognizer.on_ray --address 10.0.0.1:6379 s3://my/in s3://my/out  on the cluster of this head, in buckets
    python -m recognizer.on_ray --workers 8 --model my.onnx photos readings     on eight cores, with another model

Each picture has a row, with what is written on it or the reason why it cannot be read. Run again, this reads only the
pictures that have none yet. docs/scale.md says what a cluster needs, how many pictures it can read, and what they cost.
"""

import argparse
import math
import os
import socket
import sys

from recognizer import Recognizer, RecognizerError

NAME = "python -m recognizer.on_ray"
TASK = 1000  # pictures, what is lost with a worker: seconds of work, minutes with photographs; and the rows of a file
TASKS_PER_WORKER = 4  # at least, or the others would wait long for the last
TIMEOUT_S = 10  # for the cluster to answer


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; `SystemExit` with a sentence where nothing can be read."""
    parser = argparse.ArgumentParser(
        prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", help="a folder of pictures, those in its folders included: a path, or a URI as s3://")
    parser.add_argument("output", help="a folder for the Parquet files: a path or a URI")
    parser.add_argument("--address", help="host:port of a Ray cluster (default: the one this machine is in, if any)")
    parser.add_argument("--workers", type=int, help="cores to read with (default: all)")
    parser.add_argument("--model", help="a model file, on all machines (default: as for python -m recognizer)")
    parser.add_argument("--single", action="store_true", help="each picture has one digit and nothing else")
    options = parser.parse_args(arguments)
    if options.workers is not None and options.workers < 1:
        parser.error("--workers has to be at least 1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster that starts here reports to nobody
    try:
        from recognizer.output.parquet import files_read
        from recognizer.output.storage import StorageReader, open_folder, pictures_in

        Recognizer.load(options.model)  # or the reason why it cannot be used would come from each worker
        (storage, folder), (output_storage, output) = open_folder(options.input), open_folder(options.output)
        pictures, done = pictures_in(storage, folder), files_read(output_storage, output)
        todo = [{"file": name} for name in pictures if name not in done]
        print(f"{len(todo):,} pictures to read; {len(pictures) - len(todo):,} have been read before.", flush=True)
        if not todo:
            return
        host, _, port = (options.address or "").rpartition(":")
        if port.isdigit() and "/" not in host:  # where nobody answers, Ray itself would try for minutes
            socket.create_connection((host, int(port)), TIMEOUT_S).close()
        import ray

        ray.init(options.address)
    except (ConnectionError, TimeoutError, socket.gaierror) as error:
        sys.exit(f"{NAME}: no Ray cluster answers ({error}); `ray start --head` starts one.")
    except ImportError as error:
        sys.exit(f"{NAME}: {error}: pip install '.[ray]' installs it.")
    except (RecognizerError, OSError, ValueError, RuntimeError) as error:
        sys.exit(f"{NAME}: {error}")
    workers = options.workers or int(ray.cluster_resources().get("CPU", 1))
    tasks = max(TASKS_PER_WORKER * workers, math.ceil(len(todo) / TASK))
    readings = ray.data.from_items(todo, override_num_blocks=tasks).map_batches(
        StorageReader,
        fn_constructor_args=(storage, folder, options.model, options.single),
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
    )
    # Writing takes next to nothing, and must not wait until a reader gives up its core.
    readings.write_parquet(output, filesystem=output_storage, ray_remote_args={"num_cpus": 0}, concurrency=workers)


if __name__ == "__main__":
    main()
