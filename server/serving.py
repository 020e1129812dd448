"""Which processes serve an office's map: each says so in the state folder, for those who must stop it first."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlunsplit
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import make_url

from geo.release import version
from geo.store.backup import BackupError
from geo.store.database import database_url
from geo.whole_file import write_whole
from server.office import APP, Office

FOLDER: Final = "serving"
ASK_S: Final = 5
STOP_S: Final = 40
_EVERYWHERE: Final = {None: "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
_DIRECT: Final = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Server:
    """A process that serves the map; one that has not said so has the number 0."""

    host: str
    pid: int
    address: str
    release: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return self.host == socket.gethostname()

    @property
    def file(self) -> str:
        """The name of the file in which it says that it serves."""
        return f"{self.host}-{self.pid}.json"


def address_of(address: str | None, port: int, base_path: str) -> str:
    """Return the address at which this machine reaches its own server."""
    host = str(_EVERYWHERE.get(address, address))
    return urlunsplit(("http", f"[{host}]:{port}" if ":" in host else f"{host}:{port}", base_path, "", ""))


@contextmanager
def announced(state: Path, address: str) -> Iterator[None]:
    """Say, as long as the block runs, that this process serves the map of a state folder at an address."""
    ours = Server(socket.gethostname(), os.getpid(), address, version())
    for path, other in _announcements(state):
        if (other.host, other.address) == (ours.host, ours.address):  # was killed, and its port is ours now
            path.unlink(missing_ok=True)
    path = state / FOLDER / ours.file
    write_whole(path, lambda temporary: _put(temporary, json.dumps(asdict(ours))))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def doubts_beside(state: Path, address: str) -> Iterator[str]:
    """Yield what one who starts at an address should hear of other processes that serve the same SQLite record."""
    if make_url(database_url()).get_backend_name() != "sqlite":
        return
    others = [server for _, server in _announcements(state) if server.is_here and server.address != address]
    if found := [server for server in others if answers(server.address)]:
        yield (
            f"另有进程在用同一个 SQLite 底账（{told(found)}）：要多个进程，请把底账放到 PostgreSQL，否则停掉一个 / "
            f"another process serves the same SQLite record ({told(found)}): put it on PostgreSQL "
            "for several, or stop one"
        )


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _announcements(state: Path) -> Iterator[tuple[Path, Server]]:
    for path in sorted((state / FOLDER).glob("*.json")):
        with suppress(OSError, ValueError, TypeError):
            yield path, Server(**json.loads(path.read_text(encoding="utf-8")))


def running(office: Office) -> list[Server]:
    """Return the processes that say they serve an office's map, and do."""
    found = [server for _, server in _announcements(office.state)]
    return [server for server in found if not server.is_here or answers(server.address)]


def running_of_any_release(office: Office) -> list[Server]:
    """Return who serves an office's map, asking at its port where the release is of those that do not say so."""
    if (office.app / Path(__file__).relative_to(APP)).is_file():
        return running(office)
    silent = Server(socket.gethostname(), 0, address_of(office.address, office.port, office.base_path))
    return [silent] if answers(silent.address) else []


def answers(address: str) -> bool:
    """Return whether there is a server of this system at an address, be it well or not."""
    if health(address):
        return True
    with suppress(OSError, HTTPException), _DIRECT.open(f"{address}/_stcore/health", timeout=ASK_S) as answer:
        return bool(answer.read(100).strip() == b"ok")
    return False


def health(address: str) -> dict[str, Any]:
    """Return what a server says of its health, nothing where it does not answer."""
    try:
        with _DIRECT.open(f"{address}/health", timeout=ASK_S) as answer:
            read = json.loads(answer.read(100_000))
    except HTTPError as error:
        with suppress(ValueError, OSError, HTTPException):
            read = json.loads(error.read(100_000))
            return read if isinstance(read, dict) and "status" in read else {}
        return {}
    except (OSError, HTTPException, ValueError):  # another program may answer
        return {}
    return read if isinstance(read, dict) and "status" in read else {}


def require_stopped(office: Office) -> None:
    """Do nothing where nobody serves the office's map.

    Raises
    ------
    BackupError : where somebody does
    """
    if found := running(office):
        raise BackupError(
            f"系统还在运行（{told(found)}）：请先停止 / the app is still running ({told(found)}): stop it first"
        )


def told(servers: list[Server]) -> str:
    """Return where servers run, for the one at the command line."""
    return ", ".join(each.address if each.is_here else _told_of_another(each) for each in servers)


def _told_of_another(server: Server) -> str:
    """Return where a process of another machine runs; whether it has been killed cannot be seen from here."""
    file = f"{FOLDER}/{server.file}"
    return (
        f"{server.host} {server.address}，若已停止，请删去 state 文件夹里的 {file} / "
        f"if it has stopped, delete {file} in the state folder"
    )


def stop(servers: list[Server]) -> None:
    """Tell the processes of this machine to end, and wait until they no longer answer."""
    for server in servers:
        if server.is_here and server.pid:
            with suppress(OSError):
                os.kill(server.pid, signal.SIGTERM)


def wait_stopped(office: Office, seconds: float = STOP_S) -> list[Server]:
    """Wait until nobody serves the office's map; return who still does when the time is up."""
    until = time.monotonic() + seconds
    while (found := running_of_any_release(office)) and time.monotonic() < until:
        time.sleep(0.3)
    return found
