"""How many visitors two replicas of the page serve behind nginx, as deploy/nginx.conf sets it up, against one replica.

    python -m benchmarks.many.replicas [--visitors 100] [--digits 5] [--record]

Needs nginx. The visitors are those of load.py, with the same errors, but calmer: each draws a digit every ten seconds.
They come from several addresses, since nginx lets no address open more than 50 connections. The replicas, nginx and the
visitors share the processor cores that there are.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from urllib.request import urlopen

from benchmarks.many.load import Timed, answers_alone, draw, drawings_of, summary
from benchmarks.support.command import command_line, report
from benchmarks.support.driver import ROOT, served
from benchmarks.support.visitor import visit

REPLICAS = {"one": 1, "two": 2}
PAUSE_S = 9.0  # how much longer than in load.py they look at an answer
FROM_AN_ADDRESS = 25  # visitors
SECRET = "0" * 64  # of the cookies; all replicas have the same
START_TIMEOUT_S = 10
HTTP = "daemon off; error_log stderr; pid nginx.pid; events {{}} http {{ access_log off; {} }}"
PATHS = "".join(f"{name}_temp_path .; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--visitors", type=int, default=100, help="how many draw at once (100)")
    parser.add_argument("--digits", type=int, default=5, help="digits that each draws (5)")
    options = parser.parse_args()
    figures: dict = {"visitors": options.visitors, "cores": len(os.sched_getaffinity(0))}
    for name, count in REPLICAS.items():
        with ExitStack() as stack:
            environment = {"DIGITS_MODEL": "models/digits.onnx", "STREAMLIT_SERVER_COOKIE_SECRET": SECRET}
            replicas = [stack.enter_context(served(ROOT / "streamlit_app.py", **environment)) for _ in range(count)]
            address = stack.enter_context(behind_nginx(replicas))
            answers = asyncio.run(measure(address, options.visitors, options.digits))
        figures[name] = summary(*zip(*answers, strict=True))
    report(figures, options, "many.replicas")


async def measure(address: str, visitor_count: int, digits: int) -> list[Timed]:
    """Let visitors draw on the page at `address` -> the answers."""
    drawings = [list(islice(drawings_of(number), digits)) for number in range(visitor_count)]
    async with visit(address) as visitor:
        expected = await answers_alone(visitor, list(chain(*drawings)))
    async with AsyncExitStack() as stack:
        sources = (f"127.0.1.{1 + number // FROM_AN_ADDRESS}" for number in range(visitor_count))
        visitors = [await stack.enter_async_context(visit(address, source)) for source in sources]
        pairs = enumerate(zip(visitors, drawings, strict=True), 1)
        answers = await asyncio.gather(*(draw(*pair, expected, seed, pause_s=PAUSE_S) for seed, pair in pairs))
        return list(chain(*answers))


@contextmanager
def behind_nginx(replicas: list[str]) -> Iterator[str]:
    """Run nginx in front of replicas, whose addresses these are -> its own."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not nginx:
        raise SystemExit("This benchmark needs nginx.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = (
        (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8").replace("listen 8080", f"listen 127.0.0.1:{port}")
    )
    names = iter(replicas)
    # A line for each replica, in place of those of the file.
    lines = re.sub(
        r"server 127\.0\.0\.1:\d+( .*)\n",
        lambda line: f"server {replica.removeprefix('http://')}{line[1]}\n" if (replica := next(names, "")) else "",
        site,
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "nginx.conf")
        settings.write_text(HTTP.format(PATHS + lines), encoding="utf-8")
        server = subprocess.Popen([nginx, "-p", folder, "-e", "stderr", "-c", settings])
        try:
            ends = time.monotonic() + START_TIMEOUT_S
            while True:
                with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    break
                if server.poll() is not None or time.monotonic() > ends:
                    raise SystemExit("nginx did not start.")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
