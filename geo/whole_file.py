"""Writing files so that none is ever left half-written."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], None], *, mode: int = 0o644) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it; on failure nothing is left behind.

    Parameters
    ----------
    write : function of the temporary path, which has the suffix of `path` and is its owner's alone until it is whole
    mode : who may read and write the file then
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
