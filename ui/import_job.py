"""The long parts of an import, each in a thread of its own: their progress is told, and they can be called off."""

import threading
from collections.abc import Callable
from typing import Any, Final

MOST_AT_ONCE: Final = 2
"""In one process; who comes later waits and is told so."""
WAITING: Final = "wait"
_SLOTS: Final = threading.BoundedSemaphore(MOST_AT_ONCE)
_LOOKS_AGAIN_S: Final = 0.2


class CancelledError(Exception):
    """Whoever started the job has called it off."""


class ImportJob:
    """One running part of an import.

    Parameters
    ----------
    part : str
        Which one: ``read``, ``test``, ``draft`` or ``save``.
    work : function of the job, which calls ``at`` and ``step`` now and then
    take : function of the finished job, for whoever started it; it looks at `result` and `error`

    Attributes
    ----------
    stage : str
        ``wait``, or the part that is being done.
    done, total : int
        How many rows of how many, both 0 where that cannot be said.
    result : object
        What the work returned.
    error : Exception or None
        What it raised; a `CancelledError` where it was called off.
    """

    def __init__(self, part: str, work: Callable[["ImportJob"], Any], take: Callable[["ImportJob"], None]) -> None:
        self.part, self._work, self.take = part, work, take
        self.stage = WAITING
        self.done = self.total = 0
        self.result: Any = None
        self.error: Exception | None = None
        self._ended, self._called_off = threading.Event(), threading.Event()

    def start(self) -> "ImportJob":
        """Start the thread."""
        threading.Thread(target=self._run, daemon=True, name="import").start()
        return self

    def _run(self) -> None:
        try:
            while not _SLOTS.acquire(timeout=_LOOKS_AGAIN_S):
                self._hold()
            try:
                self._hold()
                self.result = self._work(self)
            finally:
                _SLOTS.release()
        except Exception as error:  # whatever it is, the page tells it and the app stays up
            self.error = error
        finally:
            del self._work  # and with it the file
            self._ended.set()

    def at(self, stage: str) -> None:
        """Say what is done from now on."""
        self._hold()
        self.stage, self.done, self.total = stage, 0, 0

    def step(self, done: int, total: int) -> None:
        """Say how far it is.

        Raises
        ------
        CancelledError : where the job was called off
        """
        self._hold()
        self.done, self.total = done, total

    def _hold(self) -> None:
        if self._called_off.is_set():
            raise CancelledError

    def cancel(self) -> None:
        """Call the job off; it ends at its next step."""
        self._called_off.set()

    def ended(self, within_s: float = 0) -> bool:
        """Return whether it has ended, waiting a moment for it."""
        return self._ended.wait(within_s)
