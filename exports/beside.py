"""Drawing beside the app: in processes of their own, so that no reader's click waits for another's picture."""

import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from exports.fonts import DRAWING
from geo.load import Dataset

ROOT: Final = Path(__file__).resolve().parent.parent
TIMEOUT_S: Final = 120.0
MOST: Final = min(2, os.cpu_count() or 1)
"""How many may draw at once. Each takes some 250 MiB of memory."""
LOOKED_UP_S: Final = 0.1
"""How often one who waits for a picture looks up."""
LOWER_PRIORITY: Final[int] = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # on Windows; see the worker

T = TypeVar("T")


class DrawingFailedError(Exception):
    """The process that was to draw ended, or was ended as it took too long."""


class Worker:
    """One process that draws, started at its first job."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._data: Dataset | None = None
        self._is_over = False

    def make(self, function: Callable[..., Any], data: Dataset, more: tuple[object, ...]) -> Any:
        """Return what `function` makes of the data and of `more`, or raise what it raised.

        Raises
        ------
        DrawingFailedError : where no answer came; the next job starts the process anew
        """
        was_used = self._process is not None
        try:
            return self._answer(function, data, more)
        except DrawingFailedError:
            if not was_used or self._timed_out or self._is_over:
                raise
            return self._answer(function, data, more)  # it had ended before this job came

    def _answer(self, function: Callable[..., Any], data: Dataset, more: tuple[object, ...]) -> Any:
        process = self._process = self._process or self._started()
        if self._is_over:  # looked at only now: who closes this meanwhile has seen the process, or this sees that
            process.kill()
        assert process.stdin and process.stdout, "both are pipes"
        job = pickle.dumps((function, None if data is self._data else data, more))
        self._timed_out = False
        timer = threading.Timer(TIMEOUT_S, self._time_out, (process,))
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(job)
            process.stdin.flush()
            went_well, result = pickle.load(process.stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            self.end()
            reason = f"{TIMEOUT_S:.0f} s" if self._timed_out else f"{process.returncode}"
            raise DrawingFailedError(reason) from error
        finally:
            timer.cancel()
        self._data = data
        if not went_well:
            raise result
        return result

    def _started(self) -> subprocess.Popen[bytes]:
        self._data = None
        self._folder = tempfile.TemporaryDirectory(prefix="xigang-drawing-", ignore_cleanup_errors=True)
        return subprocess.Popen(
            [sys.executable, "-m", "exports.worker", self._folder.name],
            cwd=ROOT, env={**os.environ, "TMPDIR": self._folder.name}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            creationflags=LOWER_PRIORITY,
        )  # fmt: skip

    def _time_out(self, process: subprocess.Popen[bytes]) -> None:
        self._timed_out = True
        process.kill()

    def close(self) -> None:
        """Let the process end, whatever it is at, and no other be started; who waits for it hears of it."""
        self._is_over = True
        if process := self._process:
            process.kill()

    def end(self) -> None:
        """End the process, whatever it is at; nothing of its files is left."""
        if process := self._process:
            process.kill()
            process.communicate()
            self._folder.cleanup()
        self._process = None


class Workers:
    """Some processes that draw; who comes when all of them are drawing waits for the first to be free."""

    def __init__(self, most: int = MOST) -> None:
        self._waiting = ThreadPoolExecutor(most, thread_name_prefix="drawing-beside")
        self._all = [Worker() for _ in range(most)]
        # The last used first: a second process is started only where two draw at once.
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for each in reversed(self._all):
            self._free.put(each)

    def make(
        self, function: Callable[..., Any], data: Dataset, more: tuple[object, ...],
        meanwhile: Callable[[], object] | None = None,
    ) -> Any:  # fmt: skip
        """As ``Worker.make``; what `meanwhile`, called again and again, raises ends the wait.

        A job nobody waits for any more is not begun; one that is begun is drawn to its end.
        """
        job = self._waiting.submit(self._make, function, data, more)
        try:
            while meanwhile and wait([job], LOOKED_UP_S).not_done:
                meanwhile()
            return job.result()
        except CancelledError as error:
            raise DrawingFailedError("the app ends") from error
        finally:
            job.cancel()

    def _make(self, function: Callable[..., Any], data: Dataset, more: tuple[object, ...]) -> Any:
        worker = self._free.get()
        try:
            return worker.make(function, data, more)
        finally:
            self._free.put(worker)

    def end(self) -> None:
        """End all of them."""
        for each in self._all:
            each.close()
        self._waiting.shutdown(cancel_futures=True)
        for each in self._all:
            each.end()


_workers: Workers | None = None


@contextmanager
def drawing_beside(most: int = MOST) -> Iterator[None]:
    """Draw in processes of their own inside the block."""
    global _workers
    _workers = Workers(most)
    try:
        yield
    finally:
        workers, _workers = _workers, None
        workers.end()


def drawn(function: Callable[..., T], data: Dataset, *more: object, meanwhile: Callable[[], object] | None = None) -> T:
    """Return what `function`, which must have a name in a module, makes of the data and of `more`.

    `meanwhile` is called again and again while a process beside the app draws; what it raises ends the wait.

    Raises
    ------
    DrawingFailedError : where the process that was to draw it ended; else what `function` raises
    """
    if _workers is None:
        with DRAWING:
            return function(data, *more)
    result: T = _workers.make(function, data, more, meanwhile)
    return result
