"""What a process takes: its memory and its time on the processor, as Linux counts them in /proc."""

import os
from pathlib import Path

MB = 1_000_000


def resident_mb(pid: int) -> float:
    """The memory of process `pid` that is in RAM, in MB (VmRSS); an `OSError` where there is no /proc."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024 / MB


def processor_s(pid: int) -> float:
    """The time that all threads of process `pid` have spent on a processor, in s."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def keep_to_cores(count: int) -> None:
    """Let this process, and those that it starts from now on, run on `count` processor cores only."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < count:
        raise SystemExit(f"This machine has {len(allowed)} processor cores; {count} were asked for.")
    os.sched_setaffinity(0, allowed[:count])
