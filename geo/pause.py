"""Work without the garbage collector, whose runs over thousands of new records or artists cost more than they free."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_working = 0
_was_enabled = False


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Keep the collector from running inside the block; with several threads, until the last of them is done."""
    global _working, _was_enabled
    with _LOCK:
        if _working == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _working += 1
    try:
        yield
    finally:
        with _LOCK:
            _working -= 1
            if _working == 0 and _was_enabled:
                gc.enable()
