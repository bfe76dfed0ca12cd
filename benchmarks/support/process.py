"""What Linux knows of a process, and which processor cores it may use."""

import os
from pathlib import Path

MB = 1_000_000


def resident_mb(pid: int) -> float:
    """Memory of process `pid` that is in RAM (VmRSS), in MB; `OSError` on a system without /proc."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024 / MB


def keep_to_cores(count: int) -> None:
    """Let this process, and those it starts from now on, use only `count` processor cores."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < count:
        raise SystemExit(f"This machine has {len(allowed)} processor cores, but {count} were asked for.")
    os.sched_setaffinity(0, allowed[:count])
