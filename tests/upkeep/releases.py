"""Made-up releases: this tree's application in a folder of its own, with another number and other tables."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from server import serving
from tests.upkeep.conftest import ROOT

PACKAGES = ("geo", "layers", "exports", "ui", "pages", "server", ".streamlit")
AS_THEY_ARE = ("data", "locales", "static", "exports/fonts")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "secrets.toml", "fonts")
NEXT = "0003"
MIGRATION = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0003", "0002"

def upgrade():
    op.add_column("feature", sa.Column("owner", sa.String(40), nullable=False, server_default=""))
    {then}

def downgrade():
    op.drop_column("feature", "owner")
"""
COLUMN = '\n    owner: Mapped[str] = mapped_column(String(40), server_default="")\n'


def release(folder: Path, number: str) -> Path:
    """Make a release in a folder."""
    folder.mkdir(parents=True)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in AS_THEY_ARE:
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "app.py", folder)
    (folder / "VERSION").write_text(f"{number}\n")
    return folder


def with_next_tables(folder: Path, then: str = "") -> Path:
    """Give a release a migration more, which goes on with `then`."""
    store = folder / "geo" / "store"
    (store / "migrations" / "versions" / f"{NEXT}_owner.py").write_text(MIGRATION.format(then=then))
    model = (store / "model.py").read_text(encoding="utf-8")
    model = re.sub(r'SCHEMA: Final = "\d+"', f'SCHEMA: Final = "{NEXT}"', model)
    columns = re.compile(r"(    retired: Mapped\[bool\]\n    record: Mapped\[str\] = mapped_column\(Text\)\n)")
    assert columns.search(model)
    (store / "model.py").write_text(columns.sub(rf"\1{COLUMN}", model, count=1), encoding="utf-8")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XIGANG_")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **more}


def upgrade(
    new: Path, old: Path, *arguments: str, wait_s: float = 150, **more: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", "upgrade", str(old), "--leave", *arguments]
    log = new / "upgrade.log"  # no pipe: the server that is left running would keep it open
    with log.open("w") as told:
        done = subprocess.run(
            command, cwd=new, env=environment(**more), stdout=told, stderr=told, check=False, timeout=wait_s
        )
    return subprocess.CompletedProcess(command, done.returncode, log.read_text(encoding="utf-8"))


@contextmanager
def served(folder: Path, port: int, **more: str):
    """Serve a release, and end it and whatever has taken over from it."""
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server"], cwd=folder, env=environment(**more), stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + 90
        while serving.health(address(port)).get("status") != "ok":
            assert process.poll() is None and time.monotonic() < until, (folder / "server.log").read_text()
            time.sleep(0.1)
        yield process
    finally:
        end(process)


def end(process):
    process.terminate()
    process.wait(30)


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


class Watch:
    """Ask a server for its health all the time; `gaps` says when it was not well."""

    def __init__(self, port: int) -> None:
        self.port, self.asked, self.gaps = port, 0, []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self) -> None:
        while not self.asked or not self._over.wait(0.1):
            said = serving.health(address(self.port))
            self.asked += 1
            if said.get("status") != "ok":
                self.gaps.append((self.asked, said))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
