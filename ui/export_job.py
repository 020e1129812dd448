"""Long exports in a process of their own: the app stays quick, progress is told, and cancelling really ends them."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from exports.beside import LOWER_PRIORITY
from exports.request import ExportRequest
from geo.audit_log import warn

ROOT: Final = Path(__file__).resolve().parent.parent
TIMEOUT_S: Final = 900
NICENESS: Final = 10
"""Clicks go before all of these, and previews and files of a second (``exports.worker``) as well."""


@dataclass
class ExportJob:
    """One running export. `done` of `total` steps; `error` holds what went wrong, in the process's own words."""

    code: str
    name: str
    request: ExportRequest
    data_dir: Path
    done: int = 0
    total: int = 0
    notices: list[str] = field(default_factory=list)
    error: str = ""
    traceback: str = ""
    finished: bool = False
    _is_cancelled: bool = False

    def start(self) -> "ExportJob":
        """Start the process and a thread that listens to it."""
        self._folder = tempfile.TemporaryDirectory(prefix="xigang-export-")
        self.path = Path(self._folder.name) / self.name
        asked = Path(self._folder.name) / "request.json"
        asked.write_text(self.request.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "exports", "--request", str(asked), "--format", self.code, "--output",
                   str(self.path), "--data", str(self.data_dir), "--progress"]  # fmt: skip
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "TMPDIR": self._folder.name}, creationflags=LOWER_PRIORITY,
        )  # fmt: skip
        weakref.finalize(self, _end, self._process)  # with the app, and before the folder goes
        with suppress(AttributeError, OSError):  # not on Windows, which has taken its flag; or it has ended
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
        self._timer = threading.Timer(TIMEOUT_S, self._process.kill)
        self._timer.daemon = True
        self._timer.start()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self) -> None:
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout and stderr, "both are pipes"
        said: list[str] = []
        errors = threading.Thread(target=lambda: said.extend(stderr), daemon=True)
        errors.start()
        for line in stdout:
            if not line.startswith("{"):  # a word of some library's
                said.append(line)
                continue
            told = json.loads(line)
            self.done, self.total = told.get("done", self.done), told.get("total", self.total)
            self.notices = told.get("notices", self.notices)
            self.traceback = told.get("traceback", self.traceback)
        code = self._process.wait()
        errors.join(1)
        self._timer.cancel()
        if code:
            self.error = "".join(said).strip()[-400:] or str(code)
            if not self._is_cancelled:
                warn("export failed", file=self.name, message=self.error, traceback=self.traceback)
        self.finished = True

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def content(self) -> bytes:
        """Return the finished file."""
        return self.path.read_bytes()

    def cancel(self) -> None:
        """End the process at once; nothing of its file is left."""
        self._is_cancelled = True
        _end(self._process)
        self._folder.cleanup()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
