"""A PostgreSQL server of the tests' own: started in a temporary folder, reached through a socket there, gone after."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

ATTEMPTS_S = 30
# PostgreSQL refuses to run as root: these run it instead.
ITS_USERS = ("postgres", "nobody")


def find_program(name: str) -> str | None:
    """Return where a program of PostgreSQL is: on the path, or where Debian keeps those of each release."""
    latest_first = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next((str(path) for path in latest_first), None)


def can_run() -> bool:
    return bool(find_program("initdb") and find_program("postgres")) and (os.getuid() != 0 or bool(_user()))


def _user() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ITS_USERS if name in known), None)


class Server:
    """A running server.

    `process` is its own process, for those who want to kill it.
    """

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.process = folder, process
        self._made = 0

    def url(self, name: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """Make a database and return its URL."""
        self._made += 1
        name = f"record_{self._made}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, statement: str, *, url: str | None = None) -> None:
        engine = create_engine(url or self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running_server(*, durable: bool = True) -> Iterator[Server]:
    """Start a server, stop it afterwards. One that is not `durable` leaves out the waiting for the disk."""
    as_whom = {"user": _user(), "extra_groups": []} if os.getuid() == 0 else {}
    # Not under pytest's folder: a socket's path has 107 characters at most, and its user must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="xigang-pg-"))
    if as_whom:
        entry = pwd.getpwnam(as_whom["user"])
        as_whom["group"] = entry.pw_gid
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    data = folder / "data"
    initdb = [find_program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "60"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [find_program("postgres"), "-D", data, *(f"--{key}={value}" for key, value in settings.items())]
    process = None
    try:
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, cwd=folder, **as_whom)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **as_whom)
        server = Server(folder, process)
        _wait_for(server)
        yield server
    finally:
        if process:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=ATTEMPTS_S)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Server) -> None:
    until = time.monotonic() + ATTEMPTS_S
    while True:
        try:
            return server.run("SELECT 1")
        except OperationalError:
            if time.monotonic() > until or server.process.poll() is not None:
                raise RuntimeError((server.folder / "log").read_text(errors="replace")) from None
            time.sleep(0.05)
