"""Start a release's server, in its own folder and as its launcher does, and see whether it comes up."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from geo.settings import FILE_VARIABLE, FOLDERS, VARIABLES
from geo.store.backup import BackupError
from server import serving
from server.office import APP, Office

UP_S: Final = 120
END_S: Final = 30
Process = subprocess.Popen[bytes]


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(address: str) -> None:
    """Do nothing where nobody listens at an address.

    Raises
    ------
    BackupError : where somebody does
    """
    asked = urlsplit(address)
    with socket.socket(socket.AF_INET6 if ":" in str(asked.hostname) else socket.AF_INET) as probe:
        probe.settimeout(serving.ASK_S)
        if probe.connect_ex((str(asked.hostname), asked.port or 80)) == 0:
            raise BackupError(f"端口 {asked.port} 被别的程序占用 / port {asked.port} is taken by another program")


def environment_of(trial: Office) -> dict[str, str]:
    """Return the environment in which an office's copy is served, to this machine only."""
    values = {
        "state_dir": trial.state,
        "data_dir": trial.data,
        "template_dir": trial.template,
        "log_dir": trial.logs,
        "database_url": trial.url,
        "port": trial.port,
        "address": "127.0.0.1",
    }
    trial.template.mkdir(parents=True, exist_ok=True)
    ours = {VARIABLES[key]: str(value) for key, value in values.items()}
    file = {FILE_VARIABLE: str(trial.settings)} if trial.settings.exists() else {}
    return {**os.environ, **ours, **file}


@contextmanager
def running(office: Office, log: Path) -> Iterator[dict[str, Any]]:
    """Serve a copy of an office with the application that runs this; yield its health, end it afterwards.

    Raises
    ------
    BackupError : where it does not come up; the text holds its last words
    """
    command = [sys.executable, "-m", "server", "--port", str(office.port)]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=APP, env=environment_of(office), stdout=stream, stderr=stream)
    try:
        yield wait_well(serving.address_of(office.address, office.port, office.base_path), process)
    except BackupError as error:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise BackupError("\n".join([str(error), *lines[-5:]])) from error
    finally:
        end(process)


def wait_well(address: str, process: Process | None = None, seconds: float = UP_S) -> dict[str, Any]:
    """Wait until a server says that it is well; return what it says.

    Raises
    ------
    BackupError : where it ends, or does not say so in time
    """
    until = time.monotonic() + seconds
    said: dict[str, Any] = {}
    while time.monotonic() < until and not _has_ended(process):
        said = serving.health(address)
        if said.get("status") == "ok":
            return said
        time.sleep(0.3)
    raise BackupError(f"新版本没有正常启动 / the new release did not come up: {address}: {said or '-'}")


def wait_answers(address: str, process: Process | None = None, seconds: float = UP_S) -> None:
    """Wait until a server of any release answers, or has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not _has_ended(process) and not serving.answers(address):
        time.sleep(0.3)


def _has_ended(process: Process | None) -> bool:
    return process is not None and process.poll() is not None


def start(office: Office, service: str, *, port: int, leave: bool = False) -> Process | None:
    """Start an office's server: by the service's command, else by its own launcher, as a process of this one.

    Parameters
    ----------
    leave : whether it is to outlive this process
    """
    if service:
        command(service)
        return None
    environment = {**os.environ}
    if office.is_bundle or office.app != APP:  # the launcher that ran this has set them; the other sets its own
        for key in (FILE_VARIABLE, *(VARIABLES[key] for key in FOLDERS)):
            environment.pop(key, None)
    return subprocess.Popen(_asked(office, port), cwd=office.app, env=environment, start_new_session=leave)


def _asked(office: Office, port: int) -> list[str]:
    """Return what a release is started with."""
    script = office.root / ("start.bat" if os.name == "nt" else "start.sh")
    if office.is_bundle and script.is_file():
        return [*([] if os.name == "nt" else ["sh"]), str(script), "--port", str(port), "--no-browser"]
    python = next((str(path) for path in _pythons(office.root) if path.is_file()), sys.executable)
    if not (office.app / "server" / "__main__.py").is_file():  # older than this command
        return [python, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port)]
    settings = ["--settings", str(office.settings)] if office.settings.is_file() else []
    return [python, "-m", "server", *settings, "--port", str(port)]


def _pythons(root: Path) -> Iterator[Path]:
    for folder in (".venv", "venv"):
        yield root / folder / "bin" / "python"
        yield root / folder / "Scripts" / "python.exe"


def end(process: Process) -> None:
    """End a process that was started here."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def command(line: str) -> None:
    """Run a command of the service's manager.

    Raises
    ------
    BackupError : where it fails
    """
    done = subprocess.run(line, shell=True, check=False)
    if done.returncode:
        raise BackupError(f"命令失败 / a command failed ({done.returncode}): {line}")
