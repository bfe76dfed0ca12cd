"""A PostgreSQL server for the tests, from Debian's package, in a temporary folder on a free port."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

USER, PASSWORD = "tester", "s3cret-word"


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server that is installed; Debian keeps it off the PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parent.parent.name), default=None)
    initdb = newest or shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Server:
    """A server that can be stopped and started. PostgreSQL refuses to run as root, so another user runs it there."""

    def __init__(self, folder: Path):
        self._programs = folder
        self._user = getpass.getuser() if os.geteuid() else "postgres"  # whom Debian's package makes
        self.folder = Path(tempfile.mkdtemp(prefix="corrections-"))
        self.data = self.folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "password").write_text(PASSWORD)
        for path in (self.folder, self.folder / "password"):
            shutil.chown(path, self._user)
        self._run("initdb", "-U", USER, f"--pwfile={self.folder / 'password'}", "--auth=scram-sha-256", "-E", "UTF8")
        self._databases = 0

    def _run(self, program: str, *arguments: str) -> None:
        user = {} if os.geteuid() else {"user": self._user, "extra_groups": []}
        # To a file, not a pipe: the server keeps it open for as long as it runs.
        with (self.folder / "printed").open("ab") as printed:
            command = [self._programs / program, "-D", self.data, *arguments]
            run = subprocess.run(command, cwd="/", stdout=printed, stderr=printed, check=False, **user)
        if run.returncode:
            raise RuntimeError(f"{program}: {(self.folder / 'printed').read_text()[-2000:]}")

    def start(self) -> None:
        # Without fsync: the tests kill the server, but not the machine that it runs on. They leave connections open.
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        options += " -c max_connections=500"
        self._run("pg_ctl", "start", "-w", "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; with `mode` "immediate", as a crash would."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def address(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self._databases += 1
        self.execute(f"CREATE DATABASE test{self._databases}")
        return self.address(f"test{self._databases}")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []
